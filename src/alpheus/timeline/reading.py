"""Rows of a timeline as the events that they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from alpheus.model import Citation, Event, TimeBasis
from alpheus.timeline import surrogates
from alpheus.timeline.columns import FIELD_COLUMNS, columns_of
from alpheus.timeline.layouts import unflat, with_times
from alpheus.timeline.parts import ESCAPED, MALFORMED

NEEDED = ("time", "basis", "source", *FIELD_COLUMNS, "fields", "host", "package", "path", "line",
          "record", "damage", "encoding")  # fmt: skip
"""The columns that an event is made of, in the order in which they are wanted."""


def event_of(row: Sequence[Any]) -> Event:
    """The event of a row with the columns `NEEDED`. Its citation has no text."""
    columns = dict(zip(NEEDED, row, strict=True))
    time: datetime | None = columns["time"]
    time = time.replace(tzinfo=UTC) if time is not None else None
    rest: dict[str, str] = dict(columns["fields"] or {})
    if columns["record"] is None:
        rest = with_times(rest, time)
    # The first of several values may have a column; the others come behind it.
    texts = {
        field: str(columns[column])
        for column, field in _fields_of(columns["source"]).items()
        if columns[column] is not None
    }
    texts |= rest
    host = columns["host"]
    if columns["encoding"] == ESCAPED:
        restore = surrogates.restore
        texts = {restore(name): restore(value) for name, value in texts.items()}
        host = restore(host) if host is not None else None
    citation = Citation(
        columns["package"], columns["path"], line=columns["line"], record_id=columns["record"]
    )
    return Event(
        columns["source"], time, TimeBasis(columns["basis"]), host, unflat(texts.items()), citation,
        columns["damage"] == MALFORMED,
    )  # fmt: skip


@cache
def _fields_of(source: str) -> Mapping[str, str]:
    return {column: field for field, column in columns_of(source).items()}
