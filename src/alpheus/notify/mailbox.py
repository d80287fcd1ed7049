"""Mail that came in, from wherever it lies: mbox, Maildir, a folder of `.eml`, a file, a stream.

Everything is only read: nothing is moved, marked or deleted. Files are read message by message, and
of a message no more than 2 MiB are kept, so that a mailbox may be larger than memory.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from alpheus.errors import EvidenceError, EvidenceNotFoundError
from alpheus.notify.bounces import Report, read_report
from alpheus.notify.mime_reader import LARGEST

_LINE = 64 << 10
_FROM = b"From "
_MAILDIR = ("new", "cur")


class Message(NamedTuple):
    """A message and where it lies; `content` may lack what is beyond 2 MiB."""

    place: str
    content: bytes


def read_reports(source: Path) -> Iterator[Report]:
    """Everything that came in, understood. Raises EvidenceError where nothing can be read."""
    return (read_report(each.content, each.place) for each in messages(source))


def messages(source: Path) -> Iterator[Message]:
    """The messages of a file, a Maildir or a folder of `.eml`; of standard input for `-`.

    Raises EvidenceError.
    """
    if str(source) == "-":
        yield from stream_messages(sys.stdin.buffer, "standard input")
        return
    try:
        mode = source.stat().st_mode
    except OSError as error:
        message = f"{source} cannot be read: {(error.strerror or str(error)).lower()}"
        raise EvidenceNotFoundError(message) from error
    if stat.S_ISDIR(mode):
        yield from _folder(source)
        return
    try:
        with source.open("rb") as stream:
            yield from _whole(stream, source)
    except OSError as error:
        raise _unreadable(source, error) from error


def stream_messages(stream: BinaryIO, place: str) -> Iterator[Message]:
    """The messages of a stream: an mbox, or one message where it does not begin as one."""
    first = stream.readline(_LINE)
    if not first.startswith(_FROM):
        content = first + stream.read(LARGEST)
        if content:
            yield Message(place, content)
        return
    kept: list[bytes] = []
    number, size, blank, whole = 1, 0, False, first.endswith(b"\n")
    while line := stream.readline(_LINE):
        starts = whole and blank and line.startswith(_FROM)
        if starts:
            yield Message(f"{place}, message {number}", b"".join(kept))
            kept, size, number = [], 0, number + 1
        elif size < LARGEST:
            mended = line[1:] if whole and line.lstrip(b">").startswith(_FROM) else line
            kept.append(mended)
            size += len(mended)
        blank = whole and not line.strip(b"\r\n")
        whole = line.endswith(b"\n")
    yield Message(f"{place}, message {number}", b"".join(kept))


def _folder(folder: Path) -> Iterator[Message]:
    """A Maildir with its folders, or every `.eml` and mbox below a folder."""
    if all((folder / name).is_dir() for name in _MAILDIR):
        boxes = [folder, *sorted(each for each in folder.glob(".*") if (each / "cur").is_dir())]
        for box in boxes:
            for name in _MAILDIR:
                yield from _files(box / name)
        return
    found = False
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith((".eml", ".mbox", ".mbx")):
                found = True
                yield from _file(Path(place, name))
    if not found:
        message = f"{folder} is no Maildir (it lacks new/ and cur/) and holds no .eml or .mbox"
        raise EvidenceError(message)


def _files(folder: Path) -> Iterator[Message]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(each.name for each in entries if each.is_file(follow_symlinks=False))
    except OSError:
        return
    for name in names:
        yield from _file(folder / name, single=True)


def _file(path: Path, *, single: bool = False) -> Iterator[Message]:
    """The messages of a file; one that vanishes while a mailbox is in use is passed over."""
    try:
        if not stat.S_ISREG(path.stat(follow_symlinks=False).st_mode):
            return
        with path.open("rb") as stream:
            if single:
                yield Message(str(path), stream.read(LARGEST))
            else:
                yield from _whole(stream, path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unreadable(path, error) from error


def _whole(stream: BinaryIO, path: Path) -> Iterator[Message]:
    """The messages of a file. A mailbox may be empty; an empty `.eml` is a message, and no mail."""
    found = False
    for one in stream_messages(stream, str(path)):
        found = True
        yield one
    if not found and path.suffix.lower() == ".eml":
        yield Message(str(path), b"")


def _unreadable(path: Path, error: OSError) -> EvidenceError:
    return EvidenceError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}")
