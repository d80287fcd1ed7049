"""Traps that play an Exchange server, and contradict themselves."""

from __future__ import annotations

from alpheus.lab.internet import exchange_pages
from alpheus.lab.internet.behaviour import Behaviour
from alpheus.lab.internet.builds import RELEASES
from alpheus.lab.internet.reply import Headers, Reply, Request, date, response

_VULNERABLE = "15.1.2106.2"
_OTHER = RELEASES["15.2.721.13"]
_THIRD = RELEASES["15.0.1497.2"]


def versions(behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """Header, page and manifest name Exchange 2016, 2019 and 2013."""
    body = b""
    status = "200 OK"
    if request.path.startswith("/owa"):
        before, after = exchange_pages.logon(_OTHER, 0)
        body = before + (request.host or behaviour.address).encode() + after
    elif request.path.startswith("/ecp"):
        body = exchange_pages.manifest(_THIRD)
    else:
        status = "401 Unauthorized"
    headers: Headers = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Server", "Microsoft-IIS/7.5"),
        ("X-OWA-Version", _VULNERABLE),
        ("X-FEServer", "EXCHANGE"),
        ("X-Powered-By", "ASP.NET"),
        ("Date", date()),
        ("Content-Length", str(len(body))),
    )
    return response(status, headers, body)


def server(_behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """A bare form on Apache with a header that names a build there never was."""
    body = (
        b"<html><head><title>Outlook</title></head><body>"
        b"<!-- {57A118C6-2DA9-419d-BE9A-F92B0F9A418B} -->"
        b'<form action="/owa/auth.owa" method="POST"><input name="username">'
        b'<input name="password" type="password"></form></body></html>'
    )
    found = request.path.startswith(("/owa", "/ecp", "/ews"))
    headers: Headers = (
        ("Date", date()),
        ("Server", "Apache/2.4.38 (Debian)"),
        ("X-OWA-Version", "15.1.2044.99"),
        ("X-Powered-By", "PHP/7.3.27"),
        ("Content-Length", str(len(body))),
        ("Content-Type", "text/html; charset=UTF-8"),
    )
    return response("200 OK" if found else "404 Not Found", headers, body)
