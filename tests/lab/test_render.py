"""From a happening to rows."""

from __future__ import annotations

from alpheus.lab import render
from alpheus.lab.logs import events
from alpheus.lab.logs.cmdlets import Cmdlet
from alpheus.lab.request import BackEnd, Request
from alpheus.lab.server import Build, Server
from alpheus.lab.text import SLOTS

_FILLED = {name: f"<{name}>" for name in SLOTS}


def _logs(template: render.Template) -> list[str]:
    return [log for log, _ in template.lines]


def test_one_request_id_in_all_rows(server: Server, build: Build) -> None:
    """IIS, HttpProxy and EWS name the same request."""
    back = BackEnd("/EWS/Exchange.asmx", "", "D\\u", server.address, 200)
    request = Request("Ews", "POST", back.stem, "192.0.2.1", "agent", soap="GetItem", back_end=back)
    template = render.request_template(request, server, build)
    assert _logs(template) == ["iis1", "httpproxy/Ews", "iis2", "ews"]
    rows = dict(template.lines)
    for log in ("iis1", "httpproxy/Ews", "ews"):
        assert "<rid>" in rows[log] % _FILLED


def test_static_page_leaves_one_row(server: Server, build: Build) -> None:
    """What IIS answers itself stands in the log of site 1 only, without a request id."""
    request = Request("", "GET", "/robots.txt", "192.0.2.1", "agent", status=404)
    template = render.request_template(request, server, build)
    assert _logs(template) == ["iis1"]
    assert "cafeReqId" not in template.lines[0][1]


def test_probe_of_the_back_end(server: Server, build: Build) -> None:
    """A request to port 444 stands in the log of site 2 only."""
    request = Request("", "POST", "/powershell", "::1", "agent", port=444)
    assert _logs(render.request_template(request, server, build)) == ["iis2"]


def test_only_changes_are_audited(server: Server, build: Build) -> None:
    """A cmdlet that reads is in Rps Cmdlet; one that changes is audited and in the event log."""
    read = Cmdlet("Get-Mailbox", (), "adm", "S-1-5-21")
    changed = Cmdlet("Set-Mailbox", (("Identity", "x"),), "adm", "S-1-5-21")
    assert _logs(render.cmdlet_template(read, server, build, beats=False)) == ["rps-cmdlet"]
    assert _logs(render.cmdlet_template(changed, server, build, beats=False)) == [
        "rps-cmdlet",
        "audit",
        f"events:{events.MANAGEMENT}",
    ]
