"""Texts about notices fit a terminal, hide nothing and repeat no escape sequence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cli import notify_text
from alpheus.notify.records import Batch, Line, Omission, Overdue, Reason, Summary
from alpheus.report.visible import visible
from exposure_runs import HOSTILE

OVERDUE = Overdue("A-4F7K2Q", HOSTILE, "provider", "email", "abuse@isp.example",
                  "2021-03-10T09:00:00Z", "2021-03-15T09:00:00Z")  # fmt: skip


def _summary(**more: object) -> Summary:
    fields = {
        "told": 3, "acknowledged": 1, "failed": 1, "uncertain": 2, "unreached": 4,
        "as_of": "2021-03-20T09:00:00Z", "servers_told": 5,
        "lines": (Line("contact", "email", "sent", 3), Line("provider", "email", "sent", 1)),
        "overdue": (OVERDUE,) * 25, "overdue_total": 30,
        "uncertain_notices": tuple(f"A-22222{n}" for n in range(10)), "answered": ("A-333333",),
    }  # fmt: skip
    return Summary(**{**fields, **more})  # type: ignore[arg-type]


class _Standing:
    def status(self) -> Summary:
        return _summary()

    def batches(self) -> list[Batch]:
        waits = {"planned": 1_000, "approved": 2, "sent": 3}
        when = "2021-03-10T09:00:00Z"
        return [Batch(n, when, f"{HOSTILE} {n}", "", 1_005, 1, 1, 0, {}, {}, waits)
                for n in range(7, 0, -1)]  # fmt: skip


def test_a_status_names_all_that_needs_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    """Uncertain ones, answers, those overdue, and whom nobody reaches, at 80 columns."""
    notify_text.write_status(_Standing(), "text")  # type: ignore[arg-type]
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    for said in ("A-222229", "A-333333", "alpheus notify settle", "--omitted FILE", "{ESC}",
                 "and 10 more", "5 servers told of; nobody answered 30 notices",
                 "    1,000        2       1,005", "and 2 older"):  # fmt: skip
        assert said in out
    assert "\x1b" not in out


@given(st.lists(st.text(max_size=200), max_size=3))
def test_any_names_are_one_line_each(owners: list[str]) -> None:
    """Whatever an owner or a reason holds, no line is too long or moves a cursor."""
    first = [Omission("k", owner, 1, 1, Reason.NO_CONTACT, owner) for owner in owners]
    batch = Batch(1, "", "kim", "", 1, 1, 1, 0, {"no-contact": 9, "waiting": 3}, {"email": 1})
    for line in [*notify_text._planned(batch), *notify_text._unreached(batch, first)]:
        assert len(line) <= 80
        assert visible(line) == line


def test_omissions_are_written_whole(tmp_path: Path) -> None:
    """No formula for a spreadsheet; nothing where the plan fails."""
    with notify_text.omissions(tmp_path / "o.csv") as heard:
        heard(Omission("k", "=1+1", 1, 1, Reason.WAITING, "told", "2021-03-10T09:00:00Z"))
        heard(Omission("k", "A", 1, 1, Reason.NO_CONTACT, "nobody"))
    assert [one.owner for one in heard.first] == ["A"]
    assert "'=1+1" in (tmp_path / "o.csv").read_text()
    with pytest.raises(KeyError), notify_text.omissions(tmp_path / "p.csv"):
        raise KeyError
    assert not (tmp_path / "p.csv").exists()
