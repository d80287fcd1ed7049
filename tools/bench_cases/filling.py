"""A country's database without its lists: observations, and the tables that follow from them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import msgspec
from sqlalchemy import insert, text

from alpheus.cases.bulk import add_rows
from alpheus.cases.database import Database
from alpheus.cases.derived_store import Standing, Tally, places_by, set_standing
from alpheus.cases.identity import AddressSpan, Cluster
from alpheus.cases.observations import iso
from alpheus.cases.organisation_rows import OrganisationTally
from alpheus.cases.owners import Owner
from alpheus.cases.schema import DERIVED_FORM, derived, imports, indices, observations
from alpheus.cases.server_rows import COLUMNS, Part, identity, server_row, words_of
from alpheus.cases.system_counts import Systems
from alpheus.directory.owner_model import Advice, Hint, Ownership, Reason

SECTORS = ("hospital", "bank", "school", "local-government", "police", "law-firm", "utility", "")
BUILDS = tuple(f"15.{n % 3}.{1000 + n * 7}.{n % 12}" for n in range(300))
PRODUCTS = tuple(f"Microsoft Exchange Server {year}" for year in (2010, 2013, 2016, 2019))
EACH = 5
"""Observations of a server."""

_NAMES = ("School District", "City", "First National Bank", "Regional Hospital", "Sheriff",
          "Water District", "Law Offices", "University")  # fmt: skip
_START = datetime(2021, 3, 1, tzinfo=UTC)
_SPAN = timedelta(days=31)
_STATES = ("vulnerable", "vulnerable", "fixed", "undetermined")
_PORTION = 5_000


def fill(database: Database, servers: int, begin: datetime = _START) -> None:
    """Fill an empty database with `servers` servers, each seen five times in a month."""
    end = iso(begin + _SPAN)
    tables, tally, chance = derived("a"), Tally(), random.Random(7)  # noqa: S311 - it is to be the same
    organisations, systems = OrganisationTally(), Systems()
    with database.write() as connection:
        connection.execute(insert(imports).values(id=1, sha256="bench", finished=iso(begin)))
        tables.metadata.create_all(connection)
    numbers = iter(range(servers))
    while portion := list(islice(numbers, _PORTION)):
        made = [_server(number, chance, begin) for number in portion]
        with database.write() as connection:
            add_rows(connection, observations, (row for one in made for row in _rows(*one)))
            rows, words, places, changes, members, owned = [], [], [], [], [], []
            for cluster, owner, parts in made:
                known = identity(cluster, owner)
                row, changed = server_row(known, parts, (), now=end)
                tally.add(row, changed)
                systems.add(row)
                organisations.add(cluster.id, owner, row)
                owned.append((cluster.id, owner.weight, owner.ownership.decode()))
                rows.append([row[name] for name in COLUMNS])
                members += [(part.id, cluster.id) for part in parts]
                words += [(word, cluster.id) for word in words_of(known)]
                places += [(place, cluster.id) for place in places_by(known)]
                changes += [(cluster.id, *change) for change in changed]
            for table, values in (
                (tables.servers, rows), (tables.members, members), (tables.words, words),
                (tables.addresses, places), (tables.changes, changes),
                (tables.ownerships, owned),
            ):  # fmt: skip
                add_rows(connection, table, values)
    with database.write() as connection:
        add_rows(connection, tables.organisations, organisations.rows())
        add_rows(connection, tables.organisation_words, organisations.words())
        add_rows(connection, tables.counts, ((*key, *n) for key, n in tally.counted()))
        add_rows(connection, tables.systems, ((*key, *n) for key, n in systems.counted().items()))
        add_rows(connection, tables.days, ((*key, n) for key, n in tally.days.items()))
    for index in indices(tables):
        with database.write() as connection:
            index.create(connection)
    with database.write() as connection:
        for table in tables.tables:
            connection.execute(text(f"ANALYZE {table.name}"))
        found = Standing("a", DERIVED_FORM, end, observation=servers * EACH)
        set_standing(connection, found)
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.execute(text("VACUUM ANALYZE"))


def _server(
    number: int, chance: random.Random, begin: datetime
) -> tuple[Cluster, Owner, list[Part]]:
    first = number * EACH + 1
    city = int(chance.paretovariate(0.6)) % 50_000
    address = f"{20 + number % 180}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    times = sorted(begin + timedelta(minutes=chance.randrange(44_640)) for _ in range(EACH))
    host, name = f"mail.town{city}-{number}.example", f"EX{number:07d}"
    cluster = Cluster(
        first, tuple(range(first, first + EACH)), name,
        {"server": (name,), "host": (host, f"autodiscover.town{city}-{number}.example"),
         "organisation": (f"town{city}-{number}.example",), "certificate": (f"{number:064x}",)},
        (AddressSpan(address, (443,), iso(times[0]), iso(times[-1])),), iso(times[0]),
        iso(times[-1]), {"probe": EACH},
    )  # fmt: skip
    sector, region = chance.choice(SECTORS), f"{int(chance.paretovariate(1)) % 50:02d}"
    owner = _owner(number * 3 // 4, sector, region)
    owner = owner._replace(network=str(64_500 + int(chance.paretovariate(0.5)) % 5_000))
    product, reported = chance.choice(PRODUCTS), chance.random() < 0.08
    parts = [
        Part(first + n, "probe", "probe", iso(time), chance.choice(BUILDS), product,
             chance.choice(_STATES), "", "", "", iso(time) if reported and n == EACH - 1 else "")
        for n, time in enumerate(times)
    ]  # fmt: skip
    return cluster, owner, parts


def _owner(number: int, sector: str, region: str) -> Owner:
    """One of three organisations for each four servers."""
    domain, name = (
        f"org{number}.example",
        f"{_NAMES[number % len(_NAMES)]} of Town {number % 9_973}",
    )
    hint = Hint("certificate", f"mail.{domain}", domain, 90, "the certificate is for this domain")
    mails = (f"{user}@{domain}" for user in ("security", "abuse", "postmaster"))
    found = Ownership(
        name, domain, "US", region, "", sector, "high", 90, 80, "Wide Telecom", ("bench",),
        (hint,) * 5, (Reason(sector, 80, "the list bench says so"),) * 3, (),
        tuple(Advice("usual-mailbox", mail, source="RFC 2142") for mail in mails), (), domain,
    )  # fmt: skip
    return Owner(
        domain, sector, f"US-{region}", name=name, domain=domain, country="US", confidence="high",
        weight=90, ownership=msgspec.json.encode(found),
    )  # fmt: skip


def _rows(cluster: Cluster, _: Owner, parts: list[Part]) -> Iterator[tuple[object, ...]]:
    span = cluster.addresses[0]
    for part in parts:
        body = {
            "target": span.address, "address": span.address, "port": 443,
            "names": cluster.keys["host"], "exchange": True, "build": part.build, "precision": 4,
            "witness": "X-OWA-Version", "pool": None, "cves": {}, "tls": None,
            "status": "identified", "reason": "", "requests": 1, "time": part.seen,
            "servers": [cluster.name],
        }  # fmt: skip
        yield (
            part.id, part.id.to_bytes(20, "big"), 1, part.id, "probe", "probe", part.seen,
            span.address, 443, "identified", 1, part.build, part.product, None, "", "", "",
            part.breach, msgspec.json.encode(body).decode(),
        )  # fmt: skip
