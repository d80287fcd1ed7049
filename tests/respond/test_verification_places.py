"""Where somebody must look again, and whether they did."""

from __future__ import annotations

import pytest

from alpheus.respond.verification_looked import Looked
from alpheus.respond.verification_places import pages_of_records, unseen_pages
from clean_assessments import CLIENT, citation, finding, looked, read_server

IIS = "2021-03-01 05:47:54 10.0.0.1 POST {} - 443 - 192.0.2.9 python - 200 0 0 69"
FRONT = "frontend/httpproxy/owa/auth"


def _pages(text: str, path: str = "C/inetpub/logs/W3SVC1/u_ex.log", **more: str) -> dict[str, str]:
    return pages_of_records(read_server("A", finding("r", citation(path, text=text), **more)))


@pytest.mark.parametrize(("text", "folder"), [
    (IIS.format("/aspnet_client/x.aspx"), "aspnet_client"),
    (IIS.format("/aspnet_client/system_web/x.aspx"), "aspnet_client/system_web"),
    (IIS.format("/owa/auth/x.aspx"), FRONT), (IIS.format("/ecp/auth/x.aspx"),
                                               "frontend/httpproxy/ecp/auth"),
    (IIS.format("/x.aspx"), "wwwroot"), (IIS.format("/%61spnet_client/x.aspx"), "aspnet_client"),
    ("a,/owa/auth/x.aspx,b", FRONT), ("to https://mail.example/owa/auth/x.aspx now", FRONT),
    (r'{"TargetFilename":"C:\\inetpub\\wwwroot\\aspnet_client\\x.aspx"}', "aspnet_client"),
    ((r"-FilePath '\\127.0.0.1\c$\Program Files\Microsoft\Exchange Server\V15\FrontEnd\HttpProxy"
     r"\owa\auth\x.aspx'"), FRONT),
    (r"TargetFilename=D:\web\x.aspx", "d:/web"),
    (r"C:\Microsoft Shared\Web Server Extensions\16\TEMPLATE\LAYOUTS\x.aspx", "_layouts/16"),
    (r"TargetFilename=\web\x.aspx", "*:/web"),
])  # fmt: skip
def test_a_page_that_a_record_names_has_a_place(text: str, folder: str) -> None:
    """Whether it is written as a URL or as a path, and by which log."""
    assert _pages(text) == {folder: "x.aspx"}


def test_the_back_end_has_places_of_its_own() -> None:
    """Its web site is the second."""
    found = _pages(IIS.format("/ecp/x.aspx"), "C/inetpub/logs/W3SVC2/u_ex.log")
    assert found == {"clientaccess/ecp": "x.aspx"}


def test_pages_of_the_product_and_mere_attempts_are_none() -> None:
    """Nothing was planted there by them."""
    assert _pages(IIS.format("/owa/auth/logon.aspx")) == {}
    assert _pages(IIS.format("/ecp/DDI/DDIService.svc/SetObject")) == {}
    assert _pages(IIS.format("/aspnet_client/x.aspx"), stage="probed") == {}
    assert _pages(IIS.format("/aspnet_client/x.aspx"), weight="context") == {}


def test_pages_beyond_the_citations_count() -> None:
    """The finding names them where its records are too many."""
    found = pages_of_records(
        read_server("A", finding("page-used-shell", detail="/aspnet_client/x.aspx, /y.aspx; 1 c"))
    )
    assert found == {"aspnet_client": "x.aspx", "wwwroot": "y.aspx"}


@pytest.mark.parametrize(("folder", "saw"), [
    (CLIENT, True), ("d:/inetpub/wwwroot/aspnet_client", True), (f"{CLIENT}/system_web", True),
    ("d:/backup/old/aspnet_client", False), ("d:/backup/inetpub/wwwroot/aspnet_client", False),
    ("c:/inetpub/wwwroot", False), ("c:/inetpub/wwwroot/other", False), ("", False),
])  # fmt: skip
def test_a_page_of_a_log_needs_its_folder(folder: str, saw: bool) -> None:
    """Not one of the same name elsewhere; what lies above does not show that it is gone."""
    server = read_server("A", finding("r", citation("u.log", text="GET /aspnet_client/x.aspx -")))
    missing = list(unseen_pages(server, (), looked(folder)))
    assert (not missing) is saw
    assert saw or missing[0].startswith("aspnet_client: this folder was not")
    assert not list(unseen_pages(server, (CLIENT,), Looked()))


def test_a_page_of_which_no_record_says_where_lies_in_the_usual_folders() -> None:
    """All of them must be looked at; those of the product where it is Exchange."""
    written = finding("reset", citation("a.log"), techniques=["T1505.003"])
    missing = [one.partition(":")[0] for one in
               unseen_pages(read_server("A", written), (), looked(CLIENT))]  # fmt: skip
    assert missing == ["frontend/httpproxy/ecp/auth", FRONT]
    other = read_server("A", written, product="IIS")
    assert [one.partition(":")[0] for one in unseen_pages(other, (), Looked())] == ["wwwroot"]
    assert not list(unseen_pages(other, (CLIENT,), Looked()))
    assert not list(unseen_pages(read_server("A", finding("r", citation("a.log"))), (), Looked()))
