"""What a list offers to choose from is what is there, and how many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpheus.cases import service_queue as module
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.cases.service_queue import FACETS, Choice
from alpheus.exposure.model import Pool
from cases_filling import NOW, fill, listed, seen
from exposure_runs import CLOSED, OPEN


@pytest.fixture
def cases(database: Database) -> Cases:
    """Nine servers of three sectors in two networks, two of them somebody's."""
    sectors = ("hospital", "bank", "")
    fill(database, [
        seen(n, (OPEN, CLOSED, None)[n % 3], n, **listed(n, n, sector=sectors[n // 3 % 3],
             asn=str(64500 + n % 2), geo="US"))
        for n in range(1, 10)
    ])  # fmt: skip
    rebuild(database, now=NOW)
    made = Cases(database, lambda: NOW)
    for number in (3, 4):
        made.act(number, ActKind.ASSIGNED, who="kim", to="lou")
    return made


ASKED = [
    Filters(),
    Filters(patch=("vulnerable",)),
    Filters(patch=("vulnerable", "fixed"), work=("new",)),
    Filters(sector=("hospital", "bank")),
    Filters(network=("AS64501",), patch=("fixed",)),
    Filters(build=(CLOSED,)),
    Filters(sector=("bank",), region=("US",)),
    Filters(assignee=("lou",)),
    Filters(text="mail", patch=("vulnerable",)),
    Filters(organisation=("org5.example", "org6.example")),
    Filters(network=("192.0.2.0/29",), sector=("bank",)),
    Filters(patch=("no such",), sector=("no such",)),
]


@pytest.mark.parametrize("filters", ASKED)
@pytest.mark.parametrize("few", [500, 2])
def test_what_stands_beside_a_choice_is_what_it_leads_to(
    cases: Cases, monkeypatch: pytest.MonkeyPatch, filters: Filters, few: int
) -> None:
    """All else as it is; nothing is said where nobody counted, and never something wrong."""
    monkeypatch.setattr(module, "_FEW", few)
    found = cases.queue(filters)
    if found.total is not None:
        assert found.total == len(found.servers)
    for name in FACETS:
        for one in found.choices[name]:
            if one.servers is not None:
                there = [*cases.every(replace(filters, **{name: (one.value,)}))]
                assert len(there) == one.servers, (name, one)


def test_counts_are_there_where_they_cost_little(cases: Cases) -> None:
    """Those kept ready, and those of few servers."""
    kept = cases.queue(Filters(sector=("bank",)))
    assert kept.total == 3
    assert Choice("vulnerable", 1) in kept.choices["patch"]
    assert Choice("hospital", 3) in kept.choices["sector"]
    assert {one.servers for one in kept.choices["region"]} == {None}
    assert kept.choices["assignee"] == (Choice(""), Choice("lou"))
    read = cases.queue(Filters(assignee=("lou",)))
    assert read.total == 2
    assert {*read.choices["assignee"]} == {Choice("lou", 2), Choice("")}


def test_a_value_that_is_chosen_is_always_offered(cases: Cases) -> None:
    """So that it can be taken away again."""
    found = cases.queue(Filters(build=("9.9.9.9",), patch=("mitigated",)))
    assert Choice("9.9.9.9", 0) in found.choices["build"]
    assert Choice("mitigated", 0) in found.choices["patch"]


def test_of_one_organisation_nothing_of_others_is_told(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it has more servers than are read for it."""
    monkeypatch.setattr(module, "_FEW", 0)
    found = cases.queue(Filters(organisation=("org5.example",)))
    assert found.choices["network"] == (Choice("64501"),)
    assert "lou" not in {one.value for one in found.choices["assignee"]}
    assert found.total is None


def test_a_row_says_whose_it_is_and_why_it_comes_first(cases: Cases) -> None:
    """In words; the detail that they come from is not dragged along."""
    row = cases.queue(Filters(patch=("vulnerable",)), size=1).servers[0]
    assert row["owner"]
    assert "anyone can break in" in {one.text for one in row["reasons"]}
    assert "detail" not in row


def test_what_is_listed_is_what_is_counted(database: Database) -> None:
    """A service stands in the list beside its members, is acted on with them, and counts there."""
    pool = Pool(("QQ0008XY", "QQ0009XY"), (OPEN, CLOSED), mixed=True)
    fill(database, [
        seen(5, OPEN, 5, servers=(), pool=pool, flags=("mixed-pool", "several-servers")),
        seen(5, OPEN, 6, servers=("QQ0008XY",)), seen(5, CLOSED, 7, servers=("QQ0009XY",)),
        seen(1, OPEN, 1),
    ])  # fmt: skip
    rebuild(database, now=NOW)
    cases = Cases(database, lambda: NOW)
    assert cases.statistics()[0].servers < len(cases.queue(Filters()).servers)
    for filters in (Filters(), Filters(patch=("vulnerable",)), Filters(text="mail")):
        found = cases.queue(filters)
        assert found.total == len(found.servers)
        for choice in found.choices["patch"]:
            beside = cases.queue(replace(filters, patch=(choice.value,)))
            assert choice.servers == len(beside.servers)
