"""The contracts of parsers."""

from __future__ import annotations

from alpheus.model import TimeBasis
from alpheus.parsers.base import KeyColumns, ReadOptions, Row


def test_keys_can_be_compared_and_remembered() -> None:
    """The scanner remembers by key what rows share."""
    assert KeyColumns(b",", (1, 2)) == KeyColumns(b",", (1, 2))
    assert len({KeyColumns(b",", (1,)), KeyColumns(b" ", (1,))}) == 2


def test_nothing_is_assumed_about_local_time() -> None:
    """Without a word of the operator no zone is taken, and a row is not marked."""
    assert ReadOptions().timezone is None
    row = Row(None, TimeBasis.UNKNOWN, None, {}, "iis-site-1")
    assert (row.build, row.malformed) == (None, False)
