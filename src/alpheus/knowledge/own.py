"""Recognises the package's own files, so that a scan of a folder holding Alpheus is quiet."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def is_own(sha256: str) -> bool:
    """Whether a file with this SHA-256 is part of this installation (rules, tables, programs).

    The installation is hashed once, when first asked. A file that cannot be read is not known.
    """
    return sha256.lower() in _own_hashes()


@cache
def _own_hashes() -> frozenset[str]:
    found: set[str] = set()
    for path in PACKAGE.rglob("*"):
        if path.suffix == ".pyc" or path.is_symlink() or not path.is_file():
            continue
        try:
            content = path.read_bytes()
        except OSError:
            continue
        if content:
            found.add(hashlib.sha256(content).hexdigest())
    return frozenset(found)
