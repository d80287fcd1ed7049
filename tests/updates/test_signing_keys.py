"""Keys of a publisher: encrypted, only for their owner, never overwritten."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alpheus.errors import UsageError
from alpheus.updates.signing_keys import ROLES, make_keys, old_roots, renew_key, signer


def test_keys_are_encrypted_and_private(tmp_path: Path) -> None:
    """Each is a file that only its owner reads, and opens with the passphrase alone."""
    make_keys(tmp_path / "k", "secret")
    for role in ROLES:
        path = tmp_path / "k" / f"{role}.pem"
        assert b"ENCRYPTED" in path.read_bytes()
        if os.name == "posix":
            assert path.stat().st_mode & 0o777 == 0o600
        signer(tmp_path / "k", role, "secret")
        with pytest.raises(UsageError, match="does not open it"):
            signer(tmp_path / "k", role, "another")
        with pytest.raises(UsageError, match="its passphrase is not given; put it into ALPHEUS_"):
            signer(tmp_path / "k", role, "")


def test_keys_are_not_overwritten(tmp_path: Path) -> None:
    """Made twice is refused; so is a passphrase that is none."""
    make_keys(tmp_path, "secret")
    with pytest.raises(UsageError, match="keys are here already"):
        make_keys(tmp_path, "secret")
    with pytest.raises(UsageError, match="put a passphrase"):
        make_keys(tmp_path / "other", "")


def test_a_renewed_key_is_another(tmp_path: Path) -> None:
    """The old one stays beside it, and signs the next root, too."""
    make_keys(tmp_path, "secret")
    before = signer(tmp_path, "root", "secret").public_key.keyid
    renew_key(tmp_path, "root", "secret")
    assert signer(tmp_path, "root", "secret").public_key.keyid != before
    assert [one.public_key.keyid for one in old_roots(tmp_path, "secret")] == [before]


def test_what_is_no_key(tmp_path: Path) -> None:
    """A file that is none, and one that is not there, are told with their remedy."""
    (tmp_path / "root.pem").write_text("nothing", "utf-8")
    with pytest.raises(UsageError, match="no key"):
        signer(tmp_path, "root", "secret")
    with pytest.raises(UsageError, match="alpheus pack keys makes the keys"):
        signer(tmp_path, "online", "secret")
