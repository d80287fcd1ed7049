"""One file of a package, whatever the package is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from alpheus.errors import LimitError
from alpheus.evidence.budget import Budget
from alpheus.evidence.members import Member
from alpheus.evidence.reading import Begun, ContentReader, Replay, as_content_error
from alpheus.evidence.sparing import is_known_by_hash
from alpheus.evidence.spool import Spool

HEAD_BYTES = 4096
"""How much of a file is looked at to tell whether it is a container."""

_BLOCK = 1 << 20


def fingerprint_of(status: os.stat_result) -> str:
    """Device, number, size and times of a file: what changes when its content does."""
    return (
        f"{status.st_dev}:{status.st_ino}:{status.st_size}:"
        f"{status.st_mtime_ns}:{status.st_ctime_ns}"
    )


def fingerprint_at(path: Path) -> str | None:
    """The fingerprint of the file at a path; None if there is none."""
    try:
        return fingerprint_of(path.stat(follow_symlinks=False))
    except OSError:
        return None


class MemberFile:
    """Implements `EvidenceFile` over a member of a container. Usable until `release`.

    `place` is the fingerprint of what holds it, and its number there; None where nothing tells
    whether that has changed. `inside`: it belongs to a volume, so it is given whatever it is.
    `sparing`: it is large and in a store; `left` tells whether it was left unread.
    """

    def __init__(
        self,
        evidence: str,
        path: str,
        scope: str,
        member: Member,
        *,
        budget: Budget,
        spool: Spool,
        place: str | None = None,
        inside: bool = False,
        sparing: bool = False,
    ) -> None:
        self._evidence = evidence
        self._path = path
        self._scope = scope
        self._member = member
        self._budget = budget
        self._spool = spool
        self._place = place
        self._inside = inside
        self._sparing = sparing
        self.left = False
        self._replay: Replay | None = None
        self._kept: tuple[BinaryIO, bytearray] | None = None
        self._looked_at: BinaryIO | None = None
        self._released = False
        self._copy: Path | None = None
        self._cleanup: ExitStack | None = None
        self._sha256: str | None = None
        self._bytes_read = 0

    @property
    def evidence(self) -> str:
        """Id of the package as it was handed in."""
        return self._evidence

    @property
    def path(self) -> str:
        """Address inside the package as handed in."""
        return self._path

    @property
    def scope(self) -> str:
        """Address of the innermost package that holds the file, with a final `/`, or empty."""
        return self._scope

    @property
    def size(self) -> int | None:
        """Bytes, where the container says so."""
        return self._member.size

    @property
    def modified(self) -> datetime | None:
        """Last modification in UTC, where the container says so."""
        return self._member.modified

    @property
    def fingerprint(self) -> str | None:
        """What the file system says of a real file, or of the archive with the place in it."""
        member = self._member
        if member.path is not None:
            own = fingerprint_at(member.path)
        else:
            own = self._place and f"{self._place}:{member.size}:{member.mark}:{member.name}"
        return own and f"{own}/volume" if self._inside else own

    @property
    def sha256(self) -> str | None:
        """Hash of the whole content; None until it was read to its end."""
        return self._sha256

    @property
    def bytes_read(self) -> int:
        """The farthest point of the content that was read."""
        return self._bytes_read

    def leave(self, head: bytes) -> bool:
        """Whether the rest of the content is left unread, since nothing reads it."""
        self.left = self._sparing and not is_known_by_hash(head, self.size)
        return self.left

    def open(self) -> BinaryIO:
        """A new stream from the start, hashed while it is read to its end.

        A file of a forward-only container (tar, 7z) can be opened again as long as no more than
        `REPLAY_LIMIT` bytes were read, or after `local`. Raises OSError or LimitError.
        """
        reader = ContentReader(self._path, self.raw(), self._budget, self._note)
        return cast("BinaryIO", reader)

    def raw(self) -> BinaryIO:
        """The content, neither counted nor hashed; for looking inside."""
        if self._copy is not None:
            return self._copy.open("rb")
        if self._looked_at is not None:
            stream, self._looked_at = self._looked_at, None
            stream.seek(0)
            return stream
        if self._member.path is not None:
            return self._opened()
        if not self._member.forward:
            return self._begun()
        if self._replay is None:
            self._replay = Replay(self._path, self._opened())
            self._later().callback(self._replay.close)
        return self._replay.reader()

    def head(self) -> bytes:
        """The first bytes. Raises OSError."""
        stream = self.raw()
        try:
            return stream.read(HEAD_BYTES)
        finally:
            if self._member.path is not None and self._looked_at is None:
                self._looked_at = stream
            else:
                stream.close()

    @contextmanager
    def local(self) -> Iterator[Path]:
        """A seekable path to the content: the file itself in a folder, else a bounded copy.

        The content is hashed once, before the path is given out. Raises OSError or LimitError.
        """
        if self._member.path is not None:
            if self._sha256 is None:
                self._read_through()
            yield self._member.path
            return
        if self._copy is None:
            self._check_size()
            with self.open() as stream:
                self._copy = self._later().enter_context(self._spool.copy(stream))
        yield self._copy

    def release(self) -> None:
        """Delete the copy and let go of the content."""
        self._copy = None
        self._released = True
        if self._looked_at is not None:
            self._looked_at.close()
            self._looked_at = None
        if self._kept is not None:
            self._kept[0].close()
            self._kept = None
        if self._cleanup is not None:
            self._cleanup.close()
            self._cleanup = None

    def _later(self) -> ExitStack:
        if self._cleanup is None:
            self._cleanup = ExitStack()
        return self._cleanup

    def _begun(self) -> BinaryIO:
        """The content from where an earlier reader has left it, with all that came before."""
        stream, head = self._kept or (self._opened(), bytearray())
        self._kept = None
        return cast("BinaryIO", Begun(self._path, stream, head, self._keep))

    def _keep(self, stream: BinaryIO, head: bytearray) -> None:
        if self._kept is None and not self._released:
            self._kept = (stream, head)
        else:
            stream.close()

    def _opened(self) -> BinaryIO:
        try:
            return self._member.open()
        except Exception as error:
            raise as_content_error(self._path, error) from error

    def _read_through(self) -> None:
        block = bytearray(_BLOCK)
        with self.open() as stream:
            while cast("ContentReader", stream).readinto(block):
                pass

    def _check_size(self) -> None:
        limit = self._budget.limits.spool_bytes
        if self.size is not None and self.size > limit:
            raise LimitError(
                f"{self.size} bytes do not fit in the limit of {limit} bytes of temporary copies; "
                "raise the limit `spool_bytes`, or unpack the evidence and hand in the folder"
            )

    def _note(self, count: int, sha256: str | None) -> None:
        self._bytes_read = max(self._bytes_read, count)
        if sha256 is not None:
            self._sha256 = sha256
