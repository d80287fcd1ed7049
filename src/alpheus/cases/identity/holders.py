"""Who held a key when: certificates, host names and addresses change hands."""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.cases.identity.evidence import NEVER_SEEN
from alpheus.cases.identity.forest import Forest, Span
from alpheus.cases.identity.keys import UNKNOWN_TIME

Candidate = tuple[int, int]
"""A server and the seconds between a sighting and the nearest time at which it held the key."""


class Holders:
    """For every value of one kind of key, the servers that held it, from when to when."""

    def __init__(self, forest: Forest) -> None:
        self._forest = forest
        self._held: dict[str, int | list[int]] = {}

    def __contains__(self, value: str) -> bool:
        return value in self._held

    def hold(self, value: str, node: int) -> None:
        """Note that a server, by one of its nodes, held a value."""
        held = self._held.setdefault(value, node)
        if isinstance(held, list):
            held.append(node)
        elif held != node:
            self._held[value] = [held, node]

    def nodes(self, value: str) -> Sequence[int]:
        """The nodes that hold a value."""
        held = self._held.get(value, ())
        return (held,) if isinstance(held, int) else held

    def spans(self, value: str) -> dict[int, Span]:
        """The servers that hold a value, by their present roots."""
        held = self._held.get(value)
        if held is None:
            return {}
        forest = self._forest
        if isinstance(held, int):
            return {forest.root(held): (forest.first[held], forest.last[held])}
        found: dict[int, Span] = {}
        for node in held:
            top = forest.root(node)
            found[top] = wider(found.get(top), (forest.first[node], forest.last[node]))
        return found

    def candidates(self, value: str, when: Span) -> list[Candidate]:
        """The servers that may have held a value at a time."""
        return candidates(self.spans(value), when) if value in self._held else []

    def witness(self, value: str, server: int) -> int | None:
        """A node by which a server holds a value; None where none does."""
        root = self._forest.root
        return next((node for node in self.nodes(value) if root(node) == server), None)

    def values(self) -> list[str]:
        """Every value that several nodes hold, in order."""
        return sorted(value for value, held in self._held.items() if isinstance(held, list))


def candidates(spans: dict[int, Span], when: Span) -> list[Candidate]:
    """The servers that may have held a key at a time.

    One that held it before another did is out of the question after that, and the reverse.
    """
    if UNKNOWN_TIME in when or len(spans) == 1:
        return [(root, _gap(span, when)) for root, span in spans.items()]
    found = []
    for root, span in spans.items():
        gap = _gap(span, when)
        between = (
            _lies_between(other, span, when) for name, other in spans.items() if name != root
        )
        if gap in {NEVER_SEEN, 0} or not any(between):
            found.append((root, gap))
    inside = [one for one in found if one[1] == 0]
    return inside or found


def overlapping(one: Span, other: Span) -> bool:
    """Whether two servers held a key in turn, and not one after the other."""
    if UNKNOWN_TIME in (*one, *other):
        return True
    return max(one[0], other[0]) <= min(one[1], other[1])


def _gap(span: Span, when: Span) -> int:
    if UNKNOWN_TIME in (*span, *when):
        return NEVER_SEEN
    return max(0, span[0] - when[1], when[0] - span[1])


def _lies_between(other: Span, span: Span, when: Span) -> bool:
    """Whether another server held the key after the one and before the time, or the reverse."""
    if UNKNOWN_TIME in other:
        return False
    if span[1] < when[0]:
        return span[1] < other[0] and other[0] <= when[0]
    return other[1] < span[0] and when[1] <= other[1]


def wider(one: Span | None, other: Span) -> Span:
    """The time that two times together span."""
    if one is None or one == other:
        return other
    first, begin = one[0], other[0]
    if first == UNKNOWN_TIME or (begin != UNKNOWN_TIME and begin < first):
        first = begin
    return (first, max(one[1], other[1]))
