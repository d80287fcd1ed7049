"""Very many simulated packages, and what may happen to those who judge them.

Packages are archives of some files of a few simulated servers, each with a server of its own name.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from alpheus.cases.database import Database
from alpheus.cases.ledger_schema import units
from alpheus.cases.schema import observations
from alpheus.lab import generate
from cluster import Cluster
from postgresql_server import Server
from store_process import StoreProcess

_MARK = re.compile(r"\[secret:[0-9a-f]{8}\]")
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


class Judged(NamedTuple):
    """What is known of a package: the verdict, how many servers, and a hash of all that is said.

    But for where it lay, and for marks of secrets, which depend on the key of a run.
    """

    verdict: str
    servers: int
    said: str


class Outcome(NamedTuple):
    """What a run came to: units by state, and what is known of each package."""

    states: dict[str, int]
    results: dict[str, Judged]
    observations: int

    def problems(self, count: int) -> list[str]:
        """What is not as it must be: each package done, with one result."""
        found = []
        if self.states != {"done": count}:
            found.append(f"{count:,} packages, and units are {self.states}")
        if self.observations != sum(one.servers for one in self.results.values()):
            found.append(f"{self.observations:,} observations are not one for each server")
        return found


def outcome(database: Database) -> Outcome:
    """How it stands."""
    u = units.c
    with database.read() as connection:
        states = {row[0]: row[1] for row in connection.execute(
            select(u.state, func.count()).group_by(u.state))}  # fmt: skip
        o = observations.c
        said = {number: _said(body) for number, body in connection.execute(select(o.id, o.body))}
        query = select(u.name, u.verdict, u.servers, u.observations).where(u.state == "done")
        results = {}
        for name, verdict, servers, numbers in connection.execute(query):
            whole = hashlib.sha256()
            for number in json.loads(numbers):
                whole.update(said[number])
            results[name] = Judged(verdict, servers, whole.hexdigest())
        return Outcome(states, results, len(said))


def _said(body: str) -> bytes:
    server = {key: value for key, value in json.loads(body).items() if key != "evidence"}
    return hashlib.sha256(_MARK.sub("", json.dumps(server, sort_keys=True)).encode()).digest()


class Target(NamedTuple):
    """Something that chaos may strike: its processes as they are now, and how it comes back.

    `weight` is how often, beside others; what is only paused needs no coming back.
    """

    name: str
    find: Callable[[], Iterable[int]]
    revive: Callable[[], object] = lambda: None
    weight: int = 1


class Chaos:
    """Kills and pauses of processes at drawn moments; `done` counts them."""

    def __init__(self, seed: int, *, every: float, longest_pause: float = 3.0) -> None:
        self._chance = random.Random(seed)
        self._every = every
        self._longest = longest_pause
        self.targets: list[Target] = []
        self.done: dict[str, int] = {}

    def wait(self) -> None:
        """Until the next moment."""
        time.sleep(self._chance.expovariate(1 / self._every))

    def strike(self) -> None:
        """Do something to one of the processes, if it is still there."""
        weights = [one.weight for one in self.targets]
        (target,) = self._chance.choices(self.targets, weights)
        kind = self._chance.choice(("kill", "kill", "pause"))
        found = sorted(target.find())
        if not found:
            return
        process = self._chance.choice(found)
        try:
            if kind == "kill":
                os.kill(process, signal.SIGKILL)
            else:
                os.kill(process, signal.SIGSTOP)
                time.sleep(self._chance.uniform(0.1, self._longest))
                os.kill(process, signal.SIGCONT)
        except ProcessLookupError:
            return
        what = f"{kind} {target.name}"
        self.done[what] = self.done.get(what, 0) + 1
        if kind == "kill":
            target.revive()

    def to_the_end(
        self, arguments: list[str], *, most: int = 1_000_000_000, well: Container[int] = (0,)
    ) -> int:
        """Run the program again and again, with chaos until it ends well; how often it was run.

        There are no more than `most` strikes. Its driver is a target as well. `well` are statuses.
        """
        runs = 0
        while True:
            runs += 1
            with program(arguments) as running:
                own = [*_driver(running), *self.targets]
                while running.poll() is None:
                    self.wait()
                    if running.poll() is None and sum(self.done.values()) < most:
                        self.targets, kept = own, self.targets
                        self.strike()
                        self.targets = kept
            if running.returncode in well:
                return runs


def _driver(running: subprocess.Popen[bytes]) -> list[Target]:
    return [
        Target("driver", lambda: [running.pid]),
        Target("reader of the driver", lambda: children(running.pid), weight=2),
    ]


def program(arguments: list[str]) -> subprocess.Popen[bytes]:
    """The program, with a key of its own and nothing said."""
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "ALPHEUS_SECRETS_KEY": "6b" * 32,
    }  # fmt: skip
    return subprocess.Popen(arguments, env=environment, stderr=subprocess.DEVNULL)


def in_a_cluster(cluster: Cluster) -> list[Target]:
    """The processes of a cluster, each of which somebody starts again."""
    return [
        Target("scheduler", lambda: [cluster.scheduler.pid], cluster.mend),
        Target("worker", lambda: [one.pid for one in cluster.workers], cluster.mend, weight=2),
        Target("seat", lambda: [pid for one in cluster.workers for pid in children(one.pid)],
               weight=2),
    ]  # fmt: skip


def in_a_database(server: Server) -> list[Target]:
    """A PostgreSQL that is started again, and what serves its connections."""
    return [
        Target("database", lambda: [server.pid], server.start),
        Target("connection", lambda: children(server.pid)),
    ]


def in_a_store(store: StoreProcess) -> list[Target]:
    """An object store that is started again with what it held."""
    return [Target("store", lambda: [store.pid], store.start, weight=2)]


def kept(results: Path) -> dict[str, int]:
    """How many assessments and timelines were written back, by the folder they are in."""
    return {
        one: sum(not path.name.startswith(".") for path in (results / one).iterdir())
        for one in ("assessments", "timelines")
    }


def children(parent: int) -> Iterator[int]:
    """The processes that the threads of one started, as Linux lists them."""
    for place in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            listed = place.read_text("ascii")
        except OSError:
            continue
        yield from (int(one) for one in listed.split())


def command(place: str, packages: Path | str, *engine: str) -> list[str]:
    """A run of the program; `engine` are options of where packages are read."""
    return [sys.executable, "-m", "alpheus", "campaign", "run", str(packages), "--database", place,
            "--later", *engine]  # fmt: skip
