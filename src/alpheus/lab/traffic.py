"""Ordinary traffic of an Exchange server: people, administrators, crawlers, scanners, oddities."""

from __future__ import annotations

from random import Random
from typing import Any

from alpheus.lab import clients, names
from alpheus.lab.request import BackEnd, Request
from alpheus.lab.server import Build, Server
from alpheus.lab.visitors import Visitor, Weighted

_UNPROXIED: dict[str, Any] = {"backend_status": None}
_TURNED_AWAY = _UNPROXIED | {"status": 302, "generic": "NoCookies=302 - GET/E14AuthPost"}


def requests(rng: Random, server: Server, build: Build) -> list[Weighted]:
    """Variants of requests, each with how often it occurs beside the others."""
    variants: list[Weighted] = []
    for number in range(len(server.people)):
        variants += Visitor(rng, server, build, number).everything()
    others = (
        *_crawlers(rng),
        *_scanners(rng, server),
        *_guesses(rng, server),
        *_administration(server, build),
        *_oddities(rng, server, build),
    )
    return variants + [(1, request) for request in others]


def _crawlers(rng: Random) -> list[Request]:
    found: list[Request] = []
    for crawler in clients.CRAWLERS:
        client = names.public_address(rng)
        logon = "/owa/auth/logon.aspx"
        found += [
            Request("", "GET", "/robots.txt", client, crawler, status=404),
            Request("Owa", "GET", logon, client, crawler, "replaceCurrent=1", **_UNPROXIED),
        ]
    return found


def _scanners(rng: Random, server: Server) -> list[Request]:
    """Version scanners: harmless, and known for a strange anchor mailbox."""
    stem = "/ecp/Current/exporttool/microsoft.exchange.ediscovery.exporttool.application"
    shared = {
        "host": server.address,
        "anchor": "ServerVersion~Version 15.0 (Build 0.0)",
        "hint": "EDiscoveryExportTool-ServerVersion",
    }
    return [
        Request("Ecp", "GET", stem, names.public_address(rng), scanner, **shared)  # type: ignore[arg-type]
        for scanner in clients.VERSION_SCANNERS * 2
    ]


def _guesses(rng: Random, server: Server) -> list[Request]:
    """Guesses at other products' pages, and requests without a logon."""
    foreign = ("/wp-login.php", "/.env", "/phpmyadmin/index.php", "/favicon.ico")
    found = [
        Request("", "GET", stem, names.public_address(rng), "Mozilla/5.0", status=404)
        for stem in foreign
    ]
    client, browser = names.public_address(rng), clients.BROWSERS[0]
    refused = _UNPROXIED | {"status": 401, "authentication": "Negotiate"}
    missing = _UNPROXIED | {"status": 404, "query": f"Email=info@{server.public_name}"}
    discover = "/autodiscover/autodiscover.json"
    return [
        *found,
        Request("Owa", "GET", "/owa/admin.cfg", client, browser, **_TURNED_AWAY),
        Request("RpcHttp", "GET", "/rpc", client, browser, **refused),
        Request("Ews", "GET", "/ews/", client, browser, **refused),
        Request("Autodiscover", "GET", discover, client, browser, **missing),
    ]


def _administration(server: Server, build: Build) -> list[Request]:
    """Remote PowerShell of administrators, and their visits to the control panel."""
    found: list[Request] = []
    for admin in server.admins:
        user = f"{server.netbios}\\{admin}"
        found += [
            _shell(server, build, user, action)
            for action in ("New-PSSession:Receive", "Get-Mailbox:Command", "Get-Queue:Command")
        ]
        stem = "/ecp/DDI/DDIService.svc/GetList"
        query = f"schema=VirtualDirectory&msExchEcpCanary={admin}12345."
        panel = {
            "user": user,
            "anchor": f"Sid~{server.domain_sid}-500",
            "back_end": BackEnd(stem, query, user, server.address, 200),
        }
        browser = clients.BROWSERS[0]
        found.append(Request("Ecp", "POST", stem, "10.0.8.21", browser, query, **panel))  # type: ignore[arg-type]
    return found


def _shell(server: Server, build: Build, user: str, action: str) -> Request:
    query = "clientApplication=ManagementShell;PSVersion=5.1.14393.4225"
    return Request(
        "PowerShell",
        "POST",
        "/powershell",
        server.address,
        "Microsoft WinRM Client",
        query,
        server.fqdn.lower(),
        user,
        authentication="Kerberos",
        action=action,
        anchor=f"ServerVersion~Version 15.1 (Build {build.parts[2]}.0)",
        hint="ExchClientVer-ServerCookie",
        cookie=f"Server~{server.fqdn.lower()}~1942063431~2021-03-31T16:11:44",
        back_end=BackEnd("/powershell", query, user, server.address, 200),
    )


def _oddities(rng: Random, server: Server, build: Build) -> list[Request]:
    """Lines that are legal and unusual: quotes, braces, hashes, stars, tildes, letters, plus."""
    found: list[Request] = []
    for agent in clients.ODD:
        client = names.public_address(rng)
        found.append(Request("Owa", "GET", "/owa/", client, agent, "q=*!'()~", **_TURNED_AWAY))
    client, browser = names.documentation_address(rng), clients.BROWSERS[1]
    shared = {
        "user": f"{server.netbios}\\{names.word(rng)}+{names.word(rng)}",
        "anchor": f"SMTP~{names.word(rng)}+news@{server.domain}",
    }
    broken: dict[str, Any] = shared | {"status": 500, "backend_status": 500}
    path = f"/owa/{names.word(rng)}@{server.public_name}/"
    stem = f"/EWS/Exchange.asmx/s/~{names.word(rng)}/Übersicht"
    local = f"fe80::{build.parts[2]}:5678:62ef:245e%3"
    return [
        *found,
        Request("Ews", "GET", stem, client, browser, status=404, **shared),  # type: ignore[arg-type]
        Request("Owa", "GET", path, client, browser, "path=/mail/%E2%9C%93", **broken),
        Request("Mapi", "POST", "/mapi/emsmdb/", local, "MapiHttpClient", **shared),  # type: ignore[arg-type]
    ]
