"""Traces: what an intruder left on a server, and what may be found on others.

They are kept beside the observation of an assessment and go with it. `value` is what is compared:
a hash of a page, a rule, an address, a keyed hash of a secret; it is never a secret itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, delete

from alpheus.cases.bulk import add_rows
from alpheus.cases.ledger_schema import traces

_AT_ONCE = 500


class TraceKind(StrEnum):
    """What is compared."""

    PAGE = "page"
    """The SHA-256 of a server page that an intruder left."""
    FAMILY = "family"
    """The rule that such pages were recognised by."""
    ADDRESS = "address"
    """An address that an intruder came from."""
    SECRET = "secret"  # noqa: S105 - what it is a hash of
    """A secret that an intruder used, or may have seen, as a keyed hash."""
    TOOL = "tool"
    """A program that an intruder used, by the user agent of requests that prove something."""
    STEPS = "steps"
    """What an intruder did, in which order and at which pace: rules, and the spans between them."""
    BURST = "burst"
    """The same steps, begun in the same hour."""


class Trace(NamedTuple):
    """One of them: `label` says to people what it is, `seen` when first (ISO 8601 UTC, or '')."""

    kind: TraceKind
    value: str
    label: str = ""
    seen: str = ""


def add(connection: Connection, rows: Iterable[tuple[int, Trace]]) -> None:
    """Keep traces by their observations, in place of what was kept of these, each value once."""
    found = {(number, trace.kind, trace.value): trace for number, trace in rows}
    numbers = sorted({number for number, _, _ in found})
    for begin in range(0, len(numbers), _AT_ONCE):
        forget(connection, numbers[begin : begin + _AT_ONCE])
    add_rows(
        connection, traces,
        ((number, kind.value, value, trace.label, trace.seen)
         for (number, kind, value), trace in found.items()),
    )  # fmt: skip


def forget(connection: Connection, gone: Sequence[int]) -> None:
    """Forget those of observations that are about to go."""
    connection.execute(delete(traces).where(traces.c.observation.in_(gone)))
