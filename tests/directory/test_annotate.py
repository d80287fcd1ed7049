"""Owners are added to observations."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from alpheus.directory.annotate import OwnerCounts, annotate
from alpheus.directory.lookup import Directory

LINE = (
    b'{"target":"mail.firstbank.example","address":"192.0.2.7","port":443,'
    b'"names":["mail.firstbank.example"]}'
)


def test_the_line_stays_as_it_was() -> None:
    """The owner is its last field; every other byte is kept, and an earlier owner replaced."""
    counts = OwnerCounts()
    ((number, line, found, wrong),) = annotate([LINE + b"\r\n"], Directory(), counts)
    assert (number, wrong) == (1, "")
    assert line.startswith(LINE[:-1])
    assert line.endswith(b"}\n")
    assert json.loads(line)["ownership"]["owner"] == found.owner == "firstbank.example"
    ((_, again, _, _),) = annotate([line], Directory(), counts)
    assert again.count(b'"ownership"') == 1
    assert json.loads(again) == json.loads(line)


def test_counts_and_bad_lines() -> None:
    """Blank lines are passed over, others that are no observations told and counted."""
    counts = OwnerCounts()
    lines = [b"", LINE, b"{", b'{"target":"a","address":"","port":0}']
    found = list(annotate(lines, Directory(), counts))
    assert [number for number, *_ in found] == [2, 3, 4]
    assert "no observation" in found[1][3]
    assert (counts.servers, counts.unreadable, counts.owned) == (2, 1, 1)
    assert "sector bank                  1" in list(counts.lines())


@given(st.lists(st.binary(max_size=60)))
def test_any_lines(lines: list[bytes]) -> None:
    """Each is an observation, blank, or counted as unreadable."""
    counts = OwnerCounts()
    found = list(annotate(lines, Directory(), counts))
    assert len(found) == counts.servers + counts.unreadable
