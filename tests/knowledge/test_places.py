"""One spelling for Windows paths, evidence addresses and URL stems."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.knowledge import places


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (r"C:\Program Files\Microsoft\Exchange Server\V15\FrontEnd\HttpProxy\owa\auth\X.aspx",
         "frontend/httpproxy/owa/auth/x.aspx"),
        ("uploads/auto/C%3A/Program Files/Microsoft/Exchange Server/V15/ClientAccess/Ecp/a.aspx",
         "clientaccess/ecp/a.aspx"),
        ("/exchsrv/frontend/httpproxy/owa/auth/logon.aspx",
         "frontend/httpproxy/owa/auth/logon.aspx"),
        (r"E:\Mail\ClientAccess\exchweb\ews\a.wsdl", "clientaccess/exchweb/ews/a.wsdl"),
        (r"D:\Exchange Server\V14\ClientAccess\owa\a.aspx", "clientaccess/owa/a.aspx"),
        (r"\\srv\C$\EX\FrontEnd\HttpProxy\owa\auth\a.aspx", "frontend/httpproxy/owa/auth/a.aspx"),
        (r"C:\inetpub\wwwroot\default.aspx", None),
        (r"C:\clientaccess\own\a.aspx", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_install_directory_is_found_anywhere(path, expected):
    """Any drive, any folder, any collector: what counts is the part below the directory."""
    assert places.install_relative(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        r"C:\inetpub\wwwroot\aspnet_client\FrontEnd\HttpProxy\owa\auth\logon.aspx",
        r"C:\inetpub\wwwroot\Exchange Server\V15\FrontEnd\HttpProxy\owa\auth\logon.aspx",
    ],
)
def test_a_copy_of_the_tree_below_a_web_root_is_not_exchange(path):
    """Folders named like Exchange's below a web root were made by somebody."""
    assert places.install_relative(path) is None


def test_the_outermost_directory_counts():
    """A tree rebuilt inside the real one does not make its pages stock pages."""
    inner = (
        "ex/frontend/httpproxy/owa/auth/exchange server/v15/frontend/httpproxy/owa/auth/logon.aspx"
    )
    assert places.install_relative(inner) == inner.removeprefix("ex/")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (r"C:\inetpub\wwwroot\aspnet_client\a.aspx", "aspnet_client/a.aspx"),
        ("x/inetpub/wwwroot/A.ASPX", "a.aspx"),
        (r"\aspnet_client\system_web\a.aspx", "aspnet_client/system_web/a.aspx"),
        (r"C:\x\Web Server Extensions\16\TEMPLATE\LAYOUTS\a.aspx", "_layouts/16/a.aspx"),
        (r"C:\temp\a.aspx", None),
    ],
)  # fmt: skip
def test_the_web_root_is_found_anywhere(path, expected):
    """The default web site, and SharePoint's layouts where their URLs put them."""
    assert places.web_root_relative(path) == expected


@pytest.mark.parametrize(
    ("stem", "site", "expected"),
    [
        ("/owa/auth/logon.aspx", "iis-site-1", "frontend/httpproxy/owa/auth/logon.aspx"),
        ("/OWA/Auth/Error.aspx", "iis-site-2", "clientaccess/owa/auth/error.aspx"),
        ("/ecp/default.aspx", "2", "clientaccess/ecp/default.aspx"),
        ("/ews/exchange.asmx", "iis-site-2", "clientaccess/exchweb/ews/exchange.asmx"),
        ("/aspnet_client/a.aspx", "iis-site-1", "aspnet_client/a.aspx"),
        ("/a.aspx", "iis-site-2", "clientaccess/a.aspx"),
        ("/owa", "iis-site-1", "frontend/httpproxy/owa"),
        ("/owa/%61uth//x.aspx?q=/b.aspx", "iis-site-1", "frontend/httpproxy/owa/auth/x.aspx"),
        ("/owa/(S(abc))/auth/x.aspx", "iis-site-1", "frontend/httpproxy/owa/auth/x.aspx"),
        ("/ecp/../owa/auth/./x.aspx. ", "iis-site-1", "frontend/httpproxy/owa/auth/x.aspx"),
        ("/", "iis-site-1", None),
    ],
)
def test_a_url_names_a_page(stem, site, expected):
    """Front end and back end keep their pages in different folders."""
    assert places.url_page(stem, site) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("/owa/auth/x.aspx", "owa/auth"),
        ("/owa/auth/Current/themes/x.aspx", "owa/auth/current"),
        ("/owa/auth/15.1.2176/x.aspx", "owa/auth/15.x"),
        ("/owa/auth/15.1.2176.2/scripts/x.aspx", "owa/auth/15.x"),
        ("/ecp/auth/x.aspx", "ecp/auth"),
        ("/aspnet_client/system_web/4_0_30319/x.aspx", "aspnet_client"),
        ("/OAB/x.aspx", "oab"),
        (r"D:\ex\FrontEnd\HttpProxy\OAB\x.aspx", "oab"),
        (r"C:\inetpub\wwwroot\aspnet_client\x.aspx", "aspnet_client"),
        ("/owa/auth.owa", None),
        ("/ecp/default.aspx", None),
        ("/owa/authentic/x.aspx", None),
        (r"C:\inetpub\wwwroot\shop\owa\auth\x.aspx", None),
    ],
)
def test_closed_places_have_names(where, expected):
    """Paths and URLs of the places in which only known pages belong."""
    assert places.closed_place(where) == expected


@given(st.text(max_size=80))
@settings(max_examples=100)
def test_cleaning_is_done_after_once(text):
    """A clean path stays as it is, and nothing breaks on odd text."""
    once = places.clean_path(text)
    assert places.clean_path(once) == once
    places.closed_place(text)
    places.url_page(text)


def test_hostile_names_cost_no_time():
    """Patterns do not blow up on names made to make them."""
    start = time.perf_counter()
    for text in ("/" + "(s(a))" * 5000 + "x", "/frontend" * 20_000, "%25" * 20_000, "../" * 20_000):
        places.url_page(text)
        places.install_relative(text)
        places.closed_place(text)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("times", [0, 1, 2, 3])
def test_a_stem_that_was_encoded_several_times_is_decoded(times):
    """Up to three times over; a percent sign that encodes nothing stays."""
    stem = plain = "/owa/auth/ä b.aspx"
    for _ in range(times):
        stem = quote(stem, safe="/")
    assert places.decode_stem(stem) == plain
    assert places.decode_stem("/100%/x.aspx") == "/100%/x.aspx"
