"""The report as data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from alpheus.exposure.report.assemble import make_report
from alpheus.exposure.report.model import SCHEMA, ExposureReport
from exposure_runs import OPEN, observation, run_folder


def test_the_data_survive_json(tmp_path: Path) -> None:
    """What is written can be read back as what it was."""
    folder = run_folder(tmp_path / "a", [observation("192.0.2.1", OPEN)], "2021-03-01T00:00:00Z")
    report = make_report([folder], date(2021, 3, 9)).report
    again = msgspec.json.decode(msgspec.json.encode(report), type=ExposureReport)
    assert again == report
    assert again.newest.run.owner == "CERT Example"
    assert again.schema == SCHEMA
