"""The columns of a timeline, and which field of which source stands in which of them.

`columns.csv` says it; what it does not name stands in `fields`, under the name of its format. A
column holds one field of each source, so a row can be read back as it was.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

TEXTS = ("client", "method", "url", "query", "agent", "user", "referer", "target", "command",
         "parameters", "image", "parent", "file")  # fmt: skip
"""Columns of text that a field may stand in."""

NUMBERS = ("status", "event")
"""Columns of numbers; what is no plain number stands in `fields`."""

FIELD_COLUMNS = (*TEXTS, *NUMBERS)
"""Columns that a field may stand in."""

COLUMNS: Mapping[str, str] = {
    "time": "TIMESTAMP",
    "basis": "VARCHAR",
    "server": "VARCHAR",
    "source": "VARCHAR",
    "label": "VARCHAR",
    "client": "VARCHAR",
    "method": "VARCHAR",
    "url": "VARCHAR",
    "query": "VARCHAR",
    "status": "INTEGER",
    "agent": "VARCHAR",
    "user": "VARCHAR",
    "referer": "VARCHAR",
    "target": "VARCHAR",
    "event": "INTEGER",
    "command": "VARCHAR",
    "parameters": "VARCHAR",
    "image": "VARCHAR",
    "parent": "VARCHAR",
    "file": "VARCHAR",
    "fields": "MAP(VARCHAR, VARCHAR)",
    "host": "VARCHAR",
    "package": "VARCHAR",
    "path": "VARCHAR",
    "line": "BIGINT",
    "record": "BIGINT",
    "damage": "VARCHAR",
    "encoding": "VARCHAR",
}
"""Every column of a timeline and its type, in order; see the guide for what each means."""

FORMAT = "alpheus.timeline/1"
MARK = "alpheus"
"""The key under which a file says what it is, as JSON: its format, and for each source the names
that stand in `fields` (None: too many to list)."""


@cache
def columns_of(source: str) -> Mapping[str, str]:
    """For the fields of a source that have a column of their own: which."""
    return _table().get(source, {})


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    text = files("alpheus.timeline").joinpath("columns.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        found.setdefault(row["source"], {})[row["field"]] = row["column"]
    return found
