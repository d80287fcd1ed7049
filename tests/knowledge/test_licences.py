"""Tests of `alpheus.knowledge.licences`."""

from __future__ import annotations

from pathlib import Path

from alpheus.knowledge.licences import LEVELS, licence_above


def test_the_nearest_licence_file_counts(tmp_path: Path) -> None:
    """A licence file holds for its folder and all below, until a nearer one says otherwise."""
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "LICENSE").write_text("\n# Some Licence 2.0\n\nText.\n")
    (tmp_path / "a" / "b" / "LICENSE.txt").write_text("Other Licence")
    assert licence_above(tmp_path / "a") == "Some Licence 2.0 (a/LICENSE)"
    assert licence_above(tmp_path / "a" / "b" / "c") == "Other Licence (b/LICENSE.txt)"


def test_a_named_rule_licence_is_recognised(tmp_path: Path) -> None:
    """The licence of detection rules is told by name, wherever the text names it."""
    text = "# Licenses\n\n- rules: [Detection Rule License (DRL) 1.1](https://example.org)\n"
    (tmp_path / "LICENSE").write_text(text)
    assert licence_above(tmp_path).startswith("Detection Rule License (DRL) 1.1 (")


def test_no_licence_is_invented(tmp_path: Path) -> None:
    """Without a file, with an empty or a far one, nothing is said."""
    deep = tmp_path.joinpath(*"abcdefghijkl")
    deep.mkdir(parents=True)
    (tmp_path / "LICENSE").write_text("Far")
    (deep.parent / "COPYING").write_bytes(b"\n\n")
    (deep / "LICENSE").mkdir()
    assert licence_above(deep) == ""
    assert LEVELS < 12
