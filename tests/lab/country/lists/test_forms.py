"""Tables and JSON lines."""

from __future__ import annotations

import csv
import io
import json
from random import Random

import pytest

from alpheus.lab.country.calendar import moment
from alpheus.lab.country.lists.forms import JsonLines, Table
from alpheus.lab.country.sightings import Seen

SEEN = Seen(moment(0, 0), "100.64.0.1", 443, owner='Say "x", or, y')


def test_a_table_keeps_what_is_in_its_cells() -> None:
    """Quotes and commas too; a column that nobody fills is empty."""
    form = Table(("ip", "none", "owner"), lambda seen: {"ip": seen.address, "owner": seen.owner})
    text = (form.header() + form.record([SEEN]) + form.footer()).decode()
    assert list(csv.reader(io.StringIO(text))) == [
        ["ip", "none", "owner"], ["100.64.0.1", "", 'Say "x", or, y'],
    ]  # fmt: skip
    for seed in range(20):
        (broken,) = csv.reader(io.StringIO(form.damaged([SEEN], Random(seed)).decode()))  # type: ignore[union-attr]
        assert 0 < len(broken) < 3


def test_a_line_is_an_object() -> None:
    """A broken one is none, and still one line."""
    form = JsonLines(lambda group: {"ip": group[0].address, "more": "x" * 40})
    assert json.loads(form.record([SEEN]))["ip"] == "100.64.0.1"
    assert form.header() == form.footer() == b""
    for seed in range(20):
        broken = form.damaged([SEEN], Random(seed))
        assert broken is not None
        assert broken.count(b"\n") == 1
        with pytest.raises(json.JSONDecodeError):
            json.loads(broken)
