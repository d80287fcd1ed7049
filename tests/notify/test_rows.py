"""The servers of a notice as rows."""

from __future__ import annotations

from alpheus.notify.facts import facts_of
from alpheus.notify.model import Page
from alpheus.notify.rows import COLUMNS, rows_of
from alpheus.notify.wording import shipped
from notice_samples import SETTINGS, notice, subject, vulnerable


def test_a_row_has_its_columns() -> None:
    """States are told by their words and in the reader's; evidence has no secret."""
    one = notice(vulnerable(2, owner="Other Ltd"), subject(1), language="es")
    facts = facts_of(one, SETTINGS, shipped().language("es"), today=one.made)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(facts)]
    assert [row["condition"] for row in rows] == ["compromised", "vulnerable"]
    assert rows[0]["state"] == "comprometido"
    assert rows[0]["owner"] == "School District of Springfield"
    assert rows[1]["owner"] == "Other Ltd"
    assert rows[0]["compromise_since"] == "2021-03-08T14:02:00Z"
    assert "orange7" not in rows[0]["evidence"]
    assert "CU19" in rows[0]["install"]


def test_pages_of_an_intruder_are_a_column() -> None:
    """By their paths, dead to a click."""
    one = notice(subject(1, pages=(Page("/a.aspx", "", ("",)), Page("/b.aspx", "", ("x",)))))
    facts = facts_of(one, SETTINGS, shipped().language("en"), today=one.made)
    (row,) = (dict(zip(COLUMNS, row, strict=True)) for row in rows_of(facts))
    assert row["pages"] == (
        "/a[.]aspx is reported as a page of an intruder, by a list | "
        "/b[.]aspx is reported as a page of an intruder, by x"
    )
