"""Keywords in names and in the labels of domains."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.directory import keywords as module
from alpheus.directory.keywords import Keyword, in_label, in_name, keywords
from alpheus.directory.sectors import SectorHint, decide_sector, sectors
from alpheus.errors import KnowledgeError


def _decided(entry: Keyword, example: str) -> tuple[bool, str]:
    """Whether an example holds the keyword, and which sector it is taken for."""
    found = (in_name if entry.place == "name" else in_label)(example)
    hints = [SectorHint(one.sector, one.weight, "") for one in found]
    return entry in found, decide_sector(hints).sector


def _is_right(entry: Keyword) -> bool:
    """Its positive example is of its sector, or a more exact one; its negative one is not."""
    held, sector = _decided(entry, entry.positive)
    if not held or (sector != entry.sector and entry.sector not in sectors()[sector].within):
        return False
    held, sector = _decided(entry, entry.negative)
    return not held or sector != entry.sector


def test_every_keyword_has_examples() -> None:
    """Its sector is known; the positive example is of that sector, or a more exact one.

    The negative example is not taken for it.
    """
    assert len(keywords()) > 700
    assert {entry.sector for entry in keywords()} <= {*sectors()}
    assert [(one.place, one.pattern) for one in keywords() if not _is_right(one)] == []


def test_what_lies_inside_a_longer_one_does_not_count() -> None:
    """A police jury is a parish's government and no police."""
    assert [entry.pattern for entry in in_name("Caddo Parish Police Jury")] == ["police jury"]


def test_parts_of_a_label() -> None:
    """Between hyphens as at its ends; a label may be nothing but a keyword."""
    assert in_label("lakeview-hospital-tx")[0].sector == "hospital"
    assert in_label("bank")[0].sector == "bank"
    assert in_label("bankston") == ()


@pytest.mark.parametrize(
    "change",
    [{"place": "nowhere"}, {"pattern": "*"}, {"pattern": "a*b"}, {"pattern": "Bank"},
     {"pattern": "two words*"}, {"sector": ""}, {"reason": ""}, {"weight": "-1"}],
)  # fmt: skip
def test_a_bad_line_is_named(change: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Place, pattern, sector, reason and weight are checked; the line is in the message."""
    row = dict.fromkeys(module.COLUMNS, "xx") | {"place": "name", "weight": "50"} | change
    monkeypatch.setattr(module, "read_table", lambda *_: [row])
    keywords.cache_clear()
    try:
        with pytest.raises(KnowledgeError, match="line 2"):
            keywords()
    finally:
        keywords.cache_clear()


@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    """Nothing upsets it; the weightiest comes first."""
    for found in (in_name(text), in_label(text)):
        weights = [entry.weight for entry in found]
        assert weights == sorted(weights, reverse=True)
