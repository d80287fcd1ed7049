"""Tests of `alpheus.knowledge.placeholders`."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.knowledge.packs import load_packs
from alpheus.knowledge.placeholders import PlaceholdersError, read_placeholders

RULE = "title: x\nlogsource: {product: windows}\ndetection: {s: {A: b}, condition: s}\n"


def test_values_are_texts(tmp_path: Path) -> None:
    """A value or a list of values; percent signs around a name are left out."""
    (tmp_path / "placeholders.yml").write_text('admins: [alice, 5]\n"%hosts%": ex*\n')
    assert read_placeholders(tmp_path) == {"admins": ("alice", "5"), "hosts": ("ex*",)}
    assert read_placeholders(tmp_path / "none") == {}


@pytest.mark.parametrize(
    "text", ["- a", "a: [", "a: {b: c}", "a: []", "a:", "\xff", "a: b\n---\nc: d"]
)
def test_broken_files_are_refused(text: str, tmp_path: Path) -> None:
    """Anything but one mapping of names to texts is an error with a reason."""
    (tmp_path / "placeholders.yml").write_bytes(text.encode("latin-1"))
    with pytest.raises(PlaceholdersError, match=r"."):
        read_placeholders(tmp_path)


def test_rules_of_a_folder_get_its_values(tmp_path: Path) -> None:
    """The file is not taken for a rule; a broken one is reported, and the rules are read."""
    (tmp_path / "a.yml").write_text(RULE)
    (tmp_path / "placeholders.yml").write_text("admins: alice")
    (pack,) = load_packs([], [tmp_path])
    assert [rule.placeholders for rule in pack.sigma] == [{"admins": ("alice",)}]
    assert not pack.rejected
    (tmp_path / "placeholders.yml").write_text("- alice")
    (pack,) = load_packs([], [tmp_path])
    assert [rule.placeholders for rule in pack.sigma] == [{}]
    assert [one.path.name for one in pack.rejected] == ["placeholders.yml"]
