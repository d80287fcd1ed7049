"""What keyed hashes of assessments stand for, sealed, beside the observations that they are of.

They go with their observation, and with the job that found them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from alpheus.cases.bulk import add_rows
from alpheus.cases.console_schema import secrets

_AT_ONCE = 500
s = secrets.c


class Sealed(NamedTuple):
    """What a hash of an observation (an assessment) stands for; `kind` says what it is for."""

    observation: int
    hash: str
    kind: str
    job: int
    sealed: bytes


def add(connection: Connection, rows: Iterable[Sealed]) -> int:
    """Keep them, in place of those with the same hash of the same observation; how many."""
    found = {(one.observation, one.hash): one for one in rows}
    for observation in {one for one, _ in found}:
        hashes = [mark for number, mark in found if number == observation]
        for begin in range(0, len(hashes), _AT_ONCE):
            part = hashes[begin : begin + _AT_ONCE]
            connection.execute(
                delete(secrets).where(s.observation == observation, s.hash.in_(part))
            )
    add_rows(connection, secrets, found.values())
    return len(found)


def kinds_of(connection: Connection, observation: int) -> dict[str, str]:
    """The hashes of an observation whose values are kept, with what each is for."""
    query = select(s.hash, s.kind).where(s.observation == observation).order_by(s.kind, s.hash)
    return {row.hash: row.kind for row in connection.execute(query)}


def read(connection: Connection, observation: int, hashes: Sequence[str]) -> list[Sealed]:
    """Those of an observation with these hashes, in the order of `kinds_of`."""
    query = (
        select(secrets)
        .where(s.observation == observation, s.hash.in_(hashes))
        .order_by(s.kind, s.hash)
    )
    return [Sealed(row.observation, row.hash, row.kind, row.job, bytes(row.sealed))
            for row in connection.execute(query)]  # fmt: skip


def forget(connection: Connection, gone: Sequence[int]) -> None:
    """Forget those of observations that are about to go."""
    connection.execute(delete(secrets).where(s.observation.in_(gone)))


def forget_job(connection: Connection, job: int) -> int:
    """Forget those that a job found; how many."""
    return connection.execute(delete(secrets).where(s.job == job)).rowcount
