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
    version = f"15.01.{build.parts[2]}.004"
    winrm = "Microsoft WinRM Client"
    ews = f"Ews_Probe/Local (ExchangeServicesClient/{version})"
    return [
        Request("", "POST", "/powershell", "::1", winrm, shell, user=user, port=444),
        Request(
            "",
            "POST",
            "/powershell",
            "::1",
            winrm,
            f"{shell}&{session}",
            user=user,
            status=500,
            port=445,
        ),
        Request(
            "", "GET", "/api/v1.0/$metadata", "::1", "Odata_PC_Probe/Local", status=401, port=444
        ),
        Request("", "POST", "/ews/exchange.asmx", "::1", ews, user=user, port=444),
        Request(
            "",
            "POST",
            "/mapi/emdata/",
            "::1",
            "MapiHttpClient",
            "useMailboxOfAuthenticatedUser=true",
            user=user,
            port=444,
        ),
        Request(
            "", "GET", "/ecp/logoff.aspx", "::1", clients.MONITOR, user=user, status=302, port=444
        ),
    ]
