"""The key of names that say nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from alpheus.errors import UsageError
from alpheus.sharing.naming_key import naming_key


def test_it_is_made_once(tmp_path: Path) -> None:
    """For this account alone, another in each file, the same ever after."""
    one, two = tmp_path / "one", tmp_path / "two"
    key = naming_key(one)
    assert len(key) == 32
    assert naming_key(one) == key != naming_key(two)
    if os.name == "posix":
        assert stat.S_IMODE(one.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "secret", "0" * 63, "0" * 65, "\0" * 64])
def test_what_is_no_key_is_refused(tmp_path: Path, content: str) -> None:
    """And left as it is."""
    file = tmp_path / "key"
    file.write_text(content, "utf-8")
    with pytest.raises(UsageError, match="64 hexadecimal digits"):
        naming_key(file)
    assert file.read_text("utf-8") == content


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A folder, or one that is not there."""
    for place in (tmp_path, tmp_path / "no" / "key"):
        with pytest.raises(UsageError, match="--key-file"):
            naming_key(place)
