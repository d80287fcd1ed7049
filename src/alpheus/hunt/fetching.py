"""Timelines in a store, brought here once: what is here already is not fetched again.

They are kept below the folder of what this program remembers, in files that only their owner may
read. Together they take no more room than is allowed: those that were asked longest ago go first.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from alpheus.errors import LimitError, OutputError, UsageError
from alpheus.hunt.timelines import SUFFIX
from alpheus.scan.compiled import cache_folder
from alpheus.store.address import WEB, Address
from alpheus.store.model import Stat, Store
from alpheus.store.opening import open_store

MOST = 20 << 30
"""Bytes of timelines that are kept, unless more is allowed."""

_PIECE = 16 << 20
_FORGOTTEN = 3_600.0
"""Seconds without a byte after which nobody fetches a timeline any more."""
Tell = Callable[[str], None]


def fetched(
    address: Address, most: int = MOST, tell: Tell = lambda _: None,
    opened: Callable[[Address], Store] = open_store,
) -> list[Path]:  # fmt: skip
    """The timelines below an address, as files here, in the order of keys.

    Raises StoreError, UsageError where none is there, LimitError where they take more room than is
    allowed, OutputError where they cannot be written.
    """
    store = opened(address)
    wanted = _wanted(store, address)
    if not wanted:
        raise UsageError(f"{address}: no timeline is there; name the place of --results")
    size = sum(stat.size for stat in wanted)
    if size > most:
        raise LimitError(
            f"{address}: its timelines have {size / 1e9:,.1f} GB, and {most / 1e9:,.1f} GB are "
            "allowed here; ask for a part of them, or allow --max-fetched"
        )
    folder = _folder()
    paths = [folder / _name(address, stat) for stat in wanted]
    missing = [(path, stat) for path, stat in zip(paths, wanted, strict=True) if not _is_here(path)]
    make_room(folder, most - sum(stat.size for _, stat in missing), keep={*paths})
    for number, (path, stat) in enumerate(missing, start=1):
        tell(f"{number:,} of {len(missing):,} timelines fetched, {stat.size / 1e6:,.0f} MB")
        _fetch(store, stat, path)
    return paths


def _wanted(store: Store, address: Address) -> list[Stat]:
    if address.scheme in WEB or address.key.endswith(SUFFIX):
        stat = store.look(address.key)
        return [stat] if stat is not None else []
    below = address.folder().key
    return [one for one in store.list(below) if one.key.endswith(SUFFIX) and one.size]


def _folder() -> Path:
    try:
        folder = cache_folder() / "timelines"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OutputError(f"timelines cannot be kept: {why}; set ALPHEUS_CACHE") from None
    return folder


def _name(address: Address, stat: Stat) -> str:
    told = f"{address.scheme}\n{address.host}\n{stat.key}\n{stat.mark}"
    return f"{hashlib.sha256(told.encode('utf-8', 'surrogateescape')).hexdigest()}{SUFFIX}"


def _is_here(path: Path) -> bool:
    """Whether it is; then it was asked now."""
    try:
        os.utime(path)
    except OSError:
        return False
    return True


def make_room(folder: Path, most: int, keep: Iterable[Path] = ()) -> None:
    """Remove timelines until so many bytes are left: first those that were asked longest ago.

    Those to `keep` stay. What a killed hunt had begun to fetch goes as well.
    """
    _forget_begun(folder)
    kept = set(keep)
    found = sorted(
        (status.st_mtime, path, status.st_size)
        for path in folder.glob(f"*{SUFFIX}") for status in (path.stat(),)
    )  # fmt: skip
    left = sum(size for _, _, size in found)
    for _, path, size in found:
        if left > most and path not in kept:
            with suppress(OSError):
                path.unlink()
            left -= size


def _forget_begun(folder: Path) -> None:
    for path in folder.glob(f".*{SUFFIX}.*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _FORGOTTEN:
                path.unlink()


def _fetch(store: Store, stat: Stat, path: Path) -> None:
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(made, "xb", opener=_private) as stream:
            stream.writelines(
                store.read(stat, start, min(start + _PIECE, stat.size))
                for start in range(0, stat.size, _PIECE)
            )
        made.replace(path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OutputError(f"{path}: cannot be written: {why}; make room there") from None
    finally:
        with suppress(OSError):
            made.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
