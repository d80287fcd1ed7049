"""Databases that are filled once and then copied: to make the tables would take longest."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from alpheus.cases.database import PRIVATE, open_database

Fill = Callable[[str], None]
"""Fills the empty database at a place, and leaves it closed."""


def with_tables(place: str) -> None:
    """Nothing but the tables."""
    open_database(place).close()


def lay_down(place: Path, fill: Fill = with_tables) -> Path:
    """Write a file of SQLite as `fill` fills it; returns its path."""
    with os.fdopen(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE), "wb") as file:
        file.write(_content(fill))
    return place


@cache
def _content(fill: Fill) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "filled.db"
        fill(str(place))
        assert not place.with_name("filled.db-wal").exists()
        return place.read_bytes()
