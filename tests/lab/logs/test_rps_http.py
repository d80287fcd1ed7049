"""Rows of remote PowerShell have the columns of their header."""

from __future__ import annotations

import csv

from alpheus.lab.logs.rps_http import FIELDS, line
from alpheus.lab.server import Build, Server


def test_given_values_take_the_place_of_the_usual_ones(server: Server, build: Build) -> None:
    """The rest is an administrator's session."""
    text = line(server, build, {"ClientInfo": "other, 1.0"})
    (row,) = csv.DictReader([FIELDS, text])
    assert None not in row
    assert row["ClientInfo"] == "other, 1.0"
    assert (row["UrlStem"], row["BuildVersion"]) == ("/powershell", "2106")
