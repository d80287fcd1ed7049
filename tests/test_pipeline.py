"""The order of a triage, on one process and on several."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpheus import lab
from alpheus.job import TriageOptions
from alpheus.model import Assessment
from alpheus.pipeline import Pipeline

SIZE = 3_000_000
NOW = datetime(2021, 4, 1, tzinfo=UTC)


def _assess(folder: Path, workers: int) -> Assessment:
    result = Pipeline([folder], TriageOptions(workers=workers), None).run(NOW)
    assert result.unopened == ()
    return replace(result.assessment, run=replace(result.assessment.run, finished=NOW))


@pytest.mark.parametrize("scenario", ["webshell", "spread", "two-servers"])
def test_how_the_reading_is_shared_out_does_not_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scenario: str
) -> None:
    """One, two and three processes give the same assessment, in the same order."""
    lab.generate(tmp_path / scenario, scenario, size=SIZE, seed=7)
    monkeypatch.setattr("alpheus.pipeline.WORTH_SHARING", 1)
    alone = _assess(tmp_path / scenario / "evidence", 1)
    assert alone.servers[0].findings
    assert _assess(tmp_path / scenario / "evidence", 2) == alone
    assert _assess(tmp_path / scenario / "evidence", 3) == alone
