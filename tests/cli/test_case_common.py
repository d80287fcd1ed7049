"""What the commands below `case` have in common."""

from __future__ import annotations

import argparse

import pytest

from alpheus.cases.rebuild import Rebuilt
from alpheus.cases.service_listing import Filters
from alpheus.cli.case_common import (
    FILTERS,
    add_database_to,
    add_due_to,
    add_filters_to,
    filters_of,
    said_of,
    who_does_it,
)
from alpheus.errors import UsageError


def _parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_filters_to(parser)
    add_due_to(parser)
    add_database_to(parser)
    return parser.parse_args(words)


def test_filters_are_those_of_the_service() -> None:
    """Every one of them can be asked for; nothing asked is nothing filtered."""
    assert {*FILTERS, "text", "due_before"} == {*Filters.__dataclass_fields__}
    assert filters_of(_parsed()) == Filters()
    found = filters_of(_parsed("--patch", "vulnerable", "--patch", "unknown", "--text", "mail a"))
    assert found == Filters(patch=("vulnerable", "unknown"), text="mail a")


def test_days_by_which_something_is_due() -> None:
    """By now, or before a time; not both."""
    assert filters_of(_parsed("--due-before", "2026-03-01")).due_before == "2026-03-01T00:00:00Z"
    assert filters_of(_parsed("--overdue")).due_before > "2026"
    with pytest.raises(SystemExit):
        _parsed("--overdue", "--due-before", "2026-03-01")


def test_the_database_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it is a file in this folder; a name that is given counts."""
    monkeypatch.delenv("ALPHEUS_DATABASE", raising=False)
    assert _parsed().database == "alpheus-cases.db"
    monkeypatch.setenv("ALPHEUS_DATABASE", "/x.db")
    assert _parsed().database == "/x.db"
    assert _parsed("--database", "y.db").database == "y.db"


def test_whoever_gives_no_name_has_that_of_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty one is refused."""
    monkeypatch.setenv("LOGNAME", "kim")
    assert who_does_it(argparse.Namespace(who=None)) == "kim"
    for empty in ("", "  "):
        with pytest.raises(UsageError, match="--who is empty"):
            who_does_it(argparse.Namespace(who=empty))
    assert who_does_it(argparse.Namespace(who=" lou ")) == "lou"


def test_what_a_rebuild_came_to() -> None:
    """Systems where there are services, else servers; in the right number."""
    assert said_of(Rebuilt(1, 1, 0, (), again=False, counted=1, systems=1)) == (
        "1 observation is 1 server"
    )
    assert said_of(Rebuilt(9, 7, 2, (), again=False, counted=6, systems=4)) == (
        "9 observations are 4 systems (6 servers; 2 services)"
    )
