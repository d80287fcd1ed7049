"""Directories, keys, rules and logs, entry by entry."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell import configuration_settings as judged
from alpheus.detect.webshell.configuration_settings import Rule, judge_directory, judge_rule
from alpheus.detect.webshell.configuration_stock import Element
from alpheus.detect.webshell.model import Reason
from alpheus.parsers.xml_elements import Tag


def _element(*, exchange: bool = False, location: str | None = None, **given: str) -> Element:
    return Element(Tag("x", 7, attributes=given), "", location, "/app", exchange)


def _points(reasons: list[Reason]) -> int:
    assert all(reason.line == 7 for reason in reasons)
    return max((reason.points for reason in reasons), default=0)


@pytest.mark.parametrize(
    ("path", "least", "most"),
    [
        (r"%SystemDrive%\inetpub\wwwroot", 0, 0),
        (r"D:\Sites\Shop", 0, 0),
        (r"C:\Windows\System32\RpcProxy", 0, 0),
        (r"C:\Windows\Temp\x", 40, 60),
        (r"C:\Users\Public\x", 40, 60),
        (r"C:\Users\dev\source\repos\Shop", 20, 39),
        (r"C:\Windows\System32", 40, 60),
        (r"C:\ProgramData\x", 40, 60),
        (r"C:\$RECYCLE.BIN\x", 40, 60),
        (r"\\files\web", 20, 39),
        ("C:\\", 40, 60),
        ("", 0, 0),
    ],
)
def test_where_a_directory_leads(path: str, least: int, most: int) -> None:
    """Sites of their own are silent; shares and profiles are context."""
    element = _element(path="/a", physicalPath=path)
    assert least <= _points(judge_directory(element)) <= most


def test_directories_of_an_exchange_server() -> None:
    """Its own are known; a share or a profile there is suspicious, another folder is context."""
    own = r"E:\Exchange\V15\FrontEnd\HttpProxy\owa\auth"
    assert judge_directory(_element(physicalPath=own, exchange=True)) == []
    assert _points(judge_directory(_element(physicalPath=r"\\a\b", exchange=True))) >= 40
    found = judge_directory(_element(path="/a", physicalPath=r"D:\a", exchange=True))
    assert found[0].text.startswith("/app/a is served from D:\\a")
    assert _points(found) == 10


def test_keys_that_are_written_down() -> None:
    """The one that everybody knows is told by its hash; what is generated is silent."""
    known = "CB2721ABDAF8E9DC516D621D8B8BF13A" + "2C9E8689A25303BF"
    found = judged.judge_machine_key(_element(validationKey=known.lower(), exchange=True))
    assert "CVE-2020-0688" in found[0].text
    assert known not in found[0].text.upper()
    assert judged.judge_machine_key(_element(validationKey="AutoGenerate,IsolateApps")) == []
    assert judged.judge_machine_key(_element()) == []


@pytest.mark.parametrize(
    ("mode", "told"), [("0.0", True), ("1", True), ("2.0", False), ("4.5", False)]
)
def test_validation_below_that_of_exchange(mode: str, told: bool) -> None:
    """2.0 is what Exchange itself sets."""
    element = _element(requestValidationMode=mode, exchange=True)
    assert bool(judged.judge_runtime(element)) is told


def test_sessions_that_are_kept_elsewhere() -> None:
    """The own network is ordinary; the outside is told, without what else the text holds."""
    inner = _element(mode="StateServer", stateConnectionString="tcpip=10.0.0.5:42424")
    outer = _element(mode="StateServer", stateConnectionString="tcpip=203.0.113.9:42424")
    unused = _element(mode="InProc", stateConnectionString="tcpip=203.0.113.9:42424")
    assert judged.judge_session(inner) == judged.judge_session(unused) == []
    assert 20 <= _points(judged.judge_session(outer)) < 40


def test_what_is_not_logged() -> None:
    """One path says more than a whole site."""
    one = judged.judge_logging(_element(dontLog="true", location="Site/owa/auth"))
    site = judged.judge_logging(_element(dontLog="true"))
    assert _points(one) > _points(site) > 0
    assert judged.judge_logging(_element(dontLog="false")) == []
    assert _points(judged.judge_log_file(_element(enabled="false"))) > 0
    assert judged.judge_log_file(_element(directory="x")) == []


def test_other_settings_are_context() -> None:
    """Errors, compiled pages, rights and lists: each below what is suspicious."""
    for found in (
        judged.judge_errors(_element(mode="Off")),
        judged.judge_compilation(_element(tempDirectory=r"C:\Users\Public")),
        judged.judge_access(_element(accessPolicy="Read, Script, Write")),
        judged.judge_restriction(_element(notListedIsapisAllowed="true")),
        judged.judge_redirect(_element(enabled="true", destination="http://a.example/")),
    ):
        assert 0 < _points(found) < 40
    assert judged.judge_errors(_element(mode="RemoteOnly")) == []
    assert judged.judge_compilation(_element(debug="true")) == []
    assert judged.judge_access(_element(accessPolicy="Read, Script")) == []
    assert judged.judge_redirect(_element(enabled="true", destination="/owa")) == []
    assert judged.judge_error_page(_element(responseMode="ExecuteURL", path="/e.aspx")) == []


@pytest.mark.parametrize(
    ("action", "url", "exchange", "least", "most"),
    [
        ("Rewrite", "default.aspx?id={R:1}", False, 0, 0),
        ("Rewrite", "http://localhost:8080/{R:1}", False, 0, 0),
        ("Rewrite", "http://{C:1}/{R:1}", False, 0, 0),
        ("Rewrite", "https://api.example.org/{R:1}", False, 1, 39),
        ("Rewrite", "http://203.0.113.9/x", False, 20, 39),
        ("Rewrite", "https://abc.trycloudflare.com/", False, 40, 60),
        ("Rewrite", "/uploads/x.aspx", False, 40, 60),
        ("Rewrite", "images/../../x.asp?y", False, 40, 60),
        ("Rewrite", "/images/x.png", False, 0, 0),
        ("Redirect", "https://{HTTP_HOST}/{R:1}", False, 0, 0),
        ("Redirect", "https://www.example.org/", False, 1, 20),
        ("Rewrite", "/owa/auth/x.aspx", True, 40, 60),
        ("Rewrite", "https://api.example.org/", True, 40, 60),
        ("Rewrite", "http://127.0.0.1:81/", True, 20, 39),
        ("AbortRequest", "", True, 0, 0),
    ],
)
def test_rewrite_rules(action: str, url: str, exchange: bool, least: int, most: int) -> None:
    """Friendly addresses and proxies are ordinary; odd pages and tunnels are not."""
    rule = Rule(7, exchange, action=action, url=url)
    assert least <= _points(judge_rule(rule)) <= most
    assert judge_rule(Rule(7, exchange, enabled=False, action=action, url=url)) == []


def test_rules_for_search_engines() -> None:
    """Other pages for crawlers than for people are suspicious; a prerenderer is ordinary."""
    rule = Rule(7, exchange=False, action="Rewrite", url="http://shop.example/{R:0}")
    rule.condition("{HTTP_USER_AGENT}", "Googlebot|bingbot")
    assert _points(judge_rule(rule)) >= 40
    rule.url = "http://service.prerender.io/https://{HTTP_HOST}/{R:0}"
    assert _points(judge_rule(rule)) < 40
    plain = Rule(7, exchange=False)
    plain.condition("{REQUEST_URI}", "google")
    assert not plain.crawlers
