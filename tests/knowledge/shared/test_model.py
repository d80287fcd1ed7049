"""To whom something may be told, and what of a file was not used."""

from __future__ import annotations

import pytest

from alpheus.knowledge.shared import model
from alpheus.knowledge.shared.model import (
    UNKNOWN_MARK,
    UNMARKED,
    Marking,
    NotUsed,
    Shared,
    SharedFile,
    Tlp,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tlp:white", Tlp.CLEAR), ("TLP:AMBER+STRICT", Tlp.AMBER_STRICT), ("amber", Tlp.AMBER),
        (" TLP:RED ", Tlp.RED), ("purple", None), ("", None), ("TLP-GREEN", Tlp.GREEN),
        ('tlp="amber strict"', Tlp.AMBER_STRICT), ("tlp:", None), ("tlp:ex:chr", None),
    ],
)  # fmt: skip
def test_names_of_both_versions(text: str, found: Tlp | None) -> None:
    """White is clear; case does not matter; another word is none."""
    assert Tlp.of(text) is found


def test_red_is_for_fewest() -> None:
    """In the order of the protocol."""
    assert max(Tlp, key=lambda one: one.rank) is Tlp.RED


def test_what_is_not_understood_is_red() -> None:
    """Of several the strictest; where nobody said anything, nothing."""
    assert Marking.strictest([Tlp.GREEN, Tlp.AMBER]) == Marking(Tlp.AMBER)
    assert Marking.strictest([Tlp.GREEN, None]) == Marking(Tlp.RED, UNKNOWN_MARK)
    assert Marking.strictest([]) == Marking.of_all([]) == UNMARKED
    assert Marking.of_all([UNMARKED, Marking(Tlp.CLEAR)]) == Marking(Tlp.CLEAR)
    unknown = Marking(Tlp.RED, UNKNOWN_MARK)
    assert Marking.of_all([unknown, Marking(Tlp.RED), UNMARKED]) == unknown


def test_a_file_counts_what_it_leaves_out() -> None:
    """By reason, with the first places; and what is to be known of what is used."""
    file = SharedFile()
    file.add([Shared("ip", "45.77.1.1", remark="x"), NotUsed("no value")])
    file.add(NotUsed("a range", f"line {number}") for number in range(1, 8))
    assert (len(file.indicators), file.left_out["a range"], file.remarks["x"]) == (1, 7, 1)
    assert list(file.losses()) == [
        ("a range (line 1, line 2, line 3, line 4, line 5, …)", 7), ("no value", 1),
    ]  # fmt: skip


def test_a_range_is_the_addresses_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says of which range it is; a file whose ranges come to too much loses the rest."""
    monkeypatch.setattr(model, "MOST_OF_RANGES", 5)
    file = SharedFile()
    file.add(Shared("ip", f"192.0.2.{number}/30", "bots") for number in (4, 8))
    assert [one.value for one in file.indicators] == [f"192.0.2.{at}" for at in (4, 5, 6, 7)]
    assert {one.meaning for one in file.indicators} == {"bots (in 192.0.2.4/30)"}
    assert (file.remarks[model.OF_RANGE], file.left_out[model.TOO_MANY]) == (1, 1)
