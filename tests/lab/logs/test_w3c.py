"""IIS rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from alpheus.lab.logs import w3c
from alpheus.lab.request import BackEnd, Request
from alpheus.lab.server import Server
from alpheus.lab.text import SLOTS, compiled

_FILLED = dict.fromkeys(SLOTS, "X") | {"w3c": "2021-03-01 00:00:00"}
_REQUEST = Request("Owa", "GET", "/owa/a b", "192.0.2.1", "Some Agent (a, b)", "q=1 2")


def _values(line: str) -> list[str]:
    return (compiled(line) % _FILLED).split(" ")


def test_blanks_become_plus(server: Server) -> None:
    """A row has as many blanks as columns ask for; empty values are a dash."""
    values = _values(w3c.front_end_line(_REQUEST, server))
    assert len(values) == len(w3c.FIELDS.split(" "))
    row = dict(zip(w3c.FIELDS.split(" "), values, strict=True))
    assert row["cs(User-Agent)"] == "Some+Agent+(a,+b)"
    assert row["cs-username"] == "-"
    assert row["cs-uri-query"] == "q=1+2&CorrelationID=<empty>;&cafeReqId=X;"


def test_refusals_have_their_substatus(server: Server) -> None:
    """A 401 has substatus 1 and the code of a failed logon."""
    values = _values(w3c.front_end_line(replace(_REQUEST, status=401), server))
    assert values[-4:-1] == ["401", "1", "1326"]


def test_back_end_row(server: Server) -> None:
    """Site 2 sees port 444, the passed user and the front end's address."""
    assert w3c.back_end_line(_REQUEST, server) is None
    back = BackEnd("/owa/", "", server.account, server.address, 200)
    line = w3c.back_end_line(replace(_REQUEST, back_end=back), server)
    assert line is not None
    values = _values(line)
    assert values[6:9] == ["444", server.account, server.address]


def test_header() -> None:
    """Four lines, the columns last."""
    lines = w3c.header(datetime(2021, 3, 1, tzinfo=UTC)).split("\r\n")
    assert lines[2] == "#Date: 2021-03-01 00:00:00"
    assert lines[3] == f"#Fields: {w3c.FIELDS}"
