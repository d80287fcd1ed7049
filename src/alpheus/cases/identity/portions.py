"""Sightings reduced to what identity works with: facts once for all that say the same, and numbers.

This is what costs most of reading, depends on nothing else, and is small: so it is done wherever
there is a processor, and sent.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from alpheus.cases.identity.keys import UNKNOWN_TIME, build_of, facts_of, seconds
from alpheus.cases.identity.model import Sighting

COMPROMISED = 1
"""The source says that somebody broke in."""

IMPLAUSIBLE = 2
"""It says what no server is."""


class Portion(NamedTuple):
    """Some sightings, by columns. `facts` are `Facts` as bare tuples, which pickle quicker.

    `fact_of`, `source_of` and `build_of` are places in `facts`, `sources` and `builds`; `first` and
    `last` are seconds since 1970 or `UNKNOWN_TIME`. `said` has `COMPROMISED` and `IMPLAUSIBLE`.
    """

    facts: list[tuple[Any, ...]]
    sources: list[str]
    builds: list[str]
    ids: array[int]
    fact_of: array[int]
    first: array[int]
    last: array[int]
    source_of: array[int]
    build_of: array[int]
    said: bytes

    def without(self, known: Collection[int]) -> Portion:
        """The same without the sightings that have some numbers."""
        kept = [place for place, number in enumerate(self.ids) if number not in known]
        if len(kept) == len(self.ids):
            return self

        def of(column: array[int]) -> array[int]:
            return array("q", (column[place] for place in kept))

        return self._replace(
            ids=of(self.ids), fact_of=of(self.fact_of), first=of(self.first), last=of(self.last),
            source_of=of(self.source_of), build_of=of(self.build_of),
            said=bytes(self.said[place] for place in kept),
        )  # fmt: skip


def portion_of(sightings: Iterable[Sighting]) -> Portion:
    """Reduce sightings; of several with one number the first counts."""
    facts: dict[tuple[Any, ...], int] = {}
    sources: dict[str, int] = {}
    builds: dict[str, int] = {}
    ids, fact_of, firsts, lasts, source_of, builds_of = (array("q") for _ in range(6))
    said = bytearray()
    known: set[int] = set()
    for sighting in sightings:
        if sighting.id in known:
            continue
        known.add(sighting.id)
        first, last = seconds(sighting.first_seen), seconds(sighting.last_seen)
        if UNKNOWN_TIME in (first, last):
            first = last = last if first == UNKNOWN_TIME else first
        ids.append(sighting.id)
        fact_of.append(facts.setdefault(facts_of(sighting), len(facts)))
        firsts.append(min(first, last))
        lasts.append(max(first, last))
        source_of.append(sources.setdefault(sighting.source, len(sources)))
        builds_of.append(builds.setdefault(build_of(sighting.build), len(builds)))
        said.append(COMPROMISED * sighting.compromised | IMPLAUSIBLE * sighting.implausible)
    return Portion(list(map(tuple, facts)), list(sources), list(builds), ids, fact_of, firsts,
                   lasts, source_of, builds_of, bytes(said))  # fmt: skip
