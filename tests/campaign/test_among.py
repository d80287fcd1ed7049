"""Rows of some servers are asked for, all of them and few others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column, create_engine, insert, select

from alpheus.campaign.among import AT_ONCE, CLOSE, among
from alpheus.cases.schema import derived

NUMBERS = st.lists(st.integers(1, 10**12), unique=True, max_size=2 * AT_ONCE + 1).map(sorted)


def test_numbers_that_lie_close_are_one_span() -> None:
    """Others between them are read along."""
    (found,) = among(column("id"), [3, 4, 6, 7])
    assert str(found) == "id BETWEEN :id_1 AND :id_2"
    assert list(among(column("id"), [])) == []


@given(NUMBERS)
def test_each_number_is_asked_for_once(numbers: list[int]) -> None:
    """In their order, and in parts that a database takes."""
    found = list(among(column("id"), numbers))
    if not numbers or numbers[-1] - numbers[0] < CLOSE * len(numbers):
        assert len(found) == bool(numbers)
        return
    asked = [one.right.value for one in found]
    assert [number for part in asked for number in part] == numbers
    assert all(len(part) <= AT_ONCE for part in asked)


def test_rows_are_found() -> None:
    """Whether close or far apart."""
    table = derived("a").members
    engine = create_engine("sqlite://")
    table.metadata.create_all(engine)
    with engine.begin() as connection:
        rows = [{"observation": n, "server": n} for n in range(1, 10_000, 7)]
        connection.execute(insert(table), rows)
        for numbers in ([1, 8, 15], [1, 7001]):
            found = [
                one for which in among(table.c.server, numbers)
                for one in connection.execute(select(table.c.server).where(which)).scalars()
            ]  # fmt: skip
            assert found == numbers
