"""Measure: `python -m tools.bench_console PLACE`; a place is a file, an URL, or `postgresql`.

An empty database is filled with --servers servers, five observations each, and with what a console
has besides. With the word `postgresql` a server of its own is started, and removed afterwards.
Each page is asked for alone, then by --users at once, or at --rate questions a second. Then follows
a soak of --soak minutes (with --minutes nothing else): --rate questions a second of all kinds, and
what memory does meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools.bench_console import filled, load, table
from tools.bench_console.addresses import Page, Plan, example_values, plan
from tools.bench_console.browser import Browser
from tools.bench_console.console import served
from tools.bench_console.figures import Held, Times, percentile
from tools.bench_console.load import User
from tools.bench_console.processes import Group, own_seconds
from tools.bench_console.table import Cost

from alpheus.cases.database import open_database
from alpheus.web.app import create_app
from alpheus.web.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
_CONNECTIONS = 60
"""Of a soak: who asks steadily does not wait for who was before."""
_WARM = 3


@contextmanager
def _place(text: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Where the database is, and the programs that belong to it."""
    if text != "postgresql":
        yield text, ()
        return
    sys.path.insert(0, str(ROOT / "tests"))
    from postgresql_server import programs, running  # noqa: PLC0415 - only where it is there

    binaries = programs()
    if binaries is None:
        sys.exit("postgres is absent (Debian package postgresql)")
    with running(binaries) as server:
        yield server.new(), (server.pid,)


def _said(text: str) -> None:
    print(text, flush=True)


def _prepared(
    place: str, options: argparse.Namespace
) -> tuple[Plan, list[str], list[tuple[str, int]]]:
    with open_database(place) as database:
        filled.prepare(database, options.servers)
        settings = Settings(uploads=Path("unused"), notify=filled.NOTIFY)
        app = create_app(database, settings)
        count = max(options.users, _CONNECTIONS)
        people, owners = filled.people(database, count), filled.owners(database, count)
        return plan(app, example_values(**filled.examples(database))), people, owners


async def _users(
    port: int, count: int, people: Sequence[str], owners: Sequence[tuple[str, int]]
) -> list[User]:
    return [
        User(Browser("127.0.0.1", port), people[number], *owners[number % len(owners)])
        for number in range(count)
    ]


async def _measure(
    users: Sequence[User], pages: Sequence[Page], group: Group, options: argparse.Namespace
) -> list[str]:
    costs, errors = {}, []
    for page in pages:
        await load.alone(users, page, Times(), _WARM)
        times, before = Times(), group.seconds()
        await load.alone(users, page, times, options.alone)
        spent = (group.seconds() - before) / max(options.alone, 1)
        costs[page.name] = Cost(percentile(times.seconds, 0.5), spent)
        errors += times.errors
        _said(f"  {page.name}: {costs[page.name].processors * 1000:.1f} ms of processors")
    begin, before, own = time.perf_counter(), group.seconds(), own_seconds()
    found = (
        await load.steadily(users, pages, options.seconds, options.rate) if options.rate
        else await load.together(users, pages, options.seconds)
    )  # fmt: skip
    _tell_load(begin, group.seconds() - before, own_seconds() - own, found)
    for line in table.of_pages(costs, found):
        _said(line)
    return errors + [one for times in found.values() for one in times.errors]


async def _soak(
    users: Sequence[User], pages: Sequence[Page], group: Group, options: argparse.Namespace
) -> list[str]:
    points: dict[int, list[Held]] = defaultdict(list)

    async def look(second: float) -> None:
        held = await asyncio.to_thread(group.resident)
        for pid, size in held.items():
            points[pid].append(Held(second, size))
        points[0].append(Held(second, sum(held.values())))

    soaks = options.minutes or options.soak
    _said(f"\na soak of {soaks:g} minutes at {options.rate or 50:g} questions a second")
    begin, before, own = time.perf_counter(), group.seconds(), own_seconds()
    found = await load.steadily(users, pages, soaks * 60, options.rate or 50, look)
    _tell_load(begin, group.seconds() - before, own_seconds() - own, found)
    for line in (*table.of_pages({}, found), "", *table.of_memory(points)):
        _said(line)
    return [one for times in found.values() for one in times.errors]


def _tell_load(begin: float, console: float, own: float, found: load.Found) -> None:
    wall = time.perf_counter() - begin
    count = sum(len(times.seconds) for times in found.values())
    _said(
        f"\n{count:,} answers in {wall:.0f} s ({count / wall:.0f} a second); processors: the "
        f"console {console:.0f} s ({console / max(count, 1) * 1000:.1f} ms each), "
        f"who asked {own:.0f} s\n"
    )


async def _run(
    port: int, group: Group, prepared: tuple[Plan, list[str], list[tuple[str, int]]],
    options: argparse.Namespace,
) -> int:  # fmt: skip
    found, people, owners = prepared
    chosen = [page for page in found.pages if re.search(options.pages, page.name)]
    _said(f"{len(chosen)} pages and lists")
    if found.unknown:
        _said(f"not asked, since nobody knows an example: {', '.join(found.unknown)}")
    soaks = options.minutes or options.soak
    count = max(options.users, _CONNECTIONS) if soaks else options.users
    users = await _users(port, count, people, owners)
    errors = []
    if not options.minutes:
        errors += await _measure(users[: options.users], chosen, group, options)
    if soaks:
        errors += await _soak(users, chosen, group, options)
    for user in users:
        user.browser.close()
    for error, times in Counter(errors).most_common(20):
        _said(f"error, {times} times: {error}")
    return 1 if errors or found.unknown else 0


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="bench_console", description=__doc__)
    parser.add_argument("place")
    parser.add_argument("--servers", type=int, default=400_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60, help="of everybody at once")
    parser.add_argument("--alone", type=int, default=30, help="answers of each page by itself")
    parser.add_argument("--rate", type=float, default=0, help="questions a second, not by turns")
    parser.add_argument("--soak", type=float, default=0, help="minutes of a soak afterwards")
    parser.add_argument("--minutes", type=float, default=0, help="of a soak, and nothing else")
    parser.add_argument("--pages", default="", help="those whose names this expression is in")
    parser.add_argument("--log", type=Path, help="where what the console says is kept")
    parser.add_argument("--also", type=int, nargs="*", default=[], metavar="PID",
                        help="programs whose work counts as the console's: a database")  # fmt: skip
    options = parser.parse_args()
    with _place(options.place) as (place, programs):
        prepared = _prepared(place, options)
        with served(place, options.workers, options.log) as (pid, port):
            group = Group([pid, *programs, *options.also])
            return asyncio.run(_run(port, group, prepared, options))


if __name__ == "__main__":
    sys.exit(main())
