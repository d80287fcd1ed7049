"""Somebody tried."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from alpheus.lab.logs import httpproxy
from alpheus.lab.plan import Plan
from alpheus.lab.scenarios import attempts
from alpheus.lab.text import SLOTS
from alpheus.model import Stage, Verdict

_BUILDERS = {scenario.name: builder for scenario, builder in attempts.SCENARIOS}
_FILLED = dict.fromkeys(SLOTS, "X")


def _forged(plan: Plan) -> Iterator[dict[str, str]]:
    names = httpproxy.FIELDS.split(",")
    for entry in plan.entries:
        for log, line in entry.template.lines:
            if log.startswith("httpproxy/"):
                (values,) = csv.reader([line % _FILLED])
                row = dict(zip(names, values, strict=True))
                if row["AnchorMailbox"].startswith("ServerInfo~"):
                    yield row


@pytest.mark.parametrize("name", ["scanned", "attempted", "patched-in-time", "mitigated"])
def test_every_try_failed(name: str) -> None:
    """Where the truth is `attempted`, no forged request was answered."""
    (plan,) = _BUILDERS[name](1)
    rows = list(_forged(plan))
    assert rows
    assert all(int(row["HttpStatus"]) >= 400 for row in rows)
    assert (plan.truth.verdict, plan.truth.stage) == (Verdict.ATTEMPTED, Stage.ATTEMPTED)


@pytest.mark.parametrize("name", list(_BUILDERS))
def test_first_seen_is_the_first_forged_request(name: str) -> None:
    """Looking around before it does not count."""
    for seed in range(5):
        (plan,) = _BUILDERS[name](seed)
        forged = [
            entry.time
            for entry in plan.entries
            if any("ServerInfo~" in line for _, line in entry.template.lines)
        ]
        assert plan.truth.first_seen == min(forged)


def test_scanner_asks_for_the_server_itself() -> None:
    """Only checks with `localhost` as their target."""
    (plan,) = _BUILDERS["scanned"](1)
    assert {row["TargetServer"] for row in _forged(plan)} == {"localhost"}


def test_answered_in_vain() -> None:
    """Two answers, and neither the control panel nor mail was reached."""
    (plan,) = _BUILDERS["forged-answered"](1)
    rows = list(_forged(plan))
    assert [row["HttpStatus"] for row in rows] == ["200", "200"]
    assert not any("/ecp/" in row["AnchorMailbox"] for row in rows)
    assert plan.truth.verdict is Verdict.SUSPICIOUS


def test_patch_came_first() -> None:
    """The update is older than every try."""
    (plan,) = _BUILDERS["patched-in-time"](1)
    assert plan.truth.patched_at is not None
    assert plan.truth.first_seen is not None
    assert plan.truth.patched_at < plan.truth.first_seen
    assert plan.truth.build == plan.server.build_after.value
