"""What a list is: a file of one form, of one day, and who gets into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from alpheus.lab.country.model import Holding
from alpheus.lab.country.sightings import Seen
from alpheus.lab.country.strangers import Stranger

Group = Sequence[Seen]
"""The services of one record: one, or all that a list has under one address."""


class Form(Protocol):
    """How records are written."""

    def header(self) -> bytes:
        """What stands before the first record."""

    def footer(self) -> bytes:
        """What stands after the last one."""

    def record(self, group: Group) -> bytes:
        """One record, with its end."""

    def damaged(self, group: Group, rng: Random) -> bytes | None:
        """The same as somebody broke it, so that nobody can read it; None: never broken."""


Collect = Callable[[Holding, int, Random, float], Iterator[Group]]
"""Who of a holding gets in on a day; the last argument thins out, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One file. `kind` is its source; `strangers`: what is no server of the country, if any.

    `counts_victims`: its entries were added up in the press.
    """

    path: str
    kind: str
    day: int
    form: Form
    collect: Collect
    strangers: Callable[[Stranger, int, Random], Seen | None] | None = None
    counts_victims: bool = False


def by_address(seen: Iterable[Seen]) -> Iterator[Group]:
    """Services together that have an address in common."""
    groups: dict[str, list[Seen]] = {}
    for one in seen:
        groups.setdefault(one.address, []).append(one)
    yield from groups.values()
