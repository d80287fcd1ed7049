"""What people decide is stronger than what is worked out, and can be taken back.

Decisions are kept beside the sightings and applied on top, each time anew and in the order in which
they were made: nothing is lost when one is revoked. Of two that contradict each other the later one
holds, and the conflict is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from alpheus.cases.identity.evidence import WEIGHTS, Key, probability
from alpheus.cases.identity.model import Link


class DecisionKind(StrEnum):
    """What a person decides."""

    MERGE = "merge"
    """All the servers of the sightings named are one."""
    SPLIT = "split"
    """The sightings named are a server of their own, apart from the rest of theirs."""
    NEVER_MERGE = "never-merge"
    """No two of the sightings named are ever of one server."""
    REVOKE = "revoke"
    """An earlier decision, named by `revokes`, does not hold any more."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what, when and why. Numbers rise; `when` is ISO 8601 in UTC."""

    id: int
    kind: DecisionKind
    who: str
    when: str
    why: str
    sightings: tuple[int, ...] = ()
    revokes: int = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two decisions that cannot both hold: the later one does."""

    holds: int
    overruled: int
    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    """Servers after all decisions: sightings in groups, what was decided, and what conflicts.

    `applied` are the decisions that hold. `cut` are links that were worked out and are overruled;
    of these, `cut_apart` were chosen because they are the weakest between two that are kept apart.
    `unknown` are decisions about sightings that are not there.
    """

    groups: tuple[tuple[int, ...], ...]
    applied: tuple[int, ...]
    links: tuple[Link, ...]
    cut: tuple[Link, ...]
    conflicts: tuple[Conflict, ...]
    unknown: tuple[int, ...] = ()
    cut_apart: tuple[Link, ...] = ()


@dataclass(slots=True)
class _Accepted:
    """Decisions that hold so far, as sightings that must be together or apart."""

    together: dict[int, int] = field(default_factory=dict)
    by: dict[int, list[Decision]] = field(default_factory=dict)
    apart: list[tuple[int, int, Decision]] = field(default_factory=list)
    merges: list[Decision] = field(default_factory=list)
    splits: list[Decision] = field(default_factory=list)

    def top(self, sighting: int) -> int:
        """What stands for all that must be together with a sighting."""
        while self.together.get(sighting, sighting) != sighting:
            sighting = self.together[sighting]
        return sighting

    def unite(self, decision: Decision, sightings: Sequence[int]) -> None:
        """Sightings that must be together, because of a decision."""
        tops = sorted({self.top(sighting) for sighting in sightings})
        held = [one for top in tops for one in self.by.get(top, [])]
        for top in tops:
            self.together[top] = tops[0]
        self.by[tops[0]] = [*held, decision]


def decide(
    groups: Iterable[Sequence[int]], links: Iterable[Link], decisions: Iterable[Decision]
) -> Decided:
    """Apply decisions to groups of sightings that were worked out, with the links that made them.

    Only the groups that decisions name need their links. A group is cut where its weakest link is.
    """
    standing = standing_of(decisions)
    every = [tuple(sorted(group)) for group in groups]
    home = {sighting: number for number, group in enumerate(every) for sighting in group}
    unknown = [one for one in standing if any(s not in home for s in one.sightings)]
    accepted, conflicts = _accept([one for one in standing if one not in unknown], home)
    touched = {home[s] for one in (*accepted.merges, *accepted.splits) for s in one.sightings}
    touched |= {home[s] for one, other, _ in accepted.apart for s in (one, other)}
    graph = _Graph(s for number in touched for s in every[number])
    for link in links:
        graph.add(link)
    cut = _carry_out(graph, accepted)
    cut_apart = _part(graph, accepted)
    result = [group for number, group in enumerate(every) if number not in touched]
    result += graph.components()
    applied = {one.id for one in (*accepted.merges, *accepted.splits)}
    applied |= {decision.id for *_, decision in accepted.apart}
    return Decided(
        tuple(sorted(result)), tuple(sorted(applied)), tuple(graph.decided),
        (*cut, *cut_apart), tuple(conflicts), tuple(one.id for one in unknown), tuple(cut_apart),
    )  # fmt: skip


def standing_of(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions that are not revoked, the latest first. A revocation can be revoked."""
    latest = sorted(decisions, key=_made, reverse=True)
    revoked: set[int] = set()
    standing = []
    for one in latest:
        if one.id in revoked:
            continue
        if one.kind is DecisionKind.REVOKE:
            revoked.add(one.revokes)
        else:
            standing.append(one)
    return standing


def _made(one: Decision) -> tuple[str, int]:
    """When it was made, by which decisions are ordered."""
    return one.when, one.id


def _accept(
    decisions: Iterable[Decision], home: Mapping[int, int]
) -> tuple[_Accepted, list[Conflict]]:
    """The decisions that hold, given the latest first; and those that they overrule.

    A merge and a split hold both, the later one on top of the earlier: of a server that was put
    together from three, one can be taken out without parting the others.
    """
    accepted, conflicts = _Accepted(), list[Conflict]()
    for one in decisions:
        found = list(_against(accepted, one))
        if found:
            conflicts += found
            continue
        conflicts += _on_top(accepted, one, home)
        if one.kind is DecisionKind.NEVER_MERGE:
            accepted.apart += [(a, b, one) for a, b in _pairs(one.sightings)]
            continue
        accepted.unite(one, one.sightings)
        (accepted.merges if one.kind is DecisionKind.MERGE else accepted.splits).append(one)
    return accepted, sorted(conflicts, key=lambda c: (c.overruled, c.holds))


def _pairs(sightings: Sequence[int]) -> Iterator[tuple[int, int]]:
    ordered = sorted(set(sightings))
    return ((a, b) for n, a in enumerate(ordered) for b in ordered[n + 1 :])


def _against(accepted: _Accepted, one: Decision) -> Iterator[Conflict]:
    """Later decisions that leave nothing of a decision."""
    if one.kind is DecisionKind.NEVER_MERGE:
        for a, b in _pairs(one.sightings):
            if accepted.top(a) == accepted.top(b):
                for other in accepted.by.get(accepted.top(a), [])[-1:]:
                    yield Conflict(other.id, one.id, f"{a} and {b} were decided to be one")
        return
    tops = {accepted.top(sighting) for sighting in one.sightings}
    for a, b, other in accepted.apart:
        if accepted.top(a) in tops and accepted.top(b) in tops:
            yield Conflict(other.id, one.id, f"{a} and {b} were decided to be two")
            return


def _on_top(accepted: _Accepted, one: Decision, home: Mapping[int, int]) -> Iterator[Conflict]:
    """Later splits that take apart what a merge joins, and merges that join what a split parts."""
    if one.kind is DecisionKind.NEVER_MERGE:
        return
    others = accepted.splits if one.kind is DecisionKind.MERGE else accepted.merges
    for other in others:
        split, merge = (other, one) if one.kind is DecisionKind.MERGE else (one, other)
        across = _across(split, merge, home)
        if across:
            yield Conflict(other.id, one.id, "{} and {}: one takes apart what the other joins"
                           .format(*across))  # fmt: skip


def _across(split: Decision, merge: Decision, home: Mapping[int, int]) -> tuple[int, int] | None:
    """Two sightings that a merge joins and a split takes apart, if there are such."""
    inside = set(split.sightings)
    homes = {home[sighting] for sighting in inside}
    taken = sorted(inside & set(merge.sightings))
    left = sorted(s for s in set(merge.sightings) - inside if home[s] in homes)
    return (taken[0], left[0]) if taken and left else None


def _carry_out(graph: _Graph, accepted: _Accepted) -> list[Link]:
    """Carry out merges and splits on the links; gives those that are overruled."""
    cut: list[Link] = []
    for one in sorted((*accepted.merges, *accepted.splits), key=_made):
        if one.kind is DecisionKind.SPLIT:
            cut += graph.isolate(set(one.sightings))
        graph.bind(one)
    return cut


def _part(graph: _Graph, accepted: _Accepted) -> list[Link]:
    """Cut links until nothing holds together what is kept apart; gives them."""
    cut: list[Link] = []
    for a, b, _ in accepted.apart:
        while (weakest := graph.weakest_between(a, b)) is not None:
            graph.remove(weakest)
            cut.append(weakest)
    return cut


class _Graph:
    """Sightings and links between them."""

    def __init__(self, sightings: Iterable[int]) -> None:
        self._near: dict[int, dict[int, Link]] = {sighting: {} for sighting in sightings}
        self.decided: list[Link] = []

    def add(self, link: Link) -> None:
        """Take a link of sightings that are here; a weaker one of the same two is left out."""
        if link.one in self._near and link.other in self._near:
            held = self._near[link.one].get(link.other)
            if held is None or held.weight < link.weight:
                self._near[link.one][link.other] = self._near[link.other][link.one] = link

    def remove(self, link: Link) -> None:
        """Take a link away."""
        self._near[link.one].pop(link.other, None)
        self._near[link.other].pop(link.one, None)

    def bind(self, decision: Decision) -> None:
        """Link all sightings of a decision."""
        ordered = sorted(set(decision.sightings))
        reason = f"{decision.who} decided so on {decision.when[:10]}: {decision.why}"
        weight = probability(WEIGHTS[Key.DECISION])
        for a, b in pairwise(ordered):
            link = Link(a, b, "decision", str(decision.id), weight, reason)
            self._near[a][b] = self._near[b][a] = link
            self.decided.append(link)

    def isolate(self, inside: set[int]) -> list[Link]:
        """Cut all links between some sightings and the others; the others stay as they were."""
        cut: dict[int, Link] = {}
        for component in [c for c in self.components() if inside & set(c)]:
            outside = [s for s in component if s not in inside]
            for sighting in inside & set(component):
                for other, link in list(self._near[sighting].items()):
                    if other not in inside:
                        cut[id(link)] = link
                        self.remove(link)
            self._rejoin(outside)
        return list(cut.values())

    def _rejoin(self, outside: Sequence[int]) -> None:
        """Sightings that held together through those taken out still do."""
        weight = probability(WEIGHTS[Key.SERVICE])
        pieces = self._components_of(outside)
        for one, other in pairwise(pieces):
            self.add(Link(one[0], other[0], "remaining", "", weight,
                          "they were one server before others were taken out"))  # fmt: skip

    def weakest_between(self, a: int, b: int) -> Link | None:
        """The weakest link that was worked out between two sightings; None without a way."""
        came: dict[int, int] = {a: a}
        waiting = deque([a])
        while waiting and b not in came:
            at = waiting.popleft()
            for other in sorted(self._near[at]):
                if other not in came:
                    came[other] = at
                    waiting.append(other)
        if b not in came:
            return None
        way, at = [], b
        while at != a:
            way.append(self._near[at][came[at]])
            at = came[at]
        return min(
            way, key=lambda link: (link.key == "decision", link.weight, link.one, link.other)
        )

    def components(self) -> list[tuple[int, ...]]:
        """Sightings that hang together."""
        return self._components_of(self._near)

    def _components_of(self, sightings: Iterable[int]) -> list[tuple[int, ...]]:
        found, done = [], set[int]()
        for start in sorted(sightings):
            if start in done:
                continue
            members, waiting = [], [start]
            done.add(start)
            while waiting:
                at = waiting.pop()
                members.append(at)
                for other in self._near[at]:
                    if other not in done:
                        done.add(other)
                        waiting.append(other)
            found.append(tuple(sorted(members)))
        return found
