"""Mail taken apart within bounds."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.notify.mime_reader import LARGEST, decoded, read_entity
from bounce_samples import SAMPLES, nested


def test_headers_are_one_line_each_and_decoded() -> None:
    """Folded, encoded, repeated, with odd spaces; a line that is none is passed over."""
    entity = read_entity(
        b"Subject : =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?b?IQ==?=\r\nnonsense\r\n"
        b"X: 1\r\nX: 2\r\n\r\nbody\r\n"
    )
    assert entity.get("subject") == "Grüße!"
    assert list(entity.all("x")) == ["1", "2"]
    assert entity.get("absent") == ""
    assert (entity.kind, entity.text()) == ("text/plain", "body\n")


def test_parts_messages_and_fields_are_found() -> None:
    """A report has a text, fields in groups, and the headers of the message."""
    entity = read_entity(SAMPLES["postfix"][0]())
    assert [part.kind for part in entity.walk()] == [
        "multipart/report", "text/plain", "message/delivery-status", "text/rfc822-headers",
        "text/plain",
    ]  # fmt: skip
    groups = entity.parts[1].groups()
    assert [group[0][0] for group in groups] == ["reporting-mta", "final-recipient"]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", base64.b64encode("Grüße".encode("latin-1")) + b"\n!!"),
        ("base64", b"R3L832U"),
        ("quoted-printable", b"Gr=FC=DFe"),
        ("8bit", "Grüße".encode("latin-1")),
    ],
)
def test_transfer_encodings_are_taken_off(encoding: str, body: bytes) -> None:
    """Also where they are broken; a wrong charset does not lose the text."""
    for charset in ("iso-8859-1", "utf-8", "none-such", "zlib", "punycode"):
        entity = read_entity(
            f"Content-Type: text/plain; charset={charset}\n"
            f"Content-Transfer-Encoding: {encoding}\n\n".encode()
            + body
        )
        assert entity.text().startswith("Gr")


@pytest.mark.parametrize(
    "content",
    [
        nested(1000, "message") + b"x\r\n" * 500_000,
        nested(1000, "multipart") + b"x\r\n" * 500_000,
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\n" * 300_000,
        b"A: b\r\n" * 400_000,
        b"A:" + b" x\r\n" * 600_000,
        b"A: " + b"=?utf-8?q?x?= " * 180_000 + b"\r\n\r\n",
        b'Content-Type: text/plain; a="' * 70_000,
        b"\n" * LARGEST,
        b"<" * LARGEST,
        b"a@" * (LARGEST // 2),
        b"Content-Type: text/html\r\n\r\n" + b"<a" * LARGEST,
        bytes(range(256)) * 8192,
    ],
    ids=range(12),
)
def test_nothing_takes_long(content: bytes) -> None:
    """Depth, parts, lines and repetition cost no more than their bytes."""
    begun = time.process_time()
    entity = read_entity(content)
    assert sum(len(part.text()) for part in entity.walk()) <= 12 * LARGEST
    assert sum(1 for _ in entity.walk()) <= 201
    assert time.process_time() - begun < 5


@given(st.binary(max_size=3000))
def test_any_bytes_are_read(content: bytes) -> None:
    """The reader never raises."""
    for part in read_entity(content).walk():
        part.text()
        part.groups()


@given(st.text(max_size=200))
def test_any_header_is_read(text: str) -> None:
    """Broken encoded words stay as they are."""
    assert isinstance(decoded(f"=?{text}?="), str)
    assert isinstance(decoded(f"=?utf-8?b?{text}?="), str)
