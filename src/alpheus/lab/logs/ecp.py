"""Control panel: the Server log (every cmdlet that a page ran) and the Activity log."""

from __future__ import annotations

from alpheus.lab.server import Build, Server
from alpheus.lab.text import csv_row, slot

FIELDS = "TimeStamp,ServerName,EventId,EventData"
VERSION = "15.0.0.0"
"""Written by every build in the header; the build itself stands in the rows."""


def quoted(key: str, value: str) -> str:
    """A pair whose value has special characters: wrapped in quotes, inner ones doubled."""
    doubled = value.replace("'", "''")
    return f"'{key}={doubled}'"


def server_line(server: Server, build: Build, command: str, url: str, *, plain: bool = True) -> str:
    """A row of the Server log; `command` is `Verb-Noun.Parameter='value'`."""
    pair = f"S:CMD={command}" if plain else quoted("S:CMD", command)
    data = (
        f"S:TIME=13;S:SID={slot('act')};{pair};S:REQID=;S:URL={url};S:REFERRER=;S:EX=;"
        f"S:ACTID={slot('rid')};S:RS=0;S:BLD={build.value};S:TNAME=<null>;S:TID=;"
        f"S:USID={slot('act')};S:EDOID=;S:ACID="
    )
    return csv_row([slot("end"), server.name, "ECP.Request", data])


def activity_line(server: Server, build: Build, user: str, url: str) -> str:
    """A row of the Activity log; names are masked as the server masks them."""
    data = (
        f"S:PSA=<PII>{user}</PII>;S:URL=https://localhost:444{url};S:Bld={build.value};"
        f"S:ActID={slot('act')};Dbl:BudgUse.T[]=12.0008001327515;I32:ADS.C[DC]=1;"
        f"S:WLM.Bal=2.147484E+09;Dbl:WLM.TS=16"
    )
    return csv_row([slot("end"), server.name, "Request", data])
