"""What is remembered holds as long as the tables stand as they do, whoever changes them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database, open_database
from alpheus.cases.derived_store import current, standing
from alpheus.cases.expiry import expire
from alpheus.cases.observations import iso
from alpheus.cases.rebuild import rebuild
from alpheus.cases.remembered import Remembered, remembered
from alpheus.cases.service import Cases
from cases_filling import NOW, fill, seen
from exposure_runs import OPEN

_ASSIGN = """
import sys
from alpheus.cases.acts import ActKind
from alpheus.cases.database import open_database
from alpheus.cases.service import Cases
with open_database(sys.argv[1]) as database:
    Cases(database).act(1, ActKind.ASSIGNED, who="noa", to="lou")
"""


@pytest.fixture
def cases(database: Database) -> Cases:
    """Three servers."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 2), seen(3, OPEN, 3)])
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def _mark(cases: Cases) -> str:
    with cases.database.read() as connection:
        return standing(connection).mark


def _assigned(cases: Cases) -> dict[str, int | None]:
    return {one.value: one.servers for one in cases.queue().choices["assignee"]}


def _changes() -> dict[str, Callable[[Cases], object]]:
    later = iso(NOW + timedelta(days=9))
    said = {"who": "noa", "why": "so"}
    return {
        "act": lambda cases: cases.act(1, ActKind.NOTE, **said),
        "act_many": lambda cases: cases.act_many([1, 2], ActKind.NOTE, **said),
        "merge": lambda cases: cases.merge([1, 2], **said),
        "keep_apart": lambda cases: cases.keep_apart([2, 3], **said),
        "rebuild": lambda cases: rebuild(cases.database, now=NOW),
        "expire": lambda cases: (
            cases.act(3, ActKind.FALSE_POSITIVE, until=later, **said),
            expire(cases.database, iso(NOW + timedelta(days=10))),
        ),
    }


def test_whatever_changes_the_tables_gives_them_another_mark(cases: Cases) -> None:
    """Also what time alone brings about; what is refused changes nothing."""
    marks = [_mark(cases)]
    for name, change in _changes().items():
        change(cases)
        marks.append(_mark(cases))
        assert marks[-1] != marks[-2], name
    assert all(marks)
    assert len({*marks}) == len(marks)


def test_expiry_alone_gives_another_mark(cases: Cases) -> None:
    """Nobody acts, and servers change all the same."""
    until = iso(NOW + timedelta(days=9))
    cases.act(3, ActKind.FALSE_POSITIVE, who="noa", why="so", until=until)
    before = _mark(cases)
    assert expire(cases.database, iso(NOW + timedelta(days=10))) == 1
    assert _mark(cases) != before


def test_what_one_changes_all_see_at_once(cases: Cases) -> None:
    """Somebody with connections and memory of their own, as another process has."""
    with open_database(_place(cases.database)) as other:
        theirs = Cases(other, lambda: NOW)
        assert _assigned(theirs) == _assigned(cases) == {"": None}
        cases.act(1, ActKind.ASSIGNED, who="noa", to="kim")
        assert _assigned(theirs) == _assigned(cases) == {"": None, "kim": None}
        theirs.act(1, ActKind.ASSIGNED, who="noa", to="lou")
        assert _assigned(theirs) == _assigned(cases) == {"": None, "lou": None}
        assert theirs.queue().choices == cases.queue().choices


def test_what_another_process_changes_is_seen_at_once(cases: Cases) -> None:
    """The next who asks here sees it, whatever was remembered before."""
    before = cases.queue().choices
    assert cases.queue().choices is before  # it is remembered at all
    subprocess.run([sys.executable, "-c", _ASSIGN, _place(cases.database)], check=True)
    assert _assigned(cases) == {"": None, "lou": None}


def test_nothing_is_remembered_of_what_is_being_written(cases: Cases) -> None:
    """A transaction that writes asks each time: it may have changed what it asks about."""
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    with cases.database.write() as connection:
        current(connection, "")
        assert [remembered(connection, "a", make) for _ in range(2)] == [1, 2]
    with cases.database.read() as connection:
        assert remembered(connection, "a", make) == 3  # it does not know yet where they stand
        current(connection, "")
        assert [remembered(connection, "a", make) for _ in range(2)] == [4, 4]
        assert remembered(connection, "b", make) == 5


def test_not_more_is_kept_than_some() -> None:
    """What nobody has asked for longest goes first."""
    kept, made = Remembered(2), list[str]()
    for key in ("a", "b", "a", "c", "a", "b"):
        kept.get(key, lambda key=key: made.append(key))  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]


def test_a_failure_is_not_remembered() -> None:
    """The next who asks tries again."""
    kept = Remembered()
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 2) == 2


def _place(database: Database) -> str:
    if database.is_sqlite:
        return database.place
    return database.engine.url.render_as_string(hide_password=False)
