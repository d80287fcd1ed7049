"""Very many simulated packages, and what may happen to those who judge them.

Packages are archives of some files of a few simulated servers, each with a server of its own name.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from alpheus.cases.database import Database
from alpheus.cases.ledger_schema import units
from alpheus.cases.schema import observations
from alpheus.lab import generate

_LARGEST = 16 << 10
_MOST_FILES = 40
_SIZE = 200_000
_TEMPLATES = (("webshell", 1), ("webshell", 2), ("clean", 3))


class Template(NamedTuple):
    """Some files of a simulated server, by path, and the name that is replaced in them."""

    name: bytes
    files: dict[str, bytes]


def templates(folder: Path) -> list[Template]:
    """A few simulated servers, as small as they can be and still be judged."""
    found = []
    for scenario, seed in _TEMPLATES:
        out = folder / f"{scenario}-{seed}"
        if not out.exists():
            generate(out, scenario, size=_SIZE, seed=seed)
        truth = json.loads((out / "ground-truth.json").read_text("utf-8"))
        name = truth["server"].partition(".")[0]
        found.append(Template(name.encode(), _files(out / "evidence")))
    return found


def _files(evidence: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    paths = sorted(p for p in evidence.rglob("*") if p.is_file())
    pages = [p for p in paths if p.suffix in {".aspx", ".ashx"}]
    logs = [p for p in paths if p.suffix.lower() == ".log" and p.stat().st_size < _LARGEST]
    logs.sort(key=lambda p: (-p.stat().st_size, p.as_posix()))
    for path in [*pages[:10], *logs[:_MOST_FILES]]:
        files[path.relative_to(evidence).as_posix()] = path.read_bytes()
    return files


def write_packages(folder: Path, kinds: list[Template], count: int) -> None:
    """Archives of so many servers, the same each time; those that are there are left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        place = folder / f"SRV{number:05d}.zip"
        if place.exists():
            continue
        kind = kinds[number % len(kinds)]
        part = place.with_suffix(".part")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as opened:
            for path, content in kind.files.items():
                entry = zipfile.ZipInfo(path, (2021, 4, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                opened.writestr(entry, content.replace(kind.name, f"SRV{number:05d}".encode()))
        part.rename(place)


class Outcome(NamedTuple):
    """What a run came to: units by state, and what is known of each package."""

    states: dict[str, int]
    results: dict[str, tuple[str, int]]
    observations: int

    def problems(self, count: int) -> list[str]:
        """What is not as it must be: each package done, with one result."""
        found = []
        if self.states != {"done": count}:
            found.append(f"{count:,} packages, and units are {self.states}")
        if self.observations != sum(servers for _, servers in self.results.values()):
            found.append(f"{self.observations:,} observations are not one for each server")
        return found


def outcome(database: Database) -> Outcome:
    """How it stands."""
    u = units.c
    with database.read() as connection:
        states = {row[0]: row[1] for row in connection.execute(
            select(u.state, func.count()).group_by(u.state))}  # fmt: skip
        results = {row[0]: (row[1], row[2]) for row in connection.execute(
            select(u.name, u.verdict, u.servers).where(u.state == "done"))}  # fmt: skip
        query = select(func.count()).select_from(observations)
        return Outcome(states, results, connection.execute(query).scalar_one())


class Chaos:
    """Kills and pauses of a driver and its workers, at drawn moments; `done` counts them.

    `server` is the process of a PostgreSQL: one of its own that is killed makes it break every
    connection, and recover as after a crash.
    """

    def __init__(self, seed: int, *, every: float, longest_pause: float = 3.0) -> None:
        self._chance = random.Random(seed)
        self._every = every
        self._longest = longest_pause
        self.server = 0
        self.done: dict[str, int] = {}

    def wait(self) -> None:
        """Until the next moment."""
        time.sleep(self._chance.expovariate(1 / self._every))

    def strike(self, driver: int) -> None:
        """Do something to one of the processes, if it is still there."""
        workers = list(children(driver))
        kinds = ["kill worker"] * 3 + ["kill driver", "pause worker", "pause driver"]
        if self.server:
            kinds += ["kill database", "pause database"]
        what = self._chance.choice(kinds)
        if what.endswith("database"):
            # The server itself would have to be started again; that a connection dies ends all.
            workers = list(children(self.server))
        target = driver if what.endswith("driver") or not workers else self._chance.choice(workers)
        try:
            if what.startswith("kill"):
                os.kill(target, signal.SIGKILL)
            else:
                os.kill(target, signal.SIGSTOP)
                time.sleep(self._chance.uniform(0.1, self._longest))
                os.kill(target, signal.SIGCONT)
        except ProcessLookupError:
            return
        self.done[what] = self.done.get(what, 0) + 1


def children(parent: int) -> Iterator[int]:
    """The processes that one started, as Linux lists them."""
    try:
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
    except OSError:
        return
    yield from (int(one) for one in listed.split())


def command(place: str, packages: Path, workers: int) -> list[str]:
    """A run of the program."""
    return [sys.executable, "-m", "alpheus", "campaign", "run", str(packages), "--database", place,
            "--workers", str(workers), "--later"]  # fmt: skip
