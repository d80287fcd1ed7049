"""What is done to many is asked for completely, or told what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpheus.cases.acts import ActKind
from alpheus.errors import RefusedError, UsageError
from alpheus.web import bulk
from alpheus.web.bulk import DEEDS, Form
from alpheus.web.refusals import told
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import words

FULL = Form(servers="1 2", to="done", why="looked", until="2021-04-01", when="2021-03-11")
OTHERS = [one for one in LANGUAGES if one != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    """Titles, what will be and what was done, and what is missing."""
    missing = {*bulk.MISSING.values()}
    left = [
        text for text in bulk.texts() if text not in missing and not words(language).knows(text)
    ]
    assert left == []
    assert [text for text in missing if told(text, language) == text] == []


@pytest.mark.parametrize("deed", DEEDS, ids=lambda one: one.kind.value)
def test_a_full_form_is_what_the_services_are_asked_for(deed: bulk.Deed) -> None:
    """Days are in UTC: `until` ends with its day, `when` begins with it."""
    asked = replace(FULL, kind=deed.kind.value).asked
    assert asked.kind is deed.kind
    assert asked.why == "looked"
    assert asked.to == ("done" if "to" in deed.fields else "")
    assert asked.until == ("2021-04-01T23:59:59Z" if "until" in deed.fields else "")
    assert asked.when == ("2021-03-11T00:00:00Z" if "when" in deed.fields else "")


@pytest.mark.parametrize(
    ("deed", "name"), [(deed, name) for deed in DEEDS for name in sorted(deed.needs)]
)
def test_what_is_missing_is_told(deed: bulk.Deed, name: str) -> None:
    """A blank is nothing."""
    form = replace(FULL, kind=deed.kind.value, **{name: " "})
    with pytest.raises(RefusedError, match=bulk.MISSING[name].partition(";")[0]):
        _ = form.asked


def test_what_cannot_be() -> None:
    """Is told, and done to none."""
    with pytest.raises(UsageError, match="what is to be done"):
        _ = Form(kind="merged").deed
    with pytest.raises(RefusedError, match="how it ends"):
        _ = replace(FULL, kind=ActKind.CLOSED.value, to="no such").asked
    for day in ("12.3.2021", "2021-13-01", "x"):
        with pytest.raises(RefusedError, match="write a day"):
            _ = replace(FULL, kind="false-positive", until=day).asked


def test_which_servers() -> None:
    """Those named, each once; all that fit only where that is said."""
    assert Form(servers="3 1 3").numbers == (3, 1)
    assert Form(servers="3", every="1").numbers is None
    with pytest.raises(UsageError, match="choose servers"):
        _ = Form().numbers
    for text in ("x", "-1", "\u0661", "9" * 19):
        with pytest.raises(UsageError, match="no number of a server"):
            _ = Form(servers=text).numbers
    with pytest.raises(UsageError, match="at most 1000"):
        _ = Form(servers=" ".join(map(str, range(1_001)))).numbers
