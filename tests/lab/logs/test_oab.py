"""Rows of the address book generator."""

from __future__ import annotations

import csv

from alpheus.lab.logs import oab
from alpheus.lab.text import SLOTS, compiled


def test_sentence_with_path() -> None:
    """The sentence names the file that was left behind."""
    line = oab.line("DownloadFile", oab.download_failed("C:\\a, b\\c.aspx"))
    (values,) = csv.reader([compiled(line) % dict.fromkeys(SLOTS, "X")])
    assert len(values) == len(oab.FIELDS.split(","))
    assert "'C:\\a, b\\c.aspx'" in values[-1]
