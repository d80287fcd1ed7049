"""Nothing happened: ordinary servers, and administrators who look suspicious at work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alpheus.lab import names, plain_web, render
from alpheus.lab.logs import events
from alpheus.lab.logs.cmdlets import Cmdlet
from alpheus.lab.plan import Draft, Plan, draft
from alpheus.lab.request import Entry
from alpheus.lab.server import Server
from alpheus.lab.truth import Scenario, ServerTruth
from alpheus.model import Stage, Verdict

_SCANNED = "Version scanners and crawlers in the ordinary traffic are nobody's attack."


def quiet_truth(server: Server, verdict: Verdict, notes: str = _SCANNED) -> ServerTruth:
    """The truth about a server on which nothing happened."""
    return ServerTruth(
        server.name,
        verdict,
        Stage.NONE,
        build=server.last_build().value,
        patched_at=server.patched_at,
        notes=notes,
    )


def _clean(seed: int) -> list[Plan]:
    sketch = draft(seed, "clean")
    sketch.server = replace(sketch.server, patched_at=datetime(2021, 3, 4, 20, tzinfo=UTC))
    plan = Plan(sketch.server, quiet_truth(sketch.server, Verdict.NO_EVIDENCE))
    plan.entries = admin_cmdlets(sketch, datetime(2021, 2, 9, 9, 30, tzinfo=UTC), beats=False)
    return [plan]


def _admin_work(seed: int) -> list[Plan]:
    sketch = draft(seed, "admin-work")
    server = sketch.server
    notes = "An administrator set the OAB directory, exported mailboxes and created accounts."
    plan = Plan(server, quiet_truth(server, Verdict.NO_EVIDENCE, notes), beats=True)
    for day in (2, 9, 16):
        begun = datetime(2021, 3, day, 9, 12, tzinfo=UTC)
        plan.entries += admin_cmdlets(sketch, begun, beats=True)
        plan.entries += _accounts(sketch, begun + timedelta(hours=2))
    return [plan]


def _clean_iis(seed: int) -> list[Plan]:
    sketch = draft(seed, "clean-iis")
    notes = "A web server without Exchange: no campaign's product is here."
    truth = replace(quiet_truth(sketch.server, Verdict.NOT_DETERMINABLE, notes), build=None)
    plan = Plan(sketch.server, truth, exchange=False, collected=frozenset({"iis1"}))
    plan.files = plain_web.pages(sketch.server)
    return [plan]


def admin_cmdlets(sketch: Draft, begun: datetime, *, beats: bool) -> list[Entry]:
    """An administrator's morning: legal cmdlets that attackers use too."""
    server, rng = sketch.server, sketch.rng
    admin, sid = server.admins[0], f"{server.domain_sid}-500"
    person = rng.choice(server.people)
    share = f"\\\\fs01.{server.domain}\\pst$\\{person}.pst"
    url = f"https://{server.public_name}/OAB"
    identity = f"{server.name}\\OAB (Default Web Site)"
    address = (("ExternalUrl", url), ("Identity", identity))
    role = (("Role", "Mailbox Import Export"), ("User", admin))
    done = (
        Cmdlet("Get-OabVirtualDirectory", (("Server", server.name),), admin, sid),
        Cmdlet("Set-OabVirtualDirectory", address, admin, sid),
        Cmdlet("New-ManagementRoleAssignment", role, admin, sid),
        Cmdlet("New-MailboxExportRequest", (("Mailbox", person), ("FilePath", share)), admin, sid),
        Cmdlet("Get-MailboxExportRequest", (), admin, sid),
    )
    entries: list[Entry] = []
    for index, cmdlet in enumerate(done):
        when = begun + timedelta(minutes=3 * index, seconds=rng.randint(0, 59))
        build = server.build_at(when)
        entries.append(Entry(when, render.cmdlet_template(cmdlet, server, build, beats=beats)))
    command = f"Set-OabVirtualDirectory.ExternalUrl='{url}'.Identity='{identity}'"
    panel = "/ecp/DDI/DDIService.svc/SetObject?schema=OABVirtualDirectory&msExchEcpCanary=x1."
    when = begun + timedelta(minutes=40)
    row = render.panel_template(server, server.build_at(when), command, panel, plain=False)
    entries.append(Entry(when, row))
    return entries


def _accounts(sketch: Draft, when: datetime) -> list[Entry]:
    server, admin = sketch.server, sketch.server.admins[0]
    account = names.person(sketch.rng)
    explorer = "C:\\Windows\\explorer.exe"
    console = "C:\\Windows\\System32\\mmc.exe"
    happened = (
        events.process_created(server, console, '"mmc.exe" lusrmgr.msc', explorer, admin),
        events.account_created(server, account, admin),
        events.group_member_added(server, account, "Remote Desktop Users", admin),
    )
    return [
        Entry(when + timedelta(minutes=index), render.event_template(event, server, beats=True))
        for index, event in enumerate(happened)
    ]


SCENARIOS = (
    (Scenario("clean", "An Exchange server, patched on 4 March; nothing happened"), _clean),
    (Scenario("clean-iis", "A web server without Exchange; nothing happened"), _clean_iis),
    (Scenario("admin-work", "Only an administrator did things that attackers do too"), _admin_work),
)
