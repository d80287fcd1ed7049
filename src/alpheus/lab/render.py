"""From a happening to the rows that it leaves in each log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alpheus.lab.logs import cmdlets, ecp, events, ews, httpproxy, oab, rps_http, w3c
from alpheus.lab.logs.cmdlets import Cmdlet
from alpheus.lab.logs.events import WindowsEvent
from alpheus.lab.request import Entry, Request, Template
from alpheus.lab.server import Build, Server
from alpheus.lab.text import compiled


def request_template(request: Request, server: Server, build: Build) -> Template:
    """Rows of a request: front end, HttpProxy, back end, EWS, with one request id in all."""
    if request.port != 443:
        return Template((("iis2", compiled(w3c.front_end_line(request, server))),))
    lines = [("iis1", w3c.front_end_line(request, server))]
    if request.protocol:
        row = httpproxy.line(request, server, build)
        lines.append((f"httpproxy/{request.protocol}", row))
    back = w3c.back_end_line(request, server)
    if back is not None:
        lines.append(("iis2", back))
    if request.soap:
        lines.append(("ews", ews.line(request, server, build)))
    if request.protocol == "PowerShell" and request.back_end is not None:
        lines.append(("rps-http", rps_http.line(server, build, _session(request))))
    compiled_lines = tuple((log, compiled(line)) for log, line in lines)
    return Template(compiled_lines, request.milliseconds)


def _session(request: Request) -> dict[str, str]:
    return {
        "AuthenticatedUser": request.user, "ClientIpAddress": request.client,
        "ClientInfo": request.user_agent, "UrlQuery": request.query,
    }  # fmt: skip


def rps_http_template(server: Server, build: Build, given: Mapping[str, str]) -> Template:
    """The row of Rps Http for a request that reached the back end of remote PowerShell."""
    return Template((("rps-http", compiled(rps_http.line(server, build, given))),), 31)


def happened(time: datetime, request: Request, server: Server) -> Entry:
    """A request that ended at a time."""
    return Entry(time, request_template(request, server, server.build_at(time)))


def event_template(event: WindowsEvent, server: Server, *, beats: bool) -> Template:
    """The row of a Windows event."""
    return Template(
        ((f"events:{event.channel}", compiled(events.line(event, server, beats=beats))),)
    )


def cmdlet_template(cmdlet: Cmdlet, server: Server, build: Build, *, beats: bool) -> Template:
    """Rows of a cmdlet: Rps Cmdlet, audit queue and, if it changes something, the event log."""
    lines = [("rps-cmdlet", compiled(cmdlets.rps_line(cmdlet, server, build)))]
    if not cmdlet.name.startswith(("Get-", "Test-", "Search-")):
        lines.append(("audit", compiled(cmdlets.audit_line(cmdlet, server, build))))
        lines.extend(event_template(events.cmdlet_ran(cmdlet, server), server, beats=beats).lines)
    return Template(tuple(lines), 15)


def panel_template(
    server: Server, build: Build, command: str, url: str, *, plain: bool = True
) -> Template:
    """The row of ECP Server for a cmdlet that a page of the control panel ran."""
    row = ecp.server_line(server, build, command, url, plain=plain)
    return Template((("ecp-server", compiled(row)),), 13)


def activity_template(server: Server, build: Build, user: str, url: str) -> Template:
    """The row of ECP Activity for a request to the control panel."""
    return Template((("ecp-activity", compiled(ecp.activity_line(server, build, user, url))),), 5)


def oab_template(operation: str, message: str) -> Template:
    """The row of the generator of offline address books."""
    return Template((("oab", compiled(oab.line(operation, message))),))
