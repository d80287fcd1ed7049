"""What is to be told of a server, and when it is news again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.states import CLEANABLE, ENDED, OPEN_PATCH, Compromise, Patch, Work
from alpheus.notify.news import (
    Facts,
    covers,
    facts_of,
    holds,
    is_answered,
    is_breached,
    is_tellable,
    later,
    situation_of,
)

MADE = "2021-03-10T00:00:00Z"
BEFORE, AFTER = "2021-03-05T00:00:00Z", "2021-03-12T00:00:00Z"


def _row(**more: str) -> dict[str, Any]:
    return {"patch": "vulnerable", "patch_since": BEFORE, "compromise": "unknown",
            "compromise_since": "", "work": "new", "work_since": "", **more}  # fmt: skip


ROWS = st.fixed_dictionaries({
    "patch": st.sampled_from(Patch).map(str), "compromise": st.sampled_from(Compromise).map(str),
    "work": st.sampled_from(Work).map(str),
    **dict.fromkeys(("patch_since", "compromise_since", "work_since"),
                    st.sampled_from(["", BEFORE, MADE, AFTER])),
})  # fmt: skip


@given(ROWS)
def test_what_is_told_is_open_and_its_case_has_not_ended(row: dict[str, Any]) -> None:
    """A server that was cleaned, closed or is a false positive is left in peace."""
    told = is_tellable(facts_of(row))
    wanted = row["patch"] in OPEN_PATCH or row["compromise"] in CLEANABLE
    assert told == (wanted and row["work"] not in ENDED)


@given(ROWS)
def test_what_was_told_covers_itself(row: dict[str, Any]) -> None:
    """The same facts are never news, whatever the clocks say."""
    facts = facts_of(row)
    assert covers(facts, "", facts)
    assert covers(facts, MADE, facts)


@pytest.mark.parametrize(
    ("told", "now", "covered"),
    [
        (Facts("vulnerable", BEFORE), Facts("vulnerable", "2021-03-01T00:00:00Z"), True),
        (Facts("vulnerable", BEFORE), Facts("vulnerable", AFTER), False),
        (Facts("vulnerable", BEFORE), Facts("regressed", BEFORE), False),
        (Facts("regressed", BEFORE), Facts("vulnerable", BEFORE), True),
        (Facts("vulnerable", BEFORE), Facts("vulnerable", BEFORE, "reported", BEFORE), False),
        (Facts("", "", "reported", BEFORE), Facts("vulnerable", BEFORE), False),
        (Facts("", "", "compromised", BEFORE), Facts("", "", "reported", BEFORE), True),
        (Facts("", "", "reported", BEFORE), Facts("", "", "compromised", BEFORE), False),
        (Facts("", "", "compromised", BEFORE), Facts("", "", "re-infected", BEFORE), False),
        (Facts("", "", "compromised", BEFORE), Facts("", "", "compromised", AFTER), False),
        (Facts("vulnerable", AFTER), Facts("vulnerable", AFTER), True),
        (Facts("vulnerable", BEFORE, "reported", BEFORE), Facts("vulnerable", BEFORE), True),
    ],
)
def test_news(told: Facts, now: Facts, covered: bool) -> None:
    """A worse state, or one that came anew; not one that is milder or was there before."""
    assert covers(told, MADE, now) is covered


@pytest.mark.parametrize(
    ("row", "still"),
    [
        (_row(), True),
        (None, False),
        (_row(patch="fixed"), False),
        (_row(patch="mitigated"), False),
        (_row(patch="regressed"), False),
        (_row(compromise="reported", compromise_since=BEFORE), False),
        (_row(work="closed", work_since=AFTER), False),
        (_row(work="false-positive", work_since=AFTER), False),
        (_row(work="in-progress", work_since=AFTER), False),
        (_row(work="notified", work_since=AFTER), True),
        (_row(work="in-progress", work_since="2021-03-01T00:00:00Z"), True),
    ],
)
def test_what_a_notice_says_holds_until_something_changes(row: Any, still: bool) -> None:
    """For better or worse, or since somebody has answered."""
    assert holds(Facts("vulnerable", BEFORE), MADE, row) is still


def test_somebody_knows_until_it_gets_worse() -> None:
    """What came after they began is news to them, too."""
    facts = Facts("vulnerable", BEFORE)
    assert is_answered(facts, _row(work="acknowledged", work_since=MADE))
    assert not is_answered(facts, _row(work="acknowledged", work_since="2021-03-01T00:00:00Z"))
    assert not is_answered(facts, _row(work="notified", work_since=MADE))


def test_an_intruder_may_read_mail_until_the_server_is_shown_to_be_clean() -> None:
    """A plan that was carried out does not show it."""
    assert is_breached([_row(), _row(compromise="cleaned")])
    assert not is_breached([_row(compromise="verified-clean"), _row(compromise="attempted")])
    assert not is_breached([_row(compromise="reported", work="false-positive")])


def test_situations() -> None:
    """The gravest of each server; several that differ are mixed."""
    broken = Facts("vulnerable", BEFORE, "re-infected", BEFORE)
    assert situation_of([broken]) == "compromised"
    assert situation_of([Facts("", "", "suspicious", BEFORE)]) == "suspicious"
    assert situation_of([Facts("regressed", BEFORE)] * 2) == "regressed"
    assert situation_of([Facts("vulnerable", BEFORE), broken]) == "mixed"


def test_later() -> None:
    """Over the end of a month, and back."""
    assert later("2021-03-30T10:00:00Z", 3) == "2021-04-02T10:00:00Z"
    assert later("2021-04-02T10:00:00Z", -3) == "2021-03-30T10:00:00Z"
