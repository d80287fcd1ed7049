"""The facts of one answer: builds and where they stand, signs of Exchange, what stands before it.

Nothing is concluded here. Sources: the headers and pages that Exchange Server 2007 to SE send
before anyone signs on; `docs/architecture.md` names the probes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from alpheus.exposure.gateways import balancer, recognise
from alpheus.exposure.model import Answer, ProbeKind, Response, Tls, Witness
from alpheus.exposure.other_products import header_builds
from alpheus.knowledge.builds import parse_build

OWA_VERSION = "X-OWA-Version"
PAGE = "page path"
MANIFEST = "manifest"
APPLICATION = "X-ServerApplication"
SERVER_VERSION = "ServerVersionInfo"
FRONT_END = "X-FEServer"

BALANCER = "balancer"
"""Hint: cookies by which a balancer knows its servers."""
WINDOWS_SIGN_ON = "Windows sign-on"
"""Hint: 401 that offers NTLM or Negotiate, as IIS does with or without Exchange."""
REFUSED = "refused"
"""Hint: the path was answered with 401 or 403."""
ABSENT = "absent"
"""Hint: the path was answered with 404 or 410."""
DEFAULT_PAGE = "default page"
"""Hint: the page that a web server shows before anyone has set it up, or an empty one."""
TO_HTTPS = "to https"
"""Hint: sent to the same host's HTTPS."""
SIGN_ON_PAGE = "sign-on page"
"""Hint: sent to some page of the same host that is none of Exchange's."""

TRUNCATED = "truncated"
"""Hint: the page broke off, or goes on beyond what is read."""

UNKNOWN_GATEWAY = "unknown gateway"
"""The gateway's name where no mark tells it."""

ONLINE_BUILD = "15.20."
"""How the builds of the cloud service begin, and no product's."""

ONLINE_HOSTS = (".outlook.com", ".office365.com", ".office.com", ".outlook.cn", ".office365.us")
"""Where Microsoft's cloud service lives."""

MOST_SAID = 8
"""So many builds, and so many doubts, are taken from one answer; no server has more to say."""
MANY_BUILDS = "more builds than any server has"
"""Doubt: builds beyond `MOST_SAID` were left out, so that nothing is sure of the rest."""
MANY_HEADERS = "many headers of one kind"
"""Doubt: a header that stands once in Exchange's answers stands there more than `MOST_SAID` times,
or so many headers are odd that not each is told."""

_NAMED_SERVERS = ("x-beserver", "x-calculatedbetarget", "x-diaginfo")
_SIGN_HEADERS = {
    "x-owa-version": OWA_VERSION, "x-feserver": FRONT_END, "x-beserver": "X-BEServer",
    "x-calculatedbetarget": "X-CalculatedBETarget", "x-diaginfo": "X-DiagInfo",
    "x-serverapplication": APPLICATION, "x-owa-error": "X-OWA-Error",
    "ms-server-activesync": "MS-Server-ActiveSync", "x-backendhttpstatus": "X-BackEndHttpStatus",
    "x-proxyerrorhresult": "X-ProxyErrorHResult", "x-calculatedfetarget": "X-CalculatedFETarget",
}  # fmt: skip
_BUILD_HEADERS = {"x-owa-version": OWA_VERSION, "x-serverapplication": APPLICATION}
_SIGN_COOKIES = ("x-backendcookie", "x-owa-canary", "x-backendoverridecookie", "exchangecookie")
_ALL_SIGN_HEADERS = frozenset(_SIGN_HEADERS)

_AS_WRITTEN = re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,5}(?:\.\d{1,5})?", re.ASCII)
"""A build as Exchange writes it in a header; other spellings there are somebody else's."""
_PATH_BUILD = re.compile(
    rb"/owa/(?:auth/|prem/|manifests/)?(\d{1,2}\.\d{1,2}\.\d{1,5}(?:\.\d{1,5})?)/"
)
_MOST_PATHS = 24
"""So many places of a page are looked at for a build."""
_PAGE_MARKS = (
    (b"OwaPage = ASP.", "OwaPage"),
    (b"57A118C6-2DA9-419d-BE9A-F92B0F9A418B", "sign-on page identifier"),
    (b"IsOwaPremiumBrowser", "IsOwaPremiumBrowser"),
    (b"/owa/auth.owa", "form for auth.owa"),
    (b"/owa/auth/owaauth.dll", "form for owaauth.dll"),
)
_ASSEMBLY = re.compile(rb"<(?:\w{1,9}:)?assemblyIdentity\s[^<>]{0,1000}>")
_ASSEMBLY_NAME = re.compile(
    rb"\bname\s{0,9}=\s{0,9}[\"']microsoft\.exchange\.ediscovery\.exporttool", re.IGNORECASE
)
_ASSEMBLY_VERSION = re.compile(rb"\bversion\s{0,9}=\s{0,9}[\"']([\d.]{5,30})[\"']", re.IGNORECASE)
_SERVER_VERSION = re.compile(rb"ServerVersionInfo\s([^<>]{10,600})>")
_ATTRIBUTE = re.compile(rb"(M(?:ajor|inor)(?:Build)?(?:Version|Number))\s?=\s?[\"'](\d{1,5})[\"']")
_TITLE = re.compile(rb"<title[^<>]{0,200}>\s*([^<]{1,300})", re.IGNORECASE)
_URL = re.compile(r"(?:(https?):)?//([^/?#\\]*)", re.IGNORECASE)
_SERVER_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,10}")
_ONLINE_FRONT_END = re.compile(
    r"[A-Z]{2,3}\d?[A-Z]{0,4}\d{2,4}[A-Z]{2,6}\d{2,5}(?:\..*)?", re.IGNORECASE
)
_LOGON = ("/owa/auth/logon.aspx", "/owa/auth/logon.asp?", "/owa/languageselection.aspx")
_MAY_BE_EXCHANGE = re.compile(
    r"/owa/?(?:\?|$)|/owa/(?:auth|lang)|.*?(?:log-?on|log-?in|sign-?on|sign-?in|auth|sso|saml|oauth"
    r"|session|portal|policy|idp|account|gate|access|verify|challenge|captcha|vpn|remote)"
)
"""Where Exchange or a sign-on before it may send, on the same host."""
_DEFAULT_TITLES = re.compile(
    r"welcome to nginx|iis windows|iis\d|^iis|internet information services|apache2? .*default"
    r"|apache http server test|test page|it works|default (?:web )?(?:page|site)|under construction"
    r"|welcome to (?:caddy|centos|openresty|tengine|our server)|index of /|site not found"
    r"|plesk|cpanel|domain default",
    re.IGNORECASE,
)
_MANY_FACED = re.compile(
    r"^$|iis|httpapi|nginx|apache(?!-coyote)|openresty|haproxy|caddy|traefik|litespeed|envoy"
    r"|varnish|squid|akamai|cloudflare|tengine|ats|proxy|gateway|kong|big-?ip|netscaler|awselb"
    r"|cloudfront|sucuri|zscaler|gws|openlitespeed|cherokee|pound|ibm_http|oracle-http|server$",
    re.IGNORECASE,
)
"""Web servers that pass on what stands behind them, by name or path: their 404 is no proof."""

_SMTP_EXCHANGE = re.compile(
    r"220[ -](\S{1,255}) Microsoft ESMTP MAIL Service ready at ", re.IGNORECASE
)
_SMTP_IIS = re.compile(r"220[ -]\S{1,255} Microsoft ESMTP MAIL Service, Version: ", re.IGNORECASE)


_Headers = tuple[tuple[str, str], ...]


def is_certified(tls: Tls | None) -> bool | None:
    """Whether a certificate names Microsoft's cloud service; None where there is no certificate.

    One that a server signed for itself does not.
    """
    certificate = tls.certificate if tls else None
    if certificate is None:
        return None
    names = (f".{name.lower().removeprefix('*.')}" for name in certificate.names)
    return not certificate.self_signed and any(name.endswith(ONLINE_HOSTS) for name in names)


def read_answer(probe: ProbeKind, host: str, response: Response) -> Answer:
    """The facts of a response to `probe`, asked for by the name or address `host`.

    For `ProbeKind.SMTP` the body is the banner. Never raises, whatever the response holds.
    """
    if probe is ProbeKind.SMTP:
        return _read_banner(host, response)
    headers = response.headers
    fields = dict(reversed(headers))
    facts = _Facts()
    if not _ALL_SIGN_HEADERS.isdisjoint(fields):
        _read_headers(headers, fields, facts)
    if response.body:
        _read_body(probe, response.body, facts)
    if "set-cookie" in fields:
        cookies = "\n".join(value for name, value in headers if name == "set-cookie").lower()
        facts.cookies = cookies
        facts.signs += [f"cookie {name}" for name in _SIGN_COOKIES if f"{name}=" in cookies]
        if balancer(cookies):
            facts.hints.append(BALANCER)
    location = fields.get("location", "")
    if location:
        facts.redirect = _read_location(location, host, facts)
    if not facts.signs:
        _read_stranger(response, fields, host, facts)
    return Answer(
        probe,
        host,
        response.status,
        "",
        tuple(facts.witnesses),
        tuple(facts.signs),
        tuple(facts.doubts),
        tuple(facts.servers),
        facts.gateway,
        facts.redirect,
        bool(facts.servers) and _is_online(facts),
        tuple(facts.hints),
        facts.other,
        fields.get("server", "")[:80],
        () if facts.signs else header_builds(fields),
    )


class _Facts:
    """What is gathered on the way through one response."""

    __slots__ = (
        "cookies", "doubts", "gateway", "hints", "other", "redirect", "servers", "signs",
        "witnesses",
    )  # fmt: skip

    def __init__(self) -> None:
        self.witnesses: list[Witness] = []
        self.signs: list[str] = []
        self.doubts: list[str] = []
        self.servers: list[str] = []
        self.hints: list[str] = []
        self.gateway = self.redirect = self.other = self.cookies = ""

    def witness(self, witness: Witness) -> None:
        """Note a build that is not known yet, within the bound."""
        if len(self.witnesses) < MOST_SAID:
            self.witnesses.append(witness)
        elif MANY_BUILDS not in self.doubts:
            self.doubts.append(MANY_BUILDS)

    def doubt(self, text: str) -> None:
        """Note a doubt once, within the bound."""
        if len(self.doubts) >= MOST_SAID:
            text = MANY_HEADERS
        if text not in self.doubts:
            self.doubts.append(text)


def _read_headers(headers: _Headers, fields: Mapping[str, str], facts: _Facts) -> None:
    """Signs, builds and server names of the headers that Exchange alone sends."""
    facts.signs += [label for name, label in _SIGN_HEADERS.items() if name in fields]
    for name, value in headers:
        if name in _BUILD_HEADERS:
            own = value if name == "x-owa-version" else value.rpartition("/")[2]
            _add_build(facts, _BUILD_HEADERS[name], own)
            if MANY_BUILDS in facts.doubts:
                break
    if len(headers) - len(fields) >= MOST_SAID:
        counts = Counter(name for name, _ in headers if name in _ALL_SIGN_HEADERS)
        if max(counts.values()) > MOST_SAID:
            facts.doubt(MANY_HEADERS)
    for name in ("x-feserver", *_NAMED_SERVERS):
        value = fields.get(name, "")
        if value and value not in facts.servers and _SERVER_NAME.fullmatch(value):
            facts.servers.append(value)
    if FRONT_END in facts.signs and not _SERVER_NAME.fullmatch(fields["x-feserver"]):
        facts.signs.remove(FRONT_END)
        facts.signs.append("X-FEServer without a name")


def _add_build(facts: _Facts, source: str, value: str) -> None:
    build = _dotted(value) if _AS_WRITTEN.fullmatch(value) else ""
    if not build:
        facts.doubt(f"{source} is {value[:40]!r}, which is no build")
        return
    witness = Witness(source, build)
    if witness in facts.witnesses:
        return
    if any(known.source == source for known in facts.witnesses):
        facts.doubt(f"{source} stands there twice, with different builds")
    facts.witness(witness)


@lru_cache(maxsize=4096)
def _dotted(text: str) -> str:
    """A build without padding, '' if it is none."""
    number = parse_build(text)
    return str(number) if number else ""


def _read_body(probe: ProbeKind, body: bytes, facts: _Facts) -> None:
    """Builds and marks of the page."""
    if probe is ProbeKind.MANIFEST:
        build = _manifest_build(body)
        if build:
            facts.witness(Witness(MANIFEST, build))
            facts.signs.append("manifest of the export tool")
        return
    builds = dict.fromkeys(_path_builds(body))
    if builds:
        for build in builds:
            facts.witness(Witness(PAGE, build))
        facts.signs.append("path with a build")
    else:
        facts.signs += [label for mark, label in _PAGE_MARKS if mark in body]
    if b"ServerVersionInfo" in body:
        _read_server_version(body, facts)


def _path_builds(body: bytes) -> Iterator[str]:
    """Builds in paths of the page's own resources."""
    at = body.find(b"/owa/")
    for _ in range(_MOST_PATHS):
        if at < 0:
            return
        match = _PATH_BUILD.match(body, at)
        build = _dotted(match[1].decode()) if match else ""
        if build:
            yield build
        at = body.find(b"/owa/", at + 5)


def _manifest_build(body: bytes) -> str:
    for found in _ASSEMBLY.finditer(body):
        version = _ASSEMBLY_VERSION.search(found[0])
        if version and _ASSEMBLY_NAME.search(found[0]):
            number = parse_build(version[1].decode())
            if number is not None and number.precision == 4 and number.parts[0] >= 15:
                return str(number)
    return ""


def _read_server_version(body: bytes, facts: _Facts) -> None:
    """The version that an answer of the web services names; anyone else's answer has none."""
    match = _SERVER_VERSION.match(body, body.index(b"ServerVersionInfo"))
    parts = dict(_ATTRIBUTE.findall(match[1])) if match else {}
    names = (b"MajorVersion", b"MinorVersion", b"MajorBuildNumber", b"MinorBuildNumber")
    number = parse_build(".".join(parts.get(name, b"x").decode() for name in names))
    if number is not None:
        facts.signs.append(SERVER_VERSION)
        facts.witness(Witness(SERVER_VERSION, str(number)))


def _read_location(location: str, host: str, facts: _Facts) -> str:
    """The other host that is sent to, '' for the same; a way to the logon page is a sign."""
    lowered = location.lower()
    match = _URL.match(location)
    target = _host_of(match[2]) if match else ""
    same = not target or target == host.lower().rstrip(".")
    if any(path in lowered.partition("?")[0] + "?" for path in _LOGON) and (same or _bare(host)):
        facts.signs.append("sends to the logon page of Outlook on the web")
    return "" if same else target


def _host_of(authority: str) -> str:
    host = authority.rpartition("@")[2].lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")[:253]


def _bare(host: str) -> bool:
    """Whether a host is an address and no name."""
    return ":" in host or host.replace(".", "").isdigit()


def _is_online(facts: _Facts) -> bool:
    """Whether the cloud service answers, by its server names.

    A build of the cloud service with server names of another kind is not enough, nor is one beside
    another that is a product's.
    """
    if any(name.lower().endswith(ONLINE_HOSTS) for name in facts.servers):
        return True
    builds = [witness.build.startswith(ONLINE_BUILD) for witness in facts.witnesses]
    cloud = bool(builds) and all(builds)
    return cloud and all(_ONLINE_FRONT_END.fullmatch(name) for name in facts.servers)


def _read_stranger(response: Response, fields: Mapping[str, str], host: str, facts: _Facts) -> None:
    """The gateway or the product of an answer without any sign of Exchange."""
    status = response.status
    if response.truncated:
        facts.hints.append(TRUNCATED)
    location = fields.get("location", "").lower()
    facts.gateway = recognise(status, fields, location, facts.cookies, response.body).gateway
    if facts.gateway:
        return
    if location and 300 <= status < 400:
        facts.gateway = _sent_away(location, host, facts)
    elif status in {401, 403, 407}:
        facts.hints.append(REFUSED)
        schemes = " ".join(v.lower() for n, v in response.headers if n == "www-authenticate")
        if "ntlm" in schemes or "negotiate" in schemes:
            facts.hints.append(WINDOWS_SIGN_ON)
        else:
            facts.gateway = UNKNOWN_GATEWAY
    elif status in {429, 451, 502, 503, 504, 511}:
        facts.gateway = UNKNOWN_GATEWAY
    else:
        facts.other = _product(response, fields.get("server", ""), facts)


def _sent_away(location: str, host: str, facts: _Facts) -> str:
    """A gateway's name for a redirect; none where it may be the same server under its name."""
    if facts.redirect:
        path = location.partition("//")[2].partition("/")[2]
        if facts.redirect.endswith(ONLINE_HOSTS):
            return ""
        renamed = _bare(host) and (not path or path.startswith(("owa", "ews", "?")))
        return "" if renamed else UNKNOWN_GATEWAY
    path = _URL.sub("", location, count=1)[:2000]
    if location.startswith("https:") and path.startswith("/owa"):
        facts.hints.append(TO_HTTPS)
    elif "returnurl=" in path or not _MAY_BE_EXCHANGE.match(path):
        facts.other = f"a server that sends to its own {path.partition('?')[0][:60]}"
    else:
        facts.hints.append(SIGN_ON_PAGE)
    return ""


def _product(response: Response, software: str, facts: _Facts) -> str:
    """What else it positively is, or '' where the answer leaves it open."""
    if response.status in {404, 410}:
        facts.hints.append(ABSENT)
        own = not _MANY_FACED.search(software)
        return f"{software[:60]}, which has no such page" if own else ""
    if response.status != 200 or response.truncated:
        return ""
    title = _title(response.body)
    if not response.body.strip() or _DEFAULT_TITLES.search(title):
        facts.hints.append(DEFAULT_PAGE)
        return ""
    if title:
        return f"a page titled “{title}”"
    return f"{software[:60]}, with a page of its own" if not _MANY_FACED.search(software) else ""


def _title(body: bytes) -> str:
    match = _TITLE.search(body, 0, 65_536)
    return " ".join(match[1].decode("utf-8", "replace").split())[:80] if match else ""


def _read_banner(host: str, response: Response) -> Answer:
    banner = response.body[:512].decode("latin-1")
    match = _SMTP_EXCHANGE.match(banner)
    name = match[1] if match and _SERVER_NAME.fullmatch(match[1]) else ""
    return Answer(
        ProbeKind.SMTP,
        host,
        response.status,
        signs=("SMTP banner of Exchange",) if match else (),
        doubts=("SMTP banner of IIS, not of Exchange",) if _SMTP_IIS.match(banner) else (),
        servers=(name,) if name else (),
        software=" ".join(banner.split())[:80],
    )
