"""From observations to servers: identity, and on top of it what people decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import msgspec
from sqlalchemy import Connection, func, select

from alpheus.cases.database import Database
from alpheus.cases.identity import (
    AddressSpan,
    Cluster,
    Conflict,
    Decision,
    DecisionKind,
    Pool,
    Resolver,
    Servers,
    Sighting,
    decide,
)
from alpheus.cases.identity.portions import Portion, portion_of
from alpheus.cases.identity.resolve import uncollected
from alpheus.cases.observations import Sightings
from alpheus.cases.pools import moved
from alpheus.cases.questions import OneOf, Question
from alpheus.cases.schema import acts, observations
from alpheus.cases.workers import in_turn, workers

_PAGE = 10_000
_FEW_PAGES = 2

DECISIONS: Mapping[str, DecisionKind] = {
    "merged": DecisionKind.MERGE,
    "split": DecisionKind.SPLIT,
    "kept-apart": DecisionKind.NEVER_MERGE,
    "revoked": DecisionKind.REVOKE,
}
"""Kinds of acts that decide what one server is."""


class Detail(msgspec.Struct, omit_defaults=True):
    """What an act that decides is about: observations, or the decision that is revoked."""

    observations: tuple[int, ...] = ()
    revokes: int = 0
    to: str = ""
    until: str = ""


@dataclass(slots=True)
class Groups:
    """Every server, and what stands behind it. `last` and `last_act` are the newest that count.

    `bases` are servers as they were worked out that are none because somebody decided otherwise,
    `made` those in their place; `base_pools` are all services as they were worked out, or empty
    where nobody decided anything.
    """

    clusters: Sequence[Cluster]
    pools: list[Pool]
    conflicts: tuple[Conflict, ...]
    last: int
    last_act: int
    bases: list[Cluster] = field(default_factory=list)
    made: list[Cluster] = field(default_factory=list)
    base_pools: list[Pool] = field(default_factory=list)


def read_groups(database: Database) -> Groups:
    """Work out every server anew from all observations and decisions. Raises DatabaseError."""
    resolver, last = _read(database)
    with database.read() as connection:
        decisions, last_act = read_decisions(connection)
    if not decisions:
        return Groups(resolver.servers(), resolver.pools(), (), last, last_act)
    return _decided(database, resolver, decisions, Groups([], [], (), last, last_act))


def read_decisions(connection: Connection) -> tuple[list[Decision], int]:
    """What people decided about servers, and the number of the last act of any kind."""
    last = _LAST_ACT.value(connection)
    decisions = []
    for row in _ACTS.rows(connection, kinds=[str(kind) for kind in DECISIONS]):
        detail = msgspec.json.decode(row.detail or "{}", type=Detail)
        decisions.append(Decision(row.id, DECISIONS[row.kind], row.who, row.time, row.why,
                                  detail.observations, detail.revokes))  # fmt: skip
    return decisions, last or 0


_ACTS = Question(select(acts).where(OneOf(acts.c.kind, "kinds")))
_LAST_ACT = Question(select(acts.c.id).order_by(acts.c.id.desc()).limit(1))


def read_sightings(connection: Connection, numbers: Sequence[int]) -> list[Sighting]:
    """The sightings of some observations."""
    reader = Sightings()
    rows = _SEEN.rows(connection, numbers=list(numbers)) if numbers else []
    return [reader.of(*row) for row in rows]


_SEEN = Question(
    select(observations.c.id, observations.c.kind, observations.c.seen, observations.c.body)
    .where(OneOf(observations.c.id, "numbers")).order_by(observations.c.id)
)  # fmt: skip


def described(sightings: Sequence[Sighting]) -> Cluster:
    """The server that some sightings are because somebody decided so."""
    return combined(Resolver(sightings).clusters())


def combined(clusters: Sequence[Cluster]) -> Cluster:
    """Several servers as one: the name is that of the one that was seen most."""
    chief = min(clusters, key=lambda one: (-len(one.sightings), not one.name, one.id))
    keys: dict[str, set[str]] = {}
    sources, compromised = Counter[str](), Counter[str]()
    for one in clusters:
        for kind, values in one.keys.items():
            keys.setdefault(kind, set()).update(values)
        sources.update(one.sources)
        compromised.update(one.compromised)
    seen = [one.first_seen for one in clusters if one.first_seen]
    return replace(
        chief,
        id=min(one.id for one in clusters),
        sightings=tuple(sorted(number for one in clusters for number in one.sightings)),
        name=chief.name or next((one.name for one in clusters if one.name), ""),
        keys={kind: tuple(sorted(values)) for kind, values in keys.items()},
        addresses=_spans(clusters),
        first_seen=min(seen, default=""), last_seen=max(one.last_seen for one in clusters),
        sources=dict(sorted(sources.items())), compromised=dict(sorted(compromised.items())),
        service=all(one.service for one in clusters),
        aside=clusters[0].aside if len({one.aside for one in clusters}) == 1 else "",
        aside_why=clusters[0].aside_why if len({one.aside for one in clusters}) == 1 else "",
    )  # fmt: skip


def _spans(clusters: Iterable[Cluster]) -> tuple[AddressSpan, ...]:
    by_address: dict[str, list[AddressSpan]] = {}
    for one in clusters:
        for span in one.addresses:
            by_address.setdefault(span.address, []).append(span)
    return tuple(
        AddressSpan(
            address, tuple(sorted({port for span in spans for port in span.ports})),
            min((span.first_seen for span in spans if span.first_seen), default=""),
            max(span.last_seen for span in spans),
        )
        for address, spans in sorted(by_address.items())
    )  # fmt: skip


def _read(database: Database) -> tuple[Resolver, int]:
    """All observations, ready to be worked out, and the number of the last."""
    o = observations.c
    with database.read() as connection:
        first, last = connection.execute(select(func.min(o.id), func.max(o.id))).one()
    resolver = Resolver()
    if last is None:
        return resolver, 0
    pages = range(first, last + 1, _PAGE)
    count = min(workers(), len(pages) // _FEW_PAGES) or 1
    makers = [partial(_portions, database, pages[number::count], last) for number in range(count)]
    database.let_go()
    with uncollected():
        for portion in in_turn(makers, "reading observations", beside=count > 1):
            resolver.take(portion)
    return resolver, last


def _portions(database: Database, begins: Iterable[int], last: int) -> Iterator[Portion]:
    """Pages of observations, reduced; by connections of its own."""
    reader, o = Sightings(), observations.c
    query = select(o.id, o.kind, o.seen, o.body).order_by(o.id)
    with database.again() as own:
        for begin in begins:
            page = query.where(o.id.between(begin, min(begin + _PAGE - 1, last)))
            with own.read() as connection:
                rows = connection.execute(page).all()
            yield portion_of(reader.of(*row) for row in rows)


def _decided(
    database: Database, resolver: Resolver, decisions: Sequence[Decision], groups: Groups
) -> Groups:
    """Servers after all decisions, with what is known by them."""
    clusters = resolver.clusters()
    named = [number for one in decisions for number in one.sightings]
    decided = decide((one.sightings for one in clusters), resolver.links(named), decisions)
    by_sightings = {one.sightings: one for one in clusters}
    every: list[Cluster] = []
    for group in decided.groups:
        found = by_sightings.get(group)
        if found is None:
            with database.read() as connection:
                found = described(read_sightings(connection, group))
            groups.made.append(found)
        every.append(found)
    groups.clusters = sorted(every, key=lambda one: one.id)
    groups.conflicts = decided.conflicts
    kept = set(decided.groups)
    groups.bases = [one for one in clusters if one.sightings not in kept]
    home = {number: one.id for one in groups.clusters for number in one.sightings}
    groups.base_pools = resolver.pools()
    groups.pools = [moved(pool, home) for pool in groups.base_pools]
    return groups


def each_member(clusters: Iterable[Cluster]) -> Iterator[tuple[int, int]]:
    """Every observation with its server; in order, unless people decided something."""
    if isinstance(clusters, Servers):  # which need not be described for that
        yield from clusters.members()
        return
    for one in clusters:
        for number in one.sightings:
            yield number, one.id
