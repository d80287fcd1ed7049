"""What a configuration serves, unlocks, passes on and hides: directories, keys, rules, logs."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from alpheus.detect.webshell.configuration_code import shown
from alpheus.detect.webshell.configuration_stock import Element, Place, Stock, place_of
from alpheus.detect.webshell.model import Reason

_DIRECTORY_POINTS = {
    Place.BIN: (60, 60),
    Place.TEMPORARY: (50, 55),
    Place.PUBLIC: (50, 55),
    Place.PROFILE: (35, 50),
    Place.PROGRAM_DATA: (45, 50),
    Place.LOGS: (60, 60),
    Place.NETWORK: (35, 50),
    Place.ROOT: (50, 55),
    Place.WINDOWS: (50, 55),
    Place.SYSTEM: (50, 55),
    Place.SERVER: (50, 55),
}
"""Points for a folder that is served, and for one that an Exchange server serves."""

_SHARED_KEY = "6d60845874ad370b4c0e1906237bb25eaf3490e22abd71b9c8423f81664e8fe3"
"""SHA-256 of the key that all installations of Exchange had before February 2020."""
_PAGE = re.compile(
    r"\.(?:aspx?|ashx|asmx|ascx|asa|cer|svc|soap|php\d?|phtml|jspx?|cfm|cgi|exe|dll)(?=$|[?/;#])",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"\.(?:jpe?g|png|gif|ico|bmp|txt|css|config|log|ttf|woff)(?=$|[?/;#])", re.IGNORECASE
)
_ODD_FOLDER = re.compile(
    r"(?:^|/)(?:\.\.|\.well-known|aspnet_client|te?mp|cache|images?|img|pics?|pictures?|css|fonts?"
    r"|uploads?|app_data|app_themes|logs?|backups?)/",
    re.IGNORECASE,
)
_URL = re.compile(r"^\s*(?:https?:)?//(?:[^/@]*@)?([^/:?#]*)", re.IGNORECASE)
_INNER = re.compile(
    r"^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+"
    r"|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|[\w-]+|.*\.(?:local|internal|lan|corp|intra|intranet))$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$|^\[")
_TUNNEL = re.compile(
    r"\.(?:ngrok(?:-free)?\.(?:io|app|dev)|trycloudflare\.com|workers\.dev|serveo\.net|loca\.lt"
    r"|onion|portmap\.io|duckdns\.org)$",
    re.IGNORECASE,
)
_CRAWLER = re.compile(r"google|bing|baidu|yandex|sogou|spider|slurp|yahoo", re.IGNORECASE)
_VISITOR = re.compile(r"HTTP_USER_AGENT|HTTP_REFERER", re.IGNORECASE)


@dataclass(slots=True)
class Rule:
    """A rewrite rule as it is read."""

    line: int
    exchange: bool
    enabled: bool = True
    action: str = ""
    url: str = ""
    crawlers: bool = False
    inputs: list[str] = field(default_factory=list)

    def condition(self, subject: str, pattern: str) -> None:
        """Take a condition; what is remembered is whether it tells search engines from people."""
        if _VISITOR.search(subject[:200]) and _CRAWLER.search(pattern[:2000]):
            self.crawlers = True


def judge_directory(element: Element) -> list[Reason]:
    """A virtual directory: where its folder lies."""
    path, line = element.get("physicalPath"), element.tag.line
    if not path or Stock.load().directory(path):
        return []
    place = place_of(path)
    if place in _DIRECTORY_POINTS:
        points = _DIRECTORY_POINTS[place][element.exchange]
        text = f"{_served(element)} is served from {shown(path)}, which lies in {place}"
        if place is Place.ROOT:
            text = f"{_served(element)} is served from {shown(path)}, the root of a drive"
        return [Reason("directory", line, text, points)]
    if not element.exchange:
        return []
    text = f"{_served(element)} is served from {shown(path)}, which is not a folder of Exchange"
    return [Reason("directory", line, text, 10)]


def _served(element: Element) -> str:
    parts = (element.application.strip("/"), element.get("path").strip("/"))
    return shown("/" + "/".join(part for part in parts if part))


def judge_machine_key(element: Element) -> list[Reason]:
    """A key that is written down: whoever read it can sign view state. It is never shown."""
    value = element.get("validationKey").strip()
    if not value or value.lower().startswith("autogenerate"):
        return []
    line = element.tag.line
    if hashlib.sha256(value.upper().encode("utf-8", "replace")).hexdigest() == _SHARED_KEY:
        text = "the key of view state is the one that everybody knows (CVE-2020-0688)"
        return [Reason("view-state", line, text, 35)]
    text = "the key of view state is written down, where it is otherwise generated"
    return [Reason("view-state", line, text, 45 if element.exchange else 5)]


def judge_pages(element: Element) -> list[Reason]:
    """View state that is not protected."""
    found: list[Reason] = []
    line = element.tag.line
    if element.get("enableViewStateMac").lower() == "false":
        points = 45 if element.exchange else 20
        found.append(Reason("view-state", line, "view state is accepted unsigned", points))
    if element.get("viewStateEncryptionMode").lower() == "never":
        points = 25 if element.exchange else 5
        found.append(Reason("view-state", line, "view state is never encrypted", points))
    return found


def judge_session(element: Element) -> list[Reason]:
    """Where sessions are kept: who answers there decides what is taken apart here."""
    found = re.match(r"\s*tcpip\s*=\s*([^:;/\s]{1,255})", element.get("stateConnectionString"))
    if element.get("mode").lower() != "stateserver" or found is None or _INNER.match(found[1]):
        return []
    text = f"sessions are kept by {shown(found[1])}, outside the network"
    return [Reason("view-state", element.tag.line, text, 50 if element.exchange else 30)]


def judge_runtime(element: Element) -> list[Reason]:
    """Validation of requests below what Exchange itself asks for."""
    mode = element.get("requestValidationMode").strip()
    if not re.match(r"[01](?:\.|$)", mode):
        return []
    text = f"the validation of requests is lowered to {shown(mode)}"
    return [Reason("view-state", element.tag.line, text, 30 if element.exchange else 5)]


def judge_compilation(element: Element) -> list[Reason]:
    """Where compiled pages are left."""
    path = element.get("tempDirectory")
    if not path:
        return []
    place = place_of(path)
    odd = place in {Place.BIN, Place.PUBLIC, Place.LOGS, Place.NETWORK, Place.ROOT}
    text = f"compiled pages are left in {shown(path)}"
    return [Reason("logging", element.tag.line, text, 35 if odd else 10)]


def judge_logging(element: Element) -> list[Reason]:
    """Requests that are not logged."""
    if element.get("dontLog").lower() != "true":
        return []
    if element.location:
        text, points = f"requests for {shown(element.location)} are not logged", 35
    else:
        text, points = "requests are not logged", 25
    return [Reason("logging", element.tag.line, text, points)]


def judge_log_file(element: Element) -> list[Reason]:
    """A site without a log."""
    if element.get("enabled").lower() != "false":
        return []
    return [Reason("logging", element.tag.line, "the log of a site is switched off", 25)]


def judge_errors(element: Element) -> list[Reason]:
    """Errors that are told to everybody."""
    if element.get("mode").lower() != "off":
        return []
    return [Reason("logging", element.tag.line, "errors are shown to everybody in full", 5)]


def judge_error_page(element: Element) -> list[Reason]:
    """A page that answers errors."""
    path = element.get("path")
    if element.get("responseMode").lower() != "executeurl" or not _odd_page(path):
        return []
    text = f"errors are answered by the page {_route(path)}"
    return [Reason("rewrite", element.tag.line, text, 40)]


def judge_access(element: Element) -> list[Reason]:
    """Handlers that may write as well as run."""
    allowed = {part.strip().lower() for part in element.get("accessPolicy")[:200].split(",")}
    if "write" not in allowed or allowed.isdisjoint({"script", "execute"}):
        return []
    text = "files may be written and run in the same place"
    return [Reason("access", element.tag.line, text, 15)]


def judge_restriction(element: Element) -> list[Reason]:
    """Extensions and programs that run without being listed."""
    found: list[Reason] = []
    for name, what in (
        ("notListedIsapisAllowed", "extension"),
        ("notListedCgisAllowed", "program"),
    ):
        if element.get(name).lower() == "true":
            text = f"every {what} may serve requests, listed or not"
            found.append(Reason("access", element.tag.line, text, 20))
    return found


def judge_redirect(element: Element) -> list[Reason]:
    """Visitors who are sent elsewhere."""
    host = _outer_host(element.get("destination"))
    if element.get("enabled").lower() != "true" or host is None:
        return []
    text = f"visitors are sent to {shown(host)}"
    return [Reason("rewrite", element.tag.line, text, 25 if element.exchange else 5)]


def judge_rule(rule: Rule) -> list[Reason]:
    """A rewrite rule: what it passes requests on to, or which page it runs."""
    action = rule.action.lower()
    if not rule.enabled or action not in {"rewrite", "redirect"}:
        return []
    host = _outer_host(rule.url)
    if host is None:
        return _inner_rule(rule) if action == "rewrite" else []
    done = "passes requests on to" if action == "rewrite" else "sends visitors to"
    points, who = 15, "a rule"
    if rule.crawlers and "prerender" not in host.lower():
        points, who = 60 if action == "rewrite" else 45, "a rule for search engines"
    elif action == "redirect":
        points = 20 if rule.exchange else 5
    elif _TUNNEL.search(host[-100:]):
        points = 55
    elif rule.exchange:
        points = 50
    elif _ADDRESS.match(host):
        points = 30
    return [Reason("rewrite", rule.line, f"{who} {done} {shown(host)}", points)]


def _inner_rule(rule: Rule) -> list[Reason]:
    if _URL.match(rule.url[:2000]):
        if not rule.exchange:
            return []
        text = "a rule passes requests on to another service of the network"
        return [Reason("rewrite", rule.line, text, 30)]
    page = _PAGE.search(rule.url[:2000]) is not None
    if _odd_page(rule.url):
        points = 45
    elif page and rule.exchange:
        points = 40
    elif rule.exchange and _PICTURE.search(rule.url[:2000]):
        points = 25
    else:
        return []
    text = f"a rule makes requests run {_route(rule.url)}"
    return [Reason("rewrite", rule.line, text, points)]


def _odd_page(url: str) -> bool:
    """Whether a path leads to a server page in a folder where none belongs."""
    route = _route(url)
    return _PAGE.search(route) is not None and _ODD_FOLDER.search(route) is not None


def _route(url: str) -> str:
    """A path without what is asked of it, which may hold secrets."""
    return shown(re.split(r"[?#]", url[:2000], maxsplit=1)[0].replace("\\", "/"))


def _outer_host(url: str) -> str | None:
    """The server a URL leads to, if it is named and not of the own network."""
    found = _URL.match(url[:2000])
    if found is None or not found[1] or "{" in found[1] or _INNER.match(found[1][:255]):
        return None
    return found[1]
