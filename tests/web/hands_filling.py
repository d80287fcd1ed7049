"""Servers of several organisations that one hand was on, as a campaign run leaves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from alpheus.cases import strands
from alpheus.cases.database import Database
from alpheus.cases.owners import owners_by_directory
from alpheus.cases.rebuild import rebuild
from alpheus.cases.schema import observations
from alpheus.cases.strands import Strand, Trait
from alpheus.directory.lookup import Directory
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Package
from cases_filling import NOW
from fleet_filling import RECIPE, finished


def run_over(database: Database, names: Sequence[str]) -> None:
    """A campaign run that found a victim of each name; all of one hand."""
    ledger = Ledger(database)
    found = [Package(f"/packages/{one}", one, f"content of {one}", 1_000, "as it was")
             for one in names]  # fmt: skip
    ledger.register(found, RECIPE)
    claimed = ledger.claim(RECIPE, len(found), "w")
    ledger.settle(finished(claimed, [one.id for one in claimed]), "mia")


def with_strands(database: Database, of: Mapping[str, Sequence[Sequence[Trait]]]) -> None:
    """The same, and servers are worked out."""
    run_that_found(database, of)
    rebuild(database, now=NOW, owners=owners_by_directory(Directory()))


def run_that_found(database: Database, of: Mapping[str, Sequence[Sequence[Trait]]]) -> None:
    """A campaign run that found these traits of each intrusion, by server."""
    run_over(database, list(of))
    with database.read() as connection:
        query = select(observations.c.id, observations.c.body)
        numbers = {
            name: number
            for number, body in connection.execute(query)
            for name in of
            if f'"{name}"' in body
        }
    with database.write() as connection:
        strands.add(connection, [
            (numbers[name], [
                Strand(f"2021-03-0{at}T02:00:00Z", f"2021-03-0{at}T05:00:00Z",
                       tuple(sorted(traits)))
                for at, traits in enumerate(several, 1)
            ])
            for name, several in of.items()
        ])  # fmt: skip
