"""Header lines of mail."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.errors import RefusedError
from alpheus.notify.mail_headers import (
    a_labels,
    address_header,
    mailbox,
    mime_header,
    one_line,
    parameters,
    text_header,
    token_header,
)

BOX = mailbox("security@school.example")
WORDS = st.text(max_size=300)
SENTENCES = (
    "Your server may be compromised",
    "Ihr Server ist möglicherweise kompromittiert - bitte handeln Sie",
    "Su servidor puede estar comprometido: ¡actúe ya!",
    "您的邮件服务器可能已被入侵请立即处理" * 5,
    "メールサーバーが侵害された可能性があります",
    "خادم البريد الخاص بكم معرض للخطر",
    "Ваш почтовый сервер взломан",
    "👩🏽‍💻 🇪🇸 patch 🔒" * 10,
    "=?utf-8?q?not_encoded?=",
    "x" * 700,
)


def read(line: str) -> EmailMessage:
    """A header as a reader of mail understands it."""
    return message_from_bytes((line + "\r\n\r\n").encode(), policy=policy.default)  # type: ignore[return-value]


def is_well_folded(line: str) -> bool:
    """Continuations begin with a space and hold something; nothing is longer than it may be."""
    first, *rest = line.split("\r\n")
    lines = [first, *rest]
    return (
        all(each.startswith(" ") and each.strip() for each in rest)
        and all(len(each) <= 998 and "\n" not in each and "\r" not in each for each in lines)
        and line.isascii()
    )


@pytest.mark.parametrize("text", SENTENCES)
def test_a_subject_in_any_language_is_read_as_it_was_written(text: str) -> None:
    """RFC 2047: encoded words of at most 75 characters on lines of at most 78."""
    line = text_header("Subject", text)
    assert read(line)["Subject"] == text
    assert is_well_folded(line)
    assert all(len(each) <= 78 for each in line.split("\r\n"))
    assert all(len(word) <= 75 for word in re.findall(r"=\?\S+\?=", line))


@given(WORDS)
def test_no_text_leaves_its_header(text: str) -> None:
    """Whatever a text holds, it is one header, and its visible words come back."""
    line = text_header("Subject", text)
    message = read(line)
    assert message.keys() == ["Subject"]
    assert message["Subject"] == one_line(text)
    assert is_well_folded(line)


@given(WORDS)
def test_no_name_becomes_an_address(text: str) -> None:
    """A display name with commas, angles and quotes stays the name of one mailbox."""
    line = address_header("To", text, BOX)
    message = read(line)
    assert message.keys() == ["To"]
    header = message["To"]
    assert isinstance(header, AddressHeader)
    assert [each.addr_spec for each in header.addresses] == ["security@school.example"]
    shown, address = parseaddr(line.removeprefix("To:").replace("\r\n", ""))
    assert address == "security@school.example"
    assert str(make_header(decode_header(shown))) == one_line(text)
    assert is_well_folded(line)


@given(WORDS)
def test_names_of_files_come_back(text: str) -> None:
    """RFC 2231: long and foreign names in pieces that cut no character."""
    line = mime_header("Content-Disposition", "attachment", parameters(filename=text or "x"))
    message = read(line)
    assert message.keys() == ["Content-Disposition"]
    assert is_well_folded(line)
    name = one_line(text)
    if name and not (name[0] == "<" and name[-1] == ">"):  # the library takes these off
        assert message.get_filename() == one_line(text)


@pytest.mark.parametrize(
    ("given_", "address", "utf8"),
    [
        ("security@school.example", "security@school.example", False),
        ("Security@SCHOOL.example.", "Security@school.example", False),
        ("büro@bücher.example", "büro@xn--bcher-kva.example", True),
        ("info@bücher.example", "info@xn--bcher-kva.example", False),
        ("a..b@docomo.example", '"a..b"@docomo.example', False),
        ('"a b"@school.example', '"a b"@school.example', False),
        ("a_b@under_score.example", "a_b@under_score.example", False),
        ("o'hara+x@school.example", "o'hara+x@school.example", False),
        ("x>,evil@other.example@school.example", '"x>,evil@other.example"@school.example', False),
    ],
)
def test_mailboxes_are_written_for_the_wire(given_: str, address: str, utf8: bool) -> None:
    """Domains in A-labels; SMTPUTF8 only where the name needs it; odd names quoted."""
    assert (mailbox(given_).address, mailbox(given_).utf8) == (address, utf8)


@pytest.mark.parametrize(
    "address",
    ["", "security", "@school.example", "a@", "a@b..example", "a@-x.example", "a@[192.0.2.1]",
     "a\r\nBcc: x@y.example@school.example", "a@school.example\r\nRCPT", "a" * 65 + "@x.example",
     "a\0@x.example", "a@x y.example", "a@" + "x" * 64 + ".example", "a>@\u202eexample"],
)  # fmt: skip
def test_what_is_no_mailbox_is_refused(address: str) -> None:
    """A line break, a bare name or a broken domain never comes near a server."""
    with pytest.raises(RefusedError) as caught:
        mailbox(address)
    assert "\n" not in str(caught.value)
    assert "\r" not in str(caught.value)


@given(st.text(max_size=90))
def test_a_mailbox_is_one_line_or_refused(address: str) -> None:
    """No address can end a command of SMTP, nor a header."""
    try:
        found = mailbox(address)
    except RefusedError:
        return
    assert found.address.isprintable()
    assert mailbox(found.address) == found


def test_domains_in_other_alphabets() -> None:
    """IDNA 2008 with the mapping of UTS 46, so that `ß` is kept and capitals are not."""
    assert a_labels("FAß.example") == "xn--fa-hia.example"
    assert a_labels("例え.example") == "xn--r8jz45g.example"


def test_a_token_is_printable_or_refused() -> None:
    """A Message-ID is never folded or encoded."""
    assert token_header("Message-ID", "<a@b.example>") == "Message-ID: <a@b.example>"
    with pytest.raises(RefusedError):
        token_header("Message-ID", "<a@b.example>\r\nBcc: x@y.example")
