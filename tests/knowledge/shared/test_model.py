"""To whom something may be told, and what of a file was not used."""

from __future__ import annotations

import pytest

from alpheus.knowledge.shared.model import Shared, SharedFile, Tlp


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tlp:white", Tlp.CLEAR), ("TLP:AMBER+STRICT", Tlp.AMBER_STRICT), ("amber", Tlp.AMBER),
        (" TLP:RED ", Tlp.RED), ("purple", None), ("", None),
    ],
)  # fmt: skip
def test_names_of_both_versions(text: str, found: Tlp | None) -> None:
    """White is clear; case does not matter; another word is none."""
    assert Tlp.of(text) is found


def test_red_is_for_fewest() -> None:
    """In the order of the protocol."""
    assert max(Tlp, key=lambda one: one.rank) is Tlp.RED


def test_a_file_counts_what_it_leaves_out() -> None:
    """By reason."""
    file = SharedFile()
    file.add(iter([Shared("ip", "45.77.1.1"), "a range", "a range"]))
    assert (len(file.indicators), file.left_out["a range"]) == (1, 2)
