"""HttpProxy rows."""

from __future__ import annotations

import csv
from dataclasses import replace

from alpheus.lab.logs import httpproxy
from alpheus.lab.request import Request
from alpheus.lab.server import Build, Server
from alpheus.lab.text import SLOTS, compiled

_FILLED = {name: f"<{name}>" for name in SLOTS}
_REQUEST = Request("Owa", "GET", "/owa/", "192.0.2.1", 'A (b, c) "d" {#', "a=1", status=403)


def _row(request: Request, server: Server, build: Build) -> dict[str, str]:
    line = compiled(httpproxy.line(request, server, build)) % _FILLED
    (values,) = csv.reader([line])
    return dict(zip(httpproxy.FIELDS.split(","), values, strict=True))


def test_seventy_four_columns(server: Server, build: Build) -> None:
    """A row has the columns of Exchange 2016; the build stands in four of them."""
    row = _row(_REQUEST, server, build)
    assert len(row) == 74
    numbers = ("MajorVersion", "MinorVersion", "BuildVersion", "RevisionVersion")
    assert [row[name] for name in numbers] == ["15", "1", "2106", "2"]
    assert row["TargetServerVersion"] == "15.01.2106.000"


def test_commas_of_agents_become_blanks(server: Server, build: Build) -> None:
    """As the server does it; everything else of an agent survives."""
    assert _row(_REQUEST, server, build)["UserAgent"] == 'A (b  c) "d" {#'


def test_unproxied_request(server: Server, build: Build) -> None:
    """What the front end answered itself has no back end's columns."""
    row = _row(replace(_REQUEST, backend_status=None), server, build)
    assert row["BackEndStatus"] == row["TargetServer"] == row["RoutingHint"] == ""
    assert row["GenericErrors"] == ""


def test_errors_are_localised(server: Server, build: Build) -> None:
    """A French server writes French prose around the same type name."""
    english = _row(_REQUEST, server, build)["GenericErrors"]
    french = _row(_REQUEST, replace(server, french=True), build)["GenericErrors"]
    assert "remote server" in english
    assert "serveur distant" in french
    assert "System.Net.WebException" in english
    assert "System.Net.WebException" in french
