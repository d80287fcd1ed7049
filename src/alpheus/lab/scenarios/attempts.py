"""Somebody tried: scans, refused requests, and requests that were answered in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alpheus.lab.attack import Story, make_attacker
from alpheus.lab.plan import Plan, draft
from alpheus.lab.truth import Scenario, ServerTruth
from alpheus.model import Stage, Verdict

_CAMPAIGN = "proxylogon"


def _plan(story: Story, verdict: Verdict, stage: Stage, first: datetime, notes: str = "") -> Plan:
    truth = ServerTruth(
        story.server.name,
        verdict,
        stage,
        build=story.server.last_build().value,
        first_seen=first,
        patched_at=story.server.patched_at,
        campaign=_CAMPAIGN,
        clients=story.attacker.clients[:1],
        notes=notes,
    )
    return Plan(story.server, truth, entries=story.entries)


def _story(seed: int, name: str, patched_at: datetime | None = None) -> Story:
    sketch = draft(seed, name)
    server = replace(sketch.server, patched_at=patched_at)
    return Story(sketch.rng, server, make_attacker(sketch.rng))


def _refused(story: Story, first: datetime) -> None:
    """Forged requests, none of which got through."""
    story.look_around(first - timedelta(minutes=4))
    for index, status in enumerate((500, 404, 503, 500)):
        when = first + timedelta(minutes=90 * index)
        story.forged(when, "/autodiscover/autodiscover.xml", status=status, answered=False)
        story.forged(when + timedelta(seconds=3), "/mapi/emsmdb/", status=status, answered=False)


def _moment(story: Story, day: datetime) -> datetime:
    return day + timedelta(
        seconds=story.rng.randint(0, 18_000), milliseconds=story.rng.randint(0, 999)
    )


def _scanned(seed: int) -> list[Plan]:
    story = _story(seed, "scanned")
    first = _moment(story, datetime(2021, 3, 6, 3, tzinfo=UTC))
    story.look_around(first - timedelta(hours=1))
    for hours in (0, 1, 30, 31):
        story.local_check(first + timedelta(hours=hours))
    return [_plan(story, Verdict.ATTEMPTED, Stage.ATTEMPTED, first, "Scanner's checks only.")]


def _attempted(seed: int) -> list[Plan]:
    story = _story(seed, "attempted")
    first = _moment(story, datetime(2021, 3, 3, 2, tzinfo=UTC))
    _refused(story, first)
    return [_plan(story, Verdict.ATTEMPTED, Stage.ATTEMPTED, first)]


def _forged_answered(seed: int) -> list[Plan]:
    story = _story(seed, "forged-answered")
    first = _moment(story, datetime(2021, 3, 2, 21, tzinfo=UTC))
    story.enter(first)
    notes = "Two forged requests were answered; nothing was placed, run or read."
    return [_plan(story, Verdict.SUSPICIOUS, Stage.EXPLOITED, first, notes)]


def _patched_in_time(seed: int) -> list[Plan]:
    story = _story(seed, "patched-in-time", datetime(2021, 3, 3, 2, tzinfo=UTC))
    first = _moment(story, datetime(2021, 3, 3, 6, tzinfo=UTC))
    _refused(story, first)
    return [_plan(story, Verdict.ATTEMPTED, Stage.ATTEMPTED, first)]


def _mitigated(seed: int) -> list[Plan]:
    story = _story(seed, "mitigated")
    first = _moment(story, datetime(2021, 3, 5, 1, tzinfo=UTC))
    _refused(story, first)
    plan = _plan(story, Verdict.ATTEMPTED, Stage.ATTEMPTED, first, "Rewrite rules are in place.")
    plan.mitigated = True
    return [plan]


SCENARIOS = (
    (Scenario("scanned", "Only scanners' checks for the hole"), _scanned),
    (Scenario("attempted", "Forged requests, every one refused"), _attempted),
    (
        Scenario("forged-answered", "Forged requests were answered, and led to nothing"),
        _forged_answered,
    ),
    (Scenario("patched-in-time", "Patched hours before the first attempt"), _patched_in_time),
    (Scenario("mitigated", "Attempts against a server with rewrite rules"), _mitigated),
)
