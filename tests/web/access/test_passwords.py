"""Secrets and what is kept of them."""

import pytest

from alpheus.errors import RefusedError
from alpheus.web.access import passwords
from alpheus.web.access.passwords import digest_of, hash_password, is_password, new_secret

WORDS = "the river runs through the stables"


def test_only_the_password_itself_fits_its_hash() -> None:
    """What is kept is argon2id, and fits nothing else."""
    kept = hash_password(WORDS)
    assert kept.startswith("$argon2id$")
    assert is_password(WORDS, kept)
    assert not is_password(WORDS + " ", kept)


@pytest.mark.parametrize("kept", ["", "no hash", "$argon2id$v=19$broken"])
def test_an_account_without_a_hash_lets_nobody_in(kept: str) -> None:
    """Neither an empty nor a broken hash is fitted by any password."""
    assert not is_password("", kept)
    assert not is_password(WORDS, kept)


@pytest.mark.parametrize("password", ["short", "x" * 1_025])
def test_too_short_and_too_long_passwords_are_refused(password: str) -> None:
    """12 to 1,024 characters: a long one must not cost the server more than a short one."""
    with pytest.raises(RefusedError, match="characters"):
        hash_password(password)
    assert not is_password(password, hash_password(WORDS))


def test_secrets_differ_and_are_kept_as_digests() -> None:
    """256 random bits, of which the database has the SHA-256."""
    first, second = new_secret(), new_secret()
    assert first != second
    assert len(digest_of(first)) == 32
    assert digest_of(first) != digest_of(second)


def test_only_some_passwords_are_checked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes 64 MiB; whoever is one too many is told to come back."""
    monkeypatch.setattr(passwords, "_PATIENCE", 0.01)
    taken = 0
    while passwords._AT_ONCE.acquire(blocking=False):
        taken += 1
    try:
        assert 2 <= taken <= 4
        with pytest.raises(RefusedError, match="many people are signing in"):
            is_password(WORDS, "")
    finally:
        for _ in range(taken):
            passwords._AT_ONCE.release()
    assert not is_password(WORDS, "")
