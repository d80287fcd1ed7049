"""Reads the tables that ship with the package, or those installed in their place."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from pathlib import Path

from alpheus.errors import KnowledgeError
from alpheus.knowledge.installed import installed

FOLDER = Path(__file__).parent / "tables"


def read_table(name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Every row of the table `name` (CSV, UTF-8, possibly `.gz`), as installed or as it ships.

    Raises KnowledgeError if the file is missing, lacks one of `columns`, or has a ragged row.
    """
    added = installed().table(name)
    path, remedy = (FOLDER / name, "reinstall the package") if added is None else (
        added, f"alpheus pack remove {name} goes back to the one that ships")  # fmt: skip
    try:
        return read_rows(_text(name, path.read_bytes()), columns, f"tables/{name}")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        message = f"tables/{name}: {error}; {remedy}"
        raise KnowledgeError(message) from error


def check_replacement(name: str, content: bytes) -> None:
    """Whether a file may stand in for the table of this name.

    Raises KnowledgeError where no such table ships, or a column of it is missing.
    """
    shipped = FOLDER / name
    if not shipped.is_file():
        message = f"{name}: no table of this name is known; use the newest Alpheus"
        raise KnowledgeError(message)
    heading = next(csv.reader(io.StringIO(_text(name, shipped.read_bytes()))))
    try:
        text = _text(name, content)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{name}: {error}") from error
    read_rows(text, tuple(heading), name)


def _text(name: str, raw: bytes) -> str:
    return (gzip.decompress(raw) if name.endswith(".gz") else raw).decode()


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
