"""Reads a whole package, for tests of what opens evidence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from alpheus.errors import AlpheusError
from alpheus.evidence import Limits, OpenOptions, open_package
from alpheus.model import Evidence, Skipped

SMALL = 1 << 22
"""Content longer than this is not kept, only counted."""


@dataclass
class Contents:
    """What came out of a package. Files that failed while being read are in `failed`."""

    files: dict[str, bytes] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    scopes: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    modified: dict[str, object] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    failed: dict[str, Exception] = field(default_factory=dict)
    evidence: Evidence | None = None

    @property
    def reasons(self) -> dict[str, str]:
        return {loss.path: loss.reason for loss in self.skipped}


def options(*passwords: str, **limits: float) -> OpenOptions:
    """Options with passwords and changed limits."""
    return OpenOptions(Limits(**limits), passwords)  # type: ignore[arg-type]


def read_package(path: Path, *passwords: str, block: int = 1 << 16, **limits: float) -> Contents:
    """Every file to its end, as far as it can be read; checks the hash of each."""
    package = open_package(path, "E1", options(*passwords, **limits))
    contents = Contents()
    for item in package.files():
        if isinstance(item, Skipped):
            contents.skipped.append(item)
            continue
        contents.order.append(item.path)
        contents.scopes[item.path] = item.scope
        contents.modified[item.path] = item.modified
        kept, digest, size = bytearray(), hashlib.sha256(), 0
        try:
            with item.open() as stream:
                while data := stream.read(block):
                    digest.update(data)
                    size += len(data)
                    if size <= SMALL:
                        kept += data
        except (OSError, AlpheusError) as error:
            contents.failed[item.path] = error
        else:
            assert item.sha256 == digest.hexdigest()
            assert item.bytes_read == size
        contents.files[item.path] = bytes(kept)
        contents.sizes[item.path] = size
    contents.evidence = package.finish()
    return contents
