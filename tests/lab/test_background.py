"""A day besides requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from alpheus.lab.background import day
from alpheus.lab.plan import Plan
from alpheus.lab.scenarios.quiet import quiet_truth
from alpheus.lab.server import Server
from alpheus.model import Verdict

_MONDAY = datetime(2021, 3, 1, tzinfo=UTC)
_SUNDAY = datetime(2021, 2, 28, tzinfo=UTC)


def _plan(server: Server) -> Plan:
    return Plan(server, quiet_truth(server, Verdict.NO_EVIDENCE))


def test_a_day_is_in_order_and_within_itself(server: Server) -> None:
    """Entries are sorted and lie in the day asked for."""
    entries = day(Random(1), _plan(server), _MONDAY, 3)
    times = [entry.time for entry in entries]
    assert times == sorted(times)
    assert times[0] >= _MONDAY
    assert times[-1] < _MONDAY + timedelta(days=1)


def test_administrators_rest_on_sunday(server: Server) -> None:
    """Cmdlets of people occur on working days; monitoring goes on."""
    plan = _plan(server)
    monday = day(Random(1), plan, _MONDAY, 1)
    sunday = day(Random(1), plan, _SUNDAY, 1)
    assert len(monday) == len(sunday) + 2
    logs = {log for entry in sunday for log, _ in entry.template.lines}
    assert {"ecp-server", "ecp-activity", "rps-cmdlet", "oab", "events:Security"} <= logs
