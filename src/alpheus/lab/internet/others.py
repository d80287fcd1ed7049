"""Servers that are no Exchange of one's own: other products, and Microsoft's cloud."""

from __future__ import annotations

import hashlib

from alpheus.lab.internet import iis
from alpheus.lab.internet.behaviour import Behaviour
from alpheus.lab.internet.reply import (
    Headers,
    Reply,
    Request,
    date,
    object_moved,
    request_id,
    response,
)

_NGINX = (
    b"<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n<style>\n"
    b"    body { width: 35em; margin: 0 auto; font-family: Tahoma, Verdana, sans-serif; }\n"
    b"</style>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n"
    b"<p>If you see this page, the web server works. Further configuration is required.</p>\n"
    b"</body>\n</html>\n"
)
_NGINX_404 = (
    b"<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n"
    b"<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n"
    b"</body>\r\n</html>\r\n"
)


def _sized(status: str, body: bytes, *headers: tuple[str, str]) -> Reply:
    return response(status, (("Date", date()), *headers, ("Content-Length", str(len(body)))), body)


def nginx(_behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """The web server nginx as installed."""
    kind = (("Server", "nginx/1.18.0"), ("Content-Type", "text/html"))
    if request.path == "/":
        return _sized("200 OK", _NGINX, *kind)
    return _sized("404 Not Found", _NGINX_404, *kind)


def apache(behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """Apache as installed."""
    server = ("Server", "Apache/2.4.41 (Ubuntu)")
    if request.path == "/":
        line = "<p>This is the default welcome page used to test the correct operation.</p>\n"
        body = f"<html><head><title>Apache2 Ubuntu Default Page</title></head>{line * 120}</html>"
        return _sized("200 OK", body.encode(), server, ("Content-Type", "text/html"))
    host = request.host or behaviour.address
    body = (
        '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n'
        "<title>404 Not Found</title>\n</head><body>\n<h1>Not Found</h1>\n"
        "<p>The requested URL was not found on this server.</p>\n<hr>\n"
        f"<address>Apache/2.4.41 (Ubuntu) Server at {host} Port 443</address>\n</body></html>\n"
    )
    kind = ("Content-Type", "text/html; charset=iso-8859-1")
    return _sized("404 Not Found", body.encode(), server, kind)


def iis_default(_behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """IIS as installed."""
    return iis.default_page("10.0") if request.path == "/" else iis.not_found("10.0")


def asp_net(_behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """Some application on IIS; its paths look like versions."""
    if request.path.startswith("/app/login.aspx"):
        links = "\r\n".join(
            f'<script src="/app/15.1.{number}/bundle.js"></script>' for number in range(40)
        )
        body = (
            f"<!DOCTYPE html>\r\n<html><head><title>Time sheets</title>{links}</head>"
            "<body><form method='post' action='./login.aspx'></form></body></html>"
        ).encode()
        return _sized(
            "200 OK",
            body,
            ("Content-Type", "text/html; charset=utf-8"),
            ("Server", "Microsoft-IIS/10.0"),
            ("X-AspNet-Version", "4.0.30319"),
            ("X-Powered-By", "ASP.NET"),
        )
    location = f"/app/login.aspx?ReturnUrl={request.path}"
    return _sized(
        "302 Found",
        object_moved(location),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Location", location),
        ("Server", "Microsoft-IIS/10.0"),
        ("X-Powered-By", "ASP.NET"),
    )


def router(_behaviour: Behaviour, _request: Request, _member: int) -> Reply:
    """A router: the same logon page whatever is asked, and 200."""
    body = (
        b"<html><head><title>Router Login</title></head><body>"
        + b"<tr><td class='menu'>&nbsp;</td></tr>\n" * 150
        + b"<form action='/cgi-bin/login' method='post'><input name='user'>"
        b"<input type='password' name='pwd'></form></body></html>"
    )
    headers: Headers = (
        ("Server", "lighttpd/1.4.35"),
        ("Content-Type", "text/html"),
        ("Content-Length", str(len(body))),
    )
    return response("200 OK", headers, body)


def zimbra(_behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """Zimbra's web client."""
    cookies = (("Set-Cookie", "ZM_TEST=true;Secure"), ("Set-Cookie", "ZM_LOGIN_CSRF=1;HttpOnly"))
    if request.path != "/":
        body = _NGINX_404.replace(b"nginx/1.18.0", b"nginx")
        return _sized("404 Not Found", body, ("Server", "nginx"), ("Content-Type", "text/html"))
    styles = "\n".join(f".ZPad{number} {{ padding: {number}px; }}" for number in range(200))
    body = (
        "<!DOCTYPE html>\n<!-- set this class so CSS definitions that now use REM size -->\n"
        f"<html class='user_font_size_normal'><head><title>Zimbra Web Client Sign In</title>"
        f"<meta name='description' content='Zimbra provides mail and calendars.'>"
        f"<style>{styles}</style></head><body><div class='LoginScreen'>"
        "<form method='post' name='loginForm' action='/'></form></div></body></html>"
    ).encode()
    kind = ("Content-Type", "text/html;charset=utf-8")
    return _sized("200 OK", body, ("Server", "nginx"), kind, *cookies)


def sharepoint(behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """A SharePoint server, which names its build whatever is asked."""
    told: Headers = (
        ("Server", "Microsoft-IIS/10.0"),
        ("X-SharePointHealthScore", "0"),
        ("SPRequestGuid", request_id()),
        ("X-Powered-By", "ASP.NET"),
        ("MicrosoftSharePointTeamServices", behaviour.kind.header.removeprefix("=")),
        ("X-MS-InvokeApp", "1; RequireReadOnly"),
    )
    if request.path == "/":
        location = "/_layouts/15/start.aspx"
        kind = (("Content-Type", "text/html; charset=UTF-8"), ("Location", location))
        return _sized("302 Found", object_moved(location), *kind, *told)
    body = b"404 FILE NOT FOUND"
    return _sized("404 Not Found", body, ("Content-Type", "text/plain; charset=utf-8"), *told)


def empty(_behaviour: Behaviour, _request: Request, _member: int) -> Reply:
    """404 and nothing else."""
    return response("404 Not Found", (("Content-Length", "0"),))


def exchange_online(behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """Microsoft's cloud service."""
    drawn = hashlib.sha256(behaviour.address.encode()).hexdigest()
    front = f"FR{int(drawn[0], 16)}P281CA{int(drawn[1:4], 16):04d}"
    back = f"BE{int(drawn[4], 16)}P281MB{int(drawn[5:8], 16):04d}"
    told: Headers = (
        ("Server", "Microsoft-IIS/10.0"),
        ("request-id", request_id()),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"),
        ("X-CalculatedFETarget", f"{front}.internal.outlook.com"),
        ("X-BackEndHttpStatus", "302"),
        ("X-CalculatedBETarget", f"{back}.DEUP281.PROD.OUTLOOK.COM"),
        ("X-OWA-Version", "15.20.3912.31"),
        ("X-DiagInfo", back),
        ("X-BEServer", back),
        ("X-FEServer", front),
        ("X-Powered-By", "ASP.NET"),
    )
    if request.path.startswith("/owa"):
        location = "https://outlook.office365.com/owa/?authRedirect=true"
        body = object_moved(location)
        kind = (("Content-Type", "text/html; charset=utf-8"), ("Location", location))
        return _sized("302 Found", body, *kind, *told)
    if request.path == "/":
        return _sized("301 Moved Permanently", b"", ("Location", "/owa/"), *told)
    bearer = 'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", token_types="app_asserted"'
    return iis.unauthorised((*told, ("WWW-Authenticate", bearer), ("Date", date())))
