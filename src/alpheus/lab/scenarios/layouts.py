"""The same intrusion as other people hand it in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from alpheus.lab import names
from alpheus.lab.logs import export
from alpheus.lab.plan import Plan, draft, velociraptor
from alpheus.lab.scenarios.quiet import quiet_truth
from alpheus.lab.scenarios.shells import break_in
from alpheus.lab.truth import Scenario
from alpheus.model import Stage, Verdict

_CHAIN = (
    "/autodiscover/autodiscover.xml?#",
    "/mapi/emsmdb/?#",
    "/ecp/proxyLogon.ecp?#",
    "/ecp/DDI/DDIService.svc/GetObject?msExchEcpCanary={canary}&schema=OABVirtualDirectory#",
    "/ecp/DDI/DDIService.svc/SetObject?msExchEcpCanary={canary}&schema=OABVirtualDirectory#",
    "/ecp/DDI/DDIService.svc/SetObject?msExchEcpCanary={canary}&schema=ResetOABVirtualDirectory#",
)
_EXPORTED = 1
"""The script leaves requests to Autodiscover out of its export; so the first row is the second."""


def _utf16(seed: int) -> list[Plan]:
    intrusion = break_in(seed, "utf16")
    intrusion.operate()
    plan = intrusion.plan(Stage.OPERATED, encoding="utf-16")
    plan.encoding = "utf-16"
    return [plan]


def _velociraptor(seed: int) -> list[Plan]:
    intrusion = break_in(seed, "velociraptor")
    intrusion.operate()
    plan = intrusion.plan(Stage.OPERATED)
    intrusion.leave_compiled(plan)
    plan.layout = velociraptor
    return [plan]


def _two_servers(seed: int) -> list[Plan]:
    clean = draft(seed, "two-servers: clean").server
    quiet = Plan(clean, quiet_truth(clean, Verdict.NO_EVIDENCE), folder=clean.name)
    intrusion = break_in(seed, "two-servers: broken")
    intrusion.operate()
    broken = intrusion.plan(Stage.OPERATED)
    broken.folder = intrusion.story.server.name
    return [quiet, broken]


def _exported(seed: int) -> list[Plan]:
    intrusion = break_in(seed, "exported-csv")
    plan = intrusion.plan(Stage.IMPLANTED, page=False)
    server, attacker = intrusion.story.server, intrusion.story.attacker
    rows: list[list[str]] = []
    for index, path in enumerate(_CHAIN):
        anchor = f"ServerInfo~a]@{server.fqdn}:444" + path.format(canary=attacker.canary)
        when = intrusion.first + timedelta(seconds=4 * index)
        status = "241" if "proxyLogon" in path else "200"
        rows.append(
            [
                _stamp(when),
                names.guid(intrusion.story.rng),
                attacker.clients[0],
                server.public_name,
                attacker.carrier,
                "X-BEResource-Cookie",
                attacker.tool,
                anchor,
                status,
            ]
        )
    prefix = f"Test-ProxyLogonLogs\\{server.name}-"
    plan.files = [
        (prefix + "Cve-2021-26855.csv", export.table(export.COLUMNS, rows[_EXPORTED:])),
        (prefix + "Cve-2021-27065-ResetVDir.csv", export.table(export.COLUMNS, rows[-1:])),
        (prefix + "LogAgeDays.csv", export.log_ages(plan.start, plan.end)),
    ]
    plan.streamed = plan.system_files = False
    plan.truth = replace(
        plan.truth,
        build=None,
        first_seen=intrusion.first + timedelta(seconds=4 * _EXPORTED),
        implanted_at=intrusion.first + timedelta(seconds=4 * (len(_CHAIN) - 1)),
        clients=attacker.clients[:1],
        notes="Only tables exported by Test-ProxyLogon; the first request is not among them.",
    )
    return [plan]


def _stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z"


SCENARIOS = (
    (Scenario("exported-csv", "Only tables that Test-ProxyLogon exported", None), _exported),
    (Scenario("utf16", "Logs saved again as UTF-16", 30_000_000), _utf16),
    (Scenario("velociraptor", "Collected by Velociraptor"), _velociraptor),
    (
        Scenario("two-servers", "Two servers in one package: one clean, one not", 24_000_000),
        _two_servers,
    ),
)
