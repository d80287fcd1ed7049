"""The server's own health probes, every few minutes, day and night."""

from __future__ import annotations

from alpheus.lab import clients
from alpheus.lab.request import Request
from alpheus.lab.server import Build, Server


def front_end(server: Server) -> list[Request]:
    """Probes through the front end."""
    user = f"{server.netbios}\\{server.health_mailbox}"
    anchor = f"Sid~{server.domain_sid}-1142"
    probe = "AMProbe/Local/ClientAccess"
    shared = {"host": "localhost", "user": user, "anchor": anchor, "milliseconds": 2}
    found = [
        Request(protocol, "GET", stem, "127.0.0.1", probe, authentication="Negotiate", **shared)  # type: ignore[arg-type]
        for protocol, stem in (
            ("Ews", "/ews/"),
            ("Oab", "/oab/"),
            ("RpcHttp", "/rpc/"),
            ("Mapi", "/mapi/healthcheck.htm"),
            ("Autodiscover", "/autodiscover/"),
            ("Eas", "/Microsoft-Server-ActiveSync/"),
        )
    ]
    found.append(
        Request(
            "Ecp", "GET", "/ecp/", "::1", probe, status=302, backend_status=None, host="localhost"
        )
    )
    found.append(
        Request(
            "Owa",
            "GET",
            "/owa/healthcheck.htm",
            "127.0.0.1",
            clients.MONITOR,
            host="localhost",
            backend_status=None,
        )
    )
    return found


def back_end(server: Server, build: Build) -> list[Request]:
    """Probes that go straight to the back end's ports."""
    user = f"{server.netbios}\\{server.health_mailbox}"
    session = (
        f"sessionID=Version_15.1_(Build_{build.parts[2] - 1}.0)=rJqNdzdziZqNxzxzga2+s9KpsqytqdK6"
    )
    shell = "clientApplication=ActiveMonitor;PSVersion=5.1.14393.4225"
    client = f"ExchangeServicesClient/15.01.{build.parts[2]}.004"
    rows = (
        ("POST", "/powershell", "Microsoft WinRM Client", shell, 200),
        ("POST", "/powershell", "Microsoft WinRM Client", f"{shell}&{session}", 500),
        ("GET", "/api/v1.0/$metadata", "Odata_PC_Probe/Local", "", 401),
        ("POST", "/ews/exchange.asmx", f"Ews_Probe/Local ({client})", "", 200),
        ("POST", "/mapi/emdata/", "MapiHttpClient", "useMailboxOfAuthenticatedUser=true", 200),
        ("GET", "/ecp/logoff.aspx", clients.MONITOR, "", 302),
    )
    return [
        Request(
            "",
            method,
            stem,
            "::1",
            agent,
            query,
            user="" if status == 401 else user,
            status=status,
            port=445 if status == 500 else 444,
        )
        for method, stem, agent, query, status in rows
    ]
