"""The row of a server in the derived tables, with its words, addresses and changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from operator import attrgetter
from socket import AF_INET, inet_ntop, inet_pton
from typing import NamedTuple

import msgspec

from alpheus.cases.acts import Act
from alpheus.cases.deadlines import next_due
from alpheus.cases.identity import Cluster, Kind
from alpheus.cases.lifecycle import Change, Seen, State, derive
from alpheus.cases.owners import Owner
from alpheus.cases.priority import Factors, Reason, priority
from alpheus.cases.schema import DIMENSIONS, derived
from alpheus.exposure.output.names import CHIEF
from alpheus.model import Stage

TOTAL = "#"
"""Behind the name of a dimension where all states of a value are counted together."""

_TOTALS = {name: f"{name}{TOTAL}" for name in DIMENSIONS}
COLUMNS = tuple(column.name for column in derived("a").servers.columns)
_TEXTS = ("name", "organisation", "sector", "region", "network", "address", "first_seen",
          "last_seen")  # fmt: skip
_PARTS = re.compile(r"[\W_]+")
_SHORTEST = 3
_MOST_WORDS = 60
_LIST, _ASSESSMENT, _HAND = Kind.LIST.value, Kind.ASSESSMENT.value, Kind.HAND.value
_MIXED, _SEVERAL = "mixed-pool", "several-servers"
_STAGES = {stage.value: stage.rank for stage in Stage}


class Part(NamedTuple):
    """What of an observation decides the state of its server; see `schema.observations`."""

    id: int
    kind: str
    source: str
    seen: str
    build: str
    product: str
    patch: str
    flags: str
    verdict: str
    stage: str
    breach: str
    address: str = ""
    port: int = 0
    report: str = ""
    """Of what reports a victim: the report and the page that it names; see `entries`."""


class Span(msgspec.Struct, array_like=True):
    """An address, its ports, from when to when."""

    address: str
    ports: tuple[int, ...]
    first_seen: str
    last_seen: str


ASIDE = "aside"
"""The dimension of what is counted apart from servers."""

DECOY = "decoy"
"""Why a server is set aside that is taken for a decoy; see `Cluster.aside`."""

_DECOY = '"decoy":true'


class ServerDetail(msgspec.Struct, omit_defaults=True):
    """What is shown of a server and not filtered by.

    `aside` and `aside_why` are those of `Cluster`. `decoy`: it is taken for one and not counted, by
    that or by what a person said.
    """

    keys: dict[str, tuple[str, ...]] = {}
    addresses: tuple[Span, ...] = ()
    sources: dict[str, int] = {}
    compromised: dict[str, int] = {}
    owner: str = ""
    owner_why: str = ""
    confidence: str = ""
    members: int = 1
    neighbours: int = 0
    aside: str = ""
    aside_why: str = ""
    decoy: bool = False
    stage: str = ""
    flags: tuple[str, ...] = ()
    mitigated_by: str = ""
    work_why: str = ""
    reasons: tuple[Reason, ...] = ()


class Identity(NamedTuple):
    """What of a row follows from identity and owner, and not from states."""

    id: int
    name: str
    owner: Owner
    address: str
    first_seen: str
    last_seen: str
    service: bool
    detail: ServerDetail
    system: int = 0


_AGE = attrgetter("seen", "build", "product")
Row = dict[str, object]


def identity(
    cluster: Cluster,
    owner: Owner,
    *,
    members: int = 1,
    neighbours: int = 0,
    service: bool = False,
    system: int = 0,
) -> Identity:
    """What is known by identity; `members` and `neighbours` as in `priority.Factors`.

    `service`: what was seen of a service whose members are counted; it is no server by itself. Nor
    is what identity sets aside (`Cluster.aside`); whether a decoy is, `server_row` tells.
    """
    spans = sorted(cluster.addresses, key=lambda one: (one.last_seen, one.address))
    hosts = cluster.keys.get("host", ())
    address = spans[-1].address if spans else ""
    detail = ServerDetail(
        dict(cluster.keys), tuple(Span(a.address, a.ports, a.first_seen, a.last_seen)
                                  for a in cluster.addresses),
        dict(cluster.sources), dict(cluster.compromised), owner.name, owner.why, owner.confidence,
        members, neighbours, aside=cluster.aside, aside_why=cluster.aside_why,
    )  # fmt: skip
    return Identity(
        cluster.id, cluster.name or next(iter(hosts), "") or address, owner, address,
        cluster.first_seen, cluster.last_seen, service or is_aside(detail), detail, system,
    )  # fmt: skip


def kin_of(keys: Mapping[str, Sequence[str]], organisation: str) -> Sequence[str]:
    """By what servers are told to be of one organisation: its key, else domains that they name."""
    return (organisation,) if organisation else keys.get("organisation", ())


def is_aside(detail: ServerDetail) -> bool:
    """Whether identity sets it aside, and no person can say otherwise but by its observations."""
    return detail.aside not in {"", DECOY}


def server_row(
    known: Identity, parts: Sequence[Part], acts: Iterable[Act], *, watched: str = CHIEF, now: str
) -> tuple[Row, tuple[Change, ...]]:
    """The row of `servers` and the changes of a server, as of `now` (ISO 8601 UTC).

    `watched` is the CVE that the patch states of `parts` are of.
    """
    done = list(acts)
    state = state_of(parts, done, now=now)
    detail = known.detail
    stages = dict.fromkeys(p.stage for p in parts)
    detail.stage = max(stages, key=lambda one: _STAGES.get(one, -1), default="")
    detail.flags = _flags(parts)
    detail.mitigated_by, detail.work_why = state.mitigated_by, state.work_why
    suspected = detail.aside == DECOY if state.decoy is None else state.decoy
    detail.decoy = suspected and not known.service
    found = priority(
        Factors(state, detail.stage, known.owner.sector, detail.flags, known.last_seen,
                detail.members, detail.neighbours), now=now,
    )  # fmt: skip
    detail.reasons = found.reasons
    newest = sorted(parts, key=_AGE, reverse=True)
    row: Row = {
        "id": known.id, "name": known.name, "organisation": known.owner.organisation,
        "sector": known.owner.sector, "region": known.owner.region, "network": known.owner.network,
        "product": next((p.product for p in newest if p.product), ""),
        "build": next((p.build for p in newest if p.build), ""),
        "address": known.address, "patch": state.patch.value, "patch_since": state.patch_since,
        "compromise": state.compromise.value, "compromise_since": state.compromise_since,
        "work": state.work.value, "work_since": state.work_since, "assignee": state.assignee,
        "until": state.until, "first_seen": known.first_seen, "last_seen": known.last_seen,
        "due": next_due(state, done, sector=known.owner.sector, region=known.owner.region,
                        watched=watched, now=now),
        "priority": found.points, "observations": len(parts), **entries(parts),
        "service": int(known.service or detail.decoy), "system": known.system,
        "detail": msgspec.json.encode(detail).decode(),
    }  # fmt: skip
    return row, state.changes


def entries(parts: Iterable[Part]) -> dict[str, int]:
    """What adding up lists gives for a server: `entries`, and `victim_entries` of lists of victims.

    An entry of address, port and page counts once for each list; a list of every day is one list.
    """
    every = {(p.source, p.report, p.address, p.port) for p in parts if p.kind == _LIST}
    victims = sum(1 for one in every if one[1])
    return {"entries": len(every), "victim_entries": victims}


def state_of(parts: Sequence[Part], acts: Iterable[Act], *, now: str) -> State:
    """The state that observations and acts make."""
    mixed = any([_MIXED in part.flags for part in parts])  # noqa: C419 - quicker for so few
    seen = [
        Seen(
            part.id, part.seen, part.source, part.patch, part.build,
            mixed and _SEVERAL not in part.flags, part.verdict,
            bool(part.breach) and part.kind != _ASSESSMENT, part.breach, part.kind == _HAND,
        )
        for part in parts
    ]  # fmt: skip
    return derive(seen, acts, now=now)


def identity_of(row: Mapping[str, object]) -> Identity:
    """What a row says of identity and owner, to make it anew with another state."""
    detail = msgspec.json.decode(str(row["detail"]), type=ServerDetail)
    said = {name: str(row[name]) for name in _TEXTS}
    return Identity(
        int(str(row["id"])), said["name"],
        Owner(said["organisation"], said["sector"], said["region"], said["network"],
              detail.owner_why, detail.owner, confidence=detail.confidence),
        said["address"], said["first_seen"], said["last_seen"],
        bool(row["service"]) and not detail.decoy, detail,
        int(str(row["system"])),
    )  # fmt: skip


def dimensions(row: Mapping[str, object]) -> list[tuple[str, ...]]:
    """Under what a row is counted: dimension, value, and the three states.

    What is taken for a decoy is counted apart, too.
    """
    states = (str(row["patch"]), str(row["compromise"]), str(row["work"]))
    found: list[tuple[str, ...]] = [("", "", *states)]
    for name in DIMENSIONS:
        value = str(row[name])
        found += ((name, value, *states), (_TOTALS[name], value, "", "", ""))
    if is_decoy(row):
        found.append((ASIDE, DECOY, *states))
    return found


def is_decoy(row: Mapping[str, object]) -> bool:
    """Whether a row is taken for a decoy and so not counted; its detail is not read whole."""
    return bool(row["service"]) and _DECOY in str(row["detail"])


def words_of(known: Identity) -> list[str]:
    """The words that a server is found by, in lower case: names, their parts, keys, addresses."""
    keys = known.detail.keys
    owner = known.owner
    whole = [known.name, owner.organisation, *owner.name.split()]
    for kind in ("server", "host", "ad-domain", "organisation"):
        whole += keys.get(kind, ())
    whole = [text.lower() for text in whole if text]
    parts = [part for text in whole for part in _PARTS.split(text) if len(part) >= _SHORTEST]
    exact = [*keys.get("certificate", ()), *(one.address for one in known.detail.addresses)]
    return list(dict.fromkeys([*whole, *exact, *parts]))[:_MOST_WORDS]


def place_of(address: str) -> str:
    """An address as text that sorts as addresses do; '' for what is none."""
    try:
        packed = inet_pton(AF_INET, address)  # nearly always, and far quicker
        if inet_ntop(AF_INET, packed) == address:
            return f"4{packed.hex()}"
    except (OSError, ValueError):
        pass
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return f"{found.version}{int(found):0{8 if found.version == 4 else 32}x}"


def places_of(network: str) -> tuple[str, str] | None:
    """The first and the last place of a network such as `192.0.2.0/24`, or None."""
    try:
        found: IPv4Network | IPv6Network = ip_network(network, strict=False)
    except ValueError:
        return None
    return place_of(str(found.network_address)), place_of(str(found.broadcast_address))


def _flags(parts: Sequence[Part]) -> tuple[str, ...]:
    """Those of the newest observation that is no assessment."""
    others = [(part.seen, part.flags) for part in parts if part.kind != _ASSESSMENT]
    return tuple(max(others)[1].split()) if others else ()
