"""Health probes."""

from __future__ import annotations

from alpheus.lab import probes
from alpheus.lab.server import Build, Server


def test_probes_are_local(server: Server, build: Build) -> None:
    """The server asks itself: from loopback, at the front end and at ports 444 and 445."""
    front, back = probes.front_end(server), probes.back_end(server, build)
    assert {request.client for request in front + back} <= {"127.0.0.1", "::1"}
    assert {request.port for request in front} == {443}
    assert {request.port for request in back} == {444, 445}


def test_usual_false_alarms(server: Server, build: Build) -> None:
    """The monitors that rules trip over are there."""
    text = " ".join(
        request.user_agent + request.query + request.user
        for request in probes.front_end(server) + probes.back_end(server, build)
    )
    for name in ("AMProbe", "ActiveMonitor", "Odata_PC_Probe", "HealthMailbox", "Ews_Probe"):
        assert name in text
