"""What happens on a server besides requests: monitoring, maintenance, administrators at work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from alpheus.lab import render
from alpheus.lab.logs import events
from alpheus.lab.logs.cmdlets import Cmdlet
from alpheus.lab.plan import Plan
from alpheus.lab.request import Entry, Template
from alpheus.lab.server import Build, Server

_SYSTEM32 = "C:\\Windows\\System32\\"
_RULES = "/ecp/RulesEditor/InboxRules.svc/GetList?msExchEcpCanary=fk60n05Eauw."


def day(rng: Random, plan: Plan, midnight: datetime, pace: int) -> list[Entry]:
    """A day's entries in the order of time; `pace` says how many of each kind."""
    build = plan.server.build_at(midnight)
    found: list[Entry] = []
    for template in _monitoring(plan, build):
        found += _spread(rng, midnight, template, pace)
    if midnight.weekday() < 5:
        for template in _office_hours(rng, plan, build):
            minute = rng.randint(8 * 60, 17 * 60)
            found.append(
                Entry(midnight + timedelta(minutes=minute, seconds=rng.randint(0, 59)), template)
            )
    return sorted(found, key=lambda entry: entry.time)


def spread(
    rng: Random, midnight: datetime, templates: Sequence[Template], pace: int
) -> list[Entry]:
    """Each of them so many times in a day, in the order of time."""
    found = [entry for one in templates for entry in _spread(rng, midnight, one, pace)]
    return sorted(found, key=lambda entry: entry.time)


def _spread(rng: Random, midnight: datetime, template: Template, pace: int) -> Iterator[Entry]:
    step = 86400 / pace
    for index in range(pace):
        second = (index + rng.random()) * step
        yield Entry(midnight + timedelta(seconds=second), template)


def _monitoring(plan: Plan, build: Build) -> list[Template]:
    server = plan.server
    mailbox = f"{server.health_mailbox}@{server.domain}"
    health = Cmdlet(
        "Get-Mailbox",
        (("ResultSize", "1"),),
        server.health_mailbox,
        f"{server.domain_sid}-1142",
        "ActiveMonitor",
    )
    templates = [
        render.panel_template(server, build, "Get-InboxRule", _RULES),
        render.activity_template(server, build, mailbox, _RULES),
        render.cmdlet_template(health, server, build, beats=plan.beats),
        render.oab_template(
            "Generate", f"Files written to '{server.install}ClientAccess\\OAB\\{server.oab}'"
        ),
    ]
    return templates + [
        render.event_template(event, server, beats=plan.beats) for event in _ordinary_events(server)
    ]


def _ordinary_events(server: Server) -> list[events.WindowsEvent]:
    w3wp = "C:\\Windows\\System32\\inetsrv\\w3wp.exe"
    compiler = "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\csc.exe"
    temporary = "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319\\Temporary ASP.NET Files\\"
    library = temporary + "owa\\8e05b027\\e164d61b\\App_Web_calendar.dll"
    command = f'"{compiler}" /t:library /utf8output /R:"{library}"'
    worker = server.install + "Bin\\MSExchangeHMWorker.exe"
    service = _SYSTEM32 + "svchost.exe"
    return [
        events.process_created(server, compiler, command, w3wp),
        events.process_created(server, w3wp, f'{w3wp} -ap "MSExchangeOWAAppPool"', service),
        events.process_created(
            server, worker, f'"{worker}" -pipe:1204', _SYSTEM32 + "services.exe"
        ),
        events.sysmon_process(
            service, f"{service} -k netsvcs", _SYSTEM32 + "services.exe", "services.exe", _SYSTEM32
        ),
        events.sysmon_file(w3wp, temporary + "root\\e22c2559\\92c7e946\\App_global.asax.dll"),
        events.application(
            "ASP.NET 4.0.30319.0", 1309, ["3005", "An unhandled exception has occurred.", "/owa"], 3
        ),
        events.application("MSExchange Unified Messaging", 1114, ["The service started."]),
        events.application(
            "MSExchange ADAccess", 2080, ["w3wp.exe", "OWA", f"DC01.{server.domain}"]
        ),
    ]


def _office_hours(rng: Random, plan: Plan, build: Build) -> Iterator[Template]:
    server = plan.server
    admin = rng.choice(server.admins)
    sid = f"{server.domain_sid}-500"
    person = rng.choice(server.people)
    choices = (
        Cmdlet("Get-Mailbox", (("Identity", person),), admin, sid),
        Cmdlet("Get-ExchangeServer", (("Status", "True"),), admin, sid),
        Cmdlet("Set-Mailbox", (("Identity", person), ("ProhibitSendQuota", "20GB")), admin, sid),
        Cmdlet("Get-OabVirtualDirectory", (("Server", server.name),), admin, sid),
        Cmdlet(
            "Add-MailboxPermission",
            (
                ("Identity", person),
                ("User", rng.choice(server.people)),
                ("AccessRights", "FullAccess"),
            ),
            admin,
            sid,
        ),
    )
    for cmdlet in rng.sample(choices, 2):
        yield render.cmdlet_template(cmdlet, server, build, beats=plan.beats)
