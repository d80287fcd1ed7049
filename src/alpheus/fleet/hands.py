"""Strands of one hand, over all servers: linked by what few share, and never by a chain (ADR 44).

A *bond* is a trait that says enough alone (a secret, a page that nobody else has), or two of
independent kinds that say enough together. All who share a bond are tied to each other, not one to
the next. Bonds become one hand where they have at least two strands, and half of the smaller, in
common; so one strand that fits two hands joins them never. Two hands that each proved to have a
secret of their own are not made one by anything weaker, and two that each keep names of their own
by nothing that comes with a way out or a kit. Who has another secret than a hand that keeps its
own does not become one of it by a way out.

What a trait says depends on who else has it, and on nothing else: strands that share nothing with
others change nothing between these. The order in which they come does not matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from alpheus.cases.strands import Strand, Trait, TraitKind
from alpheus.fleet.hand_weights import Weights, left

ENOUGH = 9.0
"""Bits that two traits must say together."""
LEAST = 1.0
"""Bits below which a trait says nothing."""
MOST_FACES = 2_000
"""A trait that more than so many others have is passed over, unless it suffices alone."""
_WAYS = frozenset({TraitKind.ADDRESS, TraitKind.NETWORK})
"""Ways out to the internet, which several may take."""
MOST_OF_A_STRAND = 16
"""Shared traits of a strand that are paired, those that say most first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A strand of a server; `server` is what it is called, `number` that of the strand there.

    `full` is its name with its domain, '' where that is not known: many servers are called alike.
    """

    observation: int
    number: int
    server: str
    strand: Strand
    full: str = ""

    @property
    def who(self) -> str:
        """By what it is told from other servers."""
        return (self.full or self.server).lower()


@dataclass(frozen=True, slots=True)
class Bond:
    """What ties strands to each other (their places, in order).

    `bits` is what it says, and `worth` what it would say if nobody else had anything of it: by that
    bonds are ordered, so that others who come change no order. `chosen` if one of them is a name
    that somebody made up.
    """

    traits: tuple[Trait, ...]
    holders: tuple[int, ...]
    bits: float
    worth: float
    chosen: bool = False


@dataclass(slots=True)
class Cluster:
    """Strands of one hand: their places; `marked` if a trait that suffices alone tied them.

    `named` if a name that somebody made up did, together with another trait.
    """

    members: set[int]
    bonds: list[Bond] = field(default_factory=list)
    marked: bool = False
    named: bool = False


@dataclass(slots=True)
class Clusters:
    """All hands, the largest first; strands in none; what could tie two hands, and did not.

    `common` are traits that were passed over, as too many others have them, with how many do.
    """

    strands: tuple[Seen, ...]
    hands: list[Cluster]
    alone: list[int]
    between: list[tuple[int, int, Bond]]
    common: list[tuple[Trait, int]]
    holders: dict[Trait, list[int]]
    faces: list[int]


def find_hands(seen: Iterable[Seen], weights: Weights) -> Clusters:
    """Who is of one hand. A server that was read twice, and left the same, counts once."""
    strands = _once(seen)
    holders = _holders(strands)
    faces = _faces(strands, holders, weights)
    index = _Index(strands, holders, faces, weights)
    bonds = [*index.alone(), *index.pairs()]
    bonds.sort(key=lambda one: (len(one.traits), not one.chosen, -one.worth, -len(one.holders),
                              one.traits))  # fmt: skip
    joined = _Joining(strands)
    for bond in bonds:
        joined.take(bond)
    hands = [one for one in joined.hands if one is not None]
    of = {id(one): at for at, one in enumerate(_ordered(hands, strands))}
    ordered = sorted(hands, key=lambda one: of[id(one)])
    inside = {member for one in hands for member in one.members}
    between = sorted(
        {(min(of[a], of[b]), max(of[a], of[b])): bond for a, b, bond in joined.told() if a != b}
        .items(), key=lambda one: one[0],
    )  # fmt: skip
    return Clusters(
        strands, ordered, [at for at in range(len(strands)) if at not in inside],
        [(a, b, bond) for (a, b), bond in between], sorted(index.common), holders, faces,
    )  # fmt: skip


def _once(seen: Iterable[Seen]) -> tuple[Seen, ...]:
    """In an order of their own, each server's strand once."""
    found: dict[tuple[object, ...], Seen] = {}
    for one in _named(sorted(seen, key=lambda one: (one.observation, one.number))):
        key = (one.who, one.strand.first, one.strand.last, one.strand.traits)
        found.setdefault(key, one)
    return tuple(sorted(found.values(), key=_place))


def _named(several: Sequence[Seen]) -> Iterator[Seen]:
    """With the full name of those whose records do not give it, where only one is called so."""
    full: dict[str, set[str]] = {}
    for one in several:
        if one.full:
            full.setdefault(one.full.lower().partition(".")[0], set()).add(one.full)
    for one in several:
        known = full.get(one.server.lower(), set()) if not one.full else set()
        yield replace(one, full=next(iter(known))) if len(known) == 1 else one


def _place(one: Seen) -> tuple[object, ...]:
    return one.strand.first or "~", one.server, one.strand.traits, one.observation


def _holders(strands: Sequence[Seen]) -> dict[Trait, list[int]]:
    """Who has a trait that strands of several servers have. Labels do not tell traits apart."""
    found: dict[tuple[TraitKind, str], list[int]] = {}
    label: dict[tuple[TraitKind, str], str] = {}
    for at, one in enumerate(strands):
        for trait in one.strand.traits:
            key = trait.kind, trait.value
            label[key] = min(label.get(key, trait.label), trait.label)
            several = found.setdefault(key, [])
            if not several or several[-1] != at:
                several.append(at)
    return {
        Trait(kind, value, label[kind, value]): several
        for (kind, value), several in found.items()
        if len({strands[at].who for at in several}) > 1
    }


def _faces(strands: Sequence[Seen], holders: dict[Trait, list[int]], weights: Weights) -> list[int]:
    """Of each strand a number, the same for those that are likely of one hand.

    It is only asked how many different others have a trait: so here one link suffices.
    """
    parent = list(range(len(strands)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    marked = set()
    for trait, several in holders.items():
        if weights.alone(trait):
            marked.update(several)
            for other in several[1:]:
                one, two = root(several[0]), root(other)
                parent[max(one, two)] = min(one, two)
    for trait, several in holders.items():
        if trait.kind is TraitKind.ADDRESS:
            unmarked = [at for at in several if at not in marked]
            for other in unmarked[1:]:
                one, two = root(unmarked[0]), root(other)
                parent[max(one, two)] = min(one, two)
    return [root(at) for at in range(len(strands))]


class _Index:
    """Traits by who has them, and the bonds that they make."""

    def __init__(
        self,
        strands: Sequence[Seen],
        holders: dict[Trait, list[int]],
        faces: Sequence[int],
        weights: Weights,
    ) -> None:
        self._strands = strands
        self._weights = weights
        self._faces = faces
        self._traits = sorted(holders)
        self._holders = [holders[one] for one in self._traits]
        self._bits = [weights.bits(one) for one in self._traits]
        self._alone = [weights.alone(one) for one in self._traits]
        self._counts = [Counter(faces[at] for at in several) for several in self._holders]
        self.common = [
            (trait, len(counted))
            for trait, counted, alone in zip(self._traits, self._counts, self._alone, strict=True)
            if len(counted) > MOST_FACES and not alone
        ]

    def alone(self) -> list[Bond]:
        """Traits that suffice by themselves."""
        return [
            Bond((trait,), tuple(several), bits, bits)
            for trait, several, bits, alone in zip(
                self._traits, self._holders, self._bits, self._alone, strict=True
            )
            if alone
        ]

    def pairs(self) -> list[Bond]:
        """Two traits of independent kinds that nobody else has together, and few apart."""
        together: dict[tuple[int, int], list[int]] = {}
        for at, several in enumerate(self._of_strands()):
            for one, other in combinations(several, 2):
                if self._may_do(one, other):
                    together.setdefault((min(one, other), max(one, other)), []).append(at)
        found = (self._bond(*pair, several) for pair, several in together.items()
                 if len(several) > 1)  # fmt: skip
        return [one for one in found if one is not None]

    def _of_strands(self) -> list[list[int]]:
        mine: list[list[int]] = [[] for _ in self._strands]
        for number, several in enumerate(self._holders):
            if self._alone[number] or self._bits[number] < LEAST:
                continue
            if len(self._counts[number]) > MOST_FACES:
                continue
            for at in several:
                mine[at].append(number)
        for several in mine:
            several.sort(key=lambda number: (-self._bits[number], number))
            del several[MOST_OF_A_STRAND:]
        return mine

    def _may_do(self, one: int, other: int) -> bool:
        group = self._weights.group
        return self._bits[one] + self._bits[other] >= ENOUGH and group(
            self._traits[one].kind
        ) != group(self._traits[other].kind)

    def _bond(self, one: int, other: int, several: list[int]) -> Bond | None:
        if len({self._strands[at].who for at in several}) < 2:
            return None
        inside = Counter(self._faces[at] for at in several)
        said = [left(self._bits[each], self._outside(each, inside)) for each in (one, other)]
        if min(said) < LEAST or sum(said) < ENOUGH:
            return None
        traits = (self._traits[one], self._traits[other])
        worth = self._bits[one] + self._bits[other]
        chosen = any(map(self._weights.chosen, traits))
        return Bond(traits, tuple(several), sum(said), worth, chosen)

    def _outside(self, trait: int, inside: Counter[int]) -> int:
        """How many others have one of the two without the other."""
        counted = self._counts[trait]
        return len(counted) - sum(counted[face] == number for face, number in inside.items())


class _Joining:
    """Bonds as they come, those that say most first; what they make of strands."""

    def __init__(self, strands: Sequence[Seen]) -> None:
        self._strands = strands
        self.hands: list[Cluster | None] = []
        self._secrets = [_secrets(one.strand.traits) for one in strands]
        self._of: dict[int, int] = {}
        self._between: list[tuple[int, int, Bond]] = []
        self._became: dict[int, int] = {}

    def take(self, bond: Bond) -> None:
        """One more bond."""
        counted = Counter(self._of[at] for at in bond.holders if at in self._of)
        free = [at for at in bond.holders if at not in self._of]
        linked = [hand for hand in sorted(counted) if self._linked(bond, hand, counted[hand])]
        marks = len(bond.traits) == 1
        if not marks and self._apart([self._hand(one) for one in linked], bond):
            self._tell(linked, bond)
            return
        if linked:
            target = self._merged(linked)
            others = self._others(bond, self._hand(target))
            free = [at for at in free if at not in others]
            self._add(target, free, bond, marks=marks)
        elif len({self._strands[at].who for at in free}) > 1:
            self.hands.append(Cluster(set()))
            target = len(self.hands) - 1
            self._add(target, free, bond, marks=marks)
            self._tell([target, *sorted(counted)], bond)
        else:
            self._tell(sorted(counted), bond)

    def told(self) -> list[tuple[int, int, Bond]]:
        """Hands that a bond ties too weakly, as what they are by now: by the identity of each."""
        now = []
        for one, other, bond in self._between:
            a, b = self._now(one), self._now(other)
            now.append((id(self._hand(a)), id(self._hand(b)), bond))
        return now

    def _hand(self, number: int) -> Cluster:
        found = self.hands[number]
        assert found is not None
        return found

    def _now(self, number: int) -> int:
        while self.hands[number] is None:
            number = self._became[number]
        return number

    def _linked(self, bond: Bond, hand: int, number: int) -> bool:
        smaller = min(len(bond.holders), len(self._hand(hand).members))
        return number > 1 and 2 * number >= smaller

    def _apart(self, linked: Sequence[Cluster], bond: Bond) -> bool:
        """Whether these have marks or names of their own, and nothing as strong makes them one."""
        if sum(one.marked for one in linked) > 1:
            return True
        return not bond.chosen and sum(one.marked or one.named for one in linked) > 1

    def _others(self, bond: Bond, hand: Cluster) -> set[int]:
        """Who has a secret, and another than this hand, where most that share a way have its own.

        Several take one way out, with the names that come with a kit.
        """
        if not any(one.kind in _WAYS for one in bond.traits):
            return set()
        own = _secrets(trait for one in hand.bonds if len(one.traits) == 1 for trait in one.traits)
        telling = [at for at in bond.holders if self._secrets[at]]
        others = {at for at in telling if own.isdisjoint(self._secrets[at])}
        return others if own and 2 * len(others) < len(telling) else set()

    def _merged(self, linked: Sequence[int]) -> int:
        target = linked[0]
        for other in linked[1:]:
            gone = self._hand(other)
            self._hand(target).members |= gone.members
            self._hand(target).bonds += gone.bonds
            self._hand(target).marked |= gone.marked
            self._hand(target).named |= gone.named
            self._of.update(dict.fromkeys(gone.members, target))
            self._became[other] = target
            self.hands[other] = None
        return target

    def _add(self, target: int, free: Iterable[int], bond: Bond, *, marks: bool) -> None:
        hand = self._hand(target)
        hand.members.update(free)
        hand.bonds.append(bond)
        hand.marked |= marks
        hand.named |= bond.chosen
        self._of.update(dict.fromkeys(free, target))

    def _tell(self, hands: Sequence[int], bond: Bond) -> None:
        self._between += [(a, b, bond) for a, b in combinations(hands, 2)]


def _secrets(traits: Iterable[Trait]) -> frozenset[str]:
    return frozenset(one.value for one in traits if one.kind is TraitKind.SECRET)


def _ordered(hands: Iterable[Cluster], strands: Sequence[Seen]) -> list[Cluster]:
    return sorted(
        hands,
        key=lambda one: (-len({strands[at].who for at in one.members}),
                         min(one.members)),
    )  # fmt: skip
