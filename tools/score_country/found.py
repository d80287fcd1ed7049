"""What cases made of a country: each observation with its server, and with what is true of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, func, select
from tools.score_country.truth import Country, Place, Row

from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.schema import Derived, imports, observations

UNREADABLE = "unreadable"
_PAGE = 20_000


class _From(msgspec.Struct):
    sha256: str
    row: int


class _Body(msgspec.Struct):
    """Of a body, where it comes from."""

    provenance: _From | None = None


class Seen(NamedTuple):
    """An observation, the server that it was given to, and the truth.

    `service` is the lowest server of the service that the server is of, else the server. `victim`:
    it says that somebody broke in; `names`: it names the true owner.
    """

    id: int
    server: int
    service: int
    truth: Row
    place: Place
    victim: bool
    day: str
    build: str
    names: bool


@dataclass(frozen=True, slots=True)
class Found:
    """All of it. `rows` has the servers.

    `strange` counts observations of no list of the country, `absent` the records that are no
    observation: `unreadable` ones, those that say what another says, and those that are `lost`.
    """

    seen: Sequence[Seen]
    rows: Mapping[int, dict[str, Any]]
    strange: int
    absent: Mapping[str, int]


class _Line(NamedTuple):
    id: int
    record: tuple[str, int]
    victim: bool
    day: str
    build: str
    port: int
    body: str


def read_found(database: Database, country: Country) -> Found:
    """Match all observations with the truth. Raises DatabaseError where nothing is worked out."""
    words = {key: _words(one.name, one.domains) for key, one in country.owners.items()}
    seen: list[Seen] = []
    strange = 0
    with database.read() as connection:
        tables, _ = current(connection, database.place)
        services = _services(connection, tables)
        rows = {row.id: row._asdict() for row in connection.execute(select(tables.servers))}
        home = dict(connection.execute(select(tables.members)).tuples().all())
        for line in _lines(connection, country.lists):
            truth, server = country.records.get(line.record), home.get(line.id)
            if truth is None or server is None:
                strange += 1
                continue
            place = truth.ports.get(str(line.port)) or Place(truth.server, truth.unit)
            body = line.body.lower()
            names = any(word in body for word in words.get(truth.organisation or "", ()))
            seen.append(Seen(line.id, server, services.get(server, server), truth, place,
                             line.victim, line.day, line.build, names))  # fmt: skip
        twice = connection.execute(select(func.sum(imports.c.known))).scalar() or 0
    known = {(one.truth.file, one.truth.row) for one in seen}
    absent = [row for record, row in country.records.items() if record not in known]
    return Found(seen, rows, strange, _absent(absent, int(twice)))


def _absent(rows: Sequence[Row], twice: int) -> dict[str, int]:
    """Why records are no observation; `twice` were left out since another says the same."""
    unreadable = sum(row.noise == UNREADABLE for row in rows)
    rest = len(rows) - unreadable
    counts = {UNREADABLE: unreadable, "said twice": min(rest, twice), "lost": max(rest - twice, 0)}
    return {why: number for why, number in counts.items() if number}


def _words(name: str, domains: Sequence[str]) -> tuple[str, ...]:
    return (name.lower(), *(domain.lower() for domain in domains))


def _lines(connection: Connection, lists: Mapping[str, str]) -> Iterator[_Line]:
    """All observations. A row of a list that was converted before is still that row."""
    read = msgspec.json.Decoder(_Body).decode
    files = dict(connection.execute(select(imports.c.id, imports.c.sha256)).tuples().all())
    o, last = observations.c, 0
    query = select(o.id, o.import_id, o.line, o.breach, o.seen, o.build, o.port, o.body)
    query = query.order_by(o.id).limit(_PAGE)
    while page := connection.execute(query.where(o.id > last)).all():
        for number, entry, line, breach, day, build, port, body in page:
            origin = read(body).provenance
            sha256, row = (origin.sha256, origin.row) if origin else (files[entry], line)
            record = (lists.get(sha256, ""), row)
            yield _Line(number, record, bool(breach), day[:10], build, port, body)
        last = page[-1][0]


def _services(connection: Connection, tables: Derived) -> dict[int, int]:
    """Servers of services, with the lowest server of all that hang together."""
    top: dict[int, int] = {}

    def find(number: int) -> int:
        while top.setdefault(number, number) != number:
            number = top[number]
        return number

    for text in connection.execute(select(tables.pools.c.content)).scalars():
        pool = msgspec.json.decode(text)
        parts = [find(number) for number in (*pool["members"], *pool["unnamed"])]
        top.update(dict.fromkeys(parts, min(parts, default=0)))
    return {number: find(number) for number in list(top)}
