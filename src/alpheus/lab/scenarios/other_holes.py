"""The two holes that needed no forged request of their own: messaging and address books."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alpheus.lab import render
from alpheus.lab.attack import Story, make_attacker
from alpheus.lab.logs import events, oab, pages
from alpheus.lab.plan import Plan, draft
from alpheus.lab.request import Entry
from alpheus.lab.truth import Scenario, ServerTruth
from alpheus.model import Stage, Verdict

_CAST = (
    "System.InvalidCastException: Unable to cast object of type 'System.Data.DataSet' to type "
    "'Microsoft.Exchange.UM.UMCore.PipelineContext'.    at Microsoft.Exchange.UM.UMCore."
    "PipelineContext.FromHeaderFile(String headerFile)"
)


def _unified_messaging(seed: int) -> list[Plan]:
    sketch = draft(seed, "unified-messaging")
    server = sketch.server
    story = Story(sketch.rng, server, make_attacker(sketch.rng))
    shell = pages.make_shell(sketch.rng, server)
    first = datetime(2021, 3, 1, 4, tzinfo=UTC) + timedelta(seconds=sketch.rng.randint(0, 9000))
    worker = server.install + "Bin\\UMWorkerProcess.exe"
    fault = events.application("MSExchange Unified Messaging", 1423, ["voice mail", _CAST], level=2)
    story.event(first, fault)
    story.command(first + timedelta(seconds=1), "whoami.exe", "whoami", worker=worker)
    written = first + timedelta(seconds=20)
    story.event(written, events.sysmon_file(worker, shell.path))
    content = pages.settings_dump(shell, server, written, "utf-8")
    truth = _truth(story, Stage.OPERATED, first, written, shell.path)
    return [Plan(server, truth, entries=story.entries, files=[(shell.path, content)])]


def _oab_generator(seed: int) -> list[Plan]:
    sketch = draft(seed, "oab-generator")
    server = sketch.server
    story = Story(sketch.rng, server, make_attacker(sketch.rng))
    shell = pages.make_shell(sketch.rng, server, below_owa=False)
    first = datetime(2021, 3, 2, 5, tzinfo=UTC) + timedelta(seconds=sketch.rng.randint(0, 9000))
    row = render.oab_template("DownloadFile", oab.download_failed(shell.path))
    story.entries.append(Entry(first, row))
    content = pages.settings_dump(shell, server, first, "utf-8")
    truth = _truth(story, Stage.IMPLANTED, first, first, shell.path)
    return [Plan(server, truth, entries=story.entries, files=[(shell.path, content)])]


def _truth(
    story: Story, stage: Stage, first: datetime, written: datetime, path: str
) -> ServerTruth:
    return ServerTruth(
        story.server.name,
        Verdict.COMPROMISED,
        stage,
        build=story.server.last_build().value,
        first_seen=first,
        implanted_at=written,
        campaign="proxylogon",
        shells=(path,),
    )


SCENARIOS = (
    (
        Scenario("unified-messaging", "The voice mail worker ran a program and wrote a page"),
        _unified_messaging,
    ),
    (Scenario("oab-generator", "The address book generator left a page behind"), _oab_generator),
)
