"""The writing end of a custody log: many runs write one log, each for the moment of its lines."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from alpheus import __version__
from alpheus.custody.chain import START, Chain, end_fault, failed
from alpheus.custody.entries import Detail, Entry, Frame, encode
from alpheus.custody.place import manifest_name, manifests_beside
from alpheus.custody.who import machine
from alpheus.errors import OutputError

WAIT = 5.0
"""Seconds for which another run that is just writing is waited for."""


class CustodyLog:
    """The log as one run writes it. `who` is taken down in every entry.

    `lines` and `head` are how long the log is and its last hash, once something was written.
    """

    def __init__(self, path: Path, who: str) -> None:
        self.path = path
        self.lines = 0
        self.head = START
        self._who = who
        self._host = machine()
        self._run = os.urandom(8).hex()

    def write(
        self,
        details: Iterable[Detail],
        *,
        packs: Mapping[str, str] | None = None,
        sync: bool = True,
    ) -> None:
        """Add entries; with `sync` they are on disk when it returns. Raises OutputError.

        `packs`: the knowledge that was used, by id, with its version.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise failed(self.path.parent, error) from error
        chain = Chain(self.path, wait=WAIT)
        try:
            frame = Frame(_now(), self._who, self._host, f"alpheus {__version__}", self._run)
            informed = replace(frame, packs=dict(packs or {}))
            chain.append(
                encode(Entry(informed if detail.knows else frame, detail)) for detail in details
            )
            self.lines, self.head = chain.sequence, chain.head
        finally:
            chain.close(sync=sync)

    def check(self) -> None:
        """Whether the log can be written on. Raises OutputError where it does not hold.

        What a kill has left of a last line is cut off before, and said by a line.
        """
        if not self.path.exists():
            return
        chain = Chain(self.path, wait=WAIT)
        try:
            fault = end_fault(self.path)
        finally:
            chain.close()
        if fault:
            message = (
                f"{self.path} does not hold from line {fault.line:,} on ({fault.reason}); keep it "
                "as it is"
            )
            raise OutputError(message)

    def keep_manifest(self, sha256: str, pieces: Iterable[bytes]) -> None:
        """Keep the list of a package's files beside the log, once. Raises OutputError."""
        folder = manifests_beside(self.path)
        path = folder / manifest_name(sha256)
        new = folder / f".{path.name}.{os.urandom(6).hex()}.part"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.exists():
                return
            _write_new(new, pieces)
            new.replace(path)
        except OSError as error:
            raise failed(path, error) from error
        finally:
            new.unlink(missing_ok=True)


def _write_new(path: Path, pieces: Iterable[bytes]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "wb") as stream:
        stream.writelines(pieces)
        stream.flush()
        os.fsync(stream.fileno())


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
