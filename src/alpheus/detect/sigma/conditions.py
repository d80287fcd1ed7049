"""A rule's condition as a tree that is evaluated on an event, or on a line that did not parse."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from alpheus.detect.sigma.fields import EventView, FieldName, fold
from alpheus.detect.sigma.urls import decoded
from alpheus.detect.sigma.values import Number, Value

_BLANKS = re.compile(r"[ +?,]+")
RAW_LIMIT = 1 << 20


def plain(text: str) -> str:
    """Text without what differs between line and field: case, kinds of blanks, doubled quotes."""
    text = fold(text).replace('""', '"').replace("''", "'")
    return _BLANKS.sub(" ", text)


class RawLine:
    """A line that did not parse, in all readings that are searched."""

    __slots__ = ("forms",)

    def __init__(self, text: str) -> None:
        text = text[:RAW_LIMIT]
        self.forms = tuple(dict.fromkeys(map(plain, (text, *decoded(text)))))

    def contains(self, text: str) -> bool:
        """Whether a text, already made `plain`, is in the line."""
        return any(text in form for form in self.forms)


class Node(Protocol):
    """A part of a condition."""

    def holds(self, view: EventView) -> bool:
        """Whether it is true of an event."""

    def raw(self, line: RawLine) -> bool | None:
        """Whether it is true of a line, as far as literal text tells; None if it tells nothing."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """True if all of its parts are."""

    nodes: tuple[Node, ...]

    def holds(self, view: EventView) -> bool:
        """Whether it is true of an event."""
        for node in self.nodes:  # noqa: SIM110 - the hot path: a generator costs twice as much
            if not node.holds(view):
                return False
        return True

    def raw(self, line: RawLine) -> bool | None:
        """False if any part is false, else true if any is true."""
        told = [node.raw(line) for node in self.nodes]
        return False if False in told else True if True in told else None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True if one of its parts is."""

    nodes: tuple[Node, ...]

    def holds(self, view: EventView) -> bool:
        """Whether it is true of an event."""
        for node in self.nodes:  # noqa: SIM110 - the hot path: a generator costs twice as much
            if node.holds(view):
                return True
        return False

    def raw(self, line: RawLine) -> bool | None:
        """True if any part is true, else false if any is false."""
        told = [node.raw(line) for node in self.nodes]
        return True if True in told else False if False in told else None


@dataclass(frozen=True, slots=True)
class Not:
    """True if its part is not. Says nothing about a raw line."""

    node: Node

    def holds(self, view: EventView) -> bool:
        """Whether it is true of an event."""
        return not self.node.holds(view)

    def raw(self, line: RawLine) -> bool | None:  # noqa: ARG002
        """Nothing: negations are ignored."""
        return None


@dataclass(frozen=True, slots=True)
class FieldTest:
    """A test of one field."""

    field: FieldName
    value: Value

    def holds(self, view: EventView) -> bool:
        """Whether it is true of an event."""
        return self.value.passes(view.known.get(self.field) or view.get(self.field))

    def raw(self, line: RawLine) -> bool | None:
        """Whether the text that the value needs is in the line."""
        return _raw(self.value, line)


@dataclass(frozen=True, slots=True)
class Keyword:
    """A value without a field, searched in the whole record."""

    value: Value

    def holds(self, view: EventView) -> bool:
        """Whether it is true of an event."""
        return self.value.passes(view.words())

    def raw(self, line: RawLine) -> bool | None:
        """Whether the text that the value needs is in the line."""
        return _raw(self.value, line)


@dataclass(frozen=True, slots=True)
class FieldReference:
    """Two fields are equal, or one starts with, ends with or contains the other."""

    left: FieldName
    right: FieldName
    starts: bool = False
    ends: bool = False

    def holds(self, view: EventView) -> bool:
        """Whether it is true of an event."""
        rights = view.get(self.right).folded
        return any(self._agree(a, b) for a in view.get(self.left).folded for b in rights)

    def raw(self, line: RawLine) -> bool | None:  # noqa: ARG002
        """Nothing: a raw line has no fields."""
        return None

    def _agree(self, left: str, right: str) -> bool:
        if self.starts and self.ends:
            return right in left
        if self.starts:
            return left.startswith(right)
        return left.endswith(right) if self.ends else left == right


def _raw(value: Value, line: RawLine) -> bool | None:
    """A number can only be missing: that it stands somewhere in the line proves nothing."""
    if isinstance(value, Number):
        return None if line.contains(str(value.number)) else False
    literals = value.literals()
    if literals is None:
        return None
    alternatives = [[p for part in parts if (p := plain(part)).strip()] for parts in literals]
    if not all(alternatives):
        return None
    return any(all(map(line.contains, parts)) for parts in alternatives)


def cost(node: Node) -> int:
    """How long a condition takes, in no unit; parts of a node are tried in this order."""
    if isinstance(node, FieldTest):
        return node.value.cost
    if isinstance(node, Keyword):
        return 50 + node.value.cost
    if isinstance(node, Not):
        return cost(node.node)
    if isinstance(node, AllOf | AnyOf):
        return sum(map(cost, node.nodes))
    return 3


def required_numbers(node: Node, name: str) -> frozenset[str] | None:
    """Values of which the field `name` must have one if `node` holds; None if it may have any."""
    if isinstance(node, FieldTest):
        if node.field.name != name or not isinstance(node.value, Number):
            return None
        return frozenset({str(node.value.number)})
    if isinstance(node, AllOf):
        found = [required_numbers(child, name) for child in node.nodes]
        known = [numbers for numbers in found if numbers is not None]
        return min(known, key=len, default=None)
    if isinstance(node, AnyOf):
        union: set[str] = set()
        for child in node.nodes:
            numbers = required_numbers(child, name)
            if numbers is None:
                return None
            union |= numbers
        return frozenset(union)
    return None
