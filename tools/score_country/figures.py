"""Counts of victims, states and owners against what is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.score_country.found import Found, Seen
from tools.score_country.pairs import Pairs, compare
from tools.score_country.truth import Country, Owner, Row, States

BROKEN = frozenset({"reported", "compromised", "cleaned", "verified-clean", "re-infected"})
"""States of a server that somebody broke into, as far as is known."""

_ALIKE = {"regressed": "vulnerable", "not-affected": "fixed"}
"""What is the same for this purpose: the flaw is open, or it is not."""

_SECTORS = {"fire-and-rescue": "fire-rescue"}
_NO_SECTOR = "company"


@dataclass(frozen=True, slots=True)
class Victims:
    """Servers and services that somebody broke into.

    `raw` is what adding lists up gives, `true` the units that lists name, `counted` the services
    and servers that cases have by lists, without what is no server by itself; `decoys` are those of
    them that are none of the country's.
    `assessed` and `true_assessed` are the same with what assessments add. `servers` is what
    statistics count: members one by one, services not.
    """

    raw: int
    true: int
    counted: int
    decoys: int
    true_assessed: int
    assessed: int
    servers: int

    @property
    def error(self) -> float:
        """How far the count is from the truth, as a share; decoys left out."""
        return (self.counted - self.decoys) / self.true - 1 if self.true else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures.

    States and owners are counted by true server, each in the server of cases that has most of its
    observations.

    `patch` counts by what is true and what cases say; `patch_old` those of them that say what was
    true when the full build was last seen. `compromise` is the same of break-ins, `untold` counts
    those broken into of which no record says so. `owner` and `sector` count by whether evidence
    exists and `right`, `wrong`, `unknown`, or `wider` for a sector that the true one lies in.
    `noise` counts servers of cases that are noise alone, by what it is.
    """

    servers: Pairs
    services: Pairs
    victims: Victims
    patch: Mapping[tuple[str, str], int]
    patch_old: int
    compromise: Mapping[tuple[str, str], int]
    untold: int
    unseen: int
    owner: Mapping[tuple[bool, str], int]
    sector: Mapping[tuple[bool, str], int]
    noise: Mapping[str, int]
    mixed: int


def figures(country: Country, found: Found, wider: Mapping[str, frozenset[str]]) -> Figures:
    """All figures; `wider` has for each sector those that it lies in."""
    seen = found.seen
    home = homes(seen)
    patch, old = _patch(country, found, home)
    compromise, untold = _compromise(country, found, home)
    owner, sector = _owners(country, found, home, wider)
    noise, mixed = _noise(found)
    return Figures(
        compare((one.server, one.place.server) for one in seen if one.place.server),
        compare((one.service, one.place.unit) for one in seen),
        _victims(country, found), patch, old, compromise, untold,
        len(country.servers.keys() - home.keys()), owner, sector, noise, mixed,
    )  # fmt: skip


def homes(seen: Iterable[Seen]) -> dict[str, int]:
    """For each true server that a record names, the server that has most of its observations."""
    counts: dict[str, Counter[int]] = {}
    for one in seen:
        if one.place.server:
            counts.setdefault(one.place.server, Counter())[one.server] += 1
    return {name: min(held, key=lambda n: (-held[n], n)) for name, held in counts.items()}


def _is_listed(row: Row) -> bool:
    return not row.file.startswith("triage/")


def _victims(country: Country, found: Found) -> Victims:
    counted = _counted(found)
    told = [one for one in found.seen if one.victim and one.service in counted]
    listed = [one for one in told if _is_listed(one.truth)]
    real = {one.service for one in listed if one.place.unit}
    every = {one.service for one in listed}
    broken = [row for row in found.rows.values() if row["compromise"] in BROKEN]
    service_of = {one.server: one.service for one in found.seen}
    assessed = {service_of.get(row["id"], row["id"]) for row in broken}
    true = [row for row in country.records.values() if row.claims == "victim" and row.unit]
    return Victims(
        country.summary.raw_victims, len({row.unit for row in true if _is_listed(row)}),
        len(every), len(every - real), len({row.unit for row in true}), len(assessed & counted),
        sum(not row["service"] for row in broken),
    )  # fmt: skip


def _counted(found: Found) -> set[int]:
    """Servers that are counted, and services with several."""
    parts: dict[int, set[int]] = {}
    for one in found.seen:
        parts.setdefault(one.service, set()).add(one.server)
    return {
        service for service, servers in parts.items()
        if len(servers) > 1 or not all(found.rows[server]["service"] for server in servers)
    }  # fmt: skip


def _patch(
    country: Country, found: Found, home: Mapping[str, int]
) -> tuple[Counter[tuple[str, str]], int]:
    """States of the flaw at the end; of what is gone, the state before."""
    last_seen: dict[str, str] = {}
    for one in found.seen:
        if one.place.server and one.build.count(".") == 3:
            name = one.place.server
            last_seen[name] = max(last_seen.get(name, ""), one.day)
    counts, old = Counter[tuple[str, str]](), 0
    for name, server in home.items():
        states, said = country.states[name], str(found.rows[server]["patch"])
        said = _ALIKE.get(said, said)
        true = _state(states, "9999")
        counts[true, said] += 1
        old += said not in {true, "unknown"} and said == _state(states, last_seen.get(name, ""))
    return counts, old


def _state(states: States, day: str) -> str:
    """The state on a day, or the last one before it; of what is gone, the one before that."""
    spans = [span for span in states.spans if span.patch != "gone"]
    held = [span.patch for span in spans if span.first <= day]
    state = (held or [""])[-1]
    return _ALIKE.get(state, state)


def _compromise(
    country: Country, found: Found, home: Mapping[str, int]
) -> tuple[Counter[tuple[str, str]], int]:
    told = {one.place.server for one in found.seen if one.truth.claims == "victim"}
    counts, untold = Counter[tuple[str, str]](), 0
    for name, server in home.items():
        spans = country.states[name].spans
        said = str(found.rows[server]["compromise"])
        true = spans[-1].compromise
        counts[true, said] += 1
        untold += true != "none" and said not in BROKEN and name not in told
    return counts, untold


def _owners(
    country: Country,
    found: Found,
    home: Mapping[str, int],
    wider: Mapping[str, frozenset[str]],
) -> tuple[Counter[tuple[bool, str]], Counter[tuple[bool, str]]]:
    named = {one.place.server for one in found.seen if one.names}
    owners, sectors = Counter[tuple[bool, str]](), Counter[tuple[bool, str]]()
    for name, server in home.items():
        owner, row = country.owners[country.servers[name].organisation], found.rows[server]
        evidence = name in named or owner.network is not None
        owners[evidence, _owner(owner, str(row["organisation"]))] += 1
        if owner.sector != _NO_SECTOR:
            listed = evidence and is_listed(owner, country.registered)
            sectors[listed, _sector(owner, str(row["sector"]), wider)] += 1
    return owners, sectors


def _owner(owner: Owner, said: str) -> str:
    if not said:
        return "unknown"
    known = {*owner.domains, slug(owner.name)}
    right = said in known or any(said.endswith(f".{domain}") for domain in owner.domains)
    return "right" if right or slug(said) == slug(owner.name) else "wrong"


def slug(name: str) -> str:
    """A name as words with hyphens."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def _sector(owner: Owner, said: str, wider: Mapping[str, frozenset[str]]) -> str:
    true = _SECTORS.get(owner.sector, owner.sector)
    if not said:
        return "unknown"
    if said == true:
        return "right"
    return "wider" if said in wider.get(true, ()) else "wrong"


def is_listed(owner: Owner, registered: str) -> bool:
    """Whether a register has the organisation, or its domain is one that only its kind has."""
    kinds = any(not domain.endswith(".example") for domain in owner.domains)
    return kinds or any(domain in registered for domain in owner.domains)


def _noise(found: Found) -> tuple[Counter[str], int]:
    """Servers that are noise alone, and servers that have noise among what is real."""
    kinds: dict[int, Counter[str]] = {}
    for one in found.seen:
        if not found.rows[one.server]["service"]:
            kinds.setdefault(one.server, Counter())[one.truth.noise] += 1
    alone = Counter(held.most_common(1)[0][0] for held in kinds.values() if not held[""])
    return alone, sum(bool(held[""]) and len(held) > 1 for held in kinds.values())
