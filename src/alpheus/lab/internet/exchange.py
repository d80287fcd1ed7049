"""The answers of an Exchange server: its redirect, logon page, manifest and web services."""

from __future__ import annotations

import urllib.parse
from functools import lru_cache

from alpheus.lab.internet import exchange_pages
from alpheus.lab.internet.behaviour import Behaviour
from alpheus.lab.internet.builds import RELEASES, Release
from alpheus.lab.internet.iis import default_page, forbidden, not_found, unauthorised
from alpheus.lab.internet.reply import (
    Headers,
    Reply,
    Request,
    chunks,
    date,
    object_moved,
    request_id,
    response,
)

_TELLING = frozenset(
    {"x-owa-version", "x-feserver", "x-beserver", "x-calculatedbetarget", "x-diaginfo"}
)
_MANIFEST = "/ecp/current/exporttool/microsoft.exchange.ediscovery.exporttool.application"
_SERVERS = {8: "7.0", 14: "7.5"}
"""Version of IIS below Exchange 2007 and 2010."""


def answer(behaviour: Behaviour, request: Request, member: int) -> Reply:
    """What the member of that index sends."""
    path = request.path
    if path.startswith("/owa/auth/logon.aspx"):
        return _logon(behaviour, request, member)
    if path == _MANIFEST:
        return _manifest(behaviour, request, member)
    if path in {"/owa", "/owa/"} or path.startswith("/ecp"):
        return _redirect(behaviour, request, member, path[:4] + "/")
    if path.startswith(("/ews", "/autodiscover", "/mapi", "/rpc", "/oab", "/microsoft-server")):
        return _services(behaviour, member)
    iis = _iis(behaviour.releases[member])
    return default_page(iis) if path == "/" else not_found(iis)


def answer_ews_only(behaviour: Behaviour, request: Request, member: int) -> Reply:
    """A server whose OWA and ECP are closed by rules on addresses."""
    if request.path.startswith(("/owa", "/ecp")):
        return forbidden(_iis(behaviour.releases[member]))
    return answer(behaviour, request, member)


def answer_mitigated(behaviour: Behaviour, request: Request, member: int) -> Reply:
    """An unpatched server whose ECP is off by rules of URL rewriting."""
    if request.path.startswith("/ecp"):
        return not_found(_iis(behaviour.releases[member]))
    return answer(behaviour, request, member)


def answer_virtual_host(behaviour: Behaviour, request: Request, member: int) -> Reply:
    """OWA under the names of its certificate, the default site of IIS under any other."""
    if request.host.partition(":")[0].lower() in behaviour.names:
        return answer(behaviour, request, member)
    iis = _iis(behaviour.releases[member])
    return default_page(iis) if request.path == "/" else not_found(iis)


def answer_back_end(behaviour: Behaviour, request: Request, member: int) -> Reply:
    """The back end's own site, which wants Windows authentication for everything."""
    if request.path == "/":
        return default_page(_iis(behaviour.releases[member]))
    return _services(behaviour, member, back_end=True)


def _iis(release: Release) -> str:
    major, minor = release.parts[:2]
    return _SERVERS.get(major) or ("8.5" if minor == 0 else "10.0")


def _headers(behaviour: Behaviour, headers: Headers) -> Headers:
    """The headers as the kind lets them out."""
    kind = behaviour.kind
    if kind.header == "stripped":
        return tuple(pair for pair in headers if pair[0].lower() not in _TELLING)
    if kind.header == "odd-case":
        return tuple((name.lower(), value) for name, value in headers)
    return headers


def _version(behaviour: Behaviour, release: Release) -> Headers:
    lie = behaviour.kind.header
    return (("X-OWA-Version", lie[1:] if lie.startswith("=") else release.build),)


def _front_end(behaviour: Behaviour, member: int) -> Headers:
    server, release = behaviour.servers[member], behaviour.releases[member]
    powered: Headers = (("X-Powered-By", "ASP.NET"),)
    return (*powered, ("X-FEServer", server)) if release.modern else powered


def _redirect(behaviour: Behaviour, request: Request, member: int, place: str) -> Reply:
    release = behaviour.releases[member]
    host = request.host or behaviour.address
    wanted = urllib.parse.quote(f"https://{host}{place}", safe="").replace("%2F", "%2f")
    location = f"https://{host}/owa/auth/logon.aspx?url={wanted.replace('%3A', '%3a')}&reason=0"
    body = object_moved(location.replace("&", "&amp;"))
    headers = (
        ("Cache-Control", "private"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Location", location),
        ("Server", f"Microsoft-IIS/{_iis(release)}"),
        *((("request-id", request_id()),) if release.modern else ()),
        *_version(behaviour, release),
        *_front_end(behaviour, member),
        ("Date", date()),
        ("Content-Length", str(len(body))),
    )
    return response("302 Found", _headers(behaviour, headers), body)


def _logon(behaviour: Behaviour, request: Request, member: int) -> Reply:
    release = behaviour.releases[member]
    before, after = exchange_pages.logon(release, behaviour.organisation % 2)
    body = b"".join((before, (request.host or behaviour.address).encode(), after))
    sized: Headers = (("Content-Length", str(len(body))),)
    if behaviour.kind.chunked:
        sized, body = (("Transfer-Encoding", "chunked"),), chunks(body)
    headers = (
        ("Cache-Control", "no-cache, no-store"),
        ("Pragma", "no-cache"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Expires", "-1"),
        ("Server", f"Microsoft-IIS/{_iis(release)}"),
        *((("request-id", request_id()),) if release.modern else ()),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("X-AspNet-Version", "4.0.30319" if release.modern else "2.0.50727"),
        *(_version(behaviour, release) if not release.modern or _lies(behaviour) else ()),
        *_front_end(behaviour, member),
        ("Date", date()),
        *sized,
    )
    return response("200 OK", _headers(behaviour, headers), body)


def _lies(behaviour: Behaviour) -> bool:
    return behaviour.kind.header.startswith("=")


def _manifest(behaviour: Behaviour, request: Request, member: int) -> Reply:
    release = behaviour.releases[member]
    if not release.modern:
        return not_found(_iis(release))
    if behaviour.kind.manifest == "hidden":
        return _redirect(behaviour, request, member, "/ecp/")
    told = first_of_family(release) if behaviour.kind.manifest == "lagging" else release
    body = exchange_pages.manifest(told)
    headers = (
        ("Content-Type", "application/x-ms-application"),
        ("Last-Modified", "Tue, 15 Dec 2020 04:12:30 GMT"),
        ("Accept-Ranges", "bytes"),
        ("ETag", '"0bd4c6c95d2d61:0"'),
        ("Server", f"Microsoft-IIS/{_iis(release)}"),
        ("request-id", request_id()),
        *_front_end(behaviour, member),
        ("Date", date()),
        ("Content-Length", str(len(body))),
    )
    return response("200 OK", _headers(behaviour, headers), body)


@lru_cache(maxsize=512)
def first_of_family(release: Release) -> Release:
    """The first build of the same cumulative update."""
    family = (one for one in RELEASES.values() if one.family == release.family)
    return min(family, key=lambda one: one.parts)


def _services(behaviour: Behaviour, member: int, *, back_end: bool = False) -> Reply:
    release, server = behaviour.releases[member], behaviour.servers[member]
    if not behaviour.kind.ews:
        return not_found(_iis(release))
    fqdn = f"{server.lower()}.corp.{behaviour.domain}"
    told: Headers = ()
    if release.modern:
        told = (*_version(behaviour, release), ("X-DiagInfo", server), ("X-BEServer", server))
        if not back_end:
            told = (("X-CalculatedBETarget", fqdn), *told)
    headers = (
        ("Server", f"Microsoft-IIS/{_iis(release)}"),
        *((("request-id", request_id()),) if release.modern else ()),
        *told,
        ("WWW-Authenticate", "Negotiate"),
        ("WWW-Authenticate", "NTLM"),
        ("X-Powered-By", "ASP.NET"),
        *((("X-FEServer", server),) if release.modern and not back_end else ()),
        ("Date", date()),
    )
    return unauthorised(_headers(behaviour, headers))
