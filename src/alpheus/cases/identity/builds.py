"""What builds say of servers: one server has one build at a time, and only a higher one later."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from alpheus.cases.identity.evidence import DAY
from alpheus.cases.identity.forest import Span
from alpheus.cases.identity.holders import wider

Seen = Mapping[str, Span]
"""Builds with the first and the last time at which each was seen, in seconds since 1970."""

CLOCKS = DAY
"""By so much lists may be wrong about when they saw a build."""


def at_once(one: Seen, other: Seen) -> bool:
    """Whether two were seen with different builds at the same time: one server has one."""
    for build, span in one.items():
        for theirs, held in other.items():
            early, late = sorted((span, held))
            if build != theirs and early[1] > late[0] + CLOCKS:
                return True
    return False


def may_be_one(one: Seen, other: Seen) -> bool:
    """Whether one server may have had all these builds: none at once, and none went down."""
    return all(
        build == theirs or _rises(build, span, theirs, held)
        for build, span in one.items()
        for theirs, held in other.items()
    )


def is_known(shown: Seen, known: Seen) -> bool:
    """Whether a server of which builds are known may have shown others, none of which is new.

    Where an address passes on, a new build is that of another server more often than an update.
    """
    return (not known or shown.keys() <= known.keys()) and may_be_one(shown, known)


def _rises(build: str, span: Span, other: str, held: Span) -> bool:
    (early, before), (late, after) = sorted(((span, build), (held, other)))
    if late[0] < early[1] - CLOCKS:
        return False
    return late[0] <= early[1] + CLOCKS or number(before) < number(after)


@lru_cache(1 << 12)
def number(build: str) -> tuple[int, ...]:
    """A build as numbers, by which builds are ordered."""
    return tuple(int(part) for part in build.split(".") if part.isdecimal())


def both(one: Seen, other: Seen) -> dict[str, Span]:
    """All builds of two."""
    found = dict(one)
    for build, span in other.items():
        found[build] = wider(found.get(build), span)
    return found
