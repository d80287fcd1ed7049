"""Which logs a server keeps, where, and under which names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from alpheus.lab.logs import cmdlets, ecp, events, ews, exchange, httpproxy, oab, w3c
from alpheus.lab.plan import Plan
from alpheus.lab.server import Server
from alpheus.lab.store import LogKind, RollingLog, Store

_HOURLY_FROM = 400_000_000
"""From this size on, busy logs are split by the hour, as Exchange does; below, by the day."""


def open_store(plan: Plan, root: Path, size: int) -> Store:
    """The logs that a plan collects, as files that open when their first row comes."""
    kinds = _iis(plan.server)
    if plan.exchange:
        kinds |= _exchange(plan.server, "%Y%m%d%H" if size >= _HOURLY_FROM else "%Y%m%d00")
    logs: dict[str, RollingLog] = {}
    for name, kind in kinds.items():
        if name.partition("/")[0] in plan.collected:
            placed = LogKind(
                plan.layout(kind.folder), kind.name, kind.stamp, kind.header, kind.repeats_header
            )
            logs[name] = RollingLog(root, placed, plan.encoding)
    for channel in events.CHANNELS if plan.exchange else ():
        name = f"events:{channel}"
        if name in plan.collected:
            file_name = channel.replace("/", "%4").replace("%4", "-") + ".jsonl"
            kind = LogKind("EventLogs", file_name, "", _nothing)
            logs[name] = RollingLog(root, kind, "utf-8")
    return Store(logs)


def _nothing(_opened: datetime) -> str:
    return ""


def _iis(server: Server) -> dict[str, LogKind]:
    return {
        f"iis{site}": LogKind(
            f"{server.iis_logs}W3SVC{site}", "u_ex{stamp}.log", "%y%m%d", w3c.header, True
        )
        for site in (1, 2)
    }


def _exchange(server: Server, stamp: str) -> dict[str, LogKind]:
    logging = server.install + "Logging\\"
    cmdlet_folder = "CmdletInfra\\Powershell-Proxy\\Cmdlet"

    def kind(
        folder: str, name: str, rolls: str, title: str, fields: str, version: str | None = None
    ) -> LogKind:
        return LogKind(
            logging + folder, name, rolls, _header(server, title, fields, version), False
        )

    kinds = {
        f"httpproxy/{protocol}": kind(
            f"HttpProxy\\{protocol}",
            "HttpProxy_{stamp}-{part}.LOG",
            stamp,
            "HttpProxy Logs",
            httpproxy.FIELDS,
        )
        for protocol in httpproxy.PROTOCOLS
    }
    daily = "%Y%m%d"
    return kinds | {
        "ecp-server": kind(
            "ECP\\Server",
            "ECPServer{stamp}-{part}.LOG",
            daily,
            "ECP Server Log",
            ecp.FIELDS,
            ecp.VERSION,
        ),
        "ecp-activity": kind(
            "ECP\\Activity",
            "ECPActivity_4242_{stamp}-{part}.LOG",
            daily,
            "ECP Activity Context Log",
            ecp.FIELDS,
            ecp.VERSION,
        ),
        "ews": kind("Ews", "Ews_{stamp}-{part}.LOG", stamp, "EWS Logs", ews.FIELDS),
        "rps-cmdlet": kind(
            cmdlet_folder,
            "Rps_Cmdlet_{stamp}-{part}.LOG",
            stamp,
            "Rps Cmdlet Logs",
            cmdlets.FIELDS,
        ),
        "oab": kind(
            "OABGeneratorLog",
            "OABGeneratorLog_{stamp}-{part}.LOG",
            daily,
            "OABGenerator Log",
            oab.FIELDS,
        ),
        "audit": LogKind(
            logging + "CosmosQueue\\audit",
            "audit{stamp}-{part}.LOG",
            daily,
            _header(server, "audit", cmdlets.AUDIT_FIELDS, None, "Microsoft Exchange"),
        ),
    }


def _header(
    server: Server,
    title: str,
    fields: str,
    version: str | None,
    software: str = "Microsoft Exchange Server",
) -> Callable[[datetime], str]:
    def head(opened: datetime) -> str:
        shown = version or server.build_at(opened).padded
        return exchange.header(opened, shown, title, fields, software)

    return head
