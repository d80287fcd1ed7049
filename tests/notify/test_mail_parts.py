"""Bodies of mail."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alpheus.notify.mail_parts import file_part, multipart, text_part


def read(part: bytes) -> EmailMessage:
    """A part as a reader of mail understands it."""
    return message_from_bytes(part, policy=policy.default)  # type: ignore[return-value]


def is_canonical(part: bytes) -> bool:
    """ASCII, CRLF alone, no long line, no space at an end, no `From `, no dot at a beginning."""
    lines = part.split(b"\r\n")
    return part.isascii() and all(
        b"\n" not in line
        and b"\r" not in line
        and len(line) <= 78
        and not line.startswith((b"From ", b"."))
        and (not line.endswith((b" ", b"\t")))
        for line in lines
    )


@given(st.text(max_size=2000))
@example(("." * 200 + "\n") * 3)
@example("From " * 60)
@example(".From here " * 30 + "\n.\n..\nFrom  \n \t\n")
@example("ä" * 500)
@example("a \r\nb\rc\n\n\n")
def test_text_arrives_as_it_was_and_survives_transport(text: str) -> None:
    """Line breaks are those of the wire; the last ones are one; all else is kept."""
    part = text_part(text, "plain")
    assert is_canonical(part)
    message = read(part)
    normal = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.replace(b"\r\n", b"\n") == normal.encode("utf-8", "replace")
    assert message.get_content_charset() in {"utf-8", "us-ascii"}
    assert message.defects == []


def test_plain_letters_are_sent_as_they_are() -> None:
    """Who reads the raw message reads the text; other alphabets take the shorter encoding."""
    assert read(text_part("hello", "plain"))["Content-Transfer-Encoding"] == "7bit"
    german = read(text_part("Viele Grüße aus Köln an alle Beteiligten", "plain", language="de"))
    assert german["Content-Transfer-Encoding"] == "quoted-printable"
    assert german["Content-Language"] == "de"
    assert read(text_part("您的邮件服务器", "plain"))["Content-Transfer-Encoding"] == "base64"


@given(st.binary(max_size=500), st.text(max_size=40), st.text(max_size=40))
def test_a_file_arrives_byte_for_byte_under_a_harmless_name(
    content: bytes, name: str, kind: str
) -> None:
    """Its name leads out of no folder; a type that is none becomes octets."""
    part = file_part(name, kind, content)
    assert is_canonical(part)
    message = read(part)
    assert message.get_payload(decode=True) == content
    shown = message.get_filename()
    assert shown
    assert not set(shown) & set('/\\:*?"<>|')
    assert not shown.startswith(".")


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed", "text", "a/b\r\nX: y", ""])
def test_a_file_is_never_a_message(kind: str) -> None:
    """Containers may not be base64 (RFC 2045), and would be taken apart by readers."""
    assert read(file_part("x.eml", kind, b"x")).get_content_type() == "application/octet-stream"


def test_parts_stand_beside_each_other() -> None:
    """The boundary follows from what is inside, so the same notice gives the same bytes."""
    parts = [text_part("a", "plain"), text_part("<p>a</p>", "html")]
    made = multipart("alternative", parts)
    assert made == multipart("alternative", parts)
    message = read(made)
    assert [each.get_content_type() for each in message.iter_parts()] == ["text/plain", "text/html"]
    found = re.search(rb'boundary="([^"]+)"', made)
    assert found
    assert found[1].startswith(b"=_")
