"""Why a server is one, what people decided about that, and what is said of each flaw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, select

from alpheus.cases.bases import bases_of, together
from alpheus.cases.groups import read_decisions, read_sightings
from alpheus.cases.identity import Decision, DecisionKind, Link, Resolver
from alpheus.cases.identity.decisions import standing_of
from alpheus.cases.identity.model import said_of_links
from alpheus.cases.questions import OneOf, Question, of_tables
from alpheus.cases.schema import Derived, facts, observations
from alpheus.cases.server_rows import DECOY, ServerDetail
from alpheus.exposure.model import CveEntry
from alpheus.model import PatchState

MOST = 2_000
"""Observations that are read to explain a server, the oldest first."""

_MOST_NEAR = 20


@dataclass(frozen=True, slots=True)
class CveSaid:
    """The last word on a flaw: which observation says it, from whom and when, of which build."""

    state: str
    why: str
    source: str
    seen: str
    build: str
    observation: int


class DecisionSaid(NamedTuple):
    """A decision about what is one server. `taken_back` is the decision that did it, 0 if it holds.

    `kind` is `merge`, `split`, `never-merge` or `revoke`, and `revokes` what it takes back.
    """

    id: int
    kind: str
    who: str
    when: str
    why: str
    observations: tuple[int, ...]
    revokes: int
    taken_back: int


def cves_of(connection: Connection, numbers: Sequence[int]) -> dict[str, CveSaid]:
    """The last word on every flaw. One that decides nothing counts only where no other is."""
    o = observations.c
    query = (
        select(o.id, o.source, o.seen, o.build, o.facts_id, facts.c.content)
        .select_from(observations.join(facts, facts.c.id == o.facts_id))
        .where(o.id.in_(numbers[-MOST:]))
        .order_by(o.seen.desc(), o.id.desc())
    )
    read = msgspec.json.Decoder(dict[str, CveEntry]).decode
    known: dict[int, dict[str, CveEntry]] = {}
    found: dict[str, CveSaid] = {}
    for number, source, seen, build, place, content in connection.execute(query):
        if place in known:
            continue  # a newer observation says the same
        states = known[place] = read(content)
        for cve, entry in states.items():
            said = CveSaid(entry.state, entry.why, source, seen, build, number)
            if cve not in found or outweighs(said, found[cve]):
                found[cve] = said
    return dict(sorted(found.items()))


def outweighs(said: CveSaid, newer: CveSaid) -> bool:
    """Whether an older word counts: of one moment the graver does."""
    if newer.state == PatchState.UNDETERMINED:
        return said.state != PatchState.UNDETERMINED
    at_once = said.seen == newer.seen
    return at_once and said.state == PatchState.VULNERABLE != newer.state


def decisions_of(
    connection: Connection, tables: Derived, numbers: Sequence[int]
) -> tuple[DecisionSaid, ...]:
    """What was decided about a server, by its observations, in its order."""
    every, _ = read_decisions(connection)
    back = _taken_back(every)
    own, mine = _family(connection, tables, numbers), set[int]()
    for one in sorted(every, key=lambda each: (each.when, each.id)):
        if not own.isdisjoint(one.sightings) or one.revokes in mine:
            mine.add(one.id)
    return tuple(
        DecisionSaid(one.id, one.kind.value, one.who, one.when, one.why, one.sightings,
                     one.revokes, back.get(one.id, 0))
        for one in sorted(every, key=lambda each: (each.when, each.id)) if one.id in mine
    )  # fmt: skip


def _taken_back(every: Iterable[Decision]) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in sorted(every, key=lambda each: (each.when, each.id), reverse=True):
        if one.kind is DecisionKind.REVOKE and one.id not in found:
            found.setdefault(one.revokes, one.id)
    return found


def explained(
    connection: Connection,
    tables: Derived,
    server: int,
    numbers: Sequence[int],
    *,
    most: int = MOST,
) -> str:
    """In lines of text: why its observations are one, which it is by decision, and what it is not.

    Worked out from the first `most` of them, those of servers that share a word, and those that
    decisions tie to it.
    """
    own = numbers[:most]
    family = _family(connection, tables, own)
    decisions = [
        one for one in standing_of(read_decisions(connection)[0])
        if not family.isdisjoint(one.sightings)
    ]  # fmt: skip
    tied = (_tied(connection, tables, decisions) | family) - {*numbers}
    near = [one for one in _near(connection, tables, server) if one not in tied]
    resolver = Resolver(read_sightings(connection, own))
    resolver.add(read_sightings(connection, sorted([*tied, *near])[:MOST]))
    said = _taken_for_a_decoy(connection, tables, server)
    return "\n".join((*said, *_lines(resolver, own, tied, decisions)))


def _taken_for_a_decoy(connection: Connection, tables: Derived, server: int) -> Iterator[str]:
    """Whether and why it is taken for a decoy, and how that is said to be wrong."""
    text = _detail(tables).value(connection, server=server)
    detail = msgspec.json.decode(text or "{}", type=ServerDetail)
    why = detail.aside_why if detail.aside == DECOY else "somebody said so"
    if detail.decoy:
        yield f"taken for a decoy and not counted as a server: {why}"
    elif detail.aside == DECOY:
        yield f"it may be a decoy, but somebody said that it is counted: {why}"


@of_tables
def _detail(tables: Derived) -> Question:
    s = tables.servers.c
    return Question(select(s.detail).where(s.id == bindparam("server")))


def _lines(
    resolver: Resolver, own: Sequence[int], tied: set[int], decisions: Sequence[Decision]
) -> Iterator[str]:
    mine = set(own)
    for one in sorted(decisions, key=lambda each: each.id):
        yield _decided(one, mine)
    seen: set[int] = set()
    told = False
    for number in own:
        if number in seen:
            continue
        explanation = resolver.explain(number)
        links = [link for link in explanation.links if link.one in mine and link.other in mine]
        crossing = [
            link for link in explanation.links if (link.one in mine) != (link.other in mine)
        ]
        seen.add(number)
        seen.update(end for link in links for end in (link.one, link.other))
        told = told or bool(links)
        yield from said_of_links(links)
        yield from _kept_out(crossing, tied)
        if number == own[0]:
            yield from (f"not merged with server {n.cluster} because {n.reason}"
                        for n in explanation.near if n.cluster not in mine)  # fmt: skip
            yield from (f"{d.key} {d.value} decides nothing: {d.reason}"
                        for d in explanation.demoted)  # fmt: skip
    if not told and len(mine) == 1:
        yield "one observation"


def _decided(one: Decision, mine: set[int]) -> str:
    by = f"decision {one.id} of {one.who} on {one.when[:10]}: {one.why}"
    inside = [number for number in one.sightings if number in mine]
    others = ", ".join(str(number) for number in one.sightings if number not in mine)
    if one.kind is DecisionKind.MERGE:
        return f"{', '.join(map(str, one.sightings))} are one server by {by}"
    if one.kind is DecisionKind.SPLIT:
        if not inside:
            return f"{others} were taken out of this server by {by}"
        return f"{', '.join(map(str, inside))} were taken out of another server by {by}"
    return f"kept apart from {others or 'others'} by {by}"


def _kept_out(crossing: Iterable[Link], tied: set[int]) -> Iterator[str]:
    """What would be one server with this one, had nobody decided otherwise."""
    for link in crossing:
        if link.one in tied or link.other in tied:
            yield (f"{link.one} and {link.other} would be one server because {link.reason}; "
                   "somebody decided that they are not")  # fmt: skip


def _family(connection: Connection, tables: Derived, numbers: Sequence[int]) -> set[int]:
    """Observations, and all that were worked out to be of the same servers."""
    bases = {base for _, base in bases_of(connection, tables, numbers).values()}
    return {*numbers, *together(connection, tables, (), bases)}


def _tied(connection: Connection, tables: Derived, decisions: Iterable[Decision]) -> set[int]:
    """The observations of servers that decisions name beside this one."""
    named = {number for one in decisions for number in one.sightings}
    places = bases_of(connection, tables, named).values()
    return together(
        connection, tables, {server for server, _ in places}, {base for _, base in places}
    )


def _near(connection: Connection, tables: Derived, server: int) -> list[int]:
    words = _words_of(tables).column(connection, server=server)
    whole = [word for word in words if "." in word or len(word) == 64]
    found: dict[int, None] = {}
    for word in whole:
        found |= dict.fromkeys(_others(tables).column(connection, word=word, server=server))
    near = list(found)[:_MOST_NEAR]
    return _seen_of(tables).column(connection, servers=near) if near else []


@of_tables
def _words_of(tables: Derived) -> Question:
    w = tables.words.c
    return Question(select(w.word).where(w.server == bindparam("server")))


@of_tables
def _others(tables: Derived) -> Question:
    """Other servers that have a word."""
    w = tables.words.c
    query = select(w.server).where(w.word == bindparam("word"), w.server != bindparam("server"))
    return Question(query.limit(_MOST_NEAR))


@of_tables
def _seen_of(tables: Derived) -> Question:
    m = tables.members.c
    return Question(select(m.observation).where(OneOf(m.server, "servers")).limit(MOST))
