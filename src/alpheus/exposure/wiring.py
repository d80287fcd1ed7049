"""What the loop is given: its limits, where endpoints come from, and where it is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from alpheus.exposure.call import Call
from alpheus.exposure.model import Conversation


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run allows itself.

    `busy`: conversations that are younger than two seconds; those that stall take up no place of
    these, but one of `open` connections in all. `connect` and `answer` are seconds, for a
    connection and for a handshake or one whole answer.
    """

    busy: int = 256
    open: int = 4096
    connect: float = 5.0
    answer: float = 10.0


class Ledger(Protocol):
    """Where a run is written down, before anything is sent; see `exposure.journal`."""

    def write(
        self,
        connecting: Sequence[Call],
        asking: Sequence[Call],
        kept: Sequence[Call],
        done: Sequence[Call],
    ) -> None:
        """What is about to be sent; conversations to go on with another time; those that ended."""


class Source(Protocol):
    """Where endpoints come from; times are monotonic seconds."""

    def take(self, now: float) -> tuple[int, Conversation] | None:
        """The next one that may be contacted now; None if there is none at the moment."""

    def wait(self, now: float) -> float | None:
        """Seconds until `take` may give one again; None when it never will."""

    def again(self, conversation: Conversation, now: float, *, connect: bool) -> float:
        """The time from which the same host may be asked again, inf for never; reserves it."""

    def opens(self, now: float) -> float:
        """The time from which anything may be sent: now, later, or inf for never."""

    def delay(self, seconds: float) -> None:
        """Put off all that was reserved: for so long nothing could be asked."""

    def objection(self, names: Sequence[str]) -> str:
        """Why a server whose certificate has these names must be left alone; '' if it need not."""

    def permits(self, conversation: Conversation, name: str) -> bool:
        """Whether an endpoint may be asked by a name, wherever that was learnt."""
