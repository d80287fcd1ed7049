"""The user's cache folder, and what takes long to compile and is kept there between runs.

Everything in it may be deleted at any time, and nothing in it is needed: what is damaged, of
another version or cannot be written is made anew.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from alpheus.user_folders import Kept, user_folder

_MOST_KEPT = 64
_DIGEST_BYTES = 32


def cache_folder() -> Path:
    """Where it lies: `ALPHEUS_CACHE`, or the user's cache folder of this system.

    Raises OSError for a user without a home.
    """
    given = os.environ.get("ALPHEUS_CACHE")
    return Path(given) if given else user_folder(Kept.CACHE)


def recall_compiled(key: str) -> bytes | None:
    """What was kept under a key; None if it is not there or not whole."""
    try:
        content = _place(key).read_bytes()
    except OSError:
        return None
    digest, compiled = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    return compiled if hashlib.sha256(compiled).digest() == digest else None


def keep_compiled(key: str, compiled: bytes) -> None:
    """Keep something under a key, readable by this user alone; what is oldest makes room."""
    try:
        place = _place(key)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_room(place.parent)
        descriptor, name = tempfile.mkstemp(dir=place.parent)
    except OSError:
        return
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(hashlib.sha256(compiled).digest() + compiled)
        Path(name).replace(place)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()


def _make_room(folder: Path) -> None:
    kept = sorted((path for path in folder.iterdir() if not path.is_dir()), key=_age)
    for old in kept[: -_MOST_KEPT + 1]:
        with suppress(OSError):
            old.unlink()


def _place(key: str) -> Path:
    return cache_folder() / "compiled" / hashlib.sha256(key.encode()).hexdigest()


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
