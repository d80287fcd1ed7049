"""A plan: everything that a scenario decides before the first byte is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from alpheus.lab.logs import events
from alpheus.lab.request import Entry
from alpheus.lab.server import Server, make_server
from alpheus.lab.truth import ServerTruth

START = datetime(2021, 1, 1, tzinfo=UTC)
END = datetime(2021, 4, 1, tzinfo=UTC)

FRONT_END = frozenset({"httpproxy", "iis1"})
EVERYTHING = FRONT_END | {
    "iis2",
    "ecp-server",
    "ecp-activity",
    "ews",
    "rps-cmdlet",
    "rps-http",
    "uls",
    "oab",
    "audit",
    *(f"events:{channel}" for channel in events.CHANNELS),
}
"""Kinds of logs; a log's name is its kind, or its kind, `/` and a protocol."""


def kape(path: str) -> str:
    r"""`C:\x\y` as a copy of the volume holds it: `C/x/y`."""
    return path.replace(":", "", 1).replace("\\", "/")


def velociraptor(path: str) -> str:
    r"""`C:\x\y` as a Velociraptor collection holds it: `uploads/auto/C%3A/x/y`."""
    return "uploads/auto/" + path.replace(":", "%3A").replace("\\", "/")


@dataclass(slots=True)
class Plan:
    """One server's evidence.

    `entries` are the scenario's own happenings, besides ordinary traffic; `files` are Windows
    paths (or, without a drive, paths in the package) with their content; `collected` are the kinds
    of logs in the package; `silence` is a span without a row in any front-end log; `folder` is
    where in the package the server's files are.
    """

    server: Server
    truth: ServerTruth
    start: datetime = START
    end: datetime = END
    entries: list[Entry] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    collected: frozenset[str] = EVERYTHING
    silence: tuple[datetime, datetime] | None = None
    encoding: str = "utf-8"
    layout: Callable[[str], str] = kape
    folder: str = ""
    exchange: bool = True
    sharepoint: bool = False
    streamed: bool = True
    beats: bool = False
    mitigated: bool = False
    system_files: bool = True


@dataclass(slots=True)
class Draft:
    """What a scenario works with: chance, and a server that it may change."""

    rng: Random
    server: Server


def draft(seed: int, name: str) -> Draft:
    """A reproducible start for a scenario."""
    rng = Random(f"{seed}:{name}")  # noqa: S311 - a simulation, no secret
    return Draft(rng, make_server(rng))
