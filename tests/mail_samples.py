"""A notice, its words and its sender, for tests of mail."""

from __future__ import annotations

from datetime import UTC, datetime

from alpheus.notify.message import Mail, message_of
from alpheus.notify.model import Channel, Notice, Recipient, Rendered, Rung, Subject
from alpheus.notify.settings import Sender
from alpheus.notify.tokens import Tokens

NOW = datetime(2021, 3, 12, 9, 30, tzinfo=UTC)
TOKENS = Tokens(b"a secret of this database")
SENDER = Sender(
    name="Kim Doe",
    organisation="CERT of Exampleland",
    email="notices@cert.example",
    reply_to="answers@cert.example",
    bounce="bounces@cert.example",
    telephone="+1 555 0100",
    verify_url="https://cert.example/verify",
)


def made_notice(
    address: str = "security@school.example",
    *,
    reference: str = "A-4F7K2Q",
    name: str = "Security",
    channel: Channel = Channel.EMAIL,
    number: int = 1,
) -> Notice:
    """A notice about one server."""
    subject = Subject(
        server=7, anchor=7, name="mail.school.example", address="192.0.2.7", port=443,
        product="Exchange 2016", build="15.1.2106.2", patch="vulnerable",
        patch_since="2021-03-03T00:00:00Z", compromise="unknown", compromise_since="",
    )  # fmt: skip
    return Notice(
        id=number, batch=1, reference=reference, organisation="school.example", owner="A School",
        recipient=Recipient(channel, Rung.CONTACT, address, name), language="en",
        tlp="TLP:AMBER", situation="vulnerable", reduced=False, subjects=(subject,),
        made="2021-03-12T09:00:00Z",
    )  # fmt: skip


def made_words(
    subject: str = "Your mail server needs a patch", text: str = "Dear colleagues,\n\nplease patch."
) -> Rendered:
    """A notice in few words."""
    return Rendered(subject=subject, text=text, html="")


def made_mail(address: str = "security@school.example", reference: str = "A-4F7K2Q") -> Mail:
    """A notice as mail."""
    notice = made_notice(address, reference=reference)
    return message_of(notice, made_words(), SENDER, TOKENS, now=NOW)
