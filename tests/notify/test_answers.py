"""What owners say: taken down, bounded, and taken up once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.purge import purge
from alpheus.cases.service import Cases
from alpheus.errors import RefusedError
from alpheus.notify import answers
from alpheus.notify.answers import Answer, AnswerKind
from cases_filling import act, seen
from exposure_runs import OPEN
from notices_filling import Country

NOW = "2021-03-12T09:00:00Z"


def _say(country: Country, kind: str = "help", **more: str) -> Answer:
    said = Answer(0, "", "notice A-4F7K2Q", "A-4F7K2Q", "org1.example", 1, AnswerKind(kind),
                  more.get("text", "call us"), more.get("day", ""))  # fmt: skip
    with country.database.write() as connection:
        return answers.give(connection, country.database.place, said, now=NOW)


@pytest.fixture
def country(database: Database) -> Country:
    """A server of one organisation."""
    found = Country(database)
    found.sees(seen(1, OPEN, 1))
    return found


def test_an_answer_to_a_case_that_has_ended_is_not_lost(country: Country) -> None:
    """Help cannot be asked for in it, but it was: a note says so."""
    act(country.database, 1, ActKind.CLOSED, 11, '{"to": "gone"}')
    country.rebuild()
    _say(country)
    last = Cases(country.database, country.time).show(1).acts[-1]
    assert (last.kind, last.why) == (ActKind.NOTE, "the owner asks for help: call us")
    assert last.evidence == "notice A-4F7K2Q"


def test_it_waits_until_a_person_has_taken_it_up(country: Country) -> None:
    """Once, and by who may see the organisation."""
    first, second = _say(country), _say(country, "done", text="patched", day="2021-03-11")
    with country.database.write() as connection:
        found, more = answers.unread(connection, size=1)
        assert (found[0].id, more) == (first.id, first.id)
        assert answers.how_many_unread(connection, {"org2.example"}) == 0
        with pytest.raises(RefusedError, match="there is no answer"):
            answers.take_up(connection, first.id, who="mia", now=NOW, within={"org2.example"})
        answers.take_up(connection, first.id, who="mia", now=NOW, within=None)
        with pytest.raises(RefusedError, match="mia has taken this up already"):
            answers.take_up(connection, first.id, who="lou", now=NOW, within=None)
        assert [one.id for one in answers.unread(connection)[0]] == [second.id]
        mine = answers.given_by(connection, notice="", organisations=("org1.example",), who="")
        assert [one.seen for one in mine] == ["", NOW]
        assert list(answers.of_servers(connection, [1])) == [1]


def test_it_goes_with_the_last_of_its_server(country: Country) -> None:
    """A list of targets is not kept longer than it is needed, nor what they said."""
    _say(country)
    purge(country.database, servers=[1])
    with country.database.read() as connection:
        assert answers.unread(connection) == ([], 0)


@pytest.mark.parametrize(("text", "is_one"), [
    ("2021-03-12", True), ("2021-03-13", False), ("1999-01-01", False), ("20210312", False),
    ("2021-02-30", False), ("", False),
])  # fmt: skip
def test_days_that_have_been(text: str, is_one: bool) -> None:
    """Of this century, written in one way."""
    assert answers.is_day(text, NOW) is is_one


@given(st.text(max_size=30))
def test_no_text_is_a_day_by_accident(text: str) -> None:
    """Nor does any break it."""
    if answers.is_day(text, NOW):
        assert text[:2] == "20"
        assert text <= NOW
