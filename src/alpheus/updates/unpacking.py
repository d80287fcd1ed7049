"""A pack as an archive: made the same way every time, and taken apart with nothing trusted.

A pack is data: files of the kinds below, in folders. Anything else in an archive is refused.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from alpheus.errors import BundleError, KnowledgeError

KINDS = frozenset({".yaml", ".yml", ".yar", ".yara", ".csv", ".gz", ".md", ".json", ".txt", ".po"})
_PLAIN = frozenset({"LICENSE", "LICENCE", "NOTICE"})
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
MOST_FILES = 5_000
MOST_BYTES = 1 << 28
_LINKED = "a link has no place in a pack"
_TWICE = "it is there twice"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_LINK = 0o120000
_KIND_OF_FILE = 0o170000
_READABLE = 0o100644 << 16


def pack_archive(folder: Path, archive: Path) -> None:
    """Write the archive of a pack's folder; the same files give the same bytes.

    Raises KnowledgeError for a file that has no place in a pack.
    """
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as writer:
        for name, path in _fit_files(folder):
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = _READABLE
            writer.writestr(entry, path.read_bytes())


def unpack(archive: Path, folder: Path, shown: str) -> None:
    """Take an archive apart into a folder that is not there yet.

    `shown` names it in errors. Raises BundleError for anything that is no file of a pack, for two
    files of one name, and beyond the bounds on files and bytes.
    """
    try:
        with zipfile.ZipFile(archive) as reader:
            _unpack(reader, folder, shown)
    except (zipfile.BadZipFile, EOFError, RuntimeError, ValueError) as error:
        raise BundleError(f"{shown}: no archive of a pack: {error}") from error


def _unpack(reader: zipfile.ZipFile, folder: Path, shown: str) -> None:
    entries = [one for one in reader.infolist() if not one.is_dir()]
    if len(entries) > MOST_FILES:
        raise BundleError(f"{shown}: {_too_many()}")
    seen: set[str] = set()
    left = MOST_BYTES
    for entry in entries:
        if reason := _refused(entry, seen):
            raise BundleError(f"{shown}: {entry.filename[:200]!r}: {reason}")
        target = folder.joinpath(*entry.filename.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        with reader.open(entry) as source:
            content = source.read(left + 1)
        left -= len(content)
        if left < 0:
            raise BundleError(f"{shown}: {_too_large()}")
        target.write_bytes(content)


def _refused(entry: zipfile.ZipInfo, seen: set[str]) -> str:
    """Why a file of an archive is not written; empty if it may be."""
    mode = entry.external_attr >> 16
    if mode & _KIND_OF_FILE == _LINK:
        return _LINKED
    if reason := _unfit(entry.orig_filename):
        return reason
    if entry.filename.casefold() in seen:
        return _TWICE
    seen.add(entry.filename.casefold())
    return ""


def _unfit(name: str) -> str:
    parts = name.split("/")
    if not all(_NAME.fullmatch(part) and not _RESERVED.fullmatch(part) for part in parts):
        return "no name that every system can write"
    path = PurePosixPath(name)
    if path.suffix.lower() not in KINDS and path.name not in _PLAIN:
        return "a pack holds data alone (" + ", ".join(sorted(KINDS)) + ")"
    return ""


def _too_many() -> str:
    return f"more than {MOST_FILES} files"


def _too_large() -> str:
    return f"more than {MOST_BYTES >> 20} MiB"


def unfit_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files of a pack's folder that have no place in a pack, each with the reason."""
    return ((path, reason) for _, path, reason in _files(folder) if reason)


def _fit_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for name, path, reason in _files(folder):
        if reason:
            raise KnowledgeError(f"{path}: {reason}")
        yield name, path


def _files(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """Every file with its name in an archive, and why it may not be in one, or ''."""
    seen: set[str] = set()
    left = MOST_BYTES
    for path in sorted(folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            continue
        name = path.relative_to(folder).as_posix()
        reason = _LINKED if path.is_symlink() else _unfit(name)
        if not reason and not path.is_file():
            reason = "no regular file"
        elif not reason and name.casefold() in seen:
            reason = _TWICE
        if not reason:
            left -= path.stat().st_size
            reason = _too_large() if left < 0 else ""
        seen.add(name.casefold())
        if len(seen) > MOST_FILES:
            yield name, path, _too_many()
            return
        yield name, path, reason
