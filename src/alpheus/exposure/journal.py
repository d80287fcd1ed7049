"""The folder of a run: what was sent, what was answered, what is concluded.

    run.json        what the run is of, and when it began and ended
    audit.log       one line per connection and per request, written before it is sent; hash-chained
    results.jsonl   one observation per address and port
    pending.jsonl   answers of conversations that are still going on

A line that stands in `results.jsonl` is never asked for again, and an answer that stands in
`pending.jsonl` is not either: after a kill at any moment, at most the requests that were on their
way are repeated.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from alpheus.custody.chain import Chain, ChainReport, append_whole, check_chain, failed
from alpheus.errors import OutputError
from alpheus.exposure.addresses import read_address
from alpheus.exposure.call import Call
from alpheus.exposure.conclude import conclude
from alpheus.exposure.model import Conversation, Observation
from alpheus.exposure.output.jsonl import encode
from alpheus.exposure.plan import PATHS, port_of

SCHEMA = "alpheus.probe-run/1"
RUN, AUDIT, RESULTS, PENDING = "run.json", "audit.log", "results.jsonl", "pending.jsonl"

_SYNC_EVERY = 2.0
"""Seconds after which what was written is brought to disk; a kill loses nothing of it anyway."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What a run is of. Times are ISO 8601 in UTC; `finished` is empty while it is not.

    `scope` and `targets` are SHA-256 of the scope file and of the list of targets, `lists` those of
    the files that the scope file names. `audit_lines`
    and `audit_head` are how many lines the audit log had, and its last hash, when the run last
    began, paused or ended: a log that was cut since then does not reach them.
    """

    schema: str
    version: str
    started: str
    finished: str
    owner: str
    authorisation: str
    scope: str
    targets: str
    seed: int
    count: int
    audit_lines: int = 0
    audit_head: str = ""
    lists: dict[str, str] = field(default_factory=dict)


class _Place(msgspec.Struct):
    """The part of a result that says whose it is."""

    target: str
    address: str
    port: int


class _Pending(msgspec.Struct):
    """Answers so far of one endpoint."""

    conversation: Conversation


def now_text(moment: float | None = None) -> str:
    """A moment (seconds since 1970; default: now) in ISO 8601, whole seconds, UTC."""
    moment = time.time() if moment is None else moment
    return datetime.fromtimestamp(int(moment), UTC).isoformat().replace("+00:00", "Z")


def place_key(address: str, port: int) -> int:
    """A number for an address and port that takes little memory."""
    version, number = read_address(address)
    return (number << 17 | port << 1) | (version == 6)


class Journal:
    """The writing end of a run's folder. Raises OutputError for what cannot be written.

    `heard` is called with every observation once it is on record, and its line.
    """

    def __init__(
        self, folder: Path, record: RunRecord, heard: Callable[[Observation, bytes], None]
    ) -> None:
        self.folder = folder
        self._heard = heard
        self._synced = time.monotonic()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise failed(folder, error) from error
        self._audit = Chain(folder / AUDIT)
        try:
            known = _fitting(folder, record)
            self.resumed = known is not None
            self.record = replace(known, finished="") if known else record
            self._results = _open(folder / RESULTS)
            self._pending = _open(folder / PENDING)
            self.done: set[int | str] = set(_done(folder / RESULTS))
            self.kept = {key: one for key, one in _kept(folder / PENDING) if key not in self.done}
            self._note({
                "event": "resume" if self.resumed else "start", "owner": record.owner,
                "authorisation": record.authorisation, "scope": record.scope, "lists": record.lists,
                "targets": record.targets, "version": record.version,
            })  # fmt: skip
            self._write_record()
        except BaseException:
            self._audit.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(
        self,
        connecting: Sequence[Call],
        asking: Sequence[Call],
        kept: Sequence[Call],
        done: Sequence[Call],
    ) -> None:
        """See `exposure.wire.Ledger`."""
        moment = time.time()
        if done:
            stamp = now_text(moment)
            self.conclude([conclude(call.conversation, stamp) for call in done])
        going_on = [call for call in (*kept, *asking) if call.conversation.answers]
        if going_on:
            lines = [msgspec.json.encode(_Pending(call.conversation)) for call in going_on]
            append_whole(self._pending, self.folder / PENDING, b"\n".join([*lines, b""]))
        if connecting or asking:
            text = _moment_text(moment)
            self._audit.append(
                [*_audit_lines("connect", text, connecting), *_audit_lines("get", text, asking)]
            )
        self._sync()

    def conclude(self, observations: Iterable[Observation]) -> None:
        """Put observations on record."""
        pairs = [(observation, encode(observation)) for observation in observations]
        append_whole(self._results, self.folder / RESULTS, b"".join(line for _, line in pairs))
        for observation, line in pairs:
            self._heard(observation, line)

    def finish(self, counts: Mapping[str, int]) -> None:
        """All was asked: say so in the record, and forget what was pending."""
        self.record = replace(self.record, finished=now_text())
        self._note({"event": "finish", **counts})
        os.fsync(self._results)
        self._write_record()
        os.ftruncate(self._pending, 0)

    def pause(self, counts: Mapping[str, int]) -> None:
        """The run ends before all was asked."""
        self._note({"event": "pause", **counts})
        self._write_record()

    def close(self) -> None:
        """Bring all to disk and let go of the files."""
        self._audit.close()
        for file in (self._results, self._pending):
            os.fsync(file)
            os.close(file)

    def _note(self, what: Mapping[str, object]) -> None:
        line = {"time": _moment_text(time.time()), **what}
        self._audit.append([msgspec.json.encode(line).decode()])

    def _write_record(self) -> None:
        """Put the record in its place, with where the audit log stands."""
        self._audit.sync()
        self.record = replace(
            self.record, audit_lines=self._audit.sequence, audit_head=self._audit.head
        )
        write_record(self.folder, self.record)

    def _sync(self) -> None:
        now = time.monotonic()
        if now - self._synced > _SYNC_EVERY:
            self._synced = now
            self._audit.sync()


def check_audit(folder: Path) -> ChainReport:
    """Whether the audit log of a run is as it was written, and not cut.

    Raises EvidenceNotFoundError, OutputError.
    """
    record = read_record(folder)
    return check_chain(
        folder / AUDIT, reaches=(record.audit_lines, record.audit_head) if record else None
    )


def results_of(folder: Path) -> Iterator[bytes]:
    """The lines of results that stand in a folder."""
    path = folder / RESULTS
    if path.exists():
        with path.open("rb") as stream:
            yield from stream


def read_record(folder: Path) -> RunRecord | None:
    """What the run in a folder is of; None if there is none. Raises OutputError."""
    path = folder / RUN
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunRecord)
    except FileNotFoundError:
        return None
    except (msgspec.MsgspecError, OSError) as error:
        message = f"{path} is no record of a run ({error}); choose another folder"
        raise OutputError(message) from error


def _fitting(folder: Path, record: RunRecord) -> RunRecord | None:
    """The record of a run that is to go on; None for a new one. Raises OutputError."""
    known = read_record(folder)
    if known is None:
        return None
    if known.finished:
        message = f"{folder} holds a run that was finished at {known.finished}"
        raise OutputError(f"{message}; choose another folder for a new one")
    if known.targets != record.targets:
        message = f"{folder} holds an unfinished run of other targets; choose another folder"
        raise OutputError(message)
    return known


def write_record(folder: Path, record: RunRecord) -> None:
    """Put the record in its place, whole or not at all. Raises OutputError."""
    path = folder / RUN
    part = path.with_suffix(".part")
    try:
        part.write_bytes(msgspec.json.format(msgspec.json.encode(asdict(record)), indent=1))
        part.chmod(0o600)
        part.replace(path)
    except OSError as error:
        raise failed(path, error) from error


def _audit_lines(event: str, moment: str, calls: Sequence[Call]) -> list[str]:
    begin = f'{{"time":"{moment}","event":"{event}","address":"'
    return [_audit_line(begin, call, path=event == "get") for call in calls]


def _audit_line(begin: str, call: Call, *, path: bool) -> str:
    """JSON, of which only a host could hold what must be written otherwise."""
    endpoint, step = call.conversation.endpoint, call.step
    host = msgspec.json.encode(step.host).decode() if step.host else '""'
    end = f',"path":"{PATHS[step.probe]}"}}' if path else "}"
    return f'{begin}{endpoint.address}","port":{port_of(step, endpoint)},"host":{host}{end}'


def _moment_text(moment: float) -> str:
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _open(path: Path) -> int:
    """For appending; what a kill left of a last line is cut off."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)
    except OSError as error:
        raise failed(path, error) from error
    size = whole = os.fstat(file).st_size
    block = 1 << 20
    while whole:
        start = max(0, whole - block)
        os.lseek(file, start, os.SEEK_SET)
        found = os.read(file, whole - start).rfind(b"\n")
        if found >= 0:
            whole = start + found + 1
            break
        whole = start
    if whole < size:
        os.ftruncate(file, whole)
    return file


def _done(path: Path) -> Iterator[int | str]:
    decoder = msgspec.json.Decoder(_Place)
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                place = decoder.decode(line)
                yield place_key(place.address, place.port) if place.address else place.target
            except (msgspec.MsgspecError, ValueError) as error:
                message = f"{path}, line {number}: no result of a probe ({error}); use another run"
                raise OutputError(message) from error


def _kept(path: Path) -> Iterator[tuple[int, Conversation]]:
    decoder = msgspec.json.Decoder(_Pending)
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                conversation = decoder.decode(line).conversation
            except msgspec.MsgspecError as error:
                message = f"{path}, line {number}: not what a probe wrote ({error})"
                raise OutputError(message) from error
            endpoint = conversation.endpoint
            yield place_key(endpoint.address, endpoint.port), conversation


_BINARY: int = getattr(os, "O_BINARY", 0)
