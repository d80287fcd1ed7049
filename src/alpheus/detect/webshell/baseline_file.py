"""A baseline made by the operator, from installation media or a server that is known to be clean.

JSON lines, UTF-8. The first is `{"schema": "alpheus.baseline/1"}`; every other one is a file:
`{"path": …, "sha256": …, "size": …}`, its path below what was handed in, lower case, with `/`.
The lines are in the order of paths, so that equal trees give equal files.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from alpheus.detect.server_pages import is_server_page
from alpheus.detect.webshell.kinds import kind_by_name
from alpheus.errors import AlpheusError, KnowledgeError
from alpheus.evidence.base import EvidenceFile, Package
from alpheus.model import Skipped

SCHEMA = "alpheus.baseline/1"
_HEAD = 1 << 16
_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 16
_HEX = frozenset("0123456789abcdef")
_SHA256 = 64
_ENOUGH = 5
"""So many files of a baseline at their places show where its root lies."""


@dataclass(frozen=True, slots=True, order=True)
class BaselineEntry:
    """One file of a clean tree."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class OperatorBaseline:
    """A baseline that was read: the hashes at every path, and all hashes."""

    name: str
    entries: Mapping[str, frozenset[str]]
    hashes: frozenset[str]

    def roots(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The folders, ending with `/` or empty, under which these paths repeat the baseline's.

        `paths` are lower case with `/`. None is given where too little of it is found to tell.
        """
        counts: Counter[str] = Counter()
        for path in paths:
            at = 0
            while at >= 0:
                if path[at:] in self.entries:
                    counts[path[:at]] += 1
                at = path.find("/", at) + 1 or -1
        most = max(counts.values(), default=0)
        if most < _ENOUGH and most * 4 < len(self.entries):
            return ()
        return tuple(sorted(root for root, count in counts.items() if count * 2 >= most))


def baseline_entries(package: Package) -> Iterator[BaselineEntry | Skipped]:
    """Every page, assembly, configuration and script of a package, hashed; and every loss."""
    block = bytearray(_BLOCK)
    for file in package.files():
        if isinstance(file, Skipped):
            yield file
            continue
        try:
            entry = _entry(file, block)
        except (OSError, AlpheusError) as error:
            yield Skipped(file.evidence, file.path, None, f"not read to its end: {error}")
            continue
        if entry is not None:
            yield entry


def _entry(file: EvidenceFile, block: bytearray) -> BaselineEntry | None:
    named = kind_by_name(file.path) is not None
    view = memoryview(block)
    with file.open() as stream:
        count: int = stream.readinto(view if named else view[:_HEAD])  # type: ignore[attr-defined]
        if not named and not is_server_page(bytes(view[:count]), file.path):
            return None
        while stream.readinto(view):  # type: ignore[attr-defined]
            pass
    if file.sha256 is None:
        message = "the content changed while it was read"
        raise OSError(message)
    return BaselineEntry(file.path.lower(), file.sha256, file.bytes_read)


def write_baseline(entries: Iterable[BaselineEntry], stream: TextIO) -> int:
    """Write a baseline, whatever the order of its entries; returns how many files it holds."""
    ordered = sorted(set(entries))
    stream.write(json.dumps({"schema": SCHEMA}) + "\n")
    for one in ordered:
        row = {"path": one.path, "sha256": one.sha256, "size": one.size}
        stream.write(json.dumps(row, ensure_ascii=True) + "\n")
    return len(ordered)


def read_baseline(path: Path) -> OperatorBaseline:
    """Read a baseline. Raises KnowledgeError that names file and line."""
    found: dict[str, set[str]] = {}
    try:
        with path.open("rb") as stream:
            for entry in _rows(path, stream):
                found.setdefault(entry.path, set()).add(entry.sha256)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise KnowledgeError(f"{path}: the baseline cannot be read: {reason}") from error
    if not found:
        message = f"{path}: the baseline lists no file; make it again from a web server's folder"
        raise KnowledgeError(message)
    return OperatorBaseline(
        path.name,
        {name: frozenset(hashes) for name, hashes in found.items()},
        frozenset().union(*found.values()),
    )


def _rows(path: Path, lines: Iterable[bytes]) -> Iterator[BaselineEntry]:
    number = 0
    for number, line in enumerate(lines, start=1):
        where = f"{path}: line {number}"
        if len(line) > _LONGEST_LINE:
            raise KnowledgeError(f"{where}: longer than {_LONGEST_LINE} bytes; not a baseline")
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise KnowledgeError(f"{where}: not JSON; {_REMEDY}") from None
        if number == 1:
            if not isinstance(row, dict) or row.get("schema") != SCHEMA:
                raise KnowledgeError(f'{where}: the schema is not "{SCHEMA}"; {_REMEDY}')
            continue
        yield _checked(row, where)
    if not number:
        raise KnowledgeError(f"{path}: line 1: empty; {_REMEDY}")


_REMEDY = "make the file with `alpheus baseline make`"


def _checked(row: object, where: str) -> BaselineEntry:
    if not isinstance(row, dict):
        raise KnowledgeError(f"{where}: not an object with path, sha256 and size")
    path, sha256, size = (row.get(key) for key in ("path", "sha256", "size"))
    if not isinstance(path, str) or not path:
        raise KnowledgeError(f"{where}: path is not a text")
    if not isinstance(sha256, str) or len(sha256) != _SHA256 or set(sha256.lower()) - _HEX:
        raise KnowledgeError(f"{where}: sha256 is not a hash of 64 hexadecimal digits")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise KnowledgeError(f"{where}: size is not a number of bytes")
    return BaselineEntry(path.replace("\\", "/").strip("/").lower(), sha256.lower(), size)
