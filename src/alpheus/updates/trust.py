"""Whose bundles are accepted: the roots that the operator was told of over another channel."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root
from tuf.api.serialization import DeserializationError

from alpheus.errors import BundleError, OutputError, UsageError

FOLDER = "trust"
LARGEST = 512_000
"""Bytes of a root."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = 60
_SHOWN = 16


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher of bundles. `fingerprint` is the SHA-256 (hex) of the root as trusted.

    `keys` are the ids of the keys that may sign a new root, of which `threshold` have to.
    """

    name: str
    root: bytes
    fingerprint: str
    keys: tuple[str, ...]
    threshold: int
    expires: datetime


def read_root(path: Path, name: str) -> Publisher:
    """A publisher's root from a file.

    Raises UsageError for a name that is none, BundleError for a file that is no root or is not
    signed by its own keys.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        message = f"{name[:_LONGEST]!r} is no name for a publisher; write it as in ministry-cert"
        raise UsageError(message)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror or error}") from error
    if len(content) > LARGEST:
        raise BundleError(f"{path}: larger than {LARGEST} bytes; this is no root of a publisher")
    return _publisher(content, name, path)


def trust(publisher: Publisher, fingerprint: str, place: Path) -> None:
    """Accept bundles of a publisher from now on.

    `fingerprint` is what the publisher told over another channel. Raises UsageError where it is
    another, or the name is trusted with another root; OutputError where it cannot be kept.
    """
    told = re.sub(r"[\s:]", "", fingerprint).lower()
    if told != publisher.fingerprint:
        message = (
            f"the root has the fingerprint {publisher.fingerprint}, not the one that was given; "
            "it was changed on its way, or it is another publisher's"
        )
        raise UsageError(message)
    path = place / FOLDER / f"{publisher.name}.json"
    if path.exists() and path.read_bytes() != publisher.root and not _is_damaged(path):
        message = (
            f"{publisher.name} is trusted with another root; take that away first "
            f"(alpheus pack distrust {publisher.name})"
        )
        raise UsageError(message)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".new")
        draft.write_bytes(publisher.root)
        draft.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from error


def distrust(name: str, place: Path) -> None:
    """Accept no more bundles of a publisher; what is installed of it stays.

    A damaged root is taken away like any other. Raises UsageError for one that is not trusted,
    OutputError where it cannot be taken away.
    """
    path = _path(name, place)
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from error


def trusted(name: str, place: Path) -> Publisher:
    """The publisher of this name; the only one for an empty name.

    Raises UsageError for none, BundleError where its root is damaged.
    """
    path = _path(name, place)
    try:
        return _publisher(path.read_bytes(), path.stem, path)
    except (OSError, BundleError) as error:
        raise _damaged(path) from error


def publishers(place: Path) -> Iterator[Publisher | BundleError]:
    """All that are trusted, by name; for a damaged root, the error that says what to do."""
    for path in _roots(place):
        try:
            yield trusted(path.stem, place)
        except BundleError as error:
            yield error


def _roots(place: Path) -> list[Path]:
    folder = place / FOLDER
    return sorted(folder.glob("*.json")) if folder.is_dir() else []


def _path(name: str, place: Path) -> Path:
    """Where the root of a trusted publisher is. Raises UsageError."""
    known = {path.stem: path for path in _roots(place)}
    if not known:
        message = "no publisher is trusted; alpheus pack trust ROOT.json --name NAME says how"
        raise UsageError(message)
    if not name and len(known) == 1:
        return next(iter(known.values()))
    if name not in known:
        message = (
            f"say which with --publisher: {', '.join(known)}"
            if not name
            else f"{name!r} is no trusted publisher; these are: {', '.join(known)}"
        )
        raise UsageError(message)
    return known[name]


def _is_damaged(path: Path) -> bool:
    try:
        _publisher(path.read_bytes(), path.stem, path)
    except (OSError, BundleError):
        return True
    return False


def _damaged(path: Path) -> BundleError:
    name = path.stem
    message = (
        f"{path}: damaged; trust the publisher again (alpheus pack trust ROOT.json --name {name} "
        f"--fingerprint HEX), or take it away (alpheus pack distrust {name})"
    )
    return BundleError(message)


def _publisher(content: bytes, name: str, path: Path) -> Publisher:
    try:
        metadata = Metadata[Root].from_bytes(content)
        if not isinstance(metadata.signed, Root):
            raise BundleError(
                f"{path}: not the root of a publisher, but its {metadata.signed.type}"
            )
        metadata.verify_delegate(Root.type, metadata)
    except (DeserializationError, RepositoryError, ValueError, TypeError) as error:
        message = f"{path}: not the root of a publisher, or not signed by its own keys"
        raise BundleError(message) from error
    role = metadata.signed.roles[Root.type]
    return Publisher(
        name,
        content,
        hashlib.sha256(content).hexdigest(),
        tuple(sorted(one[:_SHOWN] for one in role.keyids)),
        role.threshold,
        metadata.signed.expires.replace(tzinfo=UTC),
    )
