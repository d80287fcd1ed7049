"""The worst mistakes of identity: what was joined wrongly or not at all, and by which keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tools.score_country.found import Found, Seen
from tools.score_country.pairs import pairs

from alpheus.cases.database import Database
from alpheus.cases.groups import described, read_sightings
from alpheus.cases.identity import Resolver
from alpheus.cases.observations import Sightings
from alpheus.cases.schema import observations

_PAGE = 20_000
_MOST_LINKS = 4
_MOST_PARTS = 6


@dataclass(frozen=True, slots=True)
class Mistake:
    """`pairs` of observations are told wrongly; `lines` say which and why."""

    title: str
    pairs: int
    lines: tuple[str, ...]


def worst(database: Database, found: Found, most: int) -> tuple[list[Mistake], list[Mistake]]:
    """The worst joins and the worst splits, `most` of each, explained by identity anew."""
    joined, split = _joined(found.seen), _split(found.seen)
    if not most or not (joined or split):
        return [], []
    resolver = _resolver(database)
    explained = _Explained(database, resolver, found)
    return (
        [explained.join(wrong, group) for wrong, group in joined[:most]],
        [explained.split(missed, unit) for missed, unit in split[:most]],
    )


def _joined(seen: Iterable[Seen]) -> list[tuple[int, int]]:
    """Services with their number of wrong pairs, the worst first."""
    held: dict[int, Counter[str | None]] = {}
    for one in seen:
        held.setdefault(one.service, Counter())[one.place.unit] += 1
    found = [(pairs(c.total()) - sum(map(pairs, c.values())), key) for key, c in held.items()]
    return sorted((one for one in found if one[0]), key=lambda one: (-one[0], one[1]))


def _split(seen: Iterable[Seen]) -> list[tuple[int, str]]:
    """True units with their number of missed pairs, the worst first."""
    held: dict[str, Counter[int]] = {}
    for one in seen:
        if one.place.unit:
            held.setdefault(one.place.unit, Counter())[one.service] += 1
    found = [(pairs(c.total()) - sum(map(pairs, c.values())), key) for key, c in held.items()]
    return sorted((one for one in found if one[0]), key=lambda one: (-one[0], one[1]))


def _resolver(database: Database) -> Resolver:
    o, resolver, reader, last = observations.c, Resolver(), Sightings(), 0
    with database.read() as connection:
        query = observations.select().with_only_columns(o.id, o.kind, o.seen, o.body)
        query = query.order_by(o.id).limit(_PAGE)
        while page := connection.execute(query.where(o.id > last)).all():
            resolver.add([reader.of(*row) for row in page])
            last = page[-1][0]
    return resolver


class _Explained:
    """Mistakes in words."""

    def __init__(self, database: Database, resolver: Resolver, found: Found) -> None:
        self._database = database
        self._resolver = resolver
        self._by_service: dict[int, list[Seen]] = {}
        self._by_unit: dict[str, list[Seen]] = {}
        self._of = {one.id: one for one in found.seen}
        for one in found.seen:
            self._by_service.setdefault(one.service, []).append(one)
            if one.place.unit:
                self._by_unit.setdefault(one.place.unit, []).append(one)

    def join(self, wrong: int, service: int) -> Mistake:
        """What several things were joined by."""
        rows = self._by_service[service]
        lines = list(self._parts(rows, lambda one: one.place.unit or one.truth.noise))
        links = self._resolver.links(one.id for one in rows)
        across = [link for link in links if self._differ(link.one, link.other)]
        across.sort(key=lambda link: link.weight)
        lines += [f"{one.one} and {one.other}: {one.reason}" for one in across[:_MOST_LINKS]]
        return Mistake(f"server {service} is several", wrong, tuple(lines))

    def split(self, missed: int, unit: str) -> Mistake:
        """Why one thing is several."""
        rows = self._by_unit[unit]
        lines = list(self._parts(rows, lambda one: str(one.service)))
        servers = {one.server for one in rows}
        reasons = Counter[str]()
        for first in {one.server: one for one in reversed(rows)}.values():
            for near in self._resolver.explain(first.id).near:
                if near.cluster in servers:
                    pair = sorted((first.server, near.cluster))
                    reasons["{} and {}: ".format(*pair) + near.reason] += 1
        lines += [reason for reason, _ in reasons.most_common(_MOST_LINKS)]
        lines += [] if reasons else ["no key is common to its parts"]
        return Mistake(f"{unit} is told as several", missed, tuple(lines))

    def _differ(self, one: int, other: int) -> bool:
        found = [self._of.get(number) for number in (one, other)]
        units = {each.place.unit for each in found if each is not None}
        return len(units) > 1

    def _parts(self, rows: Sequence[Seen], key: object) -> Iterator[str]:
        assert callable(key)
        parts: dict[str, list[Seen]] = {}
        for one in rows:
            parts.setdefault(key(one), []).append(one)
        ordered = sorted(parts.items(), key=lambda item: (-len(item[1]), item[0]))
        with self._database.read() as connection:
            for name, held in ordered[:_MOST_PARTS]:
                numbers = [one.id for one in held]
                cluster = described(read_sightings(connection, numbers[:2000]))
                yield f"{name}: {_rows(held)} {_known(cluster.keys)}" + "".join(
                    f" {span.address}" for span in cluster.addresses[:3]
                )
        if len(ordered) > _MOST_PARTS:
            yield f"and {len(ordered) - _MOST_PARTS} more"


def _rows(held: Sequence[Seen]) -> str:
    lists = Counter(one.truth.file.partition("/")[0] for one in held)
    errors = Counter(error for one in held for error in one.truth.errors)
    wrong = f"; {', '.join(name for name, _ in errors.most_common(3))}" if errors else ""
    return f"{len(held)} rows of {', '.join(sorted(lists))}{wrong};"


def _known(keys: Mapping[str, Sequence[str]]) -> str:
    shown = [*keys.get("server", ())[:2], *keys.get("ad-domain", ())[:1], *keys.get("host", ())[:2]]
    shown += [f"certificate {value[:8]}" for value in keys.get("certificate", ())[:2]]
    return " ".join(shown)
