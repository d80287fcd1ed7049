"""Values of settings: what is taken, and what is wanted instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.notify import settings_values as values


@pytest.mark.parametrize("text", ["a@b.example", "first.last+tag@sub.b-c.example", "o'x@b.example"])
def test_mailboxes(text: str) -> None:
    """As people have them."""
    assert values.mailbox(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "a", "@b.example", "a@b", "a@@b.example", ".a@b.example", "a.@b.example", "a b@c.example",
     "a@b..example", "a@b.example\r\nBcc: x@y.example", "<a@b.example>", "a" * 65 + "@b.example",
     "a@" + "b." * 130 + "example"],
)  # fmt: skip
def test_what_is_no_mailbox(text: str) -> None:
    """Names, brackets, and above all line ends."""
    with pytest.raises(ValueError, match="no e-mail address"):
        values.mailbox(text)


@given(st.text())
def test_a_mailbox_is_one_line_of_printable_ascii(text: str) -> None:
    """Whatever is taken can stand in a header."""
    if values.is_mailbox(text):
        assert text.isascii()
        assert text.isprintable()
        assert not set(text) & set(' <>,;:"\\()[]')


def test_labels() -> None:
    """Of TLP 2.0, with or without the prefix; the old WHITE is none."""
    assert values.label("amber") == "TLP:AMBER"
    assert values.label("tlp:red") == "TLP:RED"
    with pytest.raises(ValueError, match="TLP:CLEAR"):
        values.label("white")


def test_pages_are_safe() -> None:
    """A recipient is never sent to an unprotected page."""
    assert values.page("https://cert.example/v?a=1") == "https://cert.example/v?a=1"
    for text in ("http://cert.example", "https://a b", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="no link"):
            values.page(text)


def test_this_machine() -> None:
    """By its name or address."""
    assert all(map(values.is_loopback, ("localhost", "127.0.0.1", "::1", "[::1]")))
    assert not any(map(values.is_loopback, ("127.0.0.1.example", "mail.example", "10.0.0.1")))


@pytest.mark.parametrize(
    ("read", "good", "bad"),
    [(values.count, "0", "-1"), (values.days, "365", "366"), (values.amount, "0.5", "nan"),
     (values.host, "mail.example", "a/b"), (values.security, "tls", "TLS"),
     (values.language, "pt-BR", "../x"), (values.words, "a  b", "\u202e"),
     (values.mailbox_or_domain, "@b.example", "b example")],
)  # fmt: skip
def test_values_have_bounds(read, good: str, bad: str) -> None:
    """And say so."""
    read(good)
    with pytest.raises(ValueError, match=r"."):
        read(bad)
