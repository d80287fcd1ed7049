"""Ordinary traffic."""

from __future__ import annotations

from random import Random

from alpheus.lab.server import Build, Server
from alpheus.lab.traffic import requests


def test_nothing_in_it_is_forged(server: Server, build: Build) -> None:
    """No benign request has an anchor or a hint that only a forged one has."""
    for _, request in requests(Random(1), server, build):
        assert "ServerInfo~" not in request.anchor
        assert "Resource" not in request.hint
        assert not request.target


def test_false_alarms_are_in_it(server: Server, build: Build) -> None:
    """Version scanners, crawlers, legal oddities, administrators and failures occur."""
    asked = [request for _, request in requests(Random(1), server, build)]
    assert any(one.anchor == "ServerVersion~Version 15.0 (Build 0.0)" for one in asked)
    assert any("Googlebot" in one.user_agent for one in asked)
    assert any("+" in one.user for one in asked)
    assert any("~" in one.stem and not one.stem.isascii() for one in asked)
    assert any("*!" in one.query for one in asked)
    assert any(one.protocol == "PowerShell" for one in asked)
    assert {200, 302, 401, 404, 500} <= {one.status for one in asked}
