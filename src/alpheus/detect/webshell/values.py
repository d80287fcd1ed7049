"""What is known of a value: its constant, who gave it, what it is, and what was done to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

Constant = str | bytes | int | float | tuple[object, ...]
MOST_TEXT = 1 << 20
_MOST_SOURCES = 3
_MOST_TYPES = 12
_MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes in from outside: the line and the expression."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """What is known of a value.

    `constant` is its one possible content. `sources` are where a visitor's data came in. `types`
    are names of what it may be, in lower case without name space. `steps` are what was undone on
    the way (`base64`, `decrypted`). `rooted`: it begins with a folder that the server chose.
    `mixed`: text of the page's own stands around the visitor's. `computed`: the page's own code
    has made it of something else. `tail` is the text that it surely ends with.
    """

    constant: Constant | None = None
    sources: tuple[Source, ...] = ()
    types: frozenset[str] = frozenset()
    steps: tuple[str, ...] = ()
    rooted: bool = False
    mixed: bool = False
    computed: bool = False
    tail: str = ""

    @property
    def tainted(self) -> bool:
        """Whether a visitor's data is in it."""
        return bool(self.sources)

    @property
    def ending(self) -> str:
        """The text that it surely ends with."""
        return self.constant if isinstance(self.constant, str) else self.tail

    @property
    def text(self) -> str | None:
        """The constant, if it is a text."""
        return self.constant if isinstance(self.constant, str) else None

    def has(self, *types: str) -> bool:
        """Whether it may be of one of these types."""
        return any(name in self.types for name in types)

    def step(self, name: str) -> Value:
        """The same after something was undone."""
        if name in self.steps:
            return self
        return replace(self, steps=(*self.steps, name)[-_MOST_STEPS:])


NOTHING = Value()


def joined(values: Iterable[Value], *, constant: Constant | None = None) -> Value:
    """What is known of something made of several values; the constant must be told."""
    sources: dict[Source, None] = {}
    types: set[str] = set()
    steps: dict[str, None] = {}
    mixed = computed = False
    for value in values:
        if value.sources:
            sources.update(dict.fromkeys(value.sources))
        if value.types:
            types |= value.types
        if value.steps:
            steps.update(dict.fromkeys(value.steps))
        mixed = mixed or value.mixed
        computed = computed or value.computed
    if isinstance(constant, str | bytes) and len(constant) > MOST_TEXT:
        constant = None
    return Value(
        constant,
        tuple(sources)[:_MOST_SOURCES],
        frozenset(types if len(types) <= _MOST_TYPES else sorted(types)[:_MOST_TYPES]),
        tuple(steps)[-_MOST_STEPS:],
        mixed=mixed,
        computed=computed,
    )


def either(one: Value, other: Value) -> Value:
    """What is known of a variable that may hold one or the other."""
    if one == other or other is NOTHING:
        return one
    if one is NOTHING:
        return other
    same = one.constant if one.constant == other.constant else None
    both = joined((one, other), constant=same)
    free = any(value.tainted and not value.rooted for value in (one, other))
    rooted = not free and (one.rooted or other.rooted)
    return replace(both, rooted=True) if rooted else both
