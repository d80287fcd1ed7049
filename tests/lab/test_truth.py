"""The ground truth as a record and as a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from alpheus.lab.truth import GroundTruth, Scenario, ServerTruth, to_json
from alpheus.model import Stage, Verdict

_WHEN = datetime(2021, 3, 1, 2, 3, 4, 567_000, tzinfo=UTC)
_CLEAN = ServerTruth("ONE", Verdict.NO_EVIDENCE, Stage.NONE)
_BROKEN = ServerTruth("TWO", Verdict.COMPROMISED, Stage.OPERATED, first_seen=_WHEN)


def _truth() -> GroundTruth:
    return GroundTruth("two", 1, Path("evidence"), (_CLEAN, _BROKEN))


def test_worst_server_speaks() -> None:
    """Verdict, stage and first time are those of the worst server."""
    truth = _truth()
    assert (truth.verdict, truth.stage) == (Verdict.COMPROMISED, Stage.OPERATED)
    assert truth.first_seen == _WHEN


def test_file_has_worst_on_top_and_all_below() -> None:
    """The file repeats the worst server's fields and lists every server, times to the second."""
    document = json.loads(to_json(_truth()))
    assert document["server"] == "TWO"
    assert document["first_seen"] == "2021-03-01T02:03:04Z"
    assert [server["verdict"] for server in document["servers"]] == ["no-evidence", "compromised"]
    assert document["scenario"] == "two"
    assert document["seed"] == 1


def test_times_are_cut_to_the_second() -> None:
    """Formats differ below the second, so the truth does not speak of it."""
    cut = _BROKEN.at_seconds()
    assert cut.first_seen == _WHEN.replace(microsecond=0)
    assert cut.implanted_at is None


def test_scenario_has_a_default_size() -> None:
    """A scenario without a size of its own writes 8 to 15 MB."""
    assert 8_000_000 <= (Scenario("a", "b").default_size or 0) <= 15_000_000
