"""Requests for server pages that are not the product's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.collector import Collector
from alpheus.detect.kit import Kit
from alpheus.detect.page_use import note_use, page_of
from alpheus.parsers.base import ReadOptions
from making import event, origin


@pytest.fixture(scope="module")
def kit() -> Kit:
    """No packs: only the baseline is used."""
    return Kit.compile((), ReadOptions())


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


def _note(kit: Kit, stem: str, status: str = "200") -> Collector:
    collector = Collector()
    fields = {"cs-method": "POST", "cs-uri-stem": stem, "sc-status": status, "c-ip": "192.0.2.7"}
    note_use(event("iis", fields), origin(), kit, collector)
    return collector


def test_stock_pages_show_the_product_and_nothing_else(kit: Kit) -> None:
    """The logon page answered 200 shows an Exchange server; a 404 for it shows nothing."""
    assert _note(kit, "/owa/auth/logon.aspx").exchange == {origin()}
    refused = _note(kit, "/owa/auth/logon.aspx", "404")
    assert (refused.exchange, refused.uses) == (set(), {})


def test_foreign_pages_are_kept_with_their_answers(kit: Kit) -> None:
    """Method, status and client are counted."""
    (use,) = _note(kit, "/aspnet_client/q.aspx").uses.values()
    assert use.answers == {("POST", 200): 1}
    assert use.clients == {"192.0.2.7": 1}
    assert len(use.succeeded) == 1


def test_http_proxy_rows_are_requests_too(kit: Kit) -> None:
    """The front end's own log speaks of pages as IIS does."""
    collector = Collector()
    fields = {
        "Method": "GET",
        "UrlStem": "/owa/auth/q.aspx",
        "HttpStatus": "200",
        "ClientIpAddress": "192.0.2.9",
    }
    note_use(event("httpproxy", fields), origin(), kit, collector)
    assert list(collector.uses) == [(origin(), "/owa/auth/q.aspx")]
