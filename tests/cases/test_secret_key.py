"""Clear values at rest are readable with the key alone, and only where they belong."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.secret_key import FILE, VARIABLE, SecretKey, secret_key
from alpheus.errors import UsageError

KEY = "0f" * 32
MARK = "[secret:1a2b3c4d]"


@given(st.binary(min_size=32, max_size=32), st.lists(st.text(st.characters(codec="utf-8"))))
def test_what_was_sealed_is_opened_under_the_same_key(key: bytes, values: list[str]) -> None:
    """Whatever it is; under another key it is nothing."""
    sealed = SecretKey(key).seal(7, MARK, values)
    assert SecretKey(key).open(7, MARK, sealed) == tuple(values)
    assert SecretKey(bytes(32) if key != bytes(32) else b"x" * 32).open(7, MARK, sealed) is None


def test_a_sealed_value_cannot_be_moved_or_changed() -> None:
    """It belongs to an observation and a hash; a bit that was changed opens nothing."""
    key = SecretKey(bytes(32))
    sealed = key.seal(7, MARK, ["orange7"])
    assert b"orange7" not in sealed
    assert key.open(8, MARK, sealed) is None
    assert key.open(7, "[secret:00000000]", sealed) is None
    assert key.open(7, MARK, sealed[:-1] + bytes([sealed[-1] ^ 1])) is None
    assert key.open(7, MARK, b"") is None


def test_marks_have_a_key_of_their_own() -> None:
    """Whoever knows it opens nothing."""
    one, other = SecretKey(b"k" * 32), SecretKey(b"z" * 32)
    assert one.for_marks() == SecretKey(b"k" * 32).for_marks()
    assert len({one.for_marks(), other.for_marks(), b"k" * 32}) == 3


def test_the_key_is_made_once_for_ourselves_alone(tmp_path: Path) -> None:
    """A second process has the same; a file that others may read is shut to them."""
    sealed = secret_key(tmp_path, {}).seal(7, MARK, ["a"])
    place = tmp_path / FILE
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    place.chmod(0o644)
    assert secret_key(tmp_path, {}).open(7, MARK, sealed) == ("a",)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == [FILE]


def test_a_key_of_the_environment_comes_first(tmp_path: Path) -> None:
    """Several machines share one so; then there is no file."""
    sealed = secret_key(tmp_path, {VARIABLE: KEY}).seal(7, MARK, ["a"])
    assert SecretKey(bytes.fromhex(KEY)).open(7, MARK, sealed) == ("a",)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("key", ["short", "0f" * 31, "zz" * 32])
def test_a_key_that_is_none_is_refused(tmp_path: Path, key: str) -> None:
    """With where it stands, and what it should be; it is not told itself."""
    with pytest.raises(UsageError, match=f"{VARIABLE}: is no key of secrets: 64 hexadecimal"):
        secret_key(tmp_path, {VARIABLE: key})
    (tmp_path / FILE).write_text(key)
    with pytest.raises(UsageError, match="is no key of secrets") as caught:
        secret_key(tmp_path, {})
    assert key not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """With what to do; one that can be made is made."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=f"cannot be read; see that it can, or give {VARIABLE}"):
        secret_key(tmp_path / "file" / "folder", {})
    secret_key(tmp_path / "folder", {})
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700
