"""Timelines for tests: files read into one, and what they say read plainly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

from alpheus.model import Event, Skipped
from alpheus.parsers import recognise
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.encoding import HEAD_SIZE
from alpheus.scan.needles import Needles
from alpheus.scan.textlog import TextScan, scan_text_log
from alpheus.timeline.parts import PartWriter
from alpheus.timeline.reading import NEEDED, event_of
from alpheus.timeline.writing import Workshop, Written, write_timeline
from textlogs import MemoryFile


def timeline(target: Path, files: Mapping[str, bytes]) -> tuple[Written, list[TextScan]]:
    """The timeline of some text logs, by path, and what their scans counted."""
    scans = []
    with Workshop(target) as workshop:
        writer = PartWriter(workshop.folder)
        for path, content in files.items():
            file = MemoryFile(content, path)
            log = recognise(content[:HEAD_SIZE], path)
            rows = writer.begin(file)
            scans.append(scan_text_log(file, log, ReadOptions(), lambda _: Needles([]),
                                       lambda _: None, tee=rows))  # fmt: skip
            rows.end(log.source, kept=True)
        part = writer.end()
        return write_timeline(workshop, [("E1", "package", part)], lambda *_: "EX01"), scans


def of_events(target: Path, events: Iterable[Event]) -> Written:
    """The timeline of some events, all of one file."""
    with Workshop(target) as workshop:
        writer = PartWriter(workshop.folder)
        rows = writer.begin(MemoryFile(b"", "events.evtx"))
        for event in events:
            rows.event(event)
        rows.end("windows-event", kept=True)
        part = writer.end()
        return write_timeline(
            workshop, [("E1", "package", part)], lambda _, host, *__: host or "EX01"
        )


def rows_of(path: Path, what: str = "*", where: str = "true") -> list[tuple[Any, ...]]:
    """Rows as DuckDB reads them."""
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT {what} FROM '{path}' WHERE {where}").fetchall()


def events_of(path: Path, where: str = "true") -> list[Event]:
    """Rows as the events that they were."""
    columns = ", ".join(f'"{name}"' for name in NEEDED)
    return [event_of(row) for row in rows_of(path, columns, where)]


def parsed(files: Mapping[str, bytes]) -> Iterator[Event]:
    """The records of files that are no text logs, as their parsers give them."""
    for path, content in files.items():
        parser = recognise(content[:HEAD_SIZE], path)
        for record in parser.parse(MemoryFile(content, path), ReadOptions()):
            if isinstance(record, Event):
                yield record
            else:
                assert isinstance(record, Skipped)
