"""How results are printed while they come: JSON lines, CSV, or a table at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TextIO

import msgspec

from alpheus.exposure.model import Observation

if TYPE_CHECKING:
    from alpheus.exposure.run import Counts


class ResultWriter(Protocol):
    """Takes results one by one, and the counts at the end."""

    def write(self, observation: Observation, line: bytes) -> None:
        """A result and its JSON line."""

    def write_line(self, line: bytes) -> None:
        """A result of before, as it stands in the folder of the run."""

    def end(self, counts: Counts) -> None:
        """No more results come."""


def result_writer(name: str, stream: TextIO) -> ResultWriter:
    """The writer of a format: `jsonl`, `csv` or `table`."""
    if name == "jsonl":
        return _JsonLines(stream)
    if name == "csv":
        return _Csv(stream)
    from alpheus.exposure.output.table import TableWriter  # noqa: PLC0415 - rich is slow to load

    return TableWriter(stream)


class _JsonLines:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, observation: Observation, line: bytes) -> None:
        del observation
        self.write_line(line)

    def write_line(self, line: bytes) -> None:
        self._stream.write(line.decode("utf-8"))

    def end(self, counts: Counts) -> None:
        del counts


class _Csv:
    def __init__(self, stream: TextIO) -> None:
        from alpheus.exposure.output.csv import CsvWriter  # noqa: PLC0415 - only for this format

        self._csv = CsvWriter(stream)
        self._decoder = msgspec.json.Decoder(Observation)

    def write(self, observation: Observation, line: bytes) -> None:
        del line
        self._csv.write(observation)

    def write_line(self, line: bytes) -> None:
        self._csv.write(self._decoder.decode(line))

    def end(self, counts: Counts) -> None:
        del counts
