"""Databases of cases filled for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.derived_store import standing
from alpheus.cases.observations import Rows
from alpheus.cases.observations_store import Store
from alpheus.cases.schema import acts, derived, imports
from alpheus.exposure.model import Observation, Provenance
from alpheus.exposure.output.jsonl import encode
from exposure_runs import observation

NOW = datetime(2021, 4, 1, tzinfo=UTC)


def seen(server: int, build: str | None, day: int, **more: Any) -> Observation:
    """A server, known by the name of its computer and its host name, on a day of March 2021."""
    fields: dict[str, Any] = {
        "names": (f"mail.org{server}.example",), "servers": (f"QQ{server:04d}XY",),
        "time": f"2021-03-{day:02d}T10:00:00Z", "product": "Microsoft Exchange Server 2016",
        **more,
    }  # fmt: skip
    return observation(f"192.0.2.{server}", build, **fields)


def listed(row: int, day: int, **more: str) -> dict[str, Any]:
    """Fields of an observation from a list; `more` are its attributes."""
    when = f"2021-03-{day:02d}T12:00:00Z"
    return {
        "provenance": Provenance("theirs", "a.csv", "0" * 64, row, when, when),
        "attributes": more,
    }


def fill(database: Database, observations: Iterable[Observation]) -> None:
    """Add observations, numbered on."""
    rows = Rows(NOW)
    made = [(n, rows.of_line(encode(one))) for n, one in enumerate(observations, start=1)]
    with database.write() as connection:
        if connection.execute(select(imports.c.id)).first() is None:
            connection.execute(imports.insert().values(sha256="x"))
        Store().add(connection, 1, made)


def act(database: Database, anchor: int, kind: ActKind, day: int, detail: str = "{}") -> None:
    """Somebody does something, past all checks."""
    when = f"2021-03-{day:02d}T20:00:00Z"
    with database.write() as connection:
        connection.execute(acts.insert().values(
            time=when, recorded=when, who="kim", kind=kind.value, anchor=anchor, why="so",
            evidence="plan", detail=detail,
        ))  # fmt: skip


def derived_rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All that is derived, in a fixed order, by table."""
    with database.read() as connection:
        tables = derived(standing(connection).generation)
        return {
            table.name[:-2]: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in tables.tables
        }
