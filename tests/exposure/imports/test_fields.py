"""Cells as values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.imports import fields


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("2001:0DB8:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("192.0.2", ""),
        ("192.0.02.7", ""),
        ("192.0.2.256", ""),
        ("", ""),
        ("mail.example.org", ""),
        ("192.0.2.7\0", ""),
        ("\u0661\u0669\u0662.0.2.1", ""),
    ],
)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    """Any usual spelling gives the shortest; what is no address gives nothing."""
    assert fields.address(text) == address


def test_a_host_name_is_lower_case_ascii() -> None:
    """Wild cards and the root's dot go; an address is no name."""
    assert fields.host_name("*.Mail.Example.ORG.") == "mail.example.org"
    assert fields.host_name("b\u00fccher.example") == "xn--bcher-kva.example"
    assert fields.host_name("192.0.2.7") == ""
    assert fields.host_name("a b") == ""
    assert fields.host_names(["a.example", "A.example", ""]) == ("a.example",)


@pytest.mark.parametrize(
    ("value", "number"),
    [("443", 443), ("", 0), (None, 0), (8443, 8443), ("65536", None), ("-1", None), ("4x", None),
     ("\u0664", None), (True, None), ({}, 0)],
)  # fmt: skip
def test_a_port_is_a_number(value: object, number: int | None) -> None:
    """None for what is no port; 0 where nothing is said."""
    assert fields.port(value) == number


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2021-03-10 04:12:33", "2021-03-10T04:12:33Z"),
        ("2021-03-10T04:12:33+02:00", "2021-03-10T02:12:33Z"),
        ("2021-03-10T04:12:33.123456789Z", "2021-03-10T04:12:33Z"),
        ("2021-03-10 04:12:33+0100", "2021-03-10T03:12:33Z"),
        ("2021-03-10 04:12:33 UTC", "2021-03-10T04:12:33Z"),
        ("2021-03-10", "2021-03-10T00:00:00Z"),
        ("1614556800", "2021-03-01T00:00:00Z"),
        ("1614556800123", "2021-03-01T00:00:00Z"),
        ("Wed, 03 Mar 2021 07:00:00 GMT", "2021-03-03T07:00:00Z"),
        ("0001-01-01T00:00:00", ""),
        ("9999-12-31T23:59:59-14:00", ""),
        ("5.03.2021", "2021-03-05T00:00:00Z"),
        ("05.03.2021, 10:22:33", "2021-03-05T10:22:33Z"),
        ("31.02.2021", ""),
        ("05.03.2021 99:00", ""),
        ("05/03/2021", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_times_are_utc(text: str, time: str) -> None:
    """A time without a zone is UTC; nonsense is none."""
    assert fields.utc(text) == time


def test_labels() -> None:
    """TLP 1.0 and 2.0 in any spelling; the strictest of several holds."""
    assert fields.tlp_label("tlp:white") == "TLP:CLEAR"
    assert fields.tlp_label("Amber+Strict") == "TLP:AMBER+STRICT"
    assert fields.tlp_label("secret") == ""
    assert fields.strictest(["TLP:GREEN", "TLP:RED", "", "TLP:AMBER"]) == "TLP:RED"
    assert fields.strictest([]) == ""


def test_words() -> None:
    """CVEs in any case, once; a word for a compromise."""
    assert fields.cves(["cve-2021-26855", "x CVE-2021-26855 CVE-2021-27065"]) == (
        "CVE-2021-26855", "CVE-2021-27065",
    )  # fmt: skip
    assert fields.compromise_word(["exchange", "Web-Shell"]) == "Web-Shell"
    assert fields.compromise_word(["exchange"]) == ""


def test_urls() -> None:
    """Scheme, host, port and path; a broken URL is none."""
    assert fields.url_parts("https://a.example/owa/") == ("https", "a.example", 443, "/owa/")
    assert fields.url_parts("http://[2001:db8::1]:8080") == ("http", "2001:db8::1", 8080, "/")
    assert fields.url_parts("https://a:99999999/") == ("", "", 0, "")
    assert fields.url_parts("http://[") == ("", "", 0, "")


def test_an_object_becomes_attributes() -> None:
    """Dotted names, bounded; what is left out is left out with all below."""
    value = {"a": {"b": 1, "c": {"d": "x"}}, "e": ["p", "q"], "f": None, "g": True}
    assert fields.flatten(value, frozenset({"a.c"})) == {"a.b": "1", "e": "p q", "g": "true"}
    many = {str(n): "x" * 10_000 for n in range(1_000)}
    found = fields.flatten(many)
    assert len(found) == fields.ATTRIBUTES
    assert max(map(len, found.values())) == fields.ATTRIBUTE_LENGTH


def test_places_in_foreign_json() -> None:
    """A path that leads nowhere gives nothing."""
    value = {"a": [{"b": 5}], "n": 10**5000}
    assert fields.text_at(value, "a", 0, "b") == "5"
    assert fields.place(value, "a", 1, "b") is None
    assert fields.place(value, 0) is None
    assert fields.text_at(value, "n") == ""


@given(st.text())
def test_nothing_raises(text: str) -> None:
    """Whatever stands in a cell."""
    fields.address(text)
    fields.host_name(text)
    fields.port(text)
    fields.tlp_label(text)
    fields.url_parts(text)
    assert fields.utc(text) == "" or fields.utc(text).endswith("Z")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_any_object_is_flattened(value: object) -> None:
    """To texts, in bounds."""
    found = fields.flatten({"value": value})
    assert all(isinstance(text, str) for text in found.values())


def test_days_with_slashes() -> None:
    """Somebody has to know which part is the day; with the year first everybody does."""
    assert fields.utc("2021/03/05 14:30") == "2021-03-05T14:30:00Z"
    assert fields.utc("05/03/2021") == ""
    assert fields.slashed("5/3/2021 2:30 PM", day_first=True) == "2021-03-05T14:30:00Z"
    assert fields.slashed("12/31/2021 12:01:02 a.m.", day_first=False) == "2021-12-31T00:01:02Z"
    assert fields.slashed("31/31/2021", day_first=False) == ""
    assert fields.day_and_month("5-3-2021") == (5, 3)
    assert fields.day_and_month("2021-03-05") is None
