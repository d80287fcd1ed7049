"""A value stays one argument, whatever an attacker put into it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.report.visible import visible
from alpheus.respond.quoting import powershell

_TOKEN = re.compile(
    r"'((?:[^'\u2018\u2019\u201a\u201b]|''|\u2018\u2018|\u2019\u2019|\u201a\u201a|\u201b\u201b)*)'"
    r"|\[char\]0x([0-9A-F]{4})"
)


def _as_powershell_reads(text: str) -> bytes:
    """Literals and characters, joined by ` + `, in brackets where there are several."""
    bare = text[1:-1] if text.startswith("(") else text
    value, at = "", 0
    while at < len(bare):
        found = _TOKEN.match(bare, at)
        assert found, bare[at:]
        literal, number = found.groups()
        if number is not None:
            value += chr(int(number, 16))
        else:
            value += re.sub("(['\u2018\u2019\u201a\u201b])\\1", r"\1", literal)
        at = found.end()
        if at < len(bare):
            assert bare.startswith(" + ", at)
            at += 3
    return value.encode("utf-16-le", "surrogatepass")


@given(st.text())
def test_it_is_read_as_the_value(value: str) -> None:
    """By the rules of about_Quoting_Rules, and nothing of it is seen as anything else."""
    shown = powershell(value)
    assert _as_powershell_reads(shown) == value.encode("utf-16-le", "surrogatepass")
    assert visible(shown) == shown


@pytest.mark.parametrize(("value", "shown"), [
    ("admin", "'admin'"), ("", "''"), ("o'neil", "'o''neil'"), ("$(calc)", "'$(calc)'"),
    ("a\u2019; calc; \u2019", "'a\u2019\u2019; calc; \u2019\u2019'"),
    ("x\ny", "('' + 'x' + [char]0x000A + 'y')"),
    ("\u202e", "('' + [char]0x202E)"),
    ("\U000e0041", "('' + [char]0xDB40 + [char]0xDC41)"),
])  # fmt: skip
def test_what_it_looks_like(value: str, shown: str) -> None:
    """Plain where it can be."""
    assert powershell(value) == shown
