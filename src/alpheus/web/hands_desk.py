"""Hands for whoever asks: with all servers, or with those of their organisations alone.

Who may see some organisations is told what was on their own servers: of a hand that was there, what
their own evidence shows of it, and how many servers of others it was on; never which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from alpheus.cases.bulk import among
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current, standing
from alpheus.cases.ledger_schema import packages, units
from alpheus.cases.schema import observations
from alpheus.errors import RefusedError
from alpheus.fleet.hands_told import Between, Crowded, Hand, Hands, Member, Sign
from alpheus.fleet.report import batched, judged_servers, told_hands
from alpheus.web.access.roles import Permission, Person
from alpheus.web.kept import Kept

_KEPT = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Which server an observation is of."""

    server: int
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class HandsSeen:
    """Hands as somebody may see them, and the servers that they may be told.

    `others` are, by the number of a hand, servers of others; `is_whole`: nothing is left out.
    """

    hands: Hands
    places: Mapping[int, Place]
    others: Mapping[int, int]
    is_whole: bool

    def hand(self, number: int) -> Hand:
        """One of them. Raises RefusedError where there is none."""
        found = next((one for one in self.hands.hands if one.number == number), None)
        if found is None:
            raise RefusedError("there is no such hand")
        return found


class HandsDesk:
    """The hands of one database. They are kept as long as nothing that they are made of changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: Kept[HandsSeen] = Kept(_KEPT)

    def of(self, person: Person, permission: Permission = Permission.SEE) -> HandsSeen:
        """What a person may see."""
        with self._database.read() as connection:
            whole = self._kept.get(_key(connection), lambda: self._made(connection))
        scope = person.scope(permission)
        return whole if scope is None else _within(whole, lambda one: one.organisation in scope)

    def _made(self, connection: Connection) -> HandsSeen:
        found = told_hands(connection, judged_servers(connection), whole=True)
        places = _places(connection, self._database.place, _observations(found))
        return HandsSeen(found, places, {}, is_whole=True)


def _key(connection: Connection) -> str:
    """What hands are made of: observations, results of the ledger, and which servers they are."""
    u = units.c
    told = select(func.max(u.id), func.count(), func.sum(u.import_id)).where(u.import_id != 0)
    rows = (
        connection.execute(select(func.max(observations.c.id))).one(),
        connection.execute(told).one(),
        connection.execute(select(func.max(u.id), func.count())).one(),
        connection.execute(select(func.count()).select_from(packages)).one(),
    )
    return f"{[tuple(one) for one in rows]} {standing(connection).mark}"


def _observations(found: Hands) -> set[int]:
    members = (one for hand in found.hands for one in hand.members)
    return {one.observation for one in (*members, *found.alone)}


def _places(connection: Connection, place: str, wanted: set[int]) -> dict[int, Place]:
    """The server of each observation; none where servers have not been worked out."""
    if not wanted or not standing(connection).generation:
        return {}
    tables, _ = current(connection, place)
    m, s = tables.members.c, tables.servers.c
    found: dict[int, Place] = {}
    for part in batched(sorted(wanted)):
        query: Any = (
            select(m.observation, s.id, s.name, s.organisation)
            .select_from(tables.members.join(tables.servers, s.id == m.server))
            .where(among(connection, m.observation, part))
        )
        for observation, server, name, organisation in connection.execute(query):
            found[observation] = Place(server, name, organisation)
    return found


# --- for whom some servers are others' ---


def _within(whole: HandsSeen, is_mine: Callable[[Place], bool]) -> HandsSeen:
    """What may be told to those who may see some servers alone."""
    places = {number: one for number, one in whole.places.items() if is_mine(one)}
    found = whole.hands
    hands, others = [], {}
    for hand in found.hands:
        mine = tuple(one for one in hand.members if one.observation in places)
        if mine:
            hands.append(_hand(hand, mine))
            others[hand.number] = hand.servers - len({places[one.observation].server
                                                      for one in mine})  # fmt: skip
    alone = tuple(one for one in found.alone if one.observation in places)
    strands = [*alone, *(one for hand in hands for one in hand.members)]
    told = Hands(
        len(strands), len({places[one.observation].server for one in strands}), tuple(hands),
        alone, len(alone), tuple(_several(found, places)), tuple(_between(found, hands)), (),
        hands_total=len(hands),
    )  # fmt: skip
    return HandsSeen(told, places, others, is_whole=False)


def _hand(hand: Hand, mine: tuple[Member, ...]) -> Hand:
    """A hand by what shows of it on some servers alone."""
    kept = sorted({at for one in mine for at in one.signs})
    place = {at: number for number, at in enumerate(kept)}
    names = {hand.signs[at].value for at in kept if hand.signs[at].kind == "page-name"}
    first = hand.members[0].observation in {one.observation for one in mine}
    return replace(
        hand,
        first_victim=hand.first_victim if first else "",
        signs=tuple(_sign(hand.signs[at], names) for at in kept),
        members=tuple(replace(one, signs=tuple(place[at] for at in one.signs)) for one in mine),
    )


def _sign(sign: Sign, names: set[str]) -> Sign:
    """Without the name that a page has on a server of others."""
    hidden = sign.kind == "page" and sign.label.lower() not in names
    return replace(sign, label="") if hidden else sign


def _several(found: Hands, places: Mapping[int, Place]) -> list[Crowded]:
    return [one for one in found.several if all(each in places for each in one.observations)]


def _between(found: Hands, hands: list[Hand]) -> list[Between]:
    """Hands that some may see both, which share what shows on their servers."""
    shown = {one.number: {(each.kind, each.value) for each in one.signs} for one in hands}
    return [
        one for one in found.between
        if set(one.hands) <= shown.keys() and all(
            (each.kind, each.value) in shown[one.hands[0]] | shown[one.hands[1]]
            for each in one.shared
        )
    ]  # fmt: skip
