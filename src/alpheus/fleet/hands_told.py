"""Hands as they are told: what speaks for each and against it, and how sure we are (ADR 44).

No hand has a name: who it is, no log says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, select

from alpheus.cases.ledger_schema import strands
from alpheus.cases.strands import Strand, Trait, TraitKind, read
from alpheus.fleet.hand_weights import Weights, left
from alpheus.fleet.hands import LEAST, Bond, Cluster, Clusters, Seen, find_hands
from alpheus.fleet.hands_words import APART
from alpheus.model import Confidence

MOST_HANDS = 200
MOST_MEMBERS = 200
"""Members of a hand that are named, those it came to first first."""
MOST_SIGNS = 30
MOST_COMMON = 20

_Any = TypeVar("_Any")
_WORKING = 10
"""Hours in a row that a person is at work."""
_SILENT = timedelta(days=60)
_FEW = 4
"""Below so many members, nothing is said of hours."""


class Sign(msgspec.Struct, frozen=True):
    """What so many of the servers of a hand share; `bits` are what it says of the hand."""

    kind: str
    value: str
    label: str
    servers: int
    bits: float


class Against(msgspec.Struct, frozen=True):
    """What speaks against one hand: so many servers of those that say anything of it."""

    kind: str
    servers: int
    of: int


class Member(msgspec.Struct, frozen=True):
    """What a hand did on a server. `strand` counts the intruders of that server, from 1.

    `signs` are the places, among those of its hand, of what it shares with others, and `against`
    what speaks against its being one of them.
    """

    observation: int
    name: str
    strand: int
    first: str
    last: str
    signs: tuple[int, ...] = ()
    against: tuple[str, ...] = ()


class Hand(msgspec.Struct, frozen=True):
    """Servers that one hand was on; `first_victim` is the one where it was first."""

    number: int
    servers: int
    confidence: str
    first: str
    last: str
    first_victim: str
    signs: tuple[Sign, ...]
    against: tuple[Against, ...]
    members: tuple[Member, ...]


class Between(msgspec.Struct, frozen=True):
    """What two hands share, and that does not suffice to take them for one."""

    hands: tuple[int, int]
    shared: tuple[Sign, ...]
    against: str


class Crowded(msgspec.Struct, frozen=True):
    """A server that several hands were on; 0 is a strand that fits none."""

    name: str
    observations: tuple[int, ...]
    hands: tuple[int, ...]


class Hands(msgspec.Struct, frozen=True):
    """All of them. `alone` are strands that fit none; `passed_over` what too many have.

    `untold` counts victims of which nothing tells who it was. Where there are more than are listed,
    each `…_total` says how many.
    """

    strands: int
    servers: int
    hands: tuple[Hand, ...]
    alone: tuple[Member, ...]
    alone_total: int
    several: tuple[Crowded, ...]
    between: tuple[Between, ...]
    passed_over: tuple[Sign, ...]
    untold: int = 0
    hands_total: int = 0
    passed_over_total: int = 0


def read_strands(connection: Connection, names: Mapping[int, tuple[str, str]]) -> Iterator[Seen]:
    """The strands of these observations, which are called so, and so with their domains."""
    query = select(strands.c.observation, strands.c.number, strands.c.body)
    for observation, number, body in connection.execute(query):
        if observation in names:
            name, full = names[observation]
            yield Seen(observation, number, name, read(body), full)


def tell_hands(
    seen: Iterable[Seen],
    public: Callable[[str], bool] = lambda _: False,
    broken_into: Iterable[int] = (),
    *,
    whole: bool = False,
) -> Hands:
    """Who is of one hand, and why. `public` tells pages that anybody may have.

    `broken_into` are the observations of all victims: those without a strand are counted. `whole`:
    every hand with every member and sign, however many they are.
    """
    weights = Weights(public)
    several = list(seen)
    untold = set(broken_into) - {one.observation for one in several}
    found = find_hands(several, weights)
    told = _Telling(found, weights, whole=whole)
    shown = len(found.hands) if whole else min(len(found.hands), MOST_HANDS)
    hands = tuple(told.hand(number) for number in range(1, 1 + shown))
    return Hands(
        len(found.strands), len({one.who for one in found.strands}), hands,
        tuple(_member(found.strands[at]) for at in _some(found.alone, MOST_MEMBERS, whole=whole)),
        len(found.alone),
        tuple(_several(found)), tuple(told.between()),
        tuple(_sign(trait, many, 0.0) for trait, many in found.common[:MOST_COMMON]), len(untold),
        len(found.hands), len(found.common),
    )  # fmt: skip


class _Telling:
    def __init__(self, found: Clusters, weights: Weights, *, whole: bool) -> None:
        self._found = found
        self._weights = weights
        self._whole = whole
        self._of: dict[int, list[Trait]] = {}
        for trait, several in found.holders.items():
            for at in several:
                self._of.setdefault(at, []).append(trait)

    def hand(self, number: int) -> Hand:
        """One of them, from 1."""
        members = [self._found.strands[at] for at in sorted(self._found.hands[number - 1].members)]
        signs = self._signs(self._found.hands[number - 1])
        apart = list(_against(members, signs))
        against = tuple(Against(kind, len(those), of) for kind, those, of in apart)
        confidence = _confidence(signs, against, members, self._weights).value
        signs = _some(signs, MOST_SIGNS, whole=self._whole)
        places = {(one.kind, one.value): at for at, one in enumerate(signs)}
        return Hand(
            number, _servers(members), confidence,
            next((one.strand.first for one in members if one.strand.first), ""),
            max(one.strand.last for one in members), members[0].server, tuple(signs), against,
            tuple(
                _member(one, places, [kind for kind, those, _ in apart if at in those])
                for at, one in enumerate(_some(members, MOST_MEMBERS, whole=self._whole))
            ),
        )  # fmt: skip

    def between(self) -> Iterator[Between]:
        """Hands that share something that does not suffice."""
        for one, other, bond in self._found.between:
            if max(one, other) < MOST_HANDS:
                signs = tuple(self._sign_of(trait, bond) for trait in bond.traits)
                both = [self._found.hands[each] for each in (one, other)]
                why = APART[0]
                if all(each.marked for each in both):
                    why = APART[1]
                elif not bond.chosen and all(each.marked or each.named for each in both):
                    why = APART[2]
                yield Between((one + 1, other + 1), signs, why)

    def _sign_of(self, trait: Trait, bond: Bond) -> Sign:
        shown = [self._found.strands[at] for at in bond.holders]
        return _sign(trait, _servers(shown), self._weights.bits(trait))

    def _signs(self, cluster: Cluster) -> list[Sign]:
        """What at least two of its servers share, what says most first."""
        found = []
        faces = self._found.faces
        mine = {faces[at] for at in cluster.members}
        for trait in {trait for at in cluster.members for trait in self._of.get(at, ())}:
            several = self._found.holders[trait]
            inside = [at for at in several if at in cluster.members]
            many = _servers([self._found.strands[at] for at in inside])
            if many > 1:
                outside = {faces[at] for at in several if at not in cluster.members} - mine
                bits = self._weights.bits(trait)
                alone = self._weights.alone(trait)
                found.append(_sign(trait, many, bits if alone else left(bits, len(outside))))
        return sorted(found, key=lambda one: (-one.bits * one.servers, one.kind, one.value))


def _several(found: Clusters) -> Iterator[Crowded]:
    """Servers that more than one hand was on."""
    of = {at: number for number, one in enumerate(found.hands, 1) for at in one.members}
    places: dict[str, list[int]] = {}
    for at, one in enumerate(found.strands):
        places.setdefault(one.who, []).append(at)
    for several in places.values():
        hands = tuple(sorted(of.get(at, 0) for at in several))
        if len(several) > 1 and len({of.get(at, -at) for at in several}) > 1 and any(hands):
            numbers = {found.strands[at].observation for at in several}
            yield Crowded(found.strands[several[0]].server, tuple(sorted(numbers)), hands)


_TOGETHER = (frozenset({"no-network", "other-program"}), frozenset({"other-path", "other-name"}))
"""What takes from a hand where both are so of half of its servers; one alone may change."""


def _confidence(
    signs: Sequence[Sign], against: Sequence[Against], members: Sequence[Seen], weights: Weights
) -> Confidence:
    """By what at least half of its servers share, and what speaks against it."""
    half = _servers(members) / 2
    strong = [one for one in signs if one.servers >= half and one.bits >= LEAST]
    groups = {weights.group(TraitKind(one.kind)) for one in strong}
    rank = 0
    if "mark" in groups:
        rank = 2 if len(groups) > 1 else 1
    elif len(groups) > 2:
        rank = 1
    heavy = {one.kind for one in against if 2 * one.servers >= one.of}
    if "other-secret" in heavy or "silence" in {one.kind for one in against}:
        rank -= 1
    rank -= sum(pair <= heavy for pair in _TOGETHER)
    return list(Confidence)[max(0, rank)]


def _against(
    members: Sequence[Seen], signs: Sequence[Sign]
) -> Iterator[tuple[str, frozenset[int], int]]:
    """What speaks against a hand, the places of the members of which it does, and of how many."""
    of_kind = {one.kind for one in signs}
    for kind, name in (
        (TraitKind.SECRET, "other-secret"), (TraitKind.NETWORK, "no-network"),
        (TraitKind.AGENT, "other-program"), (TraitKind.CARRIER, "other-path"),
        (TraitKind.PAGE_NAME, "other-name"),
    ):  # fmt: skip
        said = [
            {trait.value for trait in one.strand.traits if trait.kind is kind} for one in members
        ]
        telling = [at for at, each in enumerate(said) if each]
        held = Counter(value for each in said for value in each)
        apart = frozenset(at for at in telling if all(held[value] == 1 for value in said[at]))
        if apart and (kind.value in of_kind or kind is not TraitKind.SECRET):
            yield name, apart, len(telling)
    yield from _in_time([one.strand for one in members])


def _in_time(members: Sequence[Strand]) -> Iterator[tuple[str, frozenset[int], int]]:
    worked = [at for at, one in enumerate(members) if one.hours]
    if len(worked) >= _FEW:
        counted = Counter(hour for at in worked for hour in members[at].hours)
        begins = max(range(24), key=lambda at: (_within(counted, at), -at))
        awake = {(begins + step) % 24 for step in range(_WORKING)}
        outside = frozenset(at for at in worked if awake.isdisjoint(members[at].hours))
        if outside:
            yield "other-hours", outside, len(worked)
    timed = sorted((one.first, one.last, at) for at, one in enumerate(members) if one.first)
    for place in range(1, len(timed)):
        before = max(last for _, last, _ in timed[:place])
        if _moment(timed[place][0]) - _moment(before) > _SILENT:
            yield "silence", frozenset(at for _, _, at in timed[place:]), len(timed)
            return


def _within(counted: Counter[int], begins: int) -> int:
    return sum(counted[(begins + step) % 24] for step in range(_WORKING))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _servers(members: Sequence[Seen]) -> int:
    return len({one.who for one in members})


def _sign(trait: Trait, servers: int, bits: float) -> Sign:
    return Sign(trait.kind.value, trait.value, trait.label, servers, round(bits, 1))


def _member(
    one: Seen, places: Mapping[tuple[str, str], int] | None = None, against: Sequence[str] = ()
) -> Member:
    mine = ((trait.kind.value, trait.value) for trait in one.strand.traits)
    signs = sorted(places[each] for each in mine if each in places) if places else []
    return Member(one.observation, one.server, one.number, one.strand.first, one.strand.last,
                  tuple(signs), tuple(against))  # fmt: skip


def _some(several: Sequence[_Any], most: int, *, whole: bool) -> list[_Any]:
    return list(several if whole else several[:most])
