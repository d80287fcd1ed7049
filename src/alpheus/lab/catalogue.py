"""Which logs a server keeps, where, and under which names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from alpheus.lab.logs import cmdlets, ecp, events, ews, exchange, httpproxy, oab, rps_http, uls, w3c
from alpheus.lab.plan import Plan
from alpheus.lab.server import Server
from alpheus.lab.store import LogKind, RollingLog, Store

_HOURLY_FROM = 5_000_000_000
"""From this size on, busy logs are split by the hour, as Exchange does; below, by the day."""


def open_store(plan: Plan, root: Path, size: int) -> Store:
    """The logs that a plan collects, as files that open when their first row comes."""
    kinds = _iis(plan.server)
    if plan.exchange:
        kinds |= _exchange(plan.server, "%Y%m%d%H" if size >= _HOURLY_FROM else "%Y%m%d00")
    if plan.sharepoint:
        name = plan.server.name + "-{stamp}.log"
        kinds["uls"] = LogKind(SHAREPOINT + "LOGS", name, "%Y%m%d-0000", uls.header)
    logs: dict[str, RollingLog] = {}
    for name, kind in kinds.items():
        if name.partition("/")[0] in plan.collected:
            placed = LogKind(
                plan.layout(kind.folder), kind.name, kind.stamp, kind.header, kind.repeats_header
            )
            logs[name] = RollingLog(root, placed, plan.encoding)
    for channel in events.CHANNELS if plan.exchange or plan.sharepoint else ():
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
            f"{server.iis_logs}W3SVC{site}",
            "u_ex{stamp}.log",
            "%y%m%d",
            w3c.header,
            repeats_header=True,
        )
        for site in (1, 2)
    }


SHAREPOINT = "C:\\Program Files\\Common Files\\microsoft shared\\Web Server Extensions\\16\\"
"""Where SharePoint 2016 and later lies."""

_DAILY = "%Y%m%d"


def _exchange(server: Server, stamp: str) -> dict[str, LogKind]:
    """Exchange's own logs; `stamp` is the period of those that are split by the hour."""
    proxied = (
        (
            f"httpproxy/{one}",
            f"HttpProxy\\{one}",
            "HttpProxy_",
            stamp,
            "HttpProxy Logs",
            httpproxy.FIELDS,
        )
        for one in httpproxy.PROTOCOLS
    )
    activity = "ECP Activity Context Log"
    cmdlet_folder = "CmdletInfra\\Powershell-Proxy\\Cmdlet"
    http_folder = "CmdletInfra\\Powershell-Proxy\\Http"
    others = (
        ("ecp-server", "ECP\\Server", "ECPServer", _DAILY, "ECP Server Log", ecp.FIELDS),
        ("ecp-activity", "ECP\\Activity", "ECPActivity_4242_", _DAILY, activity, ecp.FIELDS),
        ("ews", "Ews", "Ews_", stamp, "EWS Logs", ews.FIELDS),
        ("rps-cmdlet", cmdlet_folder, "Rps_Cmdlet_", stamp, "Rps Cmdlet Logs", cmdlets.FIELDS),
        ("rps-http", http_folder, "Rps_Http_", stamp, "Rps Http Logs", rps_http.FIELDS),
        ("oab", "OABGeneratorLog", "OABGeneratorLog_", _DAILY, "OABGenerator Log", oab.FIELDS),
        ("audit", "CosmosQueue\\audit", "audit", _DAILY, "audit", cmdlets.AUDIT_FIELDS),
    )
    return {
        log: LogKind(
            f"{server.install}Logging\\{folder}",
            name + "{stamp}-{part}.LOG",
            rolls,
            _header(server, title, fields),
        )
        for log, folder, name, rolls, title, fields in (*proxied, *others)
    }


def _header(server: Server, title: str, fields: str) -> Callable[[datetime], str]:
    software = "Microsoft Exchange" if title == "audit" else "Microsoft Exchange Server"

    def head(opened: datetime) -> str:
        build = server.build_at(opened)
        version = ecp.VERSION if fields == ecp.FIELDS else build.padded
        return exchange.header(opened, version, title, fields, software)

    return head
