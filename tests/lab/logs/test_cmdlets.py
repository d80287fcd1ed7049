"""Rows of cmdlets."""

from __future__ import annotations

import csv
import json

from alpheus.lab.logs import cmdlets
from alpheus.lab.logs.cmdlets import Cmdlet
from alpheus.lab.server import Build, Server
from alpheus.lab.text import SLOTS, compiled

_FILLED = dict.fromkeys(SLOTS, "X")
_CMDLET = Cmdlet("Set-Mailbox", (("Identity", "a"), ("Quota", "2,5GB")), "adm", "S-1-5-21-1")


def _values(line: str) -> list[str]:
    (values,) = csv.reader([compiled(line) % _FILLED])
    return values


def test_rps(server: Server, build: Build) -> None:
    """Every column has its value; parameters as they were typed."""
    names = cmdlets.FIELDS.split(",")
    row = dict(zip(names, _values(cmdlets.rps_line(_CMDLET, server, build)), strict=True))
    assert row["Cmdlet"] == "Set-Mailbox"
    assert row["Parameters"] == '-Identity "a" -Quota "2,5GB"'


def test_audit_is_json_in_csv(server: Server, build: Build) -> None:
    """The audit queue's data column holds a JSON document."""
    values = _values(cmdlets.audit_line(_CMDLET, server, build))
    row = dict(zip(cmdlets.AUDIT_FIELDS.split(","), values, strict=True))
    data = json.loads(row["Data"])
    assert data["Operation"] == row["Operation"] == "Set-Mailbox"
    assert data["ObjectId"] == "a"
    assert data["Parameters"][1] == {"Name": "Quota", "Value": "2,5GB"}
