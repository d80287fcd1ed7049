"""Sealed pieces are opened in their order and whole, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.respond.vault_cipher import PIECE, TAG, Sealer, Stretching, new_salt, sealed_size

SEALER = Sealer(bytes(32))
SALT = bytes(16)


def _pieces(sealed: bytes) -> list[bytes]:
    return [sealed[at : at + PIECE + TAG] for at in range(0, len(sealed), PIECE + TAG)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 3 * PIECE + 1), st.integers(1, 2 * PIECE))
def test_opened_is_what_was_sealed(size: int, cut: int) -> None:
    """Whatever the pieces that it came in; and its sealed size is known ahead."""
    content = bytes(at % 251 for at in range(size))
    sealed = list(SEALER.seal(SALT, (content[at : at + cut] for at in range(0, size, cut))))
    assert sum(map(len, sealed)) == sealed_size(size)
    assert b"".join(SEALER.open(SALT, _pieces(b"".join(sealed)))) == content


@pytest.mark.parametrize("change", [
    lambda sealed: sealed[:-1], lambda sealed: sealed[1:], lambda sealed: sealed[::-1],
    lambda sealed: sealed + sealed[-1:], lambda _: [], lambda sealed: [sealed[0], sealed[0]],
    lambda sealed: [*sealed[:-1], sealed[-1][:-1]],
])  # fmt: skip
def test_pieces_left_out_moved_or_doubled_are_refused(change: object) -> None:
    """Each piece knows its place, and the last that it is the last."""
    sealed = list(SEALER.seal(SALT, [bytes(2 * PIECE + 5)]))
    with pytest.raises(ValueError, match="changed or cut off"):
        list(SEALER.open(SALT, change(sealed)))  # type: ignore[operator]


def test_another_key_or_salt_opens_nothing() -> None:
    """And tells nothing."""
    sealed = list(SEALER.seal(SALT, [b"page"]))
    for sealer, salt in ((Sealer(bytes(31) + b"1"), SALT), (SEALER, new_salt())):
        with pytest.raises(ValueError, match="changed"):
            list(sealer.open(salt, sealed))


def test_a_key_depends_on_all_that_makes_it() -> None:
    """Passphrase, salt and how long it is stretched."""
    keys = {
        Stretching(SALT, 1, 8192, 1).key(b"a"), Stretching(SALT, 1, 8192, 1).key(b"b"),
        Stretching(bytes(15) + b"1", 1, 8192, 1).key(b"a"), Stretching(SALT, 2, 8192, 1).key(b"a"),
    }  # fmt: skip
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}


def test_names_and_checks_are_of_the_key() -> None:
    """What is stored in clear tells nothing to whoever has no key."""
    other = Sealer(bytes(31) + b"1")
    assert SEALER.check != other.check
    assert SEALER.name(b"x" * 32) != other.name(b"x" * 32)
