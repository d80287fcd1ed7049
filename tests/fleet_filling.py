"""Ledgers filled for tests, and work for their units that can be told to go wrong."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from sqlalchemy import func, select

from alpheus.cases.database import Database
from alpheus.cases.ledger_schema import units
from alpheus.cases.schema import observations
from alpheus.engine.base import Note, Work
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Ended, Package, Parameters, Recipe, Result, Unit, UnitKind
from alpheus.fleet.reading import packed
from alpheus.model import ServerAssessment, Stage, Verdict
from assessments import assessment, compromised_server, quiet_server

KEY = b"k" * 32
RECIPE = Recipe(UnitKind.TRIAGE, Parameters(), "knowledge 1")


def package(number: int, *, content: str = "", size: int = 1_000) -> Package:
    """A package that was found, with a content of its own."""
    name = f"srv{number:04d}"
    return Package(f"/packages/{name}", name, content or f"content {number}", size, "as it was")


def registered(ledger: Ledger, count: int, recipe: Recipe = RECIPE) -> None:
    """Some packages in a ledger."""
    ledger.register([package(number) for number in range(1, count + 1)], recipe)


def server(name: str, *, victim: bool = False) -> ServerAssessment:
    """A server of a name: a victim with all that an intruder left, or one with nothing."""
    if victim:
        return replace(compromised_server(), name=name, aliases=())
    return quiet_server(name, Verdict.NO_EVIDENCE, Stage.NONE, f"{name}: nothing was found.")


def result(name: str, *, victim: bool = False) -> Result:
    """What a unit gives whose package is of one server."""
    return _result(name, victim)


@cache
def _result(name: str, victim: bool) -> Result:
    return packed(assessment(server(name, victim=victim)), f"/packages/{name}", KEY)


def finished(claimed: Iterable[Unit], victims: Sequence[int] = ()) -> list[Ended]:
    """The ends of claimed units, each with its result; `victims` are units."""
    return [Ended(one, result(one.name, victim=one.id in victims)) for one in claimed]


def states(database: Database) -> dict[str, int]:
    """How many units are in which state."""
    query = select(units.c.state, func.count()).group_by(units.c.state)
    with database.read() as connection:
        return dict(connection.execute(query).all())


def stored(database: Database) -> int:
    """How many observations there are."""
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(observations)).scalar_one()


def row(database: Database, unit: int) -> dict[str, object]:
    """The row of a unit."""
    with database.read() as connection:
        query = select(units).where(units.c.id == unit)
        return dict(connection.execute(query).mappings().one())


def judging() -> Work[Unit, Result]:
    """Work that judges by the name of a package's folder, and does as that tells otherwise."""

    def work(unit: Unit, note: Note) -> Result:
        name = Path(unit.place).name
        avoided = {path for path, _ in unit.avoid}
        note(f"{name}/first.log", 1)
        bad = f"{name}/second.log"
        if bad not in avoided:
            note(bad, 2)
            _misbehave(name)
        return result(name)

    return work


def _misbehave(name: str) -> None:
    if "crash" in name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "memory" in name:
        raise MemoryError
    if "busy" in name:
        while True:
            pass
    if "endless" in name:
        time.sleep(60)
    if "fail" in name:
        message = "broken unit"
        raise ValueError(message)
