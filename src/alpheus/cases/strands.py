"""Strands: what one intruder did on one server, by the traits that may tell a hand elsewhere.

Two intruders on one server are two strands. They are kept beside the observation of an assessment
and go with it. A value is what is compared; it is never a secret itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, delete

from alpheus.cases.bulk import add_rows
from alpheus.cases.ledger_schema import strands

_AT_ONCE = 500


class TraitKind(StrEnum):
    """What is compared."""

    SECRET = "secret"  # noqa: S105 - what it is a hash of
    """A secret of the intruder's own, as a keyed hash."""
    TOKEN = "token"  # noqa: S105 - the name of a kind
    """A mark of a session that the intruder sent, as a keyed hash."""
    WORD = "word"
    """The same, where many would choose it."""
    PAGE = "page"
    """The SHA-256 of a page that was planted."""
    STRUCTURE = "structure"
    """What is left of such a page without names and values."""
    PAGE_NAME = "page-name"
    """What such a page is called, without its folder."""
    ADDRESS = "address"
    """An address that the intruder came from."""
    NETWORK = "network"
    """The network of one: the first 24 or 48 bits."""
    CARRIER = "carrier"
    """The path that a request through the hole names and nothing lies at."""
    REQUEST = "request"
    """How such a request is built, without what belongs to the server."""
    AGENT = "agent"
    """What the intruder's program calls itself."""
    COMMAND = "command"
    """A command that was run."""
    COMMANDS = "commands"
    """Three commands or more, in their order."""
    NAME = "name"
    """A task or service that was made."""
    STEPS = "steps"
    """Rules that were met, in their order, with the pace between them."""
    HOUR = "hour"
    """The hour in which it began."""


class Trait(msgspec.Struct, frozen=True, array_like=True, order=True):
    """One of them; `label` says to people what it is."""

    kind: TraitKind
    value: str
    label: str = ""


class Strand(msgspec.Struct, frozen=True, array_like=True):
    """One intruder on one server. Times are ISO 8601 in UTC, '' for none.

    `hours` are those of the day (UTC) in which somebody was at work.
    """

    first: str
    last: str
    traits: tuple[Trait, ...]
    hours: tuple[int, ...] = ()


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Strand).decode


def add(connection: Connection, rows: Iterable[tuple[int, Sequence[Strand]]]) -> None:
    """Keep the strands of observations, in place of what was kept of these."""
    found = dict(rows)
    numbers = sorted(found)
    for begin in range(0, len(numbers), _AT_ONCE):
        forget(connection, numbers[begin : begin + _AT_ONCE])
    add_rows(
        connection, strands,
        ((number, place, _encode(one).decode())
         for number, several in found.items() for place, one in enumerate(several, 1)),
    )  # fmt: skip


def read(text: str) -> Strand:
    """A strand as it is kept."""
    return _decode(text)


def forget(connection: Connection, gone: Sequence[int]) -> None:
    """Forget those of observations that are about to go."""
    connection.execute(delete(strands).where(strands.c.observation.in_(gone)))
