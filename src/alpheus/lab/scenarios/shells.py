"""A page was planted through the hole: used, unused, deleted, seen by a few logs only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from alpheus.lab.attack import Attacker, Story, make_attacker
from alpheus.lab.logs import pages
from alpheus.lab.logs.pages import Shell
from alpheus.lab.plan import Plan, draft
from alpheus.lab.server import Server
from alpheus.lab.truth import Scenario, ServerTruth
from alpheus.model import Stage, Verdict

LATE_PATCH = datetime(2021, 3, 10, 21, tzinfo=UTC)


@dataclass(slots=True)
class Break:
    """An intrusion that got as far as a page on the disk."""

    story: Story
    shell: Shell
    first: datetime
    written: datetime

    def plan(self, stage: Stage, *, page: bool = True, encoding: str = "utf-8") -> Plan:
        """Evidence of it; with the page on the disk, or with what was left of it."""
        story = self.story
        truth = ServerTruth(
            story.server.name,
            Verdict.COMPROMISED,
            stage,
            build=story.server.last_build().value,
            first_seen=self.first,
            implanted_at=self.written,
            patched_at=story.server.patched_at,
            campaign="proxylogon",
            clients=story.attacker.clients,
            shells=(self.shell.path,),
        )
        plan = Plan(story.server, truth, entries=story.entries, beats=story.beats)
        if page:
            content = pages.settings_dump(self.shell, story.server, self.written, encoding)
            plan.files.append((self.shell.path, content))
        return plan

    def leave_compiled(self, plan: Plan) -> None:
        """ASP.NET compiled the page when it was first asked for."""
        plan.files.append(pages.compiled_leftover(self.shell, self.story.rng))

    def operate(self) -> None:
        """Three hours later the page is used, and programs run."""
        when = self.written + timedelta(hours=3)
        self.story.use(when, self.shell)
        for index, name in enumerate(("whoami", "hostname", "ipconfig")):
            moment = when + timedelta(seconds=37 * index)
            self.story.command(moment, f"{name}.exe", name)


def break_in(
    seed: int,
    name: str,
    *,
    server: Server | None = None,
    below_owa: bool | None = None,
    beats: bool = False,
    attacker: Attacker | None = None,
    key: str = "",
    page: str = "",
) -> Break:
    """Look around, forged requests, page written; between 27 February and 2 March.

    What is not given of the attacker, and of the key and the name of the page, is made up.
    """
    sketch = draft(seed, name)
    chosen = server or sketch.server
    story = Story(sketch.rng, chosen, attacker or make_attacker(sketch.rng), beats)
    shell = pages.make_shell(sketch.rng, chosen, below_owa=below_owa, key=key, name=page)
    first = datetime(2021, 2, 27, 1, tzinfo=UTC) + timedelta(
        days=sketch.rng.randint(0, 3), milliseconds=sketch.rng.randint(0, 4 * 3_600_000)
    )
    story.look_around(first - timedelta(minutes=7))
    written = story.implant(story.enter(first), shell)
    return Break(story, shell, first, written)


def _webshell(seed: int) -> list[Plan]:
    intrusion = break_in(seed, "webshell")
    intrusion.operate()
    plan = intrusion.plan(Stage.OPERATED)
    intrusion.leave_compiled(plan)
    return [plan]


def _deleted(seed: int) -> list[Plan]:
    intrusion = break_in(seed, "webshell-deleted", beats=True)
    intrusion.operate()
    plan = intrusion.plan(Stage.OPERATED, page=False)
    intrusion.leave_compiled(plan)
    plan.truth = replace(plan.truth, notes="The page was deleted after use.")
    return [plan]


def _only_iis(seed: int) -> list[Plan]:
    intrusion = break_in(seed, "webshell-only-logs-iis", below_owa=False)
    intrusion.operate()
    plan = intrusion.plan(Stage.OPERATED, page=False)
    plan.collected = frozenset({"iis1", "iis2"})
    plan.system_files = False
    notes = "Only IIS logs were collected; nothing in them names the host or the build."
    plan.truth = replace(plan.truth, build=None, notes=notes)
    return [plan]


def _unused(seed: int) -> list[Plan]:
    return [break_in(seed, "implanted-unused").plan(Stage.IMPLANTED)]


def _patched_too_late(seed: int) -> list[Plan]:
    server = replace(draft(seed, "patched-too-late").server, patched_at=LATE_PATCH)
    intrusion = break_in(seed, "patched-too-late", server=server)
    intrusion.operate()
    intrusion.story.use(LATE_PATCH + timedelta(days=2, hours=1), intrusion.shell, 3)
    return [intrusion.plan(Stage.OPERATED)]


def _other_drive(seed: int) -> list[Plan]:
    server = replace(
        draft(seed, "other-drive").server,
        install="E:\\Applications\\Exchange2016\\",
        iis_logs="D:\\Journaux\\IIS\\",
        web_root="D:\\Sites\\wwwroot\\",
        french=True,
    )
    intrusion = break_in(seed, "other-drive", server=server)
    intrusion.operate()
    plan = intrusion.plan(Stage.OPERATED)
    intrusion.leave_compiled(plan)
    return [plan]


SCENARIOS = (
    (Scenario("webshell", "Broken into, page planted and used: the demonstration"), _webshell),
    (Scenario("webshell-deleted", "The page is gone; logs and a leftover remain"), _deleted),
    (Scenario("webshell-only-logs-iis", "Only IIS logs were collected"), _only_iis),
    (Scenario("implanted-unused", "A page was planted, and nobody came to use it"), _unused),
    (
        Scenario("patched-too-late", "Patched ten days after the page was planted"),
        _patched_too_late,
    ),
    (Scenario("other-drive", "Other drives, own paths, French messages"), _other_drive),
)
