"""Packages below a folder, and what they hold: cheaply, and truly.

Of an archive the SHA-256 of its bytes; of a folder that of a manifest, one line for each file in
the order of paths: path, size and SHA-256. Links are not followed; where they lead is part of it.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from alpheus import __version__
from alpheus.detect.memory import fingerprint_of_evidence
from alpheus.errors import EvidenceError, EvidenceNotFoundError, UsageError
from alpheus.evidence.magic import ewf_segment, kind_of, why_none
from alpheus.evidence.place import Place
from alpheus.fleet.model import Package
from alpheus.store.address import Address

_HEAD = 4_096
_CHUNK = 1 << 20
_KNOWLEDGE = Path(__file__).resolve().parents[1] / "knowledge"
_DATA = frozenset({".py", ".pyc", ".pyi"})


@dataclass(slots=True)
class Found:
    """Packages that lie below some folders, and what lies beside them and is none.

    `addresses` are prefixes in stores, whose lists are too long to be held.
    """

    places: list[tuple[Path, str]] = field(default_factory=list)
    others: list[Path] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)


def find_packages(folders: Iterable[Place]) -> Found:
    """Each folder, archive and disk image directly below is one package, in the order of names.

    With its name below the folder. Hidden ones, links, and files that are neither are passed over.
    Raises EvidenceNotFoundError, UsageError for what is no folder.
    """
    found = Found()
    for folder in folders:
        if isinstance(folder, Address):
            if folder.query:
                raise UsageError(
                    f"{folder}: a signed address cannot be kept for later; name a bucket"
                )
            found.addresses.append(folder)
            continue
        if not folder.is_dir():
            if not folder.exists():
                raise EvidenceNotFoundError(f"{folder}: is not there; name a folder of packages")
            raise UsageError(f"{folder}: is no folder; name the folder that holds the packages")
        top = folder.resolve()
        for place in sorted(top.iterdir()):
            if _is_package(place):
                found.places.append((place, place.name))
            else:
                found.others.append(place)
    return found


def _is_package(place: Path) -> bool:
    if place.name.startswith(".") or place.is_symlink():
        return False
    if place.is_dir():
        return True
    if not place.is_file():
        return False  # a pipe would be waited for
    try:
        with place.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return True  # that it cannot be read is told where it is
    if why_none(place.name, head):
        return True  # its reader says so, and it is parked
    return kind_of(head) is not None and (ewf_segment(head) or 1) == 1


def fingerprint(place: Path) -> str:
    """What the file system says of all of a package; it changes when content does."""
    return fingerprint_of_evidence(_parts(place))


def read_package(place: Path, name: str, said: str) -> Package:
    """A package with the hash of its content; `said` is its fingerprint. Raises EvidenceError."""
    try:
        if place.is_dir():
            content, size = _of_folder(place)
        else:
            content, size = _of_files(_parts(place))
    except OSError as error:
        said = f"{place}: {(error.strerror or str(error)).lower()}; see to its permissions"
        raise EvidenceError(said) from None
    return Package(str(place), name, content, size, said)


def _parts(place: Path) -> list[Path]:
    """A package, and the further segments of a disk image that lie beside it."""
    if place.suffix.lower() not in {".e01", ".s01", ".ex01"}:
        return [place]
    stem = place.stem.lower()
    every = place.parent.iterdir()
    beside = (one for one in every if one.stem.lower() == stem and one.is_file())
    return sorted(one for one in beside if one.suffix.lower()[1:2] == place.suffix.lower()[1:2])


def _of_files(parts: Iterable[Path]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for part in parts:
        with part.open("rb", buffering=0) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    return digest.hexdigest(), size


def _of_folder(folder: Path) -> tuple[str, int]:
    digest, total = hashlib.sha256(b"folder\n"), 0
    root = os.fsencode(folder)
    for path in sorted(_files(root)):
        name = path[len(root) + 1 :].replace(os.fsencode(os.sep), b"/")
        status = os.lstat(path)  # names of bytes
        if stat.S_ISLNK(status.st_mode):
            digest.update(b"link\0%b\0%b\n" % (name, os.readlink(path)))  # noqa: PTH115 - as above
            continue
        if not stat.S_ISREG(status.st_mode):
            digest.update(b"other\0%b\n" % name)
            continue
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - a name of bytes
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        digest.update(b"file\0%b\0%d\0%b\n" % (name, status.st_size, content.encode()))
        total += status.st_size
    return digest.hexdigest(), total


def _files(root: bytes) -> Iterator[bytes]:
    """Everything below that is no folder; a folder that cannot be listed is told."""
    for folder, folders, names in os.walk(root, onerror=_raise):
        for name in names:
            yield os.path.join(folder, name)  # noqa: PTH118 - names of bytes
        for name in folders:
            path = os.path.join(folder, name)  # noqa: PTH118 - as above
            if os.path.islink(path):  # noqa: PTH114 - as above
                yield path


def _raise(error: OSError) -> None:
    raise error


def knowledge_version(rules: Iterable[Path] = ()) -> str:
    """A hash of the program's version, its packs and tables, and rules of the operator.

    The same on every machine, unlike what the file system says of them. Raises UsageError.
    """
    digest = hashlib.sha256(__version__.encode())
    for root in (_KNOWLEDGE, *rules):
        files = sorted(p for p in root.rglob("*") if p.is_file()) if root.is_dir() else [root]
        for path in files:
            if path.suffix in _DATA:
                continue
            name = path.relative_to(root).as_posix() if path != root else path.name
            try:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise UsageError(f"{path}: {reason}; name rules that can be read") from None
            digest.update(f"{name}\0{content}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
