"""Measure: `python -m tools.bench_cases WHAT PLACE`; a place is a file or `postgresql`.

`country FILE` writes a simulated country's lists as JSON lines; `import PLACE FILE` imports such a
file and works out its servers, both twice; `query PLACE` fills an empty database with --servers
servers, five observations each, and asks it. With the word `postgresql` a server of its own is
started from the system's packages, and removed afterwards. `all` does all of it on both.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.bench_cases import campaign, importing
from tools.bench_cases.filling import BUILDS, EACH, PRODUCTS, SECTORS, fill

from alpheus.cases.database import Database, open_database
from alpheus.cases.derived_store import standing
from alpheus.cases.organisations import OrganisationFilters
from alpheus.cases.service import Cases, Filters

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
ROUNDS = 60


@contextmanager
def _opened(place: str) -> Iterator[Database]:
    if place != "postgresql":
        with open_database(place) as database:
            yield database
        return
    from postgresql_server import programs, running  # noqa: PLC0415 - only where it is there

    binaries = programs()
    if binaries is None:
        sys.exit("postgres is absent (Debian package postgresql)")
    with running(binaries) as server, open_database(server.new()) as database:
        yield database


def _questions(
    cases: Cases, servers: int, chance: random.Random
) -> dict[str, Callable[[], object]]:
    def pick(values: tuple[str, ...]) -> tuple[str, ...]:
        return (chance.choice(values),)

    def sector() -> tuple[str, ...]:
        return pick(SECTORS[:-1])

    page = cases.page
    deep = ""
    for _ in range(10):
        deep = page(after=deep, size=1000).next
    vulnerable, either = ("vulnerable",), ("vulnerable", "regressed")
    return {
        "list": page,
        "list, page 200": lambda: page(after=deep),
        "list by name": lambda: page(sort="name"),
        "list last seen": lambda: page(sort="last-seen"),
        "patch": lambda: page(Filters(patch=vulnerable)),
        "two states, compromised": lambda: page(Filters(patch=either, compromise=("reported",))),
        "sector": lambda: page(Filters(sector=sector())),
        "sector, patch by last seen": lambda: page(
            Filters(sector=sector(), patch=vulnerable), sort="last-seen"
        ),
        "sector, patch, compromise": lambda: page(
            Filters(sector=sector(), patch=("fixed",), compromise=("reported",))
        ),
        "product, region, sector": lambda: page(
            Filters(product=pick(PRODUCTS), region=("US-07",), sector=sector())
        ),
        "network": lambda: page(Filters(network=(str(64_500 + chance.randrange(40)),))),
        "network, patch": lambda: page(Filters(network=("64501",), patch=("fixed",))),
        "addresses": lambda: page(Filters(network=(f"{20 + chance.randrange(180)}.1.0.0/16",))),
        "addresses, many": lambda: page(Filters(network=("20.0.0.0/6",), patch=("fixed",))),
        "build": lambda: page(Filters(build=pick(BUILDS))),
        "nothing fits": lambda: page(Filters(work=("closed",), sector=sector())),
        "text, one": lambda: page(Filters(text=f"ex{chance.randrange(servers):07d}")),
        "text, many": lambda: page(Filters(text="mail")),
        "text, two words": lambda: page(Filters(text=f"mail town{chance.randrange(400)}")),
        "text, sector": lambda: page(Filters(text="town1", sector=sector())),
        **_of_organisations(cases, servers, chance),
        "show": lambda: cases.show(chance.randrange(servers) * EACH + 1),
        "statistics": cases.statistics,
        "statistics by sector": lambda: cases.statistics("sector"),
        "statistics by network": lambda: cases.statistics("network"),
        "statistics by region": lambda: cases.statistics("region"),
        "days": cases.days,
        "waiting": cases.waiting,
    }


def _of_organisations(
    cases: Cases, servers: int, chance: random.Random
) -> dict[str, Callable[[], object]]:
    page, filters = cases.organisations, OrganisationFilters
    deep = ""
    for _ in range(10):
        deep = page(after=deep, size=1000).next

    def sector() -> tuple[str, ...]:
        return (chance.choice(SECTORS[:-1]),)

    def text(words: str) -> OrganisationFilters:
        return filters(text=words)

    return {
        "organisations": page,
        "organisations, page 200": lambda: page(after=deep),
        "organisations by name": lambda: page(sort="name"),
        "organisations by servers": lambda: page(sort="servers"),
        "organisations, sector": lambda: page(filters(sector=sector())),
        "organisations, sector, name": lambda: page(filters(sector=sector()), sort="name"),
        "organisations, rare region": lambda: page(filters(region=("US-37",)), sort="servers"),
        "organisations, all filters": lambda: page(
            filters(sector=sector(), region=("US-21",), country=("US",), open_only=True),
            sort="name",
        ),
        "organisations, no country": lambda: page(filters(country=("FR",)), sort="name"),
        "organisations, two sectors": lambda: page(filters(sector=("bank", "school")), sort="name"),
        "organisations, one": lambda: page(text(f"org{chance.randrange(servers // 2)}.")),
        "organisations, many": lambda: page(text("school")),
        "organisations, two words": lambda: page(text(f"water {chance.randrange(9_973)}")),
        "organisations, rare pair": lambda: page(text("school water")),
        "organisation": lambda: cases.organisation(f"org{chance.randrange(servers // 2)}.example"),
        "by organisation, one": lambda: list(
            cases.by_organisation(Filters(organisation=(f"org{chance.randrange(1000)}.example",)))
        ),
    }


def _query(options: argparse.Namespace) -> None:
    with _opened(options.place) as database:
        cases = Cases(database)
        begin = time.perf_counter()
        with database.read() as connection:
            is_empty = not standing(connection).generation
        if is_empty:
            fill(database, options.servers)
            print(f"filled in {time.perf_counter() - begin:.0f} s")
        every: list[float] = []
        chance = random.Random(3)  # noqa: S311 - it is to be the same
        questions = _questions(cases, options.servers, chance)
        questions |= campaign.questions(database, chance)
        for name, ask in questions.items():
            if not re.search(options.only, name):
                continue
            ask()
            spans, spent = [], time.process_time()
            for _ in range(ROUNDS):
                begin = time.perf_counter()
                ask()
                spans.append((time.perf_counter() - begin) * 1000)
            every += spans
            _print(name, spans, (time.process_time() - spent) * 1000 / ROUNDS)
        _print("all", every, 0.0)


def _print(name: str, spans: list[float], spent: float) -> None:
    """`spent` is the time of processors of one question in this program; a server's is its own."""
    p95 = statistics.quantiles(spans, n=20)[-1]
    own = f"   processors {spent:6.1f} ms" if spent else ""
    print(f"{name:<28} p50 {statistics.median(spans):7.1f} ms   p95 {p95:7.1f} ms{own}", flush=True)


def _country(options: argparse.Namespace) -> None:
    importing.country(options.file, options.observations)


def _import(options: argparse.Namespace) -> None:
    with _opened(options.place) as database:
        importing.measure(database, options.file)


def _all(options: argparse.Namespace) -> None:
    with importing.room(options.folder) as folder:
        file = folder / "observations.jsonl"
        importing.country(file, options.observations)
        for name, place in (("SQLite", str(folder / "import.db")), ("PostgreSQL", "postgresql")):
            print(f"\nimport of {options.observations:,} observations, {name}", flush=True)
            _import(argparse.Namespace(place=place, file=file))
        for name, place in (("SQLite", str(folder / "query.db")), ("PostgreSQL", "postgresql")):
            print(f"\nqueries of {options.servers:,} servers, {name}", flush=True)
            _query(argparse.Namespace(place=place, servers=options.servers, only=""))


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="bench_cases", description=__doc__)
    below = parser.add_subparsers(required=True)
    whole = below.add_parser("all")
    whole.add_argument("--folder", type=Path, help="where there is room for 8 GB and more")
    whole.set_defaults(run=_all)
    country = below.add_parser("country")
    country.add_argument("file", type=Path)
    country.set_defaults(run=_country)
    for one in (whole, country):
        one.add_argument("--observations", type=int, default=1_000_000)
    load = below.add_parser("import")
    load.add_argument("place")
    load.add_argument("file", type=Path)
    load.set_defaults(run=_import)
    query = below.add_parser("query")
    query.add_argument("place")
    query.add_argument("--only", default="", help="what has this expression in its name")
    query.set_defaults(run=_query)
    for one in (whole, query):
        one.add_argument("--servers", type=int, default=400_000)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
