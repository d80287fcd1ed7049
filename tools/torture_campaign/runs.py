"""Runs of very many packages in this process, and what they take of the processor."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from alpheus.cases.database import open_database
from alpheus.cases.ledger_schema import units
from alpheus.engine import Bounds, Engine, LocalEngine
from alpheus.engine.certs import Role, read
from alpheus.engine.cluster import DaskEngine
from alpheus.fleet.content import find_packages, knowledge_version
from alpheus.fleet.driver import Driver, Manner, Summary
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Parameters, Recipe, Result, Unit, UnitKind
from alpheus.fleet.reading import Read, Triaging
from alpheus.fleet.register import register
from alpheus.fleet.remote import TriageOrder
from cluster import Cluster
from fleet_torture import Outcome, children, outcome

_KEY = b"k" * 32
_SAVE_EVERY = 5.0
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    """What a run took so far, over all that it was begun and ended: seconds, of a processor too.

    `driver` is the process that keeps the ledger, `ledger` its calls of it, `server` that of a
    database of its own, `readers` the work that the ledger counts for finished units.
    """

    seconds: float = 0.0
    registered: float = 0.0
    driver: float = 0.0
    ledger: float = 0.0
    server: float = 0.0
    readers: float = 0.0
    begun: int = 0

    @property
    def whole(self) -> float:
        """All of the processor."""
        return self.driver + self.server + self.readers

    @property
    def overhead(self) -> float:
        """The part of it that is no reading."""
        return (self.driver + self.server) / self.whole if self.whole else 0.0


@dataclass
class Run:
    """A run that has come to its end."""

    figures: Figures
    outcome: Outcome
    summary: Summary


EngineOf = Callable[[Triaging], Engine[Unit, Result]]


def go(
    place: str, packages: Path, engine_of: EngineOf, *, saved: Path | None = None, server: int = 0
) -> Run:
    """Judge all packages; with `saved`, go on where an earlier process was ended.

    `server` is the first process of a database that is a server of its own.
    """
    triaging = Triaging(Parameters(), _KEY)
    recipe = Recipe(UnitKind.TRIAGE, Parameters(), knowledge_version())
    figures = _saved(saved)
    figures.begun += 1
    with open_database(place) as database, database.drive():
        ledger = Ledger(database)
        if database.is_sqlite:
            ledger.recover(everything=True)
        meter = _Meter(figures, saved, server)
        register(ledger, find_packages([packages]), recipe, tell=lambda _: meter.note())
        if not figures.registered:
            figures.registered = figures.seconds
        engine = engine_of(triaging)
        summary = Driver(ledger, engine, recipe, Manner("torture", tell=meter.tell)).run()
        if isinstance(engine, DaskEngine):
            engine.close()
        meter.note(summary, at_once=True)
        with database.read() as connection:
            query = select(func.sum(units.c.cpu))
            figures.readers = int(connection.execute(query).scalar() or 0) / 1_000
        return Run(figures, outcome(database), summary)


def locally(
    workers: int, work: Callable[[Read], Read] = lambda one: one, bounds: Bounds | None = None
) -> EngineOf:
    """On processes of this machine; `work` may do something to packages as they are read."""

    def make(triaging: Triaging) -> Engine[Unit, Result]:
        ready = partial(_worker, triaging, triaging.prepared(), work)
        return LocalEngine(triaging, workers, ready, bounds)

    return make


def on(cluster: Cluster) -> EngineOf:
    """On the workers of a cluster."""

    def make(triaging: Triaging) -> Engine[Unit, Result]:
        order = TriageOrder(triaging, knowledge_version(), 4 << 30)
        certificates = read(cluster.certs, Role.DRIVER)
        return DaskEngine(cluster.address, certificates, order, Bounds(4 << 30, 3_600, 3_600.0))

    return make


def _worker(triaging: Triaging, prepared: object, work: Callable[[Read], Read]) -> Read:
    return work(triaging.reader(prepared))  # type: ignore[arg-type]


class _Meter:
    """Adds what this process takes to the figures, and saves them now and then."""

    def __init__(self, figures: Figures, saved: Path | None, server: int) -> None:
        self._figures = figures
        self._place = saved
        self._server = server
        self._seen = (time.monotonic(), _own(), _tree(server) if server else 0.0, 0.0)
        self._saved = time.monotonic()

    def tell(self, summary: Summary, _: str, __: int) -> None:
        """As a driver calls it."""
        self.note(summary)

    def note(self, summary: Summary | None = None, *, at_once: bool = False) -> None:
        """Take down what was taken since the last time."""
        if time.monotonic() - self._saved < _SAVE_EVERY and not at_once and summary is not None:
            return
        self._saved = time.monotonic()
        ledger = summary.ledger_seconds if summary else self._seen[3]
        server = _tree(self._server) if self._server else 0.0
        now = (time.monotonic(), _own(), server, ledger)
        figures = self._figures
        figures.seconds += now[0] - self._seen[0]
        figures.driver += now[1] - self._seen[1]
        figures.server += max(now[2] - self._seen[2], 0.0)
        figures.ledger += now[3] - self._seen[3]
        self._seen = now
        if self._place is not None:
            part = self._place.with_suffix(".part")
            part.write_text(json.dumps(asdict(figures)), "utf-8")
            part.replace(self._place)


def _saved(place: Path | None) -> Figures:
    if place is None or not place.exists():
        return Figures()
    return Figures(**json.loads(place.read_text("utf-8")))


def _own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _tree(process: int) -> float:
    """Seconds of a processor of a process, those that it started, and those that ended."""
    return sum(map(cpu_of, [process, *children(process)]))


def cpu_of(process: int) -> float:
    """Seconds of a processor that a process took, with its own that have ended."""
    try:
        text = Path(f"/proc/{process}/stat").read_text("ascii")
    except OSError:
        return 0.0
    part = text.rpartition(")")[2].split()
    return sum(map(int, part[11:15])) / _TICK


@contextmanager
def linked(packages: Path, count: int, folder: Path) -> Iterator[Path]:
    """A folder with the first of some packages."""
    folder.mkdir()
    for number in range(count):
        os.link(packages / f"SRV{number:05d}.zip", folder / f"SRV{number:05d}.zip")
    yield folder


def cpu_of_all(processes: Iterable[int]) -> float:
    """Seconds of a processor of several."""
    return sum(map(cpu_of, processes))
