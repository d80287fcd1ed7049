"""How many rows the lists have, and how many servers those are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alpheus.cases.identity.model import Cluster, Pool


@dataclass(frozen=True, slots=True)
class Count:
    """Rows of a list, servers that those are, and servers that no other list has."""

    rows: int
    servers: int
    only_here: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows and servers, of all sightings or of those that say that somebody broke in.

    `overlap` counts servers by pairs of lists that both have them. `in_doubt` are servers that were
    seen as part of a service whose member nobody told, and whose members are counted already.
    """

    rows: int
    servers: int
    in_doubt: int
    by_source: Mapping[str, Count]
    overlap: Mapping[tuple[str, str], int]

    @property
    def factor(self) -> float:
        """How many times too high the number of rows is."""
        return self.rows / self.servers if self.servers else 0.0


def count(
    clusters: Iterable[Cluster], pools: Iterable[Pool] = (), *, victims: bool = False
) -> Counts:
    """Rows against servers; `victims` takes only sightings that say that somebody broke in.

    What was seen of a service without its member is a server of its own only where no member is
    counted: else a member would be counted twice.
    """
    seen = {
        cluster.id: (cluster.compromised if victims else cluster.sources) for cluster in clusters
    }
    members: dict[int, set[int]] = {}
    for pool in pools:
        for number, unnamed in enumerate(pool.unnamed):
            members.setdefault(unnamed, set()).update(pool.members, pool.unnamed[:number])
    rows, servers, only, overlap = (
        Counter[str](),
        Counter[str](),
        Counter[str](),
        Counter[tuple[str, str]](),
    )
    total = in_doubt = 0
    for number, sources in seen.items():
        rows.update(sources)
        if not sources:
            continue
        if any(seen.get(member) for member in members.get(number, ())):
            in_doubt += 1
            continue
        total += 1
        names = sorted(sources)
        servers.update(names)
        if len(names) == 1:
            only[names[0]] += 1
        overlap.update((one, other) for n, one in enumerate(names) for other in names[n + 1 :])
    by_source = {name: Count(rows[name], servers[name], only[name]) for name in sorted(rows)}
    return Counts(rows.total(), total, in_doubt, by_source, dict(sorted(overlap.items())))
