"""What was published in 2021 of how fast a country and the world patched, to compare with.

The figures stand in `knowledge/tables/campaign_2021.csv`, each with its source. Those of the world
that make one line are shares of all servers that were exposed on the first day.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

FILE = "campaign_2021.csv"
_COLUMNS = ("day", "place", "kind", "bound", "number", "of", "reference", "source")
_KINDS = frozenset({"vulnerable", "compromised"})
_BOUNDS = frozenset({"", "about", "nearly", "at least", "more than", "fewer than"})


class Figure(NamedTuple):
    """One published number. `place` is `world` or a country's two letters.

    `bound` says how exact it is, '' for exactly; `of` is how many servers there were, 0 unknown.
    `reference` says whether it belongs to the line of the world.
    """

    day: str
    place: str
    kind: str
    bound: str
    number: int
    of: int
    reference: bool
    source: str


@cache
def figures() -> tuple[Figure, ...]:
    """All of them by place, kind and day. Raises KnowledgeError."""
    found = []
    for line, row in enumerate(read_table(FILE, _COLUMNS), start=2):
        try:
            date.fromisoformat(row["day"])
            one = Figure(
                row["day"], row["place"], row["kind"], row["bound"], int(row["number"]),
                int(row["of"] or 0), row["reference"] == "yes", row["source"].strip(),
            )  # fmt: skip
        except ValueError as error:
            raise KnowledgeError(f"tables/{FILE}: line {line}: {error}") from error
        if one.kind not in _KINDS or one.bound not in _BOUNDS or not one.source:
            raise KnowledgeError(f"tables/{FILE}: line {line}: no kind, bound or source")
        found.append(one)
    order = sorted(found, key=lambda one: (one.place != "world", one.place, one.kind, one.day))
    return tuple(order)


def reference(first: str, last: str, peak: int) -> list[tuple[str, float]]:
    """The world's line for a campaign from `first` to `last`: days, and its share of `peak`.

    Days are those of 2021 where the campaign lies in them; else as many after its first day.
    """
    line = [one for one in figures() if one.reference]
    if not line or not first:
        return []
    begin, start = date.fromisoformat(line[0].day), date.fromisoformat(first)
    end = date.fromisoformat(line[-1].day)
    same_time = begin <= date.fromisoformat(last) and start <= end
    shift = timedelta() if same_time else start - begin
    whole = line[0].number
    return [
        ((date.fromisoformat(one.day) + shift).isoformat(), peak * one.number / whole)
        for one in line
    ]
