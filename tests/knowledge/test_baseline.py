"""Which pages Exchange ships."""

from __future__ import annotations

import csv

import pytest

from alpheus.knowledge.baseline import Baseline
from alpheus.knowledge.packs import load_packs
from samples import SAMPLES, real

BASELINE = Baseline.load()
FRONT = "frontend/httpproxy/owa/auth/"


def test_the_front_end_logon_folder_holds_ten_pages():
    """Every other page there is foreign."""
    found = {name.removeprefix(FRONT) for name in BASELINE.names if name.startswith(FRONT)}
    assert found == {
        "errorfe.aspx", "expiredpassword.aspx", "frowny.aspx", "getidtoken.htm", "logoff.aspx",
        "logon.aspx", "outlookcn.aspx", "redirsuiteserviceproxy.aspx", "signout.aspx",
        "svmfeedback.aspx",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("OutlookCN.aspx", "OutlookEN.aspx"),
        ("RedirSuiteServiceProxy.aspx", "RedirSuiteServerProxy.aspx"),
        ("errorFE.aspx", "errorEE.aspx"),
        ("errorFE.aspx", "errorFF.aspx"),
        ("logoff.aspx", "logout.aspx"),
    ],
)
def test_look_alikes_are_told_apart(good, bad):
    """One letter is the difference between a stock page and a published shell."""
    assert BASELINE.known_name(FRONT + good)
    assert BASELINE.stock_url(f"/owa/auth/{good}")
    assert not BASELINE.known_name(FRONT + bad)
    assert not BASELINE.stock_url(f"/owa/auth/{bad}")


def test_a_page_is_judged_by_its_folder():
    """The sign-out page of the control panel does not belong to Outlook on the web, and so on."""
    assert BASELINE.known_name("FrontEnd\\HttpProxy\\ecp\\auth\\TimeoutLogout.aspx")
    assert BASELINE.stock_url("/ecp/auth/TimeoutLogout.aspx")
    assert not BASELINE.known_name(FRONT + "TimeoutLogout.aspx")
    assert not BASELINE.stock_url("/owa/auth/TimeoutLogout.aspx")
    assert not BASELINE.stock_url("/ecp/auth/TimeoutLogoff.aspx")
    assert BASELINE.known_name("clientaccess/owa/auth/error.aspx")
    assert not BASELINE.known_name(FRONT + "error.aspx")
    assert not BASELINE.stock_url("/owa/auth/error.aspx")
    assert BASELINE.stock_url("/owa/auth/error.aspx", "iis-site-2")


def test_no_published_shell_is_taken_for_a_stock_page():
    """Every page of every pack's indicators is foreign by name and by URL."""
    pages = [row for pack in load_packs() for row in pack.indicators if row.type == "page"]
    assert len(pages) > 80
    for row in pages:
        url = "/" + row.value.removeprefix("frontend/httpproxy/")
        assert not BASELINE.known_name(row.value), row.value
        assert not BASELINE.stock_url(url), url
        assert not BASELINE.stock_url(url, "iis-site-1"), url


def test_no_published_hash_is_known_good():
    """A hash is never both a shell's and a stock page's."""
    for pack in load_packs():
        for row in pack.indicators:
            assert row.type != "sha256" or not BASELINE.known_hash(row.value), row.value


@pytest.mark.parametrize(
    "url",
    [
        "/owa/", "/owa/auth.owa", "/owa/ev.owa2", "/owa/service.svc", "/owa/service.svc/s/GetPhoto",
        "/owa/sessiondata.ashx", "/owa/plt1.ashx", "/OWA/Default.aspx",
        "/owa/user@example.org/default.aspx", "/owa/manifests/appCacheManifestHandler.ashx",
        "/ecp/default.aspx", "/ecp/proxyLogon.ecp", "/ecp/DDI/DDIService.svc/GetObject",
        "/ecp/user@example.org/DDI/DDIService.svc/SetObject", "/ecp/Groups/ImportContactList.aspx",
        "/ews/exchange.asmx", "/EWS/Exchange.asmx/s/GetUserPhoto", "/autodiscover/autodiscover.xml",
        "/autodiscover/autodiscover.svc", "/Autodiscover/Autodiscover.json/v1.0/a@b.c",
        "/mapi/emsmdb/", "/mapi/nspi", "/rpc/rpcproxy.dll", "/PowerShell",
        "/Microsoft-Server-ActiveSync/default.eas", "/owa/healthcheck.htm",
    ],
)  # fmt: skip
def test_what_exchange_serves_without_a_file_is_stock(url):
    """Handlers, endpoints, explicit logons and methods of a service are Exchange's own."""
    assert BASELINE.stock_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "/", "/owa/auth/logon.aspx.aspx", "/owa/auth/x/logon.aspx", "/owa/auth/15.1.2/logon.aspx",
        "/owa/auth/current/logon.aspx", "/aspnet_client/default.aspx", "/aspnet_client/logon.aspx",
        "/logon.aspx", "/owa/mastermailbox@example.org/powershell", "/shop/default.aspx",
        "/ecp/auth/importcontactlist.aspx", "/powershell/x.aspx", "/oab/default.aspx",
        "/owa/auth/logon.aspx:x.aspx", "/ecp/y.js", "/rancertloc/ddi/ddiservice.svc/setobject",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_not_stock(url):
    """A stock name elsewhere, a doubled extension, a stream, an unknown application."""
    assert not BASELINE.stock_url(url)


def test_hashes_are_found_by_page_and_alone():
    """A hash is known whatever its case; it is listed under the page it belongs to."""
    page = FRONT + "logon.aspx"
    hashes = BASELINE.hashes_for(page.upper())
    assert len(hashes) > 3
    assert all(BASELINE.known_hash(one.upper()) for one in hashes)
    assert not BASELINE.known_hash("0" * 64)
    assert BASELINE.hashes_for("frontend/httpproxy/owa/auth/x.aspx") == frozenset()


def test_only_listed_builds_are_covered():
    """An unlisted hash tells nothing on a build, or in a folder, that the lists do not hold."""
    page = FRONT + "logon.aspx"
    assert BASELINE.covers("15.01.2176.009", page)
    assert BASELINE.covers("15.1.2044.4", "clientaccess/owa/default.aspx")
    assert not BASELINE.covers("15.1.2044.4", page)
    assert not BASELINE.covers("15.1.2375.7", page)
    assert not BASELINE.covers("15.1.2176", page)
    assert not BASELINE.covers("nonsense", page)


def test_folders_named_after_a_build_are_one():
    """A page below a versioned folder is the same page in every build."""
    assert BASELINE.known_name("ClientAccess/ecp/15.1.2176.2/scripts/blank.htm")
    assert BASELINE.stock_url("/ecp/15.1.2375.7/scripts/blank.htm")


def test_the_paths_come_through():
    """The baseline offers the mapping of paths, so that callers need one object."""
    assert (
        BASELINE.install_relative(r"D:\ex\FrontEnd\HttpProxy\owa\auth\a.aspx") == FRONT + "a.aspx"
    )
    assert BASELINE.url_page("/owa/auth/a.aspx") == FRONT + "a.aspx"
    assert BASELINE.closed_place("/owa/auth/a.aspx") == "owa/auth"


@real
def test_pages_of_a_real_server_are_stock():
    """Every page that a real, clean server answered is recognised."""
    pages = 0
    for path in (SAMPLES / "exchange-2016-cu22-benign").rglob("HttpProxy_*.LOG"):
        lines = path.read_text("utf-8-sig").splitlines()
        header = next(line[9:] for line in lines if line.startswith("#Fields: "))
        for row in csv.DictReader([header, *(ln for ln in lines if ln[:2] == "20")]):
            stem = row["UrlStem"]
            if stem.rpartition(".")[2].lower() in {"aspx", "ashx", "asmx", "svc", "xml", "eas"}:
                pages += 1
                assert BASELINE.stock_url(stem), stem
    assert pages
