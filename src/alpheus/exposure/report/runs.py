"""The runs that a report is made of: folders of the probe, or JSON lines of an import.

They are put in the order in which they began: by their record, or by the times of their first
results where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from alpheus.custody.chain import ChainReport
from alpheus.errors import EvidenceError, EvidenceFormatError, EvidenceNotFoundError, UsageError
from alpheus.exposure.journal import AUDIT, RESULTS, RunRecord, check_audit, read_record
from alpheus.exposure.output.lines import Line, LineError, LineReader

_PEEKED = 1000
"""Lines that are looked at for a time."""

_LONGEST = 16 << 20
"""Bytes of a line beyond which it is none of ours."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run or list. `began` is ISO 8601 in UTC.

    `record` is None for a list; `audit` is what checking the log found, None where there is none.
    """

    path: Path
    name: str
    began: str
    record: RunRecord | None
    audit: ChainReport | None

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Every line with its offset in bytes; empty ones are left out. Raises EvidenceError."""
        try:
            with self.path.open("rb") as stream:
                offset = 0
                while raw := stream.readline(_LONGEST):
                    if not raw.isspace():
                        yield offset, raw
                    offset += len(raw)
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def lines_at(self, offsets: Sequence[int], reader: LineReader) -> Iterator[Line]:
        """The observations that begin there, in this order. Raises EvidenceError."""
        try:
            with self.path.open("rb") as stream:
                for offset in offsets:
                    stream.seek(offset)
                    yield reader.read(stream.readline(_LONGEST))
        except OSError as error:
            raise _unreadable(self.path, error) from error
        except LineError as error:
            message = f"{self.path} was changed while it was read ({error}); make the report again"
            raise EvidenceFormatError(message) from error


def open_runs(paths: Sequence[Path]) -> list[Run]:
    """The runs, oldest first.

    Raises UsageError if there is none or one is given twice, EvidenceError for what is no run.
    """
    if not paths:
        raise UsageError("a report needs a run: alpheus probe report FOLDER...")
    runs = [_open(path) for path in paths]
    places = [run.path.resolve() for run in runs]
    for place in places:
        if places.count(place) > 1:
            raise UsageError(f"{place} is given twice; name every run once")
    return sorted(runs, key=lambda run: run.began)


def _open(path: Path) -> Run:
    if not path.exists():
        raise EvidenceNotFoundError(f"{path} is not there; give the folder of a run, or JSON lines")
    results = path / RESULTS if path.is_dir() else path
    if not results.is_file():
        message = f"{path} is no run: it holds no {RESULTS}; give the folder of a run"
        raise EvidenceNotFoundError(message)
    folder = results.parent if results.name == RESULTS else None
    record = read_record(folder) if folder else None
    audit = folder / AUDIT if record and folder else None
    name = (folder if record and folder else results).resolve().name
    began = _began(results)
    return Run(
        results, name, record.started if record else began, record,
        check_audit(folder) if folder and audit and audit.is_file() else None,
    )  # fmt: skip


def _began(path: Path) -> str:
    """The earliest time of the first results; that of the file where they have none."""
    reader = LineReader()
    run = Run(path, "", "", None, None)
    times: list[str] = []
    read = lost = 0
    for _, raw in islice(run.lines(), _PEEKED):
        try:
            line = reader.read(raw)
        except LineError:
            lost += 1
            continue
        read += 1
        if line.time:
            times.append(line.time)
    if lost and not read:
        message = (
            f"{path} holds no observations; give results of a probe, or what"
            " `alpheus import --format jsonl` makes of a list"
        )
        raise EvidenceFormatError(message)
    changed = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    return min(times, default=changed.isoformat().replace("+00:00", "Z"))


def _unreadable(path: Path, error: OSError) -> EvidenceError:
    return EvidenceNotFoundError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}")
