"""Servers by what is asked, in order, page after page."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from alpheus.cases import service_listing as module
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.errors import UsageError
from cases_filling import NOW, fill, listed, seen
from exposure_runs import CLOSED, OPEN


@pytest.fixture
def cases(database: Database) -> Cases:
    """Nine servers of three sectors in two networks."""
    sectors = ("hospital", "bank", "")
    fill(database, [
        seen(n, (OPEN, CLOSED, None)[n % 3], n, **listed(n, n, sector=sectors[n // 3 % 3],
             asn=str(64500 + n % 2), geo="US"))
        for n in range(1, 10)
    ])  # fmt: skip
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def _ids(cases: Cases, **filters: object) -> list[int]:
    return [one["id"] for one in cases.page(Filters(**filters)).servers]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"patch": ("vulnerable",)}, {3, 6, 9}),
        ({"patch": ("vulnerable", "fixed")}, {1, 3, 4, 6, 7, 9}),
        ({"sector": ("hospital",)}, {1, 2, 9}),
        ({"patch": ("vulnerable",), "sector": ("bank", "hospital")}, {3, 9}),
        ({"network": ("AS64501",)}, {1, 3, 5, 7, 9}),
        ({"network": ("192.0.2.4/31",)}, {4, 5}),
        ({"network": ("64500", "192.0.2.4/31")}, {4}),
        ({"network": ("2001:db8::/32",)}, set()),
        ({"build": (CLOSED,)}, {1, 4, 7}),
        ({"product": ("Microsoft Exchange Server 2016",), "region": ("US",)}, set(range(1, 10))),
        ({"compromise": ("compromised",)}, set()),
        ({"work": ("new",), "assignee": ("lou",)}, set()),
        ({"organisation": ("org5.example",)}, {5}),
        ({"text": "QQ0007"}, {7}),
        ({"text": "mail.org8"}, {8}),
        ({"text": "org8 mail"}, {8}),
        ({"text": "192.0.2.3"}, {3}),
        ({"text": "no%thing_"}, set()),
    ],
)
def test_filters(
    cases: Cases, filters: dict[str, object], ids: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that are given have to fit; few or many hits, and few or many alternatives, alike."""
    for few in (2_000, 0):
        for queries in (40, 0):
            monkeypatch.setattr(module, "_FEW", few)
            monkeypatch.setattr(module, "_MOST_QUERIES", queries)
            found = _ids(cases, **filters)
            assert len(found) == len(set(found))
            assert set(found) == ids


@pytest.mark.parametrize("sort", ["priority", "last-seen", "name"])
@pytest.mark.parametrize("filters", [Filters(), Filters(patch=("vulnerable", "fixed", "unknown"))])
def test_pages_are_the_whole_in_order(cases: Cases, sort: str, filters: Filters) -> None:
    """None twice, none left out, whatever the size of a page."""
    whole = cases.page(filters, sort=sort).servers
    name, falls = {"priority": ("priority", True), "last-seen": ("last_seen", True),
                   "name": ("name", False)}[sort]  # fmt: skip
    values = [one[name] for one in whole]
    assert values == sorted(values, reverse=falls)
    found, after = [], ""
    while True:
        page = cases.page(filters, sort=sort, after=after, size=2)
        found += page.servers
        after = page.next
        if not after:
            break
    assert found == whole
    assert len(found) == 9


def test_what_cannot_be_asked(cases: Cases) -> None:
    """Is said."""
    key = cases.page(size=1).next
    for ask, said in (
        (lambda: cases.page(sort="luck"), "none of priority"),
        (lambda: cases.page(after="?"), "no key"),
        (lambda: cases.page(after=key, sort="name"), "sorted by priority"),
        (lambda: cases.page(Filters(network=("mail",))), "neither a network"),
    ):
        with pytest.raises(UsageError, match=said):
            ask()


def test_conditions_for_who_reads_all(database: Database, cases: Cases) -> None:
    """The same servers as page after page."""
    with database.read() as connection:
        tables, _ = current(connection, "")
        several = Filters(network=("AS64500", "192.0.2.0/24"), patch=("vulnerable",))
        for filters in (Filters(), Filters(sector=("hospital",)), Filters(text="mail"), several):
            found = connection.execute(
                select(tables.servers.c.id).where(*module.where(connection, tables, filters))
            )
            assert {*found.scalars()} == {row["id"] for row in cases.every(filters)}


def test_servers_of_which_a_law_asks_something(database: Database) -> None:
    """By the day that it is due; only those, and only in this order."""
    federal = {"geo": "US", "sector": "national-government"}
    fill(database, [
        *(seen(n, OPEN, 1, **listed(n, 1, **federal)) for n in (1, 2, 3)), seen(4, OPEN, 1),
    ])  # fmt: skip
    rebuild(database, now=NOW)
    cases = Cases(database, lambda: NOW)
    cases.act(1, ActKind.CLOSED, who="kim", why="so", to="gone")
    for step in ("report", "scan"):
        for server in (1, 2)[: 2 if step == "report" else 1]:
            cases.act(server, ActKind.REPORTED_TO_AUTHORITY, who="kim", to=f"ED-21-02:{step}")
    every = cases.page(sort="due").servers
    assert [(one["id"], one["due"][:10]) for one in every] == [
        (2, "2021-03-05"), (3, "2021-03-05"), (1, "2021-04-16"),
    ]  # fmt: skip
    first = cases.page(sort="due", size=1)
    assert first.servers + cases.page(sort="due", after=first.next).servers == every
    overdue = cases.page(Filters(due_before="2021-04-01T00:00:00Z"), sort="due").servers
    assert [one["id"] for one in overdue] == [2, 3]
    assert cases.matching(Filters(due_before="2021-04-01T00:00:00Z")).servers == (2, 3)
    with pytest.raises(UsageError, match="by that day"):
        cases.page(Filters(due_before="2026"), sort="priority")


@pytest.mark.parametrize("sort", ["priority", "last-seen", "name"])
def test_all_numbers_at_once_are_those_of_the_pages(cases: Cases, sort: str) -> None:
    """In the same order; and so are the portions of who takes them away."""
    for filters in (Filters(), Filters(patch=("vulnerable", "fixed")), Filters(text="mail org8")):
        pages = [one["id"] for one in cases.every(filters, sort=sort)]
        taken = [one for some in cases.portions(filters, sort=sort, size=2) for one in some]
        assert [one["id"] for one in taken] == pages
    assert [*taken[0]] == [*module.SHOWN]


def test_words_that_many_have_and_few_have_both(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, however many have each."""
    for few, common in ((0, 0), (0, 100), (1, 5), (2, 100), (9, 100), (100, 100)):
        monkeypatch.setattr(module, "_FEW", few)
        monkeypatch.setattr(module, "_COMMON", common)
        assert _ids(cases, text="mail org8") == [8]
        assert _ids(cases, text="org7 org8") == []
        assert {*_ids(cases, text="mail", network=("192.0.2.4/31",))} == {4, 5}
        assert len(_ids(cases, text="m")) == 9
        assert len(_ids(cases, text="org")) == 9


def test_what_cannot_be_taken_away(cases: Cases) -> None:
    """Is told before anything is sent."""
    with pytest.raises(UsageError, match="none of priority"):
        cases.portions(sort="no such")
    with pytest.raises(UsageError, match="listed by that day"):
        cases.portions(Filters(due_before="2021-04-01T00:00:00Z"))
