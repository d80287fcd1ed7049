"""ExchangeSetup.log: what was installed when."""

from __future__ import annotations

from datetime import datetime, timedelta

from alpheus.lab.server import Build, Server


def text(server: Server, installed: datetime) -> str:
    """The log of the first installation and, where there was one, of the update."""
    lines = _run(server, installed, server.build_before, "Install")
    if server.patched_at:
        begun = server.patched_at - timedelta(minutes=12)
        lines += _run(server, begun, server.build_after, "BuildToBuildUpgrade")
    return "\r\n".join(lines) + "\r\n"


def _run(server: Server, begun: datetime, build: Build, mode: str) -> list[str]:
    said = [
        "**********************************************",
        "Starting Microsoft Exchange Server 2016 Setup",
        "**********************************************",
        "Local time zone: (UTC) Coordinated Universal Time.",
        "Operating system version: Microsoft Windows NT 6.2.9200.0.",
        f"Setup version: {build.value}.",
        f"Logged on user: {server.netbios}\\{server.admins[0]}.",
        f"Command Line Parameter Name='mode', Value='{mode}'.",
        f"The directory object version of the organization is {server.netbios}.",
        f"Setup is determining what to do: '{mode}' for '{server.install}'.",
        "The Exchange Server setup operation completed successfully.",
    ]
    return [
        f"[{begun + timedelta(seconds=40 * index):%m/%d/%Y %H:%M:%S}.{137 * index:04d}] [0] {one}"
        for index, one in enumerate(said)
    ]
