"""What a journal says is what was done, in whatever place it was cut off."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.errors import VaultError
from alpheus.respond.journal import (
    Back,
    Folder,
    Gone,
    Journal,
    Kept,
    Returned,
    Returning,
    Stayed,
    names,
    written,
)
from alpheus.respond.metadata import Metadata, Times

KNOWN = Metadata(size=1, mode=0o644, user=0, group=0, accessed=1, modified=2)


def _kept(number: int) -> Kept:
    return Kept(number, "C", ("a", f"{number}.aspx"), "0" * 64, ".aside", KNOWN)


def test_what_was_written_is_known_again(tmp_path: Path) -> None:
    """By the next run: what is kept, what is gone, and what is unfinished."""
    with Journal(tmp_path, "d") as journal:
        journal.write([Folder("C", ("a",), Times(1, 2)), _kept(1), _kept(2), _kept(3)], sync=True)
        journal.write([Gone(1), Stayed(3, "why")], sync=True)
    with Journal(tmp_path, "d") as journal:
        assert set(journal.kept) == {1, 2}
        assert journal.gone == {1}
        assert [kept.id for kept in journal.unfinished] == [2]
        assert journal.folders == {("C", ("a",)): Times(1, 2)}
        journal.write([Back(1)], sync=False)
        assert set(journal.kept) == {2}


def test_a_folder_is_known_from_before_the_first_to_after_the_last(tmp_path: Path) -> None:
    """Until it is as it was."""
    key = ("C", ("a",))
    with Journal(tmp_path, "d") as journal:
        journal.write([Folder(*key, Times(1, 2)), Folder(*key, Times(3, 4))], sync=False)
        journal.write([Folder(*key, Times(5, 6), after=True), Returning(*key)], sync=False)
        assert (journal.folders[key], journal.left[key]) == (Times(1, 2), Times(5, 6))
        assert journal.returning == {key}
        journal.write([Returned(*key)], sync=False)
        assert (journal.folders, journal.left, journal.returning) == ({}, {}, set())


def test_a_line_cut_off_is_none(tmp_path: Path) -> None:
    """Wherever a kill cut the last line."""
    with Journal(tmp_path, "d") as journal:
        journal.write([_kept(1), Gone(1)], sync=True)
    whole = (tmp_path / "d.log").read_bytes()
    first = whole.index(b"\n") + 1
    for at in range(first, len(whole)):
        (tmp_path / "d.log").write_bytes(whole[:at])
        with Journal(tmp_path, "d") as journal:
            assert [kept.id for kept in journal.unfinished] == [1]


def test_a_changed_line_is_told(tmp_path: Path) -> None:
    """With its number; nothing is done by such a journal."""
    with Journal(tmp_path, "d") as journal:
        journal.write([_kept(1), Gone(1)], sync=True)
    path = tmp_path / "d.log"
    path.write_bytes(path.read_bytes().replace(b'"mode":420', b'"mode":511'))
    with pytest.raises(VaultError, match="line 1"):
        Journal(tmp_path, "d")


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0/"), min_size=1), min_size=1))
def test_names_of_any_characters_are_kept(parts: list[str]) -> None:
    """Also those that no encoding has."""
    try:
        assert names(written(parts)) == tuple(parts)
    except UnicodeEncodeError:
        assert any("\ud800" <= one <= "\udfff" for part in parts for one in part)


def test_bytes_that_are_no_text_are_kept() -> None:
    """A name on the disk is of bytes."""
    assert names(written(["a\udcff%41"])) == ("a\udcff%41",)
