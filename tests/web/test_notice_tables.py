"""Notices as a file for a spreadsheet."""

from __future__ import annotations

import csv
from typing import Any, cast

import msgspec

from alpheus.notify.listing import Brief
from alpheus.notify.model import Channel, Recipient, Rung
from alpheus.web.notice_tables import (
    NOTICE_COLUMNS,
    UNREACHED_COLUMNS,
    notices_csv,
    unreached_csv,
)

ONE = Brief(1, 1, "A-4F7K2Q", "", "=1+1", Recipient(Channel.EMAIL, Rung.CONTACT, "a@b.example"),
            "mixed", False, "2021-03-10T00:00:00Z")  # fmt: skip


def _rows(answer: Any) -> list[dict[str, str]]:
    text = "".join(cast("Any", answer).iterator)
    return list(csv.DictReader(text.splitlines()))


def test_both_tables_are_files_with_their_columns() -> None:
    """By their names; a formula does nothing."""
    answer = notices_csv([ONE, msgspec.structs.replace(ONE, reduced=True)])
    assert "notices.csv" in str(answer.headers["content-disposition"])
    first, second = _rows(answer)
    assert tuple(first) == NOTICE_COLUMNS
    assert (first["reference"], first["owner"], first["address"]) == (
        "A-4F7K2Q", "'=1+1", "a@b.example",
    )  # fmt: skip
    assert (first["reduced"], second["reduced"]) == ("no", "yes")


def test_whom_nobody_could_reach() -> None:
    """The number of a server stands where its owner is not known."""
    row = {"organisation": "", "owner": "", "anchor": 7, "servers": 1, "reason": "unknown-owner",
           "why": "-"}  # fmt: skip
    answer = unreached_csv([row])
    assert "unreached.csv" in str(answer.headers["content-disposition"])
    (found,) = _rows(answer)
    assert (tuple(found), found["server"]) == (UNREACHED_COLUMNS, "7")
