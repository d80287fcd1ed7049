"""Made-up lists."""

from __future__ import annotations

from pathlib import Path

from alpheus.directory.importers import ImportedList
from alpheus.directory.importers.model import Context
from alpheus.directory.model import Organisation, Route
from alpheus.exposure.imports.model import Loss


def read(
    folder: Path, content: str | bytes, kind: str = "", context: Context | None = None
) -> tuple[list[Organisation | Route], list[Loss], str]:
    """The entries of a list, what was lost, and its kind."""
    path = folder / "list"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    listed = ImportedList(path, kind, context)
    entries = list(listed.entries())
    return entries, listed.tally.losses, listed.kind
