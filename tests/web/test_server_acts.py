"""What a state does not allow is not offered, and what is offered can be done."""

from __future__ import annotations

import pytest

from alpheus.cases.acts import ActKind, Closing
from alpheus.cases.database import Database
from alpheus.errors import RefusedError
from alpheus.web import server_acts
from alpheus.web.server_acts import BY_KIND, DONE, FORMS, Form, offered, what_of
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import words
from assessments import compromised
from clean_filling import cleaned
from server_filling import document, filled, number_of

NOW = "2021-04-01T00:00:00Z"
TYPED = {"why": "so", "evidence": "plan 7", "to": "mia", "until": "2021-05-01"}


def _kinds(row: dict[str, object]) -> set[str]:
    return {form.kind.value for form in offered(row, (), who="mia", now=NOW)}


OF_DECOYS = (ActKind.DECOY, ActKind.COUNTED)
"""What can be said again, and is offered by what is so."""


@pytest.mark.parametrize(
    "form", [one for one in FORMS if one.kind not in OF_DECOYS], ids=lambda form: form.kind.value
)
@pytest.mark.parametrize("state", ["unknown", "compromised"])
def test_a_form_that_is_there_is_not_refused_and_any_other_would_be(
    database: Database, form: Form, state: str
) -> None:
    """Whatever the state."""
    cases = filled(database, document(compromised()))
    look = cases.look(number_of(cases, state))
    there = {one.kind: one for one in offered(look.row, look.clocks, who="mia", now=NOW)}
    options = there.get(form.kind, form).options
    what = what_of(form, TYPED | {"to": options[0][0] if options else "mia"})
    if form.kind in there:
        cases.act(look.row["id"], form.kind, who="mia", **what)
    else:
        with pytest.raises(RefusedError):
            cases.act(look.row["id"], form.kind, who="mia", **what)


def test_what_is_taken_for_a_decoy_can_be_counted_and_the_other_way_round(
    database: Database,
) -> None:
    """Never both; each needs a reason."""
    cases = filled(database)
    for decoy, kind in ((False, ActKind.DECOY), (True, ActKind.COUNTED)):
        look = cases.look(1)
        assert look.detail.decoy == decoy
        there = {one.kind for one in offered(look.row, (), who="mia", now=NOW, decoy=decoy)}
        assert there & {*OF_DECOYS} == {kind}
        with pytest.raises(RefusedError, match="needs a reason"):
            cases.act(1, kind, who="mia", **what_of(BY_KIND[kind], {}))
        cases.act(1, kind, who="mia", **what_of(BY_KIND[kind], {"why": "it answers to all"}))
    assert not cases.look(1).detail.decoy
    assert cases.row(1)["service"] == 0


def test_a_closed_case_is_opened_again_before_anything_else(database: Database) -> None:
    """And an open one is not."""
    cases = filled(database)
    row = cases.row(1)
    assert "reopened" not in _kinds(row)
    assert {"closed", "note", "mitigated", "false-positive"} <= _kinds(row)
    row = cases.act(1, ActKind.CLOSED, who="mia", why="gone", to=Closing.GONE)
    assert "reopened" in _kinds(row)
    assert not {"closed", "started", "false-positive"} & _kinds(row)


def test_what_is_not_done_is_not_closed_as_done(database: Database) -> None:
    """Only the other ends are offered."""
    cases = filled(database)
    (form,) = [one for one in offered(cases.row(1), (), who="mia", now=NOW) if one.kind == "closed"]
    assert [value for value, _ in form.options] == ["gone", "accepted", "outside"]


def test_a_day_ends_at_midnight_and_words_are_bounded() -> None:
    """What is not of the form is not taken."""
    what = what_of(
        BY_KIND["false-positive"], {"until": "2021-05-01", "why": " x" * 9_000, "to": "y"}
    )
    assert what["until"] == "2021-05-01T23:59:59Z"
    assert len(what["why"]) <= 4_000
    assert "to" not in what


def test_everything_that_is_done_has_its_words() -> None:
    """Of every form and every decision."""
    assert {form.kind.value for form in FORMS} < DONE.keys()


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_text_is_translated(language: str) -> None:
    """Into every language."""
    assert [text for text in server_acts.texts() if not words(language).knows(text)] == []


def test_what_a_plan_cleaned_is_verified_by_no_form(database: Database) -> None:
    """What verifies it is a verification, on the page of its clean-up."""
    cases, server = cleaned(database)
    look = cases.look(server)
    assert look.row["compromise"] == "cleaned"
    there = {one.kind for one in offered(look.row, (), who="mia", now=NOW, changes=look.changes)}
    assert ActKind.NOTE in there
    assert ActKind.VERIFIED not in there
