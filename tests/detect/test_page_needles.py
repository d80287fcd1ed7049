"""Patterns that find every page but the frequent ones of the product."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.page_needles import (
    EXTENSIONS,
    FREQUENT,
    PAGE_NEEDLE,
    page_needles,
    page_of,
)
from alpheus.knowledge.baseline import Baseline
from alpheus.scan.needles import Needles

_LEFT_OUT = ("/owa/service.svc", "/ews/exchange.asmx", "/owa/auth/logon.aspx", "/x/logon.aspx")
_TOKENS = st.sampled_from(
    [*_LEFT_OUT, "/owa/auth", "/service.svc", "x", ".aspx", "/OWA/Auth/Logon.aspx", "on.aspx", "?",
     " ", ",", "/", ".asp", "%2e", "-", "ice.svc", '"', ";a=b", "/logon.aspx"]
)  # fmt: skip
_PATTERNS = [re.compile(one, re.IGNORECASE) for one in page_needles(_LEFT_OUT, "iis")]
_ANY_PAGE = re.compile(rf"(?=(\.(?:{'|'.join(EXTENSIONS)}))(?:[ /?,;:%\"\r]|$))", re.IGNORECASE)


def _naive(line: str) -> bool:
    """Whether a page stands in the line that is not one of those left out, as a whole path."""
    for match in _ANY_PAGE.finditer(line):
        before = line[: match.end(1)].lower()
        if not any(before.endswith(f" {path}") for path in _LEFT_OUT):
            return True
    return False


@settings(max_examples=300, deadline=None)
@given(st.lists(_TOKENS, max_size=12).map("".join))
def test_every_page_is_found_but_those_left_out(line: str) -> None:
    """Exactly the lines that name any other page, wherever and however it stands."""
    assert any(one.search(line) for one in _PATTERNS) is _naive(line)


def test_without_pages_left_out_every_page_is_found() -> None:
    """The patterns then say the same as the one that is used for samples."""
    (sample,) = [re.compile(PAGE_NEEDLE)]
    for extension in EXTENSIONS:
        line = f"GET /a.{extension} -"
        assert sample.search(line)
        assert any(re.search(one, line) for one in page_needles((), "iis"))


def test_a_comma_begins_a_path_only_where_values_are_separated_by_it() -> None:
    """A folder may be called `a,`; in a CSV line such a path stands between quotes."""
    iis = Needles(page_needles(_LEFT_OUT, "iis"))
    proxy = Needles(page_needles(_LEFT_OUT, "httpproxy"))
    assert iis.search(b"GET /a,/owa/auth/logon.aspx -")
    assert not iis.search(b"GET /owa/auth/logon.aspx -")
    assert not proxy.search(b"x,/owa/auth/logon.aspx,y")
    assert proxy.search(b'x,"/a,/owa/auth/logon.aspx",y')


@pytest.mark.parametrize("line", [b"GET /a.aspx", b"GET /a.aspx\r\n", b"GET /a.aspx\nGET /b -"])
def test_a_page_may_end_its_line(line: bytes) -> None:
    """Where the URL is the last column, or the line was cut off behind it."""
    assert Needles(page_needles(_LEFT_OUT, "iis")).search(line)


def test_the_matcher_takes_them() -> None:
    """And finds the same lines."""
    needles = Needles(page_needles(_LEFT_OUT, "iis"))
    data = b"GET /owa/service.svc -\nGET /a/owa/service.svc -\nx.aspx a\nGET /EWS/exchange.asmx 1\n"
    assert [data[a:b] for a, b, _ in needles.search(data)] == [
        b"GET /a/owa/service.svc -",
        b"x.aspx a",
    ]


@pytest.mark.parametrize("page", FREQUENT)
def test_frequent_pages_are_spelt_as_patterns_need_them(page: str) -> None:
    """Lower case, with one of the extensions."""
    assert page == page.lower()
    assert page.rpartition(".")[2] in EXTENSIONS


def test_most_frequent_pages_are_the_products_own() -> None:
    """A page that the product does not ship is never left out, so the list is checked at use."""
    shipped = [page for page in FREQUENT if Baseline.load().stock_url(page)]
    assert {"/owa/service.svc", "/ews/exchange.asmx", "/owa/auth/logon.aspx"} <= set(shipped)


@pytest.mark.parametrize(
    ("stem", "page"),
    [
        ("/owa/auth/X.aspx", "/owa/auth/x.aspx"),
        ("/owa/auth/x%2Easpx", "/owa/auth/x.aspx"),
        ("/owa/auth/x%252easpx", "/owa/auth/x.aspx"),
        ("/aspnet_client//a.ashx/info", "/aspnet_client/a.ashx"),
        ("/a.aspx;jsessionid=1", "/a.aspx"),
        ("\\a\\b.asp", "/a/b.asp"),
        ("/ecp/y.js", None),
        ("/owa/", None),
        ("/x.aspxx", None),
    ],
)
def test_the_page_of_a_stem(stem: str, page: str | None) -> None:
    """Encoding, letter case and path info do not hide the page."""
    if stem.startswith("\\"):
        assert page_of(stem.replace("\\", "/")) == page
    else:
        assert page_of(stem) == page


@given(st.text(max_size=80))
def test_any_stem_is_survived(stem: str) -> None:
    """Whatever an attacker writes into a stem, the answer is a page or none."""
    page = page_of("/" + stem)
    assert page is None or page.startswith("/")
