"""Of each source the newest is read; what cannot be read is no evidence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from alpheus.cases.database import Database
from alpheus.cases.identity import Kind
from alpheus.cases.observations import Rows
from alpheus.cases.observations_store import Store
from alpheus.cases.owner_evidence import MOST, UNDATED, Seen, chosen, evidence_of, read_evidence
from alpheus.cases.schema import observations
from alpheus.directory.owner_model import Claim
from cases_filling import NOW, fill, listed, seen
from exposure_runs import OPEN


def test_of_each_source_the_newest() -> None:
    """And of lists without times the last few; the newest come first."""
    found = chosen([
        Seen(1, "probe", "2021-03-01"), Seen(2, "probe", "2021-03-03"), Seen(3, "shodan", "2021"),
        Seen(4, "probe", "2021-03-02"), *(Seen(n, "csv", "") for n in range(5, 10)),
    ])  # fmt: skip
    assert found == [2, 3, 9, 8, 7]


SEEN = st.builds(
    Seen, st.integers(1, 99), st.sampled_from("abcdefghijkl"), st.sampled_from(("", "2021", "2022"))
)


@given(st.lists(SEEN, unique_by=lambda one: one.id))
def test_never_too_many_and_in_no_order(every: list[Seen]) -> None:
    """Whatever the order in which they stand."""
    found = chosen(every)
    assert len(found) == len(set(found)) <= MOST
    assert sum(1 for one in every if one.id in found and not one.seen) <= UNDATED
    assert found == chosen(every[::-1])


def test_what_observations_say(database: Database) -> None:
    """Probes, lists of customers and assessments; a body that cannot be read says nothing."""
    attributes = {"customer": "Lakeview  Clinic", "contact": "it@lakeview.example", "geo": "US"}
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1, **listed(1, 1, **attributes)),
                    seen(3, OPEN, 1), seen(4, OPEN, 1)])  # fmt: skip
    assessed = (
        b'{"schema":"alpheus.assessment/1","run":{"finished":"2021-03-09T00:00:00Z"},"servers":'
        b'[{"name":"EX1","aliases":["EX1.lakeview.example"],"verdict":"no-evidence",'
        b'"stage":"none"}]}'
    )
    with database.write() as connection:
        rows = [(1, row) for row in Rows(NOW).of_document(assessed)]
        Store().add(connection, 1, rows)
        one = observations.c
        connection.execute(update(observations).where(one.id == 3).values(body="[]"))
        query = select(one.id).where(one.kind == Kind.ASSESSMENT.value)
        last: int = connection.execute(query).scalar_one()
    with database.read() as connection:
        found = read_evidence(connection, [1, 2, 3, 4, last])
        by_server = evidence_of(connection, {1: [Seen(1, "a", "1"), Seen(2, "b", "2")], 9: []})
    assert found[1].asked_names == ("mail.org1.example",)
    assert found[2].claims == (Claim("Lakeview Clinic", "it@lakeview.example", "", "theirs"),)
    assert found[2].country == "US"
    assert 3 not in found
    assert found[last].server_names == ("ex1.lakeview.example",)
    assert by_server == {1: [found[2], found[1]], 9: []}
