"""DuckDB, with all doors shut but those that a task needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.errors import UsageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHUT: dict[str, bool] = {
    "autoinstall_known_extensions": False, "autoload_known_extensions": False,
    "allow_community_extensions": False, "allow_unsigned_extensions": False,
}  # fmt: skip
"""Nothing is loaded, and nothing is fetched to be loaded."""

MISSING = "timelines need DuckDB: pip install 'alpheus[hunt]'"


def require() -> None:
    """Raises UsageError, with the remedy, where DuckDB is not installed."""
    try:
        import duckdb  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise UsageError(MISSING) from None


def connect(folder: Path, *, memory: int, threads: int) -> DuckDBPyConnection:
    """A connection for statements of our own; `folder` takes what finds no room in memory (MiB).

    It loads no extension. Raises UsageError where DuckDB is not installed.
    """
    require()
    import duckdb  # noqa: PLC0415 - an extra

    connection = duckdb.connect(":memory:", config={
        "threads": threads, "memory_limit": f"{memory}MiB", "temp_directory": str(folder),
        **SHUT, "preserve_insertion_order": False,
    })  # fmt: skip
    connection.execute("SET pandas_analyze_sample = 0")  # every object is a text
    connection.execute("SET enable_progress_bar = false")  # it would be printed among results
    return connection


def quoted(text: object) -> str:
    """A text as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"
