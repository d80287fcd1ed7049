"""Files as they come in: a piece at a time, to a folder that only the console may read.

    files/<id>        what has arrived, mode 0600
    files/<id>.json   what was announced, until all of it is here and a job has it

The name that a browser gives is kept as words and is never part of a path.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from alpheus.errors import UsageError
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.model import Kind, Upload
from alpheus.web.jobs.presence import PRIVATE_FOLDER, make_private, take_lock

RESERVE = 512 << 20
"""Bytes that are left free for the database and all else."""
MOST_AT_ONCE = 50
"""Files of one person that are on their way."""
UNFINISHED_FOR = 24 * 3_600
"""Seconds after which a file that never arrived is removed."""
UNCLAIMED_FOR = 3_600
LONGEST_NAME = 150

MEGABYTE: Final = 1 << 20
_PRIVATE = 0o600
_FOLDER = "files"
_ID = re.compile(r"[0-9a-f]{32}")
_SAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LOOK_EVERY = 64 << 20
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c", b"ElfFile\x00", b"EVF\x09\x0d")
_ASSESSMENT = b"alpheus.assessment/"


class Incoming(msgspec.Struct, frozen=True):
    """A file on its way. `size` is what was announced; -1 where that is not known.

    `most` is how many bytes are taken of its kind.
    """

    id: str
    who: str
    organisation: str
    kind: Kind
    name: str
    size: int
    most: int


class Uploads:
    """The folder. Raises OSError where it cannot be made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = folder / _FOLDER

    def begin(
        self, kind: Kind, name: str, size: int, *, most: int, who: str, organisation: str = ""
    ) -> Incoming:
        """Make room for a file of `size` bytes, -1 for unknown. Raises ComplaintError."""
        make_private(self._files)
        shown = plain_name(name)
        if size == 0:
            raise ComplaintError(said.EMPTY, name=shown)
        if size > most:
            raise _too_large(shown, size, most)
        under_way = list(self._announced())
        if sum(1 for one in under_way if one.who == who) >= MOST_AT_ONCE:
            raise ComplaintError(said.TOO_MANY, status=429, most=MOST_AT_ONCE)
        promised = sum(max(one.size - self._have(one.id), 0) for one in under_way)
        if max(size, 0) + promised + RESERVE > self.free():
            raise ComplaintError(said.NO_ROOM, status=507, name=shown,
                                 size=_megabytes(max(size, 0)))  # fmt: skip
        found = Incoming(secrets.token_hex(16), who, organisation, kind, shown, size, most)
        os.close(os.open(self.path(found.id), os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE))
        meta = self._meta(found.id)
        file = os.open(meta, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE)
        with os.fdopen(file, "wb") as stream:
            stream.write(msgspec.json.encode(found))
        return found

    def find(self, number: str, who: str) -> Incoming:
        """A file on its way, of whoever began it. Raises ComplaintError."""
        if not _ID.fullmatch(number):
            raise ComplaintError(said.UNKNOWN_UPLOAD, status=404)
        try:
            found = msgspec.json.decode(self._meta(number).read_bytes(), type=Incoming)
        except (OSError, msgspec.MsgspecError):
            raise ComplaintError(said.UNKNOWN_UPLOAD, status=404) from None
        if found.who != who:
            raise ComplaintError(said.UNKNOWN_UPLOAD, status=404)
        return found

    def have(self, incoming: Incoming) -> int:
        """How many bytes of it are here."""
        return self._have(incoming.id)

    def check_room(self, incoming: Incoming) -> None:
        """Raises ComplaintError where it could not go on for want of room."""
        if self.free() < RESERVE:
            raise no_room(incoming, self._have(incoming.id))

    @contextmanager
    def writer(self, incoming: Incoming, offset: int) -> Iterator[Writer]:
        """Go on with a file at its end; what came stays, however this ends.

        Raises ComplaintError where that is elsewhere, or another writes it.
        """
        try:
            file = os.open(self.path(incoming.id), os.O_RDWR)
        except OSError:
            raise ComplaintError(said.UNKNOWN_UPLOAD, status=404) from None
        try:
            if not take_lock(file):
                raise ComplaintError(said.BUSY, status=409)
            have = os.fstat(file).st_size
            if have != offset:
                raise ComplaintError(said.NOT_THERE, status=409, offset=have)
            os.lseek(file, have, os.SEEK_SET)
            writer = Writer(file, incoming, have, self.free)
            try:
                yield writer
            finally:
                writer.flush()
        finally:
            os.close(file)

    def complete(self, incoming: Incoming) -> Upload:
        """A file that is here whole, as a job takes it. Raises ComplaintError."""
        have = self._have(incoming.id)
        if have == 0:
            raise ComplaintError(said.EMPTY, name=incoming.name)
        if incoming.size >= 0 and have != incoming.size:
            raise ComplaintError(
                said.INCOMPLETE, status=409, have=have, size=incoming.size, offset=have
            )
        self._check_kind(incoming)
        return Upload(incoming.id, incoming.name, have)

    def taken(self, upload: Upload) -> None:
        """A job has it now."""
        self._meta(upload.id).unlink(missing_ok=True)

    def drop(self, number: str) -> None:
        """Remove a file with all that is known of it."""
        if _ID.fullmatch(number):
            self._meta(number).unlink(missing_ok=True)
            self.path(number).unlink(missing_ok=True)

    def path(self, number: str) -> Path:
        """Where a file lies. Raises ComplaintError for what is no name of ours."""
        if not _ID.fullmatch(number):
            raise ComplaintError(said.UNKNOWN_UPLOAD, status=404)
        return self._files / number

    def free(self) -> int:
        """Bytes that there is room for."""
        return shutil.disk_usage(self._files).free

    def sweep(self, wanted: Collection[str], now: float | None = None) -> int:
        """Remove what never arrived and what no job has; how many. `wanted` are those of jobs."""
        moment, gone = time.time() if now is None else now, 0
        if not self._files.is_dir():
            return 0
        for path in list(self._files.iterdir()):
            number = path.name.removesuffix(".json")
            if number in wanted or not _ID.fullmatch(number):
                continue
            with suppress(OSError):
                announced = self._meta(number).exists()
                most = UNFINISHED_FOR if announced else UNCLAIMED_FOR
                if moment - path.stat().st_mtime > most:
                    path.unlink()
                    gone += 1
        return gone

    def _check_kind(self, incoming: Incoming) -> None:
        with self.path(incoming.id).open("rb") as stream:
            head = stream.read(4_096)
        if incoming.kind is Kind.IMPORT and head.startswith(_ARCHIVES):
            raise ComplaintError(said.IS_EVIDENCE, name=incoming.name)
        text = head.lstrip()
        if incoming.kind is Kind.TRIAGE and text[:1] == b"{" and _ASSESSMENT in text[:200]:
            raise ComplaintError(said.IS_LIST, name=incoming.name)

    def _have(self, number: str) -> int:
        try:
            return self.path(number).stat().st_size
        except OSError:
            return 0

    def _meta(self, number: str) -> Path:
        return self._files / f"{number}.json"

    def _announced(self) -> Iterator[Incoming]:
        for path in self._files.glob("*.json"):
            with suppress(OSError, msgspec.MsgspecError):
                yield msgspec.json.decode(path.read_bytes(), type=Incoming)


class Writer:
    """Writes at the end of a file, and never more than was announced."""

    def __init__(self, file: int, incoming: Incoming, have: int, free: Callable[[], int]) -> None:
        self._file = file
        self._incoming = incoming
        self._free = free
        self._looked = have
        self.have = have

    def write(self, piece: bytes | bytearray) -> None:
        """Add a piece. Raises ComplaintError where it is too much, or there is no room."""
        announced, most = self._incoming.size, self._incoming.most
        if announced >= 0 and self.have + len(piece) > announced:
            raise ComplaintError(said.LONGER, status=413)
        if self.have + len(piece) > most:
            raise _too_large(self._incoming.name, self.have + len(piece), most)
        if self.have - self._looked >= _LOOK_EVERY:
            self._looked = self.have
            self._check_room()
        view = memoryview(piece)
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            os.ftruncate(self._file, self.have)
            raise self._no_room() from error
        self.have += len(piece)

    def flush(self) -> None:
        """See that it is on the disk. Raises ComplaintError."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._no_room() from error

    def _check_room(self) -> None:
        if self._free() < RESERVE:
            raise self._no_room()

    def _no_room(self) -> ComplaintError:
        return no_room(self._incoming, self.have)


def no_room(incoming: Incoming, have: int) -> ComplaintError:
    """What is told where there is none left for a file."""
    size = max(incoming.size, have)
    return ComplaintError(said.NO_ROOM, status=507, name=incoming.name, size=_megabytes(size))


def prepare_folder(folder: Path) -> None:
    """Make the folder of uploads, for us alone. Raises UsageError where that cannot be."""
    try:
        make_private(folder)
        if os.name == "posix" and folder.stat().st_mode & 0o077:
            folder.chmod(PRIVATE_FOLDER)
        trial = folder / f".{secrets.token_hex(8)}"
        trial.touch(_PRIVATE)
        trial.unlink()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(
            f"--uploads {folder}: {reason}; name a folder that may be written to"
        ) from error


def plain_name(name: str) -> str:
    """What a browser calls a file, without folders and what cannot be seen, for people."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(c for c in last if c.isprintable()).strip()[:LONGEST_NAME]
    return shown or "?"


def safe_name(name: str) -> str:
    """A name for a file of ours by which readers may tell what it is; never a path."""
    found = _SAFE.sub("_", plain_name(name)).lstrip(".")[-100:].lstrip(".")
    return found or "file"


def _too_large(name: str, size: int, most: int) -> ComplaintError:
    return ComplaintError(
        said.TOO_LARGE, status=413, name=name, size=_megabytes(size), most=most // MEGABYTE
    )


def _megabytes(size: int) -> int:
    return -(-size // MEGABYTE)
