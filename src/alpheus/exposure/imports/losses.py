"""What could not be imported, row by row, as CSV for a spreadsheet."""

from __future__ import annotations

import csv
from typing import TextIO

from alpheus.exposure.imports.model import Loss
from alpheus.report.csv_output import cell

COLUMNS = ("file", "record", "reason")


class Losses:
    """Writes losses to a text stream whose line ends are left alone; the header comes first."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        self._writer.writerow(COLUMNS)

    def add(self, file: str, loss: Loss) -> None:
        """One row."""
        self._writer.writerow([cell(value) for value in (file, loss.row, loss.reason)])
