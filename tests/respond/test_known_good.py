"""A file counts as the product's own by its hash alone."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from alpheus.errors import CleanError
from alpheus.respond.known_good import KnownGood
from clean_work import plan_of

GOOD = b"the product's own"


def test_it_is_found_wherever_it_lies(tmp_path: Path) -> None:
    """In any folder below, under its name in any case; another content is not taken."""
    (tmp_path / "media" / "owa").mkdir(parents=True)
    (tmp_path / "media" / "Logon.aspx").write_bytes(b"changed")
    (tmp_path / "media" / "owa" / "LOGON.ASPX").write_bytes(GOOD)
    (tmp_path / "media" / "owa" / "else.aspx").write_bytes(b"else")
    plan = plan_of([(("logon.aspx",), b"bad"), (("else.aspx",), b"bad")], {"logon.aspx": GOOD})
    found = KnownGood(tmp_path / "media", plan.files())
    first, second = plan.files()
    assert found.for_file(first) == sha256(GOOD).hexdigest()
    assert b"".join(found.content(found.for_file(first))) == GOOD
    assert found.for_file(second) == ""


def test_links_are_not_read(tmp_path: Path) -> None:
    """Nor pipes, nor folders that are called so; without a folder there is nothing."""
    media = tmp_path / "media"
    (media / "x.aspx").mkdir(parents=True)
    (tmp_path / "real").write_bytes(GOOD)
    (media / "a").mkdir()
    (media / "a" / "x.aspx").symlink_to(tmp_path / "real")
    (media / "b").mkdir()
    os.mkfifo(media / "b" / "x.aspx")
    plan = plan_of([(("x.aspx",), b"bad")], {"x.aspx": GOOD})
    (action,) = plan.files()
    assert KnownGood(media, plan.files()).for_file(action) == ""
    assert KnownGood(None, plan.files()).for_file(action) == ""


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(CleanError, match="--known-good"):
        KnownGood(tmp_path / "none", [])
