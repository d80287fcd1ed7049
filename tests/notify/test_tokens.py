"""Keyed tokens beside references."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.errors import RefusedError
from alpheus.notify.tokens import Claim, Match, Tokens, claims_in

TOKENS = Tokens(b"secret")


def test_what_was_made_is_found_and_proved() -> None:
    """Servers may change the case of letters, and put the address into angles or text."""
    address = TOKENS.envelope_sender("bounces@cert.example", "A-4F7K2Q")
    message_id = TOKENS.message_id("cert.example", "A-4F7K2Q")
    assert address.startswith("bounces+A-4F7K2Q.")
    text = [f"To: <{address.lower()}>", f"id={message_id.upper()}; reply"]
    first, second = claims_in(text)
    assert (first.reference, second.reference) == ("A-4F7K2Q", "A-4F7K2Q")
    assert TOKENS.match(first) is Match.ENVELOPE
    assert TOKENS.match(second) is Match.MESSAGE_ID
    (number,) = claims_in([TOKENS.envelope_number("A-4F7K2Q")])
    assert TOKENS.match(number) is Match.ENVELOPE


def test_a_token_is_good_for_one_reference_one_use_and_one_key() -> None:
    """Nobody makes a token for another notice out of theirs."""
    (mine,) = claims_in([TOKENS.envelope_number("A-4F7K2Q")])
    assert TOKENS.match(Claim("A-4F7K2R", mine.token)) is None
    assert Tokens(b"other").match(mine) is None
    (other,) = claims_in([TOKENS.message_id("cert.example", "A-4F7K2Q")])
    assert other.token != mine.token


@given(st.text(max_size=300), st.text(max_size=30))
def test_no_text_proves_anything(text: str, token: str) -> None:
    """Looking for claims takes any text, and finds at most a few forged ones."""
    assert all(TOKENS.match(claim) is None for claim in claims_in([text]))
    assert TOKENS.match(Claim("A-4F7K2Q", token)) is None


def test_a_message_full_of_claims_is_read_to_the_32nd() -> None:
    """A forger gets no work done by us."""
    texts = [f"A-{number:06}.{'a' * 16} " for number in range(10_000)]
    assert len(claims_in(texts)) == 32


def test_a_bounce_mailbox_with_too_long_a_name_is_refused() -> None:
    """A name has at most 64 characters, with the reference and the token behind it."""
    with pytest.raises(RefusedError, match="too long"):
        TOKENS.envelope_sender("b" * 45 + "@cert.example", "A-4F7K2Q")
