"""Entries of a custody log for people, spreadsheets and programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TextIO

from alpheus.custody.entries import Package
from alpheus.custody.place import manifest_name, manifests_beside
from alpheus.custody.reading import Line, is_digest, read_lines
from alpheus.custody.words import digest_of, line_kind, line_text
from alpheus.report.csv_output import cell
from alpheus.report.custody_html import CustodyRow
from alpheus.report.visible import visible

COLUMNS = (
    "line", "time", "kind", "who", "host", "program", "run", "packs", "text", "sha256", "hash",
)  # fmt: skip


def write_lines(
    place: Path, form: str, kinds: Collection[str], since: str, stream: TextIO
) -> str:  # fmt: skip
    """Write what is asked for as `text`, `json` or `csv`; returns why the log stops to hold, or ''.

    Raises EvidenceNotFoundError.
    """
    found = _Found(place, kinds, since)
    {"text": _text, "json": _json, "csv": _csv}[form](iter(found), stream)
    return found.fault


def rows(place: Path, size: int) -> Iterator[CustodyRow]:
    """Every line that holds, in words; of the first `size` bytes of the log."""
    for line in read_lines(place, size=size):
        if not line.fault:
            yield _row(line)


def manifests_of(place: Path, size: int) -> list[Path]:
    """The lists of files beside a log that it names, as far as they are there."""
    folder = manifests_beside(place)
    named = {
        line.entry.detail.manifest
        for line in read_lines(place, size=size)
        if line.entry and isinstance(line.entry.detail, Package)
    }
    paths = (folder / manifest_name(one) for one in sorted(named) if is_digest(one))
    return [one for one in paths if one.is_file()]


class _Found:
    """The lines that are asked for."""

    def __init__(self, place: Path, kinds: Collection[str], since: str) -> None:
        self._place = place
        self._kinds = kinds
        self._since = since
        self.fault = ""

    def __iter__(self) -> Iterator[Line]:
        for line in read_lines(self._place):
            if line.fault:
                self.fault = f"line {line.number:,}: {line.fault}"
            elif self._fits(line):
                yield line

    def _fits(self, line: Line) -> bool:
        if self._kinds and line_kind(line) not in self._kinds:
            return False
        return line.entry is None or line.entry.frame.time >= self._since


def _row(line: Line) -> CustodyRow:
    frame = line.entry.frame if line.entry else None
    digest = digest_of(line.entry.detail) if line.entry else ""
    if frame is None:
        return CustodyRow(line.number, "", "", "", "", line_kind(line), line_text(line), digest)
    return CustodyRow(
        line.number, frame.time, frame.who, frame.host, frame.program, line_kind(line),
        line_text(line), digest,
    )  # fmt: skip


def _text(lines: Iterator[Line], stream: TextIO) -> None:
    for line in lines:
        row = _row(line)
        parts = (f"{row.number:>5}", row.time or " " * 20, f"{row.kind:<12}", row.who, row.text,
                 row.sha256)  # fmt: skip
        stream.write(visible("  ".join(part for part in parts if part)) + "\n")


def _json(lines: Iterator[Line], stream: TextIO) -> None:
    """One array; each entry as it stands in the log, with its line and hash."""
    before = "[\n"
    for line in lines:
        said = line.text if line.entry else json.dumps({"text": visible(line.text)})
        stream.write(f'{before}{{"line":{line.number},"hash":"{line.hash}",{said[1:]}')
        before = ",\n"
    stream.write("\n]\n" if before == ",\n" else "[]\n")


def _csv(lines: Iterator[Line], stream: TextIO) -> None:
    """A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for line in lines:
        row, frame = _row(line), line.entry.frame if line.entry else None
        packs = " ".join(f"{name} {version}" for name, version in frame.packs.items()) if frame \
            else ""  # fmt: skip
        cells = (row.number, row.time, row.kind, row.who, row.host, row.program,
                 frame.run if frame else "", packs, row.text, row.sha256, line.hash)  # fmt: skip
        writer.writerow([cell(one) for one in cells])
