"""Logs that cannot say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from alpheus.lab import GroundTruth
from alpheus.lab.scenarios import limits
from alpheus.model import Stage, Verdict
from lab_reading import exchange_rows


def test_all_are_undecidable() -> None:
    """Nothing happened on them, and nobody can know."""
    for _, builder in limits.SCENARIOS:
        (plan,) = builder(1)
        assert plan.truth.verdict is Verdict.NOT_DETERMINABLE
        assert plan.truth.stage is Stage.NONE
        assert not plan.entries


def test_logs_begin_late(written: Callable[[str], GroundTruth]) -> None:
    """No file of the short logs is older than 20 March."""
    files = list(written("short-logs").evidence.rglob("HttpProxy_*.LOG"))
    assert files
    assert min(file.name for file in files) >= "HttpProxy_20210320"


def test_gap_is_in_the_front_end_only(written: Callable[[str], GroundTruth]) -> None:
    """Four days are missing in HttpProxy and site 1; the control panel's log goes on."""
    evidence = written("gap").evidence
    site = evidence / "C/inetpub/logs/LogFiles/W3SVC1"
    days = {file.name for file in site.iterdir()}
    missing = {f"u_ex21030{day}.log" for day in (1, 2, 3, 4)}
    assert not days & missing
    assert len(days) == 86
    front, back = datetime(2021, 3, 1, tzinfo=UTC), datetime(2021, 3, 5, tzinfo=UTC)
    for file in evidence.rglob("HttpProxy_202103*.LOG"):
        for row in exchange_rows(file):
            time = datetime.fromisoformat(row["DateTime"])
            assert not front <= time < back
    assert list(evidence.rglob("ECPServer20210302-1.LOG"))


def test_panel_logs_are_missing(written: Callable[[str], GroundTruth]) -> None:
    """ECP Server and MSExchange Management are not there, all else is."""
    evidence = written("no-control-panel-logs").evidence
    assert not list(evidence.rglob("ECPServer*"))
    assert not list(evidence.rglob("MSExchange*"))
    assert list(evidence.rglob("ECPActivity*"))
