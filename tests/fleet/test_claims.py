"""Who does what next."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from alpheus.cases.database import Database, open_database
from alpheus.cases.ledger_schema import lanes, units
from alpheus.fleet.claims import claim, read_avoid, write_avoid
from alpheus.fleet.model import Unit

_UNITS = st.lists(
    st.tuples(
        st.sampled_from(["waiting", "running", "done", "parked"]),
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 2),
        st.integers(-3, 3),
    ),
    max_size=24,
)


def _claim(database: Database, most: int, recipe: str = "r") -> list[Unit]:
    with database.rows() as connection:
        return claim(connection, recipe, most, worker="w", lease=60, started="")


def _fill(database: Database, many: list[tuple[str, str, int, int]]) -> None:
    with database.rows() as connection:
        connection.execute(delete(units))
        connection.execute(delete(lanes))
        rows = [
            {"id": number, "key": str(number), "recipe": "r", "kind": "triage", "state": state,
             "lane": lane, "strikes": strikes, "rank": rank, "name": str(number)}
            for number, (state, lane, strikes, rank) in enumerate(many, start=1)
        ]  # fmt: skip
        if rows:
            connection.execute(insert(units), rows)


def test_units_come_in_one_order_and_each_to_one(tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    """Those that struck last, then rank, then age; budgets hold; nothing comes twice."""
    folder: Path = tmp_path_factory.mktemp("claims")
    with open_database(folder / "c.db") as database:

        @given(_UNITS, st.dictionaries(st.sampled_from(["a", "b"]), st.integers(1, 3)),
               st.integers(1, 5))  # fmt: skip
        @settings(max_examples=60, deadline=None)
        def check(
            many: list[tuple[str, str, int, int]], budgets: dict[str, int], most: int
        ) -> None:
            _fill(database, many)
            if budgets:
                with database.rows() as connection:
                    connection.execute(
                        insert(lanes), [{"name": n, "budget": b} for n, b in budgets.items()]
                    )
            taken: list[int] = []
            while got := _claim(database, most):
                assert len(got) <= most
                order = [(one.strikes, many[one.id - 1][3], one.id) for one in got]
                assert order == sorted(order)
                taken += [one.id for one in got]
            assert len(taken) == len(set(taken))
            waiting = {n for n, one in enumerate(many, start=1) if one[0] == "waiting"}
            assert set(taken) <= waiting
            for lane in "abc":
                before = sum(one[0] == "running" and one[1] == lane for one in many)
                mine = sum(many[n - 1][1] == lane for n in taken)
                there = sum(many[n - 1][1] == lane for n in waiting)
                room = max(budgets[lane] - before, 0) if lane in budgets else there
                assert mine == min(there, room)

        check()


def test_a_claim_counts_an_attempt_and_raises_the_token(database: Database) -> None:
    """What comes back later can be told from what was claimed anew."""
    _fill(database, [("waiting", "a", 0, 0)])
    (unit,) = _claim(database, 5)
    assert (unit.attempts, unit.token) == (1, 1)
    with database.read() as connection:
        found = connection.execute(select(units)).one()
    assert (found.state, found.attempts, found.token, found.worker) == ("running", 1, 1, "w")
    assert _claim(database, 5) == []


def test_only_units_of_the_recipe_are_claimed(database: Database) -> None:
    """A driver does what it was started for: others' packs are not compiled in it."""
    _fill(database, [("waiting", "a", 0, 0)])
    assert _claim(database, 5, "another") == []


def test_files_that_are_left_out_survive_the_database() -> None:
    """With the reason, whatever their names are."""
    avoid = (("logs/\u00e4 b.log", "not read: so"),)
    assert read_avoid(write_avoid(avoid)) == avoid
    assert read_avoid(write_avoid(())) == ()
