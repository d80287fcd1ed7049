"""What is true, written beside the lists.

`truth.jsonl` has one line for each record of each list:

    {"file": "shodan/2021-03-03.json", "row": 12, "server": "S000007-1", "unit": "P000007",
     "organisation": "O000007", "claims": "vulnerable", "noise": "", "errors": ["spelling"],
     "ports": {}}

`row` counts records from 1, a broken one included; of a table it is the line, which counts the
header, too. Hosts are the records of nmap and Censys.
`unit` is what is one thing when all is merged: the load-balanced pool, else the server.
`server` is the very server; null where nothing in the record tells which member of a pool it is.
All three are null for what is no server of the country; `noise` says what it is: `honeypot`,
`other-product`, `cloud`, or `unreadable` for a record that nobody can read. Where a host's record
has servers of several ports, `ports` gives server and unit of every port that is not the first.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from alpheus.lab.country import history
from alpheus.lab.country.calendar import date_of
from alpheus.lab.country.listing import Group
from alpheus.lab.country.model import Endpoint, Holding, Organisation, Server

LISTS, ROWS, SERVERS, ORGANISATIONS, STATES, SUMMARY = (
    "lists", "truth.jsonl", "servers.jsonl", "organisations.jsonl", "states.jsonl", "summary.json",
)  # fmt: skip
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Truth:
    """The figures of a country; `summary.json`.

    `observations` are services in records that can be read; `rows` all records. `victims` are units
    with a web shell at any time, `victims_listed` those of them that a list of victims names.
    `raw_victims` is what adding up such lists gives: every entry of address, port and URL once for
    each source and report. `lists` has the records of each source.
    """

    folder: str
    seed: int
    days: int
    organisations: int
    servers: int
    units: int
    rows: int
    observations: int
    unreadable: int
    victims: int
    victims_listed: int
    victim_servers: int
    raw_victims: int
    lists: dict[str, int]

    @property
    def overcount(self) -> float:
        """How many times too high the sum of the lists is."""
        return self.raw_victims / max(1, self.victims_listed)


def row(group: Group) -> dict[str, Any]:
    """The line of a record, but for its place."""
    first = group[0]
    known = first.server is not None and not first.noise
    line: dict[str, Any] = {
        "server": first.server.id if known and first.server and first.tells_member else None,
        "unit": first.unit if known else None,
        "organisation": first.organisation if known else None,
        "claims": first.claims, "noise": first.noise,
        "errors": sorted({error for one in group for error in one.errors}), "ports": {},
    }  # fmt: skip
    for one in group[1:]:
        told = one.server is not None and one.tells_member
        server = one.server.id if told and one.server else None
        line["ports"][str(one.port)] = {"server": server, "unit": one.unit or None}
    return line


def unreadable(group: Group) -> dict[str, Any]:
    """The line of a record that nobody can read."""
    return {
        "server": None, "unit": None, "organisation": None, "claims": "", "noise": UNREADABLE,
        "errors": sorted({error for one in group for error in one.errors}), "ports": {},
    }  # fmt: skip


def organisation_line(one: Organisation) -> bytes:
    """A line of `organisations.jsonl`."""
    return _line(
        {
            "id": one.id, "name": one.name, "sector": one.sector, "country": one.country,
            "language": one.language, "state": one.state, "city": one.city, "domains": one.domains,
            "contacts": [asdict(contact) for contact in one.contacts],
            "network": one.network if one.own_network else None, "provider": one.provider.name,
            "provider_domain": one.provider.domain, "asn": one.provider.asn,
            "hosted": one.provider.hosting, "dynamic": one.dynamic,
        }
    )  # fmt: skip


def server_line(holding: Holding, server: Server) -> bytes:
    """A line of `servers.jsonl`: names, certificates and addresses with their days."""
    return _line(
        {
            "id": server.id, "unit": server.unit, "pool": server.pool or None,
            "organisation": holding.organisation.id, "name": server.name,
            "full_name": server.full_name, "dag": server.dag or None,
            "host_names": server.host_names, "gateway": server.gateway or None,
            "certificates": [
                {"from": str(date_of(since)), "sha256": one.sha256, "subject": one.common_name,
                 "names": one.names, "self_signed": one.self_signed}
                for since, one in server.certificates
            ],
            "addresses": [_address(one) for one in holding.endpoints if server in one.servers],
            "shells": [
                {"path": one.path, "since": str(date_of(one.since)),
                 "until": str(date_of(one.until)) if one.until < 3650 else None}
                for one in server.history.shells
            ],
        }
    )  # fmt: skip


def _address(endpoint: Endpoint) -> dict[str, object]:
    return {
        "address": endpoint.address, "port": endpoint.port, "from": str(date_of(endpoint.first)),
        "to": str(date_of(endpoint.last)), "balanced": len(endpoint.servers) > 1,
    }  # fmt: skip


def states_line(server: Server, days: int) -> bytes:
    """A line of `states.jsonl`: the month in spans of equal state, both days included."""
    spans: list[dict[str, Any]] = []
    starts = history.turning_days(server.history, days)
    for day, end in zip(starts, [*starts[1:], days], strict=True):
        now = {
            "build": history.release_on(server.history, day).build,
            "patch": history.patch_state(server.history, day),
            "compromise": history.compromise_state(server.history, day),
            "shells": len(history.shells_on(server.history, day)),
        }
        last = str(date_of(end - 1))
        if spans and all(spans[-1][key] == value for key, value in now.items()):
            spans[-1]["to"] = last
        else:
            spans.append({"from": str(date_of(day)), "to": last, **now})
    events = [
        {"day": str(date_of(one.day)), "event": one.event, "build": one.release.build}
        for one in server.history.changes[1:]
    ]
    return _line({"server": server.id, "unit": server.unit, "spans": spans, "events": events})


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """The lines of `truth.jsonl`; for tests and scores of a small country."""
    with (folder / ROWS).open("rb") as file:
        return [msgspec.json.decode(line) for line in file]


def _line(values: dict[str, Any]) -> bytes:
    return msgspec.json.encode(values) + b"\n"
