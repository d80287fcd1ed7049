"""A simulated country on disk, and what is made of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alpheus.exposure.imports import ImportedFile, ImportOptions
from alpheus.exposure.model import Observation
from alpheus.lab.country import Truth


@dataclass
class Made:
    """A country on disk."""

    folder: Path
    truth: Truth
    rows: list[dict[str, Any]]

    def lines(self, name: str) -> list[dict[str, Any]]:
        """The objects of a file of truth."""
        return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]

    def list_file(self, path: str) -> Path:
        """A list by its path."""
        return self.folder / "lists" / path

    def rows_of(self, path: str) -> dict[int, dict[str, Any]]:
        """The truth of a list by the numbers of its records."""
        return {row["row"]: row for row in self.rows if row["file"] == path}

    def imported(self, path: str) -> tuple[list[Observation], set[int]]:
        """What `alpheus import` makes of a list: observations, and records it cannot read."""
        file = ImportedFile(self.list_file(path), ImportOptions())
        found = list(file.observations())
        return found, {loss.row for loss in file.tally.losses}
