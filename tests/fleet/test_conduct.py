"""One hand shows by its tool, by the order of its steps, and by their pace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpheus import lab
from alpheus.cases.traces import TraceKind
from alpheus.fleet.conduct import agent_of, conduct
from alpheus.job import TriageOptions
from alpheus.model import Citation, ServerAssessment, Weight
from alpheus.pipeline import Pipeline
from assessments import compromised_server

ROW = "2021-02-28 11:12:41 10.1.4.20 GET /owa/auth/x.js - 443 - 198.51.100.9"


def _kinds(server: ServerAssessment) -> dict[TraceKind, list[str]]:
    found: dict[TraceKind, list[str]] = {}
    for one in conduct(server):
        found.setdefault(one.kind, []).append(one.value)
    return found


def _moved(server: ServerAssessment, *, by: timedelta, pace: float = 1) -> ServerAssessment:
    """The same, at another time and speed."""
    times = [one.time for one in server.findings if one.time is not None]
    first = min(times)
    return replace(server, findings=tuple(
        replace(one, time=one.time and first + by + (one.time - first) * pace)
        for one in server.findings
    ))  # fmt: skip


def test_the_same_conduct_is_the_same_trace_whenever_it_was() -> None:
    """The tool by its name; the steps by order and pace; the burst by the hour as well."""
    server = compromised_server()
    found = _kinds(server)
    assert set(found) == {TraceKind.TOOL, TraceKind.STEPS, TraceKind.BURST}
    (steps,) = (one for one in conduct(server) if one.kind is TraceKind.STEPS)
    assert steps.seen == "2021-03-03T06:59:20Z"
    assert "Forged request reached the Exchange control panel; at once: " in steps.label
    labels = [one.label for one in conduct(server) if one.kind is TraceKind.TOOL]
    assert "python-requests/2.25.1" in labels
    later = _kinds(_moved(server, by=timedelta(days=2)))
    assert later[TraceKind.STEPS] == found[TraceKind.STEPS]
    assert later[TraceKind.BURST] != found[TraceKind.BURST]
    soon = _kinds(_moved(server, by=timedelta(seconds=20)))
    assert soon[TraceKind.BURST] == found[TraceKind.BURST]


def test_another_pace_or_order_is_another_conduct() -> None:
    """As are other rules; few steps are none."""
    server = compromised_server()
    steps = _kinds(server)[TraceKind.STEPS]
    assert _kinds(_moved(server, by=timedelta(), pace=500))[TraceKind.STEPS] != steps
    assert _kinds(_moved(server, by=timedelta(), pace=-1))[TraceKind.STEPS] != steps
    few = replace(server, findings=server.findings[:2])
    assert TraceKind.STEPS not in _kinds(few)
    context = replace(server, findings=tuple(
        replace(one, weight=Weight.CONTEXT) for one in server.findings))  # fmt: skip
    assert _kinds(context) == {}
    local = replace(server, findings=tuple(
        replace(one, local_time=True) for one in server.findings))  # fmt: skip
    assert TraceKind.STEPS not in _kinds(local)


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        (f"{ROW} Mozilla/5.0+(x;+y)+z - 500 0 0 15", "Mozilla/5.0 (x; y) z"),
        (f"{ROW} - - 500 0 0 15", ""),
        ("no row of anything", ""), ("", ""), ("EventID=4688 Image=x", ""), ("\x00" * 50, ""),
    ],
)  # fmt: skip
def test_a_line_names_its_tool(text: str, agent: str) -> None:
    """Or none; whatever it is, nothing goes wrong."""
    assert agent_of(Citation("E1", "a.log", text=text)) == agent


def test_two_servers_that_one_tool_visited(tmp_path: Path) -> None:
    """Simulated ones with nothing else in common: the same steps, by logs of different kinds."""
    found = []
    for seed in (1, 2):
        lab.generate(tmp_path / str(seed), "webshell", size=2_000_000, seed=seed)
        options = TriageOptions(workers=1)
        run = Pipeline([tmp_path / str(seed) / "evidence"], options, None)
        (server,) = run.run(datetime(2021, 4, 1, tzinfo=UTC)).assessment.servers
        found.append(_kinds(server))
    assert found[0][TraceKind.STEPS] == found[1][TraceKind.STEPS]
    assert all(len(one[TraceKind.TOOL]) >= 1 for one in found)
