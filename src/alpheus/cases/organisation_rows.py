"""Rows of organisations, made of those of their servers: all at once, or of some anew."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, case, delete, func, insert, or_, select, update

from alpheus.cases.owners import Owner
from alpheus.cases.schema import Derived
from alpheus.cases.states import BREACHED, ENDED, OPEN_COMPROMISE, OPEN_PATCH, Compromise
from alpheus.directory.owner_model import Ownership

_COUNTS = ("servers", "open", "compromised", "priority")
_BREACHED = frozenset({*BREACHED, Compromise.RE_INFECTED})
_PARTS = re.compile(r"[\W_]+")
_SHORTEST = 3
_AT_ONCE = 500
_MOST_WORDS = 30
_LONGEST_WORD = 120

Values = tuple[str | int, ...]


class OrganisationTally:
    """Sums up servers as they are made. The one that most is known of describes an organisation."""

    def __init__(self) -> None:
        self._best: dict[str, tuple[int, int, tuple[str, ...]]] = {}
        self._counts: dict[str, list[int]] = {}

    def add(self, server: int, owner: Owner, row: Mapping[str, object]) -> None:
        """A server with its row."""
        key = owner.organisation
        if not key:
            return
        known = self._best.get(key)
        if known is None or (owner.weight, -server) > known[:2]:
            self._best[key] = (owner.weight, -server, _described(owner))
        counts = self._counts.setdefault(key, [0] * 6)
        is_open, is_breached = _states(row)
        if not row["service"]:
            counts[0] += 1
            counts[1] += is_open
            counts[2] += is_breached
        counts[3] = max(counts[3], int(str(row["priority"])))
        counts[4] |= is_open
        counts[5] |= is_breached

    def merge(self, other: OrganisationTally) -> None:
        """Sum up what another has summed up."""
        for key, best in other._best.items():
            known = self._best.get(key)
            if known is None or best[:2] > known[:2]:
                self._best[key] = best
            counts, more = self._counts.setdefault(key, [0] * 6), other._counts[key]
            counts[:3] = [mine + theirs for mine, theirs in zip(counts[:3], more[:3], strict=True)]
            counts[3:] = map(max, counts[3:], more[3:])

    def rows(self) -> Iterator[Values]:
        """Rows of `organisations`."""
        for key, (_, server, described) in self._best.items():
            servers, is_open, breached, priority, any_open, any_breached = self._counts[key]
            yield (key, *described, servers, max(is_open, any_open), max(breached, any_breached),
                   priority, -server)  # fmt: skip

    def words(self) -> Iterator[tuple[str, str]]:
        """Rows of `organisation_words`."""
        for key, (_, _, described) in self._best.items():
            for word in words_of_names(key, described[0]):
                yield word, key


def _described(owner: Owner) -> tuple[str, ...]:
    return owner.name, owner.domain, owner.country, owner.region, owner.city, owner.sector


def _states(row: Mapping[str, object]) -> tuple[bool, bool]:
    """Whether something is open, and whether somebody broke in; a case that ended is neither."""
    if row["work"] in ENDED:
        return False, False
    breached = row["compromise"] in _BREACHED
    return row["patch"] in OPEN_PATCH or row["compromise"] in OPEN_COMPROMISE, breached


def words_of_names(*names: str) -> list[str]:
    """The words that an organisation is found by, in lower case: its names and their parts."""
    whole = [word[:_LONGEST_WORD] for name in names for word in name.lower().split()]
    parts = [part for name in whole for part in _PARTS.split(name) if len(part) >= _SHORTEST]
    return list(dict.fromkeys([*whole, *parts]))[:_MOST_WORDS]


def renew(connection: Connection, tables: Derived, keys: Iterable[str]) -> None:
    """Make the rows of some organisations anew, after their servers have others' owners."""
    for key in {key for key in keys if key}:
        row = _made_anew(connection, tables, key)
        connection.execute(delete(tables.organisations).where(tables.organisations.c.key == key))
        words = tables.organisation_words
        connection.execute(delete(words).where(words.c.key == key))
        if row:
            connection.execute(insert(tables.organisations).values(row))
            named = words_of_names(key, str(row["name"]))
            connection.execute(insert(words), [{"word": word, "key": key} for word in named])


def recount(connection: Connection, tables: Derived, keys: Collection[str]) -> None:
    """Count the servers of some organisations anew, after their states have changed."""
    o = tables.organisations
    counted = _counted(connection, tables, {key for key in keys if key})
    if counted:
        connection.execute(
            update(o).where(o.c.key == bindparam("this")).values(
                {name: bindparam(f"new_{name}") for name in _COUNTS}
            ),
            [{"this": key, **{f"new_{name}": number for name, number in counts.items()}}
             for key, counts in counted.items()],
        )  # fmt: skip


def _made_anew(connection: Connection, tables: Derived, key: str) -> dict[str, Any]:
    s, o = tables.servers.c, tables.ownerships.c
    query = (
        select(s.id, s.region, s.sector, o.content)
        .select_from(tables.servers.join(tables.ownerships, o.server == s.id))
        .where(s.organisation == key)
        .order_by(o.weight.desc(), s.id)
        .limit(1)
    )
    best = connection.execute(query).first()
    if best is None:
        return {}
    found = msgspec.json.decode(best.content, type=Ownership)
    return {
        "key": key, "name": found.owner, "domain": found.domain, "country": found.country,
        "region": best.region, "city": found.city, "sector": best.sector,
        **_counted(connection, tables, {key})[key], "described": best.id,
    }  # fmt: skip


def _counted(
    connection: Connection, tables: Derived, keys: Collection[str]
) -> dict[str, dict[str, int]]:
    """As `OrganisationTally` counts, by organisation."""
    s = tables.servers.c
    goes_on = s.work.not_in([*ENDED])
    is_open = and_(goes_on, or_(s.patch.in_([*OPEN_PATCH]), s.compromise.in_([*OPEN_COMPROMISE])))
    breached = and_(goes_on, s.compromise.in_([*_BREACHED]))
    own = s.service == 0
    query = select(
        s.organisation,
        func.sum(case((own, 1), else_=0)),
        *(func.sum(case((and_(own, state), 1), else_=0)) for state in (is_open, breached)),
        func.max(s.priority),
        *(func.max(case((state, 1), else_=0)) for state in (is_open, breached)),
    ).group_by(s.organisation)
    ordered, found = sorted(keys), dict[str, dict[str, int]]()
    for begin in range(0, len(ordered), _AT_ONCE):
        part = ordered[begin : begin + _AT_ONCE]
        for key, *sums in connection.execute(query.where(s.organisation.in_(part))):
            servers, opened, broken, priority, any_open, any_breached = (int(n or 0) for n in sums)
            counts = (servers, max(opened, any_open), max(broken, any_breached), priority)
            found[key] = dict(zip(_COUNTS, counts, strict=True))
    return found
