"""EWS rows."""

from __future__ import annotations

import csv

from alpheus.lab.logs import ews
from alpheus.lab.request import Request
from alpheus.lab.server import Build, Server
from alpheus.lab.text import SLOTS, compiled


def test_row(server: Server, build: Build) -> None:
    """92 columns; the mailbox that was opened, the action and the size are told."""
    request = Request(
        "Ews", "POST", "/ews/exchange.asmx", "192.0.2.1", "a, b", soap="GetItem",
        soap_user="x@y", response_bytes=77,
    )  # fmt: skip
    text = compiled(ews.line(request, server, build)) % dict.fromkeys(SLOTS, "X")
    (values,) = csv.reader([text])
    row = dict(zip(ews.FIELDS.split(","), values, strict=True))
    assert len(row) == 92
    assert (row["SoapAction"], row["AuthenticatedUser"], row["ResponseSize"]) == (
        "GetItem", "x@y", "77",
    )  # fmt: skip
