"""Plain readers for the tests of the lab: a csv reader and a split, nothing of the product."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path


def exchange_rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of an Exchange log by the names of its `#Fields` line."""
    with path.open(encoding="utf-8", newline="") as stream:
        lines = iter(stream)
        names: list[str] = []
        for line in lines:
            if line.startswith("#Fields: "):
                names = line.removeprefix("#Fields: ").strip().split(",")
                break
        for values in csv.reader(line for line in lines if not line.startswith("#")):
            assert len(values) == len(names), path
            yield dict(zip(names, values, strict=True))


def w3c_rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of an IIS log by the names of the latest `#Fields` line."""
    names: list[str] = []
    with path.open(encoding="utf-8", newline="") as stream:
        for line in stream:
            if line.startswith("#Fields: "):
                names = line.removeprefix("#Fields: ").split()
            elif not line.startswith("#"):
                values = line.rstrip("\r\n").split(" ")
                assert len(values) == len(names), line
                yield dict(zip(names, values, strict=True))
