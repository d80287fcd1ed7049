"""What a report is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import EvidenceError, OutputError, UsageError
from alpheus.exposure.output.lines import LineReader
from alpheus.exposure.report.runs import open_runs
from exposure_runs import OPEN, observation, run_folder, write_lines


def test_runs_are_put_in_their_order(tmp_path: Path) -> None:
    """By their records, or the times in a list; the order of the command line says nothing."""
    late = run_folder(tmp_path / "a", [observation("192.0.2.1")], "2021-03-09T00:00:00Z")
    early = run_folder(tmp_path / "z", [observation("192.0.2.1")], "2021-03-01T00:00:00Z")
    listed = write_lines(tmp_path / "list.jsonl", [
        observation("192.0.2.1", time=""), observation("192.0.2.2", time="2021-03-05T00:00:00Z"),
    ])  # fmt: skip
    runs = open_runs([late, listed, early / "results.jsonl"])
    assert [run.name for run in runs] == ["z", "list.jsonl", "a"]
    assert [run.record is None for run in runs] == [False, True, False]
    assert runs[0].audit is not None
    assert runs[0].audit.fault is None


def test_a_list_without_times_is_as_old_as_its_file(tmp_path: Path) -> None:
    """So that it has a place in the order."""
    path = write_lines(tmp_path / "list.jsonl", [observation("192.0.2.1", time="")])
    assert open_runs([path])[0].began.startswith("20")


def test_a_changed_audit_log_is_found(tmp_path: Path) -> None:
    """The report must not repeat a hash that holds no more."""
    folder = run_folder(tmp_path / "a", [observation("192.0.2.1")], "2021-03-01T00:00:00Z")
    log = folder / "audit.log"
    log.write_bytes(log.read_bytes().replace(b"192.0.2.1", b"192.0.2.9"))
    audit = open_runs([folder])[0].audit
    assert audit is not None
    assert audit.fault is not None


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_run_is_a_run(tmp_path: Path, content: bytes) -> None:
    """One that was interrupted before the first result can be reported."""
    path = tmp_path / "results.jsonl"
    path.write_bytes(content)
    assert list(open_runs([path])[0].lines()) == []


def test_what_is_no_run_is_refused_with_a_remedy(tmp_path: Path) -> None:
    """Nothing given, given twice, absent, without results, of another kind, a broken record."""
    path = write_lines(tmp_path / "list.jsonl", [observation("192.0.2.1")])
    with pytest.raises(UsageError, match="needs a run"):
        open_runs([])
    with pytest.raises(UsageError, match="given twice"):
        open_runs([path, tmp_path / "." / "list.jsonl"])
    with pytest.raises(EvidenceError, match="is not there"):
        open_runs([tmp_path / "absent"])
    with pytest.raises(EvidenceError, match=r"holds no results\.jsonl"):
        open_runs([tmp_path])
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(EvidenceError, match="alpheus import"):
        open_runs([path])
    folder = run_folder(tmp_path / "a", [observation("192.0.2.1")], "2021-03-01T00:00:00Z")
    (folder / "run.json").write_text("{")
    with pytest.raises(OutputError, match="no record"):
        open_runs([folder])


def test_lines_are_found_again_by_their_offsets(tmp_path: Path) -> None:
    """Only what is shown is read a second time."""
    path = write_lines(tmp_path / "list.jsonl",
                       [observation(f"192.0.2.{n}", OPEN) for n in range(5)])  # fmt: skip
    run = open_runs([path])[0]
    offsets = [offset for offset, _ in run.lines()]
    again = run.lines_at([offsets[3], offsets[0]], LineReader())
    assert [line.address for line in again] == ["192.0.2.3", "192.0.2.0"]
    path.write_bytes(b"x" * 5000)
    with pytest.raises(EvidenceError, match="was changed while it was read"):
        list(run.lines_at(offsets, LineReader()))
    path.unlink()
    with pytest.raises(EvidenceError, match="cannot be read"):
        list(run.lines())
    with pytest.raises(EvidenceError, match="cannot be read"):
        list(run.lines_at(offsets, LineReader()))
