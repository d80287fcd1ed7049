"""Control panel rows."""

from __future__ import annotations

import csv

from alpheus.lab.logs import ecp
from alpheus.lab.server import Build, Server
from alpheus.lab.text import SLOTS, compiled

_FILLED = dict.fromkeys(SLOTS, "X")


def test_quotes_are_doubled_twice(server: Server, build: Build) -> None:
    """A command with quotes is wrapped in quotes, and doubled again by the csv."""
    line = ecp.server_line(server, build, "Set-X.Y='a \"b\"'", "/ecp/", plain=False)
    text = compiled(line) % _FILLED
    assert "'S:CMD=Set-X.Y=''a \"\"b\"\"'''" in text
    (values,) = csv.reader([text])
    assert len(values) == len(ecp.FIELDS.split(","))


def test_build_stands_in_the_row(server: Server, build: Build) -> None:
    """The header lies about the version, the rows do not."""
    assert f"S:BLD={build.value};" in ecp.server_line(server, build, "Get-X", "/ecp/")
    assert f"S:Bld={build.value};" in ecp.activity_line(server, build, "someone", "/ecp/")


def test_activity_masks_names(server: Server, build: Build) -> None:
    """Names stand between PII marks."""
    assert "<PII>someone</PII>" in ecp.activity_line(server, build, "someone", "/ecp/")
