"""Which volume is mounted where, as it is said on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import CleanError
from alpheus.respond.volumes import opened, roots_of


def test_roots_are_letters_with_folders() -> None:
    """In any case, with or without a colon; a path may hold `=`."""
    assert roots_of(["c=/mnt/a=b", "D:=/d"]) == {"C": Path("/mnt/a=b"), "D": Path("/d")}


@pytest.mark.parametrize("words", [["/mnt/c"], ["=x"], ["C="], ["C=/a", "c:=/b"]])
def test_what_cannot_be_meant_is_told(words: list[str]) -> None:
    """By the word itself."""
    with pytest.raises(CleanError, match=f"--root {words[-1]}"):
        roots_of(words)


def test_all_are_closed_where_one_is_none(tmp_path: Path) -> None:
    """And the one that is none is named."""
    with (
        pytest.raises(CleanError, match="--root D="),
        opened({"C": tmp_path, "D": tmp_path / "none"}),
    ):
        pass


def test_a_name_that_is_no_volume_is_refused() -> None:
    """A letter, or what the plan has from an image; anything else is a slip."""
    with pytest.raises(CleanError, match="CC is no volume; those of the plan are: C, P2"):
        roots_of(["CC=m"], {"C", "P2"})
    assert set(roots_of(["P2=m", "d:=n"], {"C", "P2"})) == {"P2", "D"}
