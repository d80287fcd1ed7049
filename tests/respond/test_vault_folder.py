"""A vault is made once, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import VaultError
from alpheus.respond.vault_folder import make, sealer_of

WORD = b"a word and eleven more"


def test_making_it_twice_changes_nothing(tmp_path: Path) -> None:
    """Nor does another passphrase."""
    make(tmp_path / "a" / "v", WORD)
    text = (tmp_path / "a" / "v" / "vault.json").read_bytes()
    make(tmp_path / "a" / "v", b"another of that length")
    assert (tmp_path / "a" / "v" / "vault.json").read_bytes() == text
    assert sealer_of(tmp_path / "a" / "v", WORD).check.hex().encode() in text


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Folder 0700, file 0600."""
    make(tmp_path / "v", WORD)
    assert (tmp_path / "v").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "v" / "vault.json").stat().st_mode & 0o777 == 0o600


def test_what_a_kill_left_of_making_it_does_not_stand_in_the_way(tmp_path: Path) -> None:
    """A folder of segments, and a file that was not renamed yet."""
    (tmp_path / "v" / "segments").mkdir(parents=True)
    (tmp_path / "v" / ".vault.json.0123.part").touch()
    make(tmp_path / "v", WORD)
    assert sealer_of(tmp_path / "v", WORD)


def test_a_file_in_its_place_is_told(tmp_path: Path) -> None:
    """By name and cause."""
    (tmp_path / "v").touch()
    with pytest.raises(VaultError, match="v is a file; name a folder"):
        make(tmp_path / "v", WORD)
    with pytest.raises(VaultError, match="no vault"):
        sealer_of(tmp_path / "v", WORD)


@pytest.mark.parametrize("word", ["x", "elevenchars", "ä" * 11])
def test_a_short_passphrase_makes_no_vault(tmp_path: Path, word: str) -> None:
    """Characters count, not bytes; a vault that is there opens by whatever it was made with."""
    with pytest.raises(VaultError, match="12 characters"):
        make(tmp_path / "v", word.encode())
    assert not (tmp_path / "v").exists()
    make(tmp_path / "v", (word * 12)[:12].encode())
    make(tmp_path / "v", word.encode())
