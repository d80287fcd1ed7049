"""Host names in one form."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.host_names import host_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mail.Example.ORG", "mail.example.org"),
        ("mail.example.org.", "mail.example.org"),
        ("_autodiscover._tcp.example.org", "_autodiscover._tcp.example.org"),
        ("server_1", "server_1"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example"),
        ("почта.рф", "xn--80a1acny.xn--p1ai"),
        ("邮件。例子", "xn--5nq051n.xn--fsqu00a"),
        ("1and1.example", "1and1.example"),
    ],
)
def test_names_have_one_form(text, name):
    """Lower case, ASCII, without the root's dot."""
    assert host_name(text) == name


@pytest.mark.parametrize(
    "text",
    ["", ".", "a..b", "-a.example", "a-.example", "a b", "mail.example.org/owa", "1.2.3",
     "10.0.0.1", "256.256.256.256", "127.0x1", "0x7f", "x" * 64, ".".join(["x" * 60] * 5), "a\n",
     "ex\0ample", "*.example.org", "ä" * 80, "\udc80.example", "a.\u202eb"],
)  # fmt: skip
def test_what_is_no_name_is_refused(text):
    """Also addresses in unusual spellings: another program might take them for one."""
    with pytest.raises(ValueError, match="no host name"):
        host_name(text)


@given(st.text(max_size=30))
def test_any_text_is_a_name_or_refused(text):
    """A name that is read is ASCII and reads as itself."""
    try:
        name = host_name(text)
    except ValueError:
        return
    assert name.isascii()
    assert host_name(name) == name


def test_without_the_newer_standard_the_older_one_serves(monkeypatch):
    """Where the package for IDNA 2008 is missing, Python's own table does."""
    monkeypatch.setitem(sys.modules, "idna", None)
    assert host_name("münchen.example") == "xn--mnchen-3ya.example"
    with pytest.raises(ValueError, match="no host name"):
        host_name("ä" * 80)
