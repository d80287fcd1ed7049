"""Traffic of a SharePoint farm, in which a designer does what an attack looks like."""

from __future__ import annotations

from random import Random

from alpheus.lab.server import Server
from alpheus.lab.sharepoint import background, requests, traces


def test_a_designer_edits_web_parts(server: Server) -> None:
    """The page of the attack is used by people too, with a page of the site as referrer."""
    asked = [one for _, one in requests(Random(1), server)]
    (edited,) = [one for one in asked if one.stem.endswith("/ToolPane.aspx")]
    assert edited.user
    assert "SignOut" not in edited.referer


def test_requests_stand_in_web_logs_alone(server: Server) -> None:
    """There is no front end that passes anything on."""
    assert all(not one.protocol and one.back_end is None for _, one in requests(Random(1), server))


def test_the_farm_traces_its_requests(server: Server) -> None:
    """And its timer jobs."""
    rows = [text for template in traces(server) for _, text in template.lines]
    assert any("Name=Request (GET:" in row for row in rows)
    assert any("OWSTIMER" in row for row in rows)


def test_the_search_reads_the_sites_day_and_night(server: Server) -> None:
    """So that no day is without a row."""
    logs = [log for template in background(server) for log, _ in template.lines]
    assert logs.count("iis1") >= 4
