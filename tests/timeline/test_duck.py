"""DuckDB loads nothing, and is asked for by name where it is missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from alpheus.errors import UsageError
from alpheus.timeline import duck


def test_a_connection_loads_no_extension_by_itself(tmp_path: Path) -> None:
    """Nothing is fetched from anywhere, whatever a statement would need."""
    import duckdb  # noqa: PLC0415 - an extra

    with duck.connect(tmp_path, memory=64, threads=1) as connection:
        names = "('autoinstall_known_extensions', 'autoload_known_extensions')"
        query = f"SELECT value FROM duckdb_settings() WHERE name IN {names}"
        assert connection.execute(query).fetchall() == [("false",), ("false",)]
        with pytest.raises(duckdb.Error):
            connection.execute("SELECT * FROM read_xlsx('x.xlsx')")


def test_where_it_is_missing_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError, match=r"pip install 'alpheus\[hunt\]'"):
        duck.connect(tmp_path, memory=64, threads=1)


def test_a_text_is_written_as_sql_writes_it() -> None:
    """A quote is doubled."""
    assert duck.quoted("it's") == "'it''s'"
