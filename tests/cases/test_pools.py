"""Services follow their servers."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from sqlalchemy import insert, select

from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.identity import Pool
from alpheus.cases.pools import Services, doubtful_of, members_of, moved, systems_of
from alpheus.cases.rebuild import rebuild
from cases_filling import NOW

ONE = Pool(("192.0.2.1",), (1, 4, 7), ("A", "B", "C"), (9, 12), "why")
OTHER = Pool(("192.0.2.2",), (), (), (20,), "why")


def test_members_and_doubts() -> None:
    """What was seen of a service counts once where no member is known, else not at all."""
    assert members_of([ONE, OTHER]) == {1: 3, 4: 3, 7: 3}
    assert doubtful_of([ONE, OTHER]) == {9, 12}


def test_a_service_is_a_system() -> None:
    """Named by its lowest member; services that share a member are one, one of one is none."""
    shared = replace(ONE, members=(7, 8))
    assert systems_of([ONE, OTHER]) == {1: 1, 4: 1, 7: 1}
    assert systems_of([replace(ONE, members=(8, 9)), shared]) == {7: 7, 8: 7, 9: 7}
    assert systems_of([replace(ONE, members=(1,)), OTHER]) == {}


def test_a_service_of_merged_servers() -> None:
    """Has one member less; what is not told stays."""
    assert moved(ONE, {4: 1, 12: 9}).members == (1, 7)
    assert moved(ONE, {4: 1, 12: 9}).unnamed == (9,)


def test_services_of_the_database_move_and_move_back(database: Database) -> None:
    """And only those that this concerns are written anew."""
    rebuild(database, now=NOW)
    with database.write() as connection:
        tables, _ = current(connection, "")
        for number, pool in enumerate((ONE, OTHER), start=1):
            text = msgspec.json.encode(pool).decode()
            connection.execute(insert(tables.pools).values(id=number, content=text))
        before = connection.execute(select(tables.pools).order_by(tables.pools.c.id)).all()
        services = Services(connection, tables)
        assert services.named() == {1, 4, 7, 9, 12, 20}
        assert services.move({4: 1}) == {1, 4, 7, 9, 12}
        assert services.members() == {1: 2, 7: 2}
        again = Services(connection, tables)
        assert again.members() == {1: 2, 7: 2}
        assert again.doubtful() == {9, 12}
        assert again.move({}) == {1, 4, 7, 9, 12}
        assert again.move({}) == set()
        every = select(tables.pools).order_by(tables.pools.c.id)
        assert connection.execute(every).all() == before
