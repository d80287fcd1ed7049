"""A notice as mail, whole and ready for the wire.

The envelope's sender is the bounce mailbox with the notice's reference and a keyed token, so that
whatever comes back finds its notice. The Message-ID follows from the reference: a copy that is ever
sent again is seen to be one by the recipient's software.

There is no `Auto-Submitted`: RFC 3834 wants it of what a program says by itself, and tells others
not to answer it. A notice was planned and approved by people, and answers are wanted, an
out-of-office line that names a deputy among them. Nothing here ever answers mail, so no loop can
begin. The sender's own server adds DKIM.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from alpheus.errors import RefusedError
from alpheus.notify.mail_headers import address_header, mailbox, text_header, token_header
from alpheus.notify.mail_parts import file_part, multipart, text_part
from alpheus.notify.model import Channel, Notice, Rendered
from alpheus.notify.settings import Sender
from alpheus.notify.tokens import Tokens

LABEL = "Traffic-Light-Protocol"
"""The header that carries the TLP label beside the subject, as it is written: `TLP:AMBER`."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message and its envelope.

    `headers` are folded lines without breaks at their ends, `body` is a MIME entity with its own
    headers; both are what goes over the wire. `utf8`: servers must know SMTPUTF8.
    """

    sender: str
    recipient: str
    message_id: str
    envelope_number: str
    headers: tuple[str, ...]
    body: bytes
    utf8: bool = False

    @property
    def content(self) -> bytes:
        """The whole message, lines ended by CRLF, a dot at a line's beginning not yet doubled."""
        return "\r\n".join([*self.headers, "MIME-Version: 1.0", ""]).encode() + self.body

    @property
    def domain(self) -> str:
        """The recipient's domain in A-labels."""
        return self.recipient.rpartition("@")[2]

    def with_body(self, body: bytes) -> Mail:
        """The same message with another body, such as a signed one."""
        return replace(self, body=body)


def message_of(
    notice: Notice, rendered: Rendered, sender: Sender, tokens: Tokens, *, now: datetime
) -> Mail:
    """Compose a notice as mail; `now` is the time in its Date. Raises RefusedError."""
    if notice.recipient.channel is not Channel.EMAIL:
        raise RefusedError(f"{notice.reference} does not go by mail")
    to, us = mailbox(notice.recipient.address), mailbox(sender.email)
    answers = mailbox(sender.reply_to or sender.email)
    for box in (us, answers):
        if box.utf8:
            raise RefusedError(f"the sender's mailbox {box.address} needs a name in ASCII")
    message_id = tokens.message_id(us.domain, notice.reference)
    return Mail(
        sender=tokens.envelope_sender(sender.bounce or sender.email, notice.reference),
        recipient=to.address,
        message_id=message_id,
        envelope_number=tokens.envelope_number(notice.reference),
        headers=(
            token_header("Date", format_datetime(now.astimezone(UTC))),
            address_header("From", sender.organisation or sender.name, us),
            address_header("To", notice.recipient.name, to),
            address_header("Reply-To", sender.organisation or sender.name, answers),
            text_header("Subject", subject_of(notice, rendered)),
            token_header("Message-ID", message_id),
            token_header(LABEL, notice.tlp),
        ),
        body=_body(notice, rendered),
        utf8=to.utf8,
    )


def subject_of(notice: Notice, rendered: Rendered) -> str:
    """The subject with the TLP label before it and the reference behind it, each once."""
    subject, label = rendered.subject, f"[{notice.tlp}]"
    if notice.tlp and label.lower() not in subject.lower():
        subject = f"{label} {subject}"
    return subject if notice.reference in subject else f"{subject} [{notice.reference}]"


def _body(notice: Notice, rendered: Rendered) -> bytes:
    language = notice.language
    words = text_part(rendered.text, "plain", language=language)
    if rendered.html:
        html = text_part(rendered.html, "html", language=language)
        words = multipart("alternative", [words, html])
    if not rendered.attachments:
        return words
    files = [file_part(each.name, each.media_type, each.content) for each in rendered.attachments]
    return multipart("mixed", [words, *files])
