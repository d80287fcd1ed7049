"""Reads the tables that ship with the package."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

from alpheus.errors import KnowledgeError

FOLDER = Path(__file__).parent / "tables"


def read_table(name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Every row of `tables/<name>` (CSV, UTF-8, possibly `.gz`).

    Raises KnowledgeError if the file is missing, lacks one of `columns`, or has a ragged row.
    """
    path = FOLDER / name
    try:
        raw = path.read_bytes()
        content = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        message = f"tables/{name}: {error}; reinstall the package"
        raise KnowledgeError(message) from error
    return read_rows(content, columns, f"tables/{name}")


def read_rows(content: str, columns: tuple[str, ...], where: str) -> list[dict[str, str]]:
    """Every row of a CSV text; `where` names the file in errors. Raises KnowledgeError."""
    reader = csv.DictReader(io.StringIO(content), strict=True)
    try:
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            message = f"{where}: line 1: the column {missing[0]} is missing"
            raise KnowledgeError(message)
        rows: list[dict[str, str]] = []
        for row in reader:
            if None in row or None in row.values():
                message = f"{where}: line {reader.line_num}: not as many columns as the heading"
                raise KnowledgeError(message)
            rows.append(row)
    except csv.Error as error:
        message = f"{where}: line {reader.reader.line_num}: {error}"
        raise KnowledgeError(message) from error
    return rows
