"""Products that answer in Exchange's place: each has headers, cookies and pages of its own."""

from __future__ import annotations

import base64
import hashlib
import urllib.parse

from alpheus.lab.internet import iis
from alpheus.lab.internet.behaviour import Behaviour
from alpheus.lab.internet.reply import (
    Headers,
    Reply,
    Request,
    Then,
    date,
    object_moved,
    request_id,
    response,
)


def _token(behaviour: Behaviour, length: int) -> str:
    return hashlib.sha256(f"token {behaviour.address}".encode()).hexdigest()[:length]


def f5_apm(behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """BIG-IP APM: everything goes to /my.policy, which has a logon page."""
    token = _token(behaviour, 32)
    cookies: Headers = (
        ("Set-Cookie", f"LastMRH_Session={token[:8]};path=/;secure"),
        ("Set-Cookie", f"MRHSession={token};path=/;secure"),
        ("Set-Cookie", "F5_ST=;expires=Thu, 01-Jan-1970 00:00:00 GMT;path=/;secure"),
    )
    if request.path == "/my.policy":
        page = (
            "<!DOCTYPE html>\n<html><head>\n<title>BIG-IP logout page</title>\n"
            '<link rel="stylesheet" type="text/css" href="/public/include/css/apm.css">\n'
            '<script src="/public/include/js/session_check.js?v=13"></script>\n'
            "</head><body>\n<h1>Your session could not be established.</h1>\n"
            f"<p>The session reference number: {token[:8]}</p>\n</body></html>\n"
        ).encode()
        headers = (
            ("Server", "BigIP"),
            ("Content-Type", "text/html; charset=utf-8"),
            ("Cache-Control", "no-cache, must-revalidate"),
            ("X-Frame-Options", "DENY"),
            *cookies,
            ("Connection", "Close"),
            ("Content-Length", str(len(page))),
        )
        return response("200 OK", headers, page, Then.CLOSE)
    headers = (
        ("Server", "BigIP"),
        ("Connection", "Close"),
        ("Content-Length", "0"),
        ("Location", "/my.policy"),
        *cookies,
    )
    return response("302 Found", headers, then=Then.CLOSE)


def citrix(behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """Citrix Gateway (NetScaler): a cookie NSC_ and a page under /vpn or /logon."""
    if request.path in {"/vpn/index.html", "/logon/logonpoint/index.html"}:
        body = (
            b"<html><head>\r\n<title>Netscaler Gateway</title>\r\n"
            b'<link href="/vpn/images/AccessGateway.ico" rel="SHORTCUT ICON"/>\r\n'
            b'<script src="/vpn/login.js"></script><script src="/vpn/nsshare.js"></script>\r\n'
            b'</head><body onload="ns_load()"></body></html>\r\n'
        )
        headers: Headers = (
            ("Server", "Apache"),
            ("X-Frame-Options", "SAMEORIGIN"),
            ("Content-Type", "text/html; charset=UTF-8"),
            ("Cache-Control", "no-cache"),
            ("Content-Length", str(len(body))),
        )
        return response("200 OK", headers, body)
    body = b"<html><head><title>Object Moved</title></head></html>"
    headers = (
        ("Location", "/vpn/index.html"),
        ("Set-Cookie", f"NSC_AAAC={_token(behaviour, 32)};Secure;HttpOnly;Path=/"),
        ("Set-Cookie", "NSC_EPAC=xyz;Path=/;expires=Wednesday, 09-Nov-1999 23:12:40 GMT;Secure"),
        ("Set-Cookie", "NSC_TMAS=xyz;Path=/;expires=Wednesday, 09-Nov-1999 23:12:40 GMT;Secure"),
        ("Connection", "close"),
        ("Content-Length", str(len(body))),
        ("Cache-control", "no-cache, no-store"),
        ("Pragma", "no-cache"),
        ("Content-Type", "text/html"),
    )
    return response("302 Object Moved", headers, body, Then.CLOSE)


def adfs(behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """Web Application Proxy: sends to AD FS, on another host of the same owner."""
    back = urllib.parse.quote(f"https://{request.host or behaviour.address}{request.target}", "")
    location = (
        f"https://sts.{behaviour.domain}/adfs/ls?version=1.0&action=signin"
        f"&realm=urn%3AAppProxy%3Acom&appRealm={request_id()}&returnUrl={back}"
        f"&client-request-id={request_id()}"
    )
    headers = (
        ("Content-Length", "0"),
        ("Location", location),
        ("Server", "Microsoft-HTTPAPI/2.0"),
        ("Date", date()),
    )
    return response("307 Temporary Redirect", headers)


def tmg(behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """Microsoft Threat Management Gateway: its form stands at /CookieAuth.dll."""
    if request.path == "/cookieauth.dll":
        body = (
            b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\r\n'
            b"<!-- {57A118C6-2DA9-419d-BE9A-F92B0F9A418B} -->\r\n<html><head>\r\n"
            b"<title>Microsoft Exchange - Outlook Web Access</title>\r\n"
            b'<link rel="stylesheet" href="/CookieAuth.dll?GetPic?formdir=1&amp;image=logon.css">'
            b"\r\n"
            b'</head><body><form action="/CookieAuth.dll?Logon" method="POST" id="logonForm">'
            b'\r\n<input type="hidden" id="curl" name="curl" value="Z2FowaZ2F">\r\n'
            b'<input type="text" id="username" name="username">'
            b'<input type="password" id="password" name="password">\r\n'
            b"<p>Secured by Microsoft Forefront Threat Management Gateway</p>\r\n"
            b"</form></body></html>\r\n"
        )
        headers: Headers = (
            ("Connection", "Keep-Alive"),
            ("Pragma", "no-cache"),
            ("Cache-Control", "no-cache"),
            ("Expires", "0"),
            ("Content-Type", "text/html; charset=UTF-8"),
            ("Content-Length", str(len(body))),
        )
        return response("200 OK", headers, body)
    wanted = request.target.replace("/", "Z2F")
    host = request.host or behaviour.address
    location = f"https://{host}/CookieAuth.dll?GetLogon?curl={wanted}&reason=0&formdir=1"
    headers = (
        ("Connection", "Keep-Alive"),
        ("Pragma", "no-cache"),
        ("Location", location),
        ("Content-Length", "0"),
    )
    return response("302 Moved Temporarily", headers)


def azure_app_proxy(behaviour: Behaviour, _request: Request, _member: int) -> Reply:
    """Azure's application proxy: sends to the cloud's logon."""
    tenant = request_id()
    host = f"owa-{behaviour.domain.partition('.')[0]}.msappproxy.net"
    location = (
        f"https://login.microsoftonline.com/{tenant}/oauth2/authorize?response_type=code"
        f"&client_id={request_id()}&scope=openid&nonce={request_id()}"
        f"&redirect_uri=https%3a%2f%2f{host}%2f&state=AppProxyState%3a#EndOfStateParam#"
        f"&client-request-id={request_id()}"
    )
    body = object_moved(location.replace("&", "&amp;"))
    headers = (
        ("Cache-Control", "private"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Location", location),
        ("Server", "Microsoft-IIS/8.5"),
        ("Set-Cookie", f"AzureAppProxyAnalyticCookie_{tenant}=1; domain={host}; path=/; secure"),
        ("x-ms-proxy-app-id", request_id()),
        ("x-ms-proxy-group-id", request_id()),
        ("x-ms-proxy-subscription-id", tenant),
        ("x-ms-proxy-transaction-id", request_id()),
        ("x-ms-proxy-service-name", "proxy-appproxy-weur-am2p-1"),
        ("x-ms-proxy-data-center", "weur"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
        ("Date", date()),
        ("Content-Length", str(len(body))),
    )
    return response("302 Found", headers, body)


def challenge(behaviour: Behaviour, _request: Request, _member: int) -> Reply:
    """A content network that wants a script to run first."""
    ray = _token(behaviour, 16)
    script = base64.b64encode(hashlib.sha512(ray.encode()).digest() * 60).decode()
    body = (
        '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>'
        '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">'
        '<meta name="robots" content="noindex,nofollow">'
        '<link href="/cdn-cgi/styles/challenges.css" rel="stylesheet"></head>'
        '<body class="no-js"><div class="main-wrapper" role="main"><div class="main-content">'
        f"<h1>{behaviour.names[0]}</h1><h2>Checking if the site connection is secure</h2>"
        "<noscript>Enable JavaScript and cookies to continue</noscript></div></div>"
        f"<script>(function(){{window._cf_chl_opt={{cRay:'{ray}',md:'{script}'}};}}());</script>"
        "</body></html>"
    ).encode()
    headers = (
        ("Date", date()),
        ("Content-Type", "text/html; charset=UTF-8"),
        ("Content-Length", str(len(body))),
        ("Connection", "keep-alive"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("Cache-Control", "private, max-age=0, no-store, no-cache, must-revalidate"),
        ("Expires", "Thu, 01 Jan 1970 00:00:01 GMT"),
        ("Server", "cloudflare"),
        ("CF-RAY", f"{ray}-FRA"),
    )
    return response("503 Service Temporarily Unavailable", headers, body)


def single_sign_on(behaviour: Behaviour, request: Request, _member: int) -> Reply:
    """A portal that nobody knows, on a host of another owner."""
    host = urllib.parse.quote(request.host or behaviour.address)
    headers = (
        ("Date", date()),
        ("Location", f"https://login.portal-{behaviour.domain}/start?app=mail&from={host}"),
        ("Content-Length", "0"),
        ("Connection", "keep-alive"),
    )
    return response("302 Found", headers)


def forbidden(_behaviour: Behaviour, _request: Request, _member: int) -> Reply:
    """A firewall for web applications, or rules on addresses: 403."""
    return iis.forbidden("10.0")
