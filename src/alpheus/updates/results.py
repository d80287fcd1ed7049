"""Results of earlier triages, as they lie in files, and the evidence that they are of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from alpheus.errors import EvidenceNotFoundError
from alpheus.pipeline import size_of
from alpheus.report.assessment_file import SCHEMA, Package

_BLOCK = 1 << 20
_HEAD = 4_096


def results_at(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that were named, and those below folders that look like results, in order."""
    for path in paths:
        if path.is_dir():
            yield from (one for one in sorted(path.rglob("*.json")) if _looks_like(one))
        else:
            yield path


def find_evidence(wanted: Package, places: Sequence[Path]) -> Path:
    """The package of this name at one of the places, or in it.

    An archive is told by its SHA-256. A folder has none: of several with the name, it is the one
    of the same size. Raises EvidenceNotFoundError where none, or more than one, may be it.
    """
    named = [path for place in places for path in (place, place / wanted.name)]
    there = {
        path.resolve(): path
        for path in named
        if path.resolve().name == wanted.name and path.exists()
    }
    if wanted.sha256 is not None:
        fitting = [one for one in there.values() if one.is_file() and _sha256(one) == wanted.sha256]
    elif len(there) > 1:
        fitting = [one for one in there.values() if size_of(one) == wanted.bytes]
    else:
        fitting = list(there.values())
    if len(fitting) == 1 or (fitting and wanted.sha256 is not None):
        return fitting[0]
    told = f" with SHA-256 {wanted.sha256}" if wanted.sha256 else f" of {wanted.bytes} bytes"
    if fitting:
        message = f"more than one folder may be its evidence {wanted.name}{told}; name one alone"
    else:
        message = f"its evidence {wanted.name}{told} is at none of the places named"
    raise EvidenceNotFoundError(f"{message}: --evidence PATH")


def _looks_like(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return SCHEMA.encode() in file.read(_HEAD)
    except OSError:
        return False


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
