"""What the intruders came for: mail without any shell, and everything else with one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alpheus.lab import names
from alpheus.lab.attack import Story, make_attacker
from alpheus.lab.logs import events
from alpheus.lab.plan import Plan, draft
from alpheus.lab.scenarios.shells import break_in
from alpheus.lab.truth import Scenario, ServerTruth
from alpheus.model import Stage, Verdict


def _mail_theft(seed: int) -> list[Plan]:
    sketch = draft(seed, "mail-theft")
    story = Story(sketch.rng, sketch.server, make_attacker(sketch.rng))
    first = datetime(2021, 1, 6, 2, tzinfo=UTC) + timedelta(
        days=sketch.rng.randint(0, 6), milliseconds=sketch.rng.randint(0, 7_200_000)
    )
    victims = sketch.rng.sample(sketch.server.people, 3)
    when = first
    for victim in victims:
        mailbox = f"{victim}@{sketch.server.domain}"
        for action in ("GetFolder", "FindItem", *["GetItem"] * 12):
            size = sketch.rng.randint(40_000, 4_000_000) if action == "GetItem" else 9_000
            story.forged(
                when, "/ews/exchange.asmx", sizes=(2_100, size), soap=action, soap_user=mailbox
            )
            when += timedelta(seconds=sketch.rng.randint(2, 9))
        when += timedelta(days=1)
    truth = ServerTruth(
        sketch.server.name,
        Verdict.COMPROMISED,
        Stage.SPREAD,
        build=sketch.server.last_build().value,
        first_seen=first,
        campaign="proxylogon",
        clients=story.attacker.clients[:1],
        notes="Mailboxes read: " + ", ".join(victims),
    )
    return [Plan(sketch.server, truth, entries=story.entries)]


def _spread(seed: int) -> list[Plan]:
    intrusion = break_in(seed, "spread", below_owa=False)
    intrusion.operate()
    story, server = intrusion.story, intrusion.story.server
    when = intrusion.written + timedelta(hours=5)
    account = names.word(story.rng) + names.letters(story.rng, 2, 3)
    dump = f"C:\\Windows\\Temp\\{names.letters(story.rng, 5, 8)}.dmp"
    archive = f"C:\\ProgramData\\{names.letters(story.rng, 4, 6)}.7z"
    folder = f"C:\\ProgramData\\{names.letters(story.rng, 4, 6)}"
    steps = (
        (
            "rundll32.exe",
            f"rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 652 {dump} full",
        ),
        ("net.exe", f"net user {account} /add"),
        ("net.exe", f"net localgroup administrators {account} /add"),
        (f"{folder}\\7z.exe", f"7z.exe a -t7z -r {archive} {folder}\\*.pst"),
    )
    story.use(when, intrusion.shell, len(steps))
    for index, (image, line) in enumerate(steps):
        story.command(when + timedelta(seconds=37 * index), image, line)
    story.event(
        when + timedelta(seconds=38), events.account_created(server, account, server.name + "$")
    )
    member = events.group_member_added(server, account, "Administrators", server.name + "$")
    story.event(when + timedelta(seconds=75), member)
    rundll = "C:\\Windows\\System32\\rundll32.exe"
    story.event(when + timedelta(seconds=1), events.sysmon_file(rundll, dump))
    story.event(when + timedelta(seconds=113), events.sysmon_file(f"{folder}\\7z.exe", archive))
    plan = intrusion.plan(Stage.SPREAD)
    plan.truth = replace(
        plan.truth, notes=f"Memory of lsass dumped, mail packed, account {account}."
    )
    return [plan]


SCENARIOS = (
    (Scenario("mail-theft", "Mail read through forged requests; no shell"), _mail_theft),
    (Scenario("spread", "Page used to dump credentials, pack mail, add an account"), _spread),
)
