"""What observations say of owners, read back from the database.

A server is seen again and again by the same sources, which say the same again and again: of each
source the newest and the oldest observations are read, and the others passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec
from sqlalchemy import Connection, select

from alpheus.cases.identity import Kind
from alpheus.cases.schema import observations
from alpheus.directory.evidence import LineError, read_line
from alpheus.directory.owner_model import OwnerEvidence

OF_A_SOURCE = 3
MOST = 24
"""Observations of a server that are read."""

_AT_ONCE = 900


class Observed(Protocol):
    """An observation, before it is read."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def source(self) -> str:
        """Who saw it."""

    @property
    def seen(self) -> str:
        """When it was last seen."""


class Seen(NamedTuple):
    """An observation, and no more than is needed."""

    id: int
    source: str
    seen: str


def chosen(seen: Iterable[Observed]) -> list[int]:
    """The observations of one server that are read, the newest first."""
    by_source: dict[str, list[Observed]] = {}
    for one in seen:
        by_source.setdefault(one.source, []).append(one)
    found: list[Observed] = []
    for each in by_source.values():
        if len(each) > OF_A_SOURCE:
            each.sort(key=_age)
            each = [each[0], *each[1 - OF_A_SOURCE :]]  # noqa: PLW2901 - fewer of them
        found += each
    found.sort(key=_age, reverse=True)
    return [one.id for one in found[:MOST]]


def _age(one: Observed) -> tuple[str, int]:
    return one.seen, one.id


def read_evidence(connection: Connection, numbers: Sequence[int]) -> dict[int, OwnerEvidence]:
    """What observations say, by their number; those that say nothing of an owner are left out."""
    o = observations.c
    found: dict[int, OwnerEvidence] = {}
    for begin in range(0, len(numbers), _AT_ONCE):
        part = numbers[begin : begin + _AT_ONCE]
        query = select(o.id, o.kind, o.body).where(o.id.in_(part))
        for number, kind, body in connection.execute(query):
            evidence = _of_assessment(body) if kind == Kind.ASSESSMENT else _of_line(body)
            if evidence is not None:
                found[number] = evidence
    return found


def evidence_of(
    connection: Connection, servers: Mapping[int, Iterable[Observed]]
) -> dict[int, list[OwnerEvidence]]:
    """What the observations of servers say, by server, the newest first."""
    picked = {server: chosen(seen) for server, seen in servers.items()}
    every = sorted(number for numbers in picked.values() for number in numbers)
    found = read_evidence(connection, every)
    return {
        server: [found[number] for number in numbers if number in found]
        for server, numbers in picked.items()
    }


def _of_line(body: str) -> OwnerEvidence | None:
    try:
        return read_line(body.encode())
    except LineError:
        return None


class _Assessed(msgspec.Struct, gc=False):
    """Of an assessed server, what it calls itself."""

    name: str
    aliases: tuple[str, ...] = ()


_read_assessed = msgspec.json.Decoder(_Assessed).decode


def _of_assessment(body: str) -> OwnerEvidence | None:
    """Aliases are names of the computer, and names that lead to it."""
    found = _read_assessed(body)
    names = [name.lower().rstrip(".") for name in (found.name, *found.aliases) if "." in name]
    return OwnerEvidence(server_names=tuple(names)) if names else None
