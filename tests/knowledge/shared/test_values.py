"""Values as people share them, and what kind they are."""

from __future__ import annotations

import pytest

from alpheus.knowledge.shared.values import (
    NO_VALUE,
    NOTHING,
    OF_FILE,
    RANGE,
    each_address,
    host_of,
    kind_of,
    refang,
    typed,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("45.77.252[.]175", ("ip", "45.77.252.175")), ("45.77.252.1:443", ("ip", "45.77.252.1")),
        ("[2001:DB8::7]:443", ("ip", "2001:db8::7")), ("::ffff:45.77.1.2", ("ip", "45.77.1.2")),
        ("Evil[.]Example", ("domain", "evil.example")), ("e.example.", ("domain", "e.example")),
        ("hxxps://evil[.]example/a.aspx?b=1", ("domain", "evil.example")),
        ("http://45.77.252.175:8080/x", ("ip", "45.77.252.175")),
        ("münchen.example", ("domain", "xn--mnchen-3ya.example")),
        ("D41D8CD98F00B204E9800998ECF8427E", ("md5", "d41d8cd98f00b204e9800998ecf8427e")),
        ("a" * 40, ("sha1", "a" * 40)), ("b" * 64, ("sha256", "b" * 64)),
        ("45.77.0.0/16", RANGE), ("2001:db8::/32", RANGE), ("evil", NO_VALUE), ("", NOTHING),
        ("999.1.1.1", NO_VALUE), ("-bad.example", NO_VALUE), ("a b.example", NO_VALUE),
        ("http://[", NO_VALUE), ("45.77.1.1/32", ("ip", "45.77.1.1")),
        ("2001:db8::7/128", ("ip", "2001:db8::7")), ("45.77.1.1/33", RANGE),
        ("evil.example:8080", ("domain", "evil.example")), ("*.e.example", ("domain", "e.example")),
        ("evil.example/a/b.aspx", ("domain", "evil.example")),
        (".e.example", ("domain", "e.example")), ("45.77.1.1/x", ("ip", "45.77.1.1")),
        ("shell.aspx", OF_FILE),
        ("a" * 9_000, NO_VALUE),
        (".".join(["a" * 60] * 5), NO_VALUE), ("ü" * 9_000 + ".example", NO_VALUE),
        ("45.77.1.1\x00", NO_VALUE), ("\ud800.example", NO_VALUE), ("²" * 64, NO_VALUE),
        ("45.77.1.1/²", ("ip", "45.77.1.1")), ("45.77.1.1/" + "9" * 9_000, RANGE),
    ],
)  # fmt: skip
def test_a_value_says_what_it_is(text: str, found: object) -> None:
    """Defanged, with port or scheme, of either case; what is none is told as such."""
    assert kind_of(text) == found


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("ip", "1.2.3", "no ip"), ("ip", "1.2.3.0/23", RANGE),
        ("ip", "1.2.3.0/33", RANGE), ("ip", "1.2.3.0/²", "no ip"),
        ("domain", "1.2.3.4", "no domain"),
        ("md5", "a" * 40, "no md5"), ("sha256", "A" * 64, ("sha256", "a" * 64)),
        ("user-agent", "x/1", NO_VALUE), ("task", r"\Winnet", NO_VALUE),
        ("page", "x.aspx", NO_VALUE),
        ("domain", "evil.example:443", ("domain", "evil.example")), ("ip", "", "no ip"),
    ],
)  # fmt: skip
def test_a_type_that_was_named_is_checked(kind: str, text: str, found: object) -> None:
    """A value that is not of the type it is said to be is left out with that reason.

    So is a type that nothing is looked up by: it would be taken and never found.
    """
    assert typed(kind, text) == found


def test_fangs_come_back() -> None:
    """Each usual way of writing a value so that nobody clicks on it."""
    for text in ("hxxp[://]a[dot]b/", "http[:]//a(.)b/", "HXXP://a{.}b/"):
        assert refang(text).lower() == "http://a.b/"
    assert host_of("hxxp://a.b.example/") == ("domain", "a.b.example")


@pytest.mark.parametrize(
    ("text", "value", "count"),
    [("45.77.1.9/24", "45.77.1.0/24", 256), ("45.77.1[.]4/30", "45.77.1.4/30", 4),
     ("2001:db8::/120", "2001:db8::/120", 256)],
)  # fmt: skip
def test_a_narrow_range_is_taken(text: str, value: str, count: int) -> None:
    """In its one spelling, whoever wrote which address of it."""
    assert kind_of(text) == typed("ip", text) == ("ip", value)
    found = list(each_address(value))
    assert (len(found), found[0]) == (count, value.partition("/")[0])
