"""Who is left and why, and which groups are left more often than others."""

from __future__ import annotations

from alpheus.campaign.reasons import Reason
from alpheus.campaign.remaining import LEAST, remaining
from campaign_filling import END, fixed, member, told


def test_reasons_add_up() -> None:
    """Every server that is left has one; the greatest comes first."""
    found = remaining(
        [member(1), member(2, **told(3)), member(3, **told(3), organisation="org2.example"),
         fixed(4)], END,
    )  # fmt: skip
    assert (found.left, found.ever, found.organisations) == (3, 4, 2)
    assert [(one.reason, one.servers, one.organisations) for one in found.reasons] == [
        (Reason.UNANSWERED, 2, 1), (Reason.UNTOLD, 1, 1),
    ]  # fmt: skip
    assert found.reasons[0].top == (("64500", 2),)


def test_a_group_that_is_left_more_often_is_found() -> None:
    """With counts and an interval; a group of few is not, however often it is left."""
    members = [member(n, network="64501") for n in range(40)]
    members += [fixed(n, network="64501") for n in range(40, 50)]
    members += [member(n, network="64502") for n in range(50, 50 + LEAST - 1)]
    members += [fixed(n, network="64503") for n in range(100, 300)]
    members += [member(n, network="64503") for n in range(300, 330)]
    found = remaining(members, END)
    (group,) = found.groups
    assert (group.kind, group.value, group.left, group.ever) == ("network", "64501", 40, 50)
    assert 1 < group.times.low < group.times.value < group.times.high
    assert found.looked_at > 5


def test_chance_is_not_told_as_a_group() -> None:
    """Twenty networks that are all alike: none stands out."""
    members = [member(n, network=str(64_500 + n % 20)) for n in range(600)]
    members += [fixed(n, network=str(64_500 + n % 20)) for n in range(600, 1200)]
    assert remaining(members, END).groups == ()


def test_who_was_told_is_no_group() -> None:
    """Who was fixed at once was never told: that says nothing of notices."""
    members = [member(n, **told(9)) for n in range(100)] + [fixed(n, 2) for n in range(100, 400)]
    found = remaining(members, END)
    assert "told" not in {group.kind for group in found.groups}
    assert [(row.value, row.left, row.ever) for row in found.tables["told"]] == [
        ("contact", 100, 100), ("not told", 0, 300),
    ]  # fmt: skip


def test_a_provider_that_passes_nothing_on() -> None:
    """Of fifty told through it none is fixed; another's customers fix, so it does pass on."""
    through = told(9, rung="provider")
    members = [member(n, network="64501", **through) for n in range(50)]
    members += [member(n, network="64502", **through) for n in range(50, 60)]
    members += [fixed(n, 20, network="64502", **through) for n in range(60, 100)]
    reasons = {one.reason: one for one in remaining(members, END).reasons}
    assert reasons[Reason.NOT_PASSED_ON].top == (("64501", 50),)
    assert reasons[Reason.UNANSWERED].top == (("64502", 10),)
    assert (reasons[Reason.NOT_PASSED_ON].organisations, reasons[Reason.UNANSWERED].organisations) \
        == (50, 10)  # fmt: skip


def test_two_things_at_once() -> None:
    """Only those that are left are counted."""
    members = [member(1, **told(9)), member(2), member(3, sector="school"), fixed(4)]
    cross = next(one for one in remaining(members, END).crosses if one.rows == "sector")
    assert (cross.columns, cross.values) == ("told", ("not told", "contact"))
    assert cross.lines == (("bank", (1, 1)), ("school", (1, 0)))


def test_nobody() -> None:
    """Of nobody nothing is told."""
    found = remaining([], "")
    assert (found.left, found.ever, found.reasons, found.groups) == (0, 0, (), ())
