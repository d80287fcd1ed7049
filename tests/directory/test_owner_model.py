"""The nouns of ownership."""

from __future__ import annotations

import msgspec

from alpheus.directory.owner_model import Hint, Ownership


def test_nobody_is_an_answer() -> None:
    """Without evidence there is no owner, no sector, no confidence; and that is one JSON object."""
    nobody = Ownership()
    assert (nobody.owner, nobody.sector, nobody.confidence) == ("unknown", "", "")
    assert msgspec.json.decode(msgspec.json.encode(nobody), type=Ownership) == nobody


def test_hints_are_values() -> None:
    """The same hint twice is equal, and can be kept once."""
    assert len({Hint("name", "a", "b", 1, "c"), Hint("name", "a", "b", 1, "c")}) == 1
