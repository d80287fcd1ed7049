"""What observations say of owners, read back from the database.

A server is seen again and again by the same sources, which say the same again and again: of each
source the newest observation is read, and of lists without times the newest few. What names others
give stands among the keys of the server.
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

UNDATED = 3
"""Observations of a server that are read of those that have no time, as in lists of customers."""

MOST = 8
"""Observations of a server that are read in all."""

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
    newest: dict[str, Observed] = {}
    undated: list[Observed] = []
    for one in seen:
        if not one.seen:
            undated.append(one)
        elif (known := newest.get(one.source)) is None or _age(known) < _age(one):
            newest[one.source] = one
    dated = sorted(newest.values(), key=_age, reverse=True)[: MOST - UNDATED]
    undated.sort(key=_age, reverse=True)
    return [one.id for one in (*dated, *undated[:UNDATED])]


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
