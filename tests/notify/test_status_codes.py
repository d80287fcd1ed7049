"""What servers mean by their numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.notify.status_codes import (
    Blame,
    Phase,
    blame,
    code_in,
    in_words,
    is_lasting,
    status_in,
)


@pytest.mark.parametrize(
    ("answer", "whose"),
    [
        ("550 5.1.1 no such user", Blame.RECIPIENT),
        ("550 user unknown", Blame.RECIPIENT),
        ("552 5.2.2 mailbox full", Blame.RECIPIENT),
        ("550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup", Blame.RECIPIENT),
        ("550 5.4.1 Recipient address rejected: Access denied", Blame.RECIPIENT),
        ("554 5.7.1 <x@y.example>: Relay access denied", Blame.SENDER),
        ("550 5.7.1 blocked using zen.spamhaus.example", Blame.SENDER),
        ("550 5.7.606 Access denied, banned sending IP", Blame.SENDER),
        ("550 5.7.26 unauthenticated email from cert.example", Blame.SENDER),
        ("530 5.7.0 Must issue a STARTTLS command first", Blame.SENDER),
        ("535 5.7.8 bad credentials", Blame.SENDER),
        ("550 5.1.8 sender domain does not resolve", Blame.SENDER),
        ("503 bad sequence of commands", Blame.SENDER),
        ("550 5.7.1 message rejected by policy", Blame.UNCLEAR),
        ("550 5.7.1 user unknown", Blame.RECIPIENT),
        ("554 no", Blame.UNCLEAR),
        ("552 5.3.4 too big", Blame.UNCLEAR),
        ("421 4.3.2 shutting down", Blame.SENDER),
        ("450 4.2.0 greylisted", Blame.RECIPIENT),
    ],
)
def test_a_refusal_is_about_the_recipient_or_about_us(answer: str, whose: Blame) -> None:
    """What every other recipient would hear as well must not use up their addresses."""
    code, _, text = answer.partition(" ")
    assert blame(int(code), status_in(text), text, Phase.RECIPIENT) is whose


def test_who_is_refused_before_naming_a_recipient_is_refused_as_a_sender() -> None:
    """MAIL FROM names nobody but us."""
    assert blame(550, "5.1.1", "no", Phase.MAIL) is Blame.SENDER


def test_content_that_is_refused_without_a_number_is_unclear() -> None:
    """After the content the recipient was known already."""
    assert blame(554, "", "no thanks", Phase.DOT) is Blame.UNCLEAR
    assert blame(550, "", "no thanks", Phase.RECIPIENT) is Blame.RECIPIENT


def test_numbers_are_found_in_texts_of_servers() -> None:
    """An address of the network or a version is no status."""
    assert status_in("host 192.5.1.1 said: 550 5.01.1 <x>: no") == "5.1.1"
    assert status_in("Version 15.1.2106.2") == ""
    assert code_in("host mx.example[192.0.2.1] said: 550-5.1.1 no") == 550
    assert code_in("smtp; 4500 things") == 0


def test_the_reason_in_words() -> None:
    """A person reads why without the RFC; unknown details fall back to their class."""
    assert in_words("5.1.1") == "there is no such mailbox"
    assert in_words("4.2.2") == "the mailbox is full"
    assert in_words("5.7.999") == "a policy forbids it"
    assert in_words("5.99.1") == ""
    assert in_words("") == ""


def test_the_first_number_says_whether_it_lasts() -> None:
    """5 is permanent, 4 is for now."""
    assert (is_lasting("5.1.1"), is_lasting("4.4.1"), is_lasting("", 550), is_lasting("")) == (
        True, False, True, None,
    )  # fmt: skip


@given(st.text(max_size=300), st.integers(400, 599), st.sampled_from(Phase))
def test_any_answer_has_a_meaning(text: str, code: int, phase: Phase) -> None:
    """Nothing that a server says stops the reading of it."""
    assert blame(code, status_in(text), text, phase) in Blame
    in_words(status_in(text))
