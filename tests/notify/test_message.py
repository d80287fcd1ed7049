"""Notices as mail."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.errors import RefusedError
from alpheus.notify.message import LABEL, message_of
from alpheus.notify.model import Attachment, Channel, Rendered
from alpheus.notify.tokens import Match, claims_in
from mail_samples import NOW, SENDER, TOKENS, made_mail, made_notice, made_words


def read(content: bytes) -> EmailMessage:
    """A message as a reader of mail understands it."""
    return message_from_bytes(content, policy=policy.default)  # type: ignore[return-value]


def test_a_notice_says_who_writes_to_whom_under_which_label() -> None:
    """Date, From, To, Reply-To, Subject, Message-ID and label, each once (RFC 5322, 3.6)."""
    message = read(made_mail().content)
    assert message["Date"].datetime == NOW
    assert str(message["From"]) == "CERT of Exampleland <notices@cert.example>"
    assert str(message["To"]) == "Security <security@school.example>"
    assert str(message["Reply-To"]) == "CERT of Exampleland <answers@cert.example>"
    assert message["Subject"] == "[TLP:AMBER] Your mail server needs a patch [A-4F7K2Q]"
    assert message[LABEL] == "TLP:AMBER"
    assert message["MIME-Version"] == "1.0"
    assert len(message.keys()) == len(set(message.keys()))
    assert message.get_content().strip().endswith("please patch.")


def test_answers_are_welcome() -> None:
    """RFC 3834: a notice was approved by people, so nothing in it tells software not to answer."""
    message = read(made_mail().content)
    for name in ("Auto-Submitted", "Precedence", "X-Auto-Response-Suppress", "List-Unsubscribe"):
        assert name not in message


def test_the_envelope_leads_back_to_the_notice() -> None:
    """Sender, number and Message-ID carry the reference with tokens; a repeat has the same."""
    mail = made_mail()
    assert mail.sender.startswith("bounces+A-4F7K2Q.")
    assert mail.recipient == "security@school.example"
    found = [TOKENS.match(claim) for claim in claims_in([mail.sender, mail.message_id])]
    assert found == [Match.ENVELOPE, Match.MESSAGE_ID]
    assert mail.message_id in mail.content.decode()
    assert mail.content == made_mail().content


def test_label_and_reference_stand_once() -> None:
    """Words that carry them already keep them."""
    words = made_words("[TLP:AMBER] A-4F7K2Q: patch")
    mail = message_of(made_notice(), words, SENDER, TOKENS, now=NOW)
    assert read(mail.content)["Subject"] == "[TLP:AMBER] A-4F7K2Q: patch"


def test_html_and_files_go_with_the_text() -> None:
    """The text comes first in the alternative; files stand beside both."""
    words = Rendered("s", "text", "<p>html</p>", (Attachment("a.csv", "text/csv", b"a,b\r\n"),))
    message = read(message_of(made_notice(), words, SENDER, TOKENS, now=NOW).content)
    assert message.get_content_type() == "multipart/mixed"
    body = message.get_body(("html",))
    assert body is not None
    assert body.get_content().strip() == "<p>html</p>"
    assert [each.get_filename() for each in message.iter_attachments()] == ["a.csv"]
    kinds = [each.get_content_type() for each in message.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html",
                     "text/csv"]  # fmt: skip


def test_addresses_in_other_alphabets() -> None:
    """A foreign domain is written in A-labels; a foreign name needs SMTPUTF8."""
    assert not made_mail("info@bücher.example").utf8
    mail = made_mail("büro@bücher.example")
    assert mail.utf8
    assert "<büro@xn--bcher-kva.example>".encode() in mail.content


LINES = st.text(max_size=120)


@settings(max_examples=60)
@given(LINES, LINES, LINES, st.text(max_size=600))
def test_nothing_that_is_said_adds_a_header(name: str, subject: str, owner: str, text: str) -> None:
    """Names, subjects and texts come from lists that anybody may have written."""
    notice = made_notice(name=name)
    sender = msgspec.structs.replace(SENDER, organisation=owner or "x")
    mail = message_of(notice, Rendered(subject, text, text), sender, TOKENS, now=NOW)
    message = read(mail.content)
    names = [name for name in message.keys() if not name.startswith("Content-")]  # noqa: SIM118
    assert names == ["Date", "From", "To", "Reply-To", "Subject", "Message-ID", LABEL,
                     "MIME-Version"]  # fmt: skip
    assert message.defects == []
    kinds = [part.get_content_type() for part in message.walk()]
    assert (
        kinds
        == (["multipart/alternative"] if text else [])
        + ["text/plain", "text/html"][: 2 if text else 1]
    )


@pytest.mark.parametrize("field", ["email", "reply_to"])
def test_the_sender_is_reachable_by_all(field: str) -> None:
    """A sender's name in another alphabet would need SMTPUTF8 of everybody."""
    sender = msgspec.structs.replace(SENDER, **{field: "büro@cert.example"})
    with pytest.raises(RefusedError, match="ASCII"):
        message_of(made_notice(), made_words(), sender, TOKENS, now=NOW)


def test_only_mail_goes_by_mail() -> None:
    """A letter is no message."""
    notice = made_notice(channel=Channel.LETTER)
    with pytest.raises(RefusedError, match="does not go by mail"):
        message_of(notice, made_words(), SENDER, TOKENS, now=NOW)


def test_another_body_keeps_the_headers() -> None:
    """A signature changes the body alone."""
    mail = made_mail()
    other = mail.with_body(b"Content-Type: text/plain\r\n\r\nx\r\n")
    assert other == replace(mail, body=other.body)
    assert other.content.startswith("\r\n".join(mail.headers).encode())
