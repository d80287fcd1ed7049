"""Notices as a file for a spreadsheet."""

from __future__ import annotations

from alpheus.notify.listing import Brief
from alpheus.notify.model import Channel, Recipient, Rung
from alpheus.web.notice_tables import _written, notices_csv, unreached_csv


def test_formulas_are_harmless_and_many_rows_come_in_parts() -> None:
    """Each part is whole lines; the first has the mark of UTF-8 and the columns."""
    parts = list(_written(("a", "b"), [("=1+1", number) for number in range(1_200)]))
    assert parts[0] == b'\xef\xbb\xbf"a","b"\r\n'
    assert len(parts) == 4
    assert b"".join(parts).count(b'"\'=1+1"') == 1_200
    assert all(part.endswith(b"\r\n") for part in parts if part)


def test_both_tables_are_files() -> None:
    """By their names."""
    one = Brief(1, 1, "A-4F7K2Q", "", "", Recipient(Channel.EMAIL, Rung.CONTACT, "a@b.example"),
                "mixed", False, "2021-03-10T00:00:00Z")  # fmt: skip
    assert "notices.csv" in str(notices_csv([one]).headers["content-disposition"])
    assert "unreached.csv" in str(unreached_csv([]).headers["content-disposition"])
