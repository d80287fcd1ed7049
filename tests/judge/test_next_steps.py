"""What to do now."""

from __future__ import annotations

from dataclasses import replace

from alpheus.judge.campaigns import Judged
from alpheus.judge.coverage import Window, WindowCoverage
from alpheus.judge.next_steps import next_steps
from alpheus.knowledge.model import Pack, PlaybookStep
from alpheus.model import Campaign, CveState, NextStep, PatchState, Stage, Verdict
from making import at, campaign_pack, general_pack

STEPS = (
    PlaybookStep("compromised", 2, "isolate", "why"),
    PlaybookStep("stage:operated", 3, "rotate keys", "why"),
    PlaybookStep("vulnerable", 1, "patch", "why"),
    PlaybookStep("missing:ecp-server", 4, "collect ECP logs", "why"),
    PlaybookStep("compromised and vulnerable", 1, "do not patch only", "why"),
    PlaybookStep("always", 9, "keep evidence", "why"),
)


def _actions(
    verdict: Verdict, stage: Stage, *, missing: tuple[str, ...] = (), vulnerable: bool = False
) -> list[str]:
    steps = _steps(verdict, stage, missing=missing, vulnerable=vulnerable)
    return [step.action for step in steps]


def _steps(
    verdict: Verdict,
    stage: Stage = Stage.NONE,
    *,
    missing: tuple[str, ...] = (),
    vulnerable: bool = False,
    pack: Pack | None = None,
    seen: tuple[str, ...] = (),
) -> tuple[NextStep, ...]:
    pack = replace(pack or campaign_pack(), playbook=STEPS)
    window = Window(at("2021-02-26"), at("2021-03-20"))
    coverage = WindowCoverage(window, touched=True, lacks=(), missing=missing, early_covered=None)
    campaign = Campaign("proxylogon", None, None, verdict, stage, assessed=True, why="")
    cves = {"CVE-2021-26855": CveState(PatchState.VULNERABLE, "")} if vulnerable else {}
    judged = [Judged(campaign, pack, (), coverage)]
    return next_steps(judged, [pack, general_pack()], verdict, stage, cves, seen=seen)


def test_steps_follow_the_facts_in_order_of_urgency() -> None:
    """Only steps whose condition holds, most urgent first."""
    assert _actions(Verdict.COMPROMISED, Stage.SPREAD, vulnerable=True) == [
        "patch", "do not patch only", "isolate", "rotate keys", "keep evidence",
    ]  # fmt: skip


def test_a_stage_includes_the_stages_before_it() -> None:
    """Keys are rotated at `operated` and beyond, not before."""
    assert "rotate keys" in _actions(Verdict.COMPROMISED, Stage.OPERATED)
    assert "rotate keys" not in _actions(Verdict.COMPROMISED, Stage.IMPLANTED)


def test_missing_sources_are_asked_for() -> None:
    """What could not be seen becomes something to collect."""
    found = _actions(Verdict.NOT_DETERMINABLE, Stage.NONE, missing=("ecp-server",))
    assert found == ["collect ECP logs", "keep evidence"]


def test_a_missing_source_without_a_step_is_asked_for_from_the_table() -> None:
    """A pack need not say again where something lies."""
    (found,) = _steps(Verdict.NOT_DETERMINABLE, missing=("msexchange-management",))[:1]
    assert found.action.startswith("Collect Event log MSExchange Management: C:\\")
    assert found.action.endswith("(alpheus collect list).")
    assert found.why


def test_other_sources_of_a_pack_are_asked_for_if_they_are_not_there() -> None:
    """However little of them there is, it is no longer missing."""
    pack = replace(campaign_pack(), other_sources={"CVE-2021-26858": ("oabgenerator",)})
    absent = _steps(Verdict.COMPROMISED, pack=pack)
    assert any("OABGeneratorLog" in step.action for step in absent)
    present = _steps(Verdict.COMPROMISED, pack=pack, seen=("oabgenerator",))
    assert not any("OABGeneratorLog" in step.action for step in present)


def _not_assessed(pack: Pack, *, possible: bool = True) -> Judged:
    campaign = Campaign(
        pack.id, None, None, Verdict.NOT_DETERMINABLE, Stage.NONE, assessed=False, why=""
    )
    return Judged(campaign, pack, (), None, possible)


def test_steps_of_a_product_that_is_not_there_are_not_offered() -> None:
    """A web server without Exchange is not told to update Exchange."""
    pack = replace(campaign_pack(), playbook=STEPS)
    verdict, stage = Verdict.NOT_DETERMINABLE, Stage.NONE
    assert next_steps([_not_assessed(pack, possible=False)], [pack], verdict, stage, {}) == ()
    assert next_steps([_not_assessed(pack)], [pack], verdict, stage, {})


def test_an_open_hole_that_leaves_no_record_has_its_say() -> None:
    """Beside the campaign that was assessed; a closed one has not."""
    assessed = replace(campaign_pack(), cves=())
    unseen = replace(
        campaign_pack(), id="unseen", deciding=(), cves=("CVE-1",),
        playbook=(PlaybookStep("vulnerable", 1, "close it", "why"),),
    )  # fmt: skip
    campaign = Campaign("proxylogon", None, None, Verdict.NO_EVIDENCE, Stage.NONE, assessed=True,
                        why="")  # fmt: skip
    judged = [Judged(campaign, assessed, (), None), _not_assessed(unseen)]
    for state, wanted in ((PatchState.VULNERABLE, ["close it"]), (PatchState.FIXED, [])):
        found = next_steps(
            judged, [assessed, unseen], Verdict.NO_EVIDENCE, Stage.NONE,
            {"CVE-1": CveState(state, "")},
        )  # fmt: skip
        assert [step.action for step in found] == wanted


def _of(
    pack_id: str, verdict: Verdict, missing: tuple[str, ...], *, assessed: bool = True
) -> Judged:  # fmt: skip
    steps = (
        PlaybookStep("missing:httpproxy", 1, "collect HttpProxy", "why"),
        PlaybookStep("missing:ecp-server", 1, "collect ECP", "why"),
        PlaybookStep("compromised", 1, "cut it off", "why"),
        PlaybookStep("compromised", 2, "remove", "why"),
    )
    pack = replace(campaign_pack(), id=pack_id, playbook=steps, other_sources={})
    window = Window(at("2021-02-26"), at("2021-03-20"))
    coverage = WindowCoverage(
        window, touched=assessed, lacks=(), missing=missing, early_covered=None
    )
    campaign = Campaign(pack_id, None, None, verdict, Stage.NONE, assessed=assessed, why="")
    return Judged(campaign, pack, (), coverage)


def _all(*judged: Judged) -> list[tuple[int, str]]:
    packs = [one.pack for one in judged if one.pack is not None]
    steps = next_steps(judged, packs, Verdict.COMPROMISED, Stage.NONE, {})
    return [(step.priority, step.action) for step in steps]


def test_a_campaign_that_the_evidence_does_not_touch_asks_for_nothing() -> None:
    """Its window lies elsewhere; what was found covers its own."""
    found = _of("proxylogon", Verdict.COMPROMISED, ())
    other = _of("later", Verdict.NOT_DETERMINABLE, ("httpproxy",), assessed=False)
    assert _all(found, other) == [(1, "cut it off"), (2, "remove")]


def test_a_compromised_server_is_contained_before_more_is_collected() -> None:
    """However urgent the playbook calls the source."""
    assert _all(_of("proxylogon", Verdict.COMPROMISED, ("httpproxy",))) == [
        (1, "cut it off"), (1, "collect HttpProxy"), (2, "remove"),
    ]  # fmt: skip


def test_what_a_campaign_lacks_that_found_nothing_is_not_most_urgent() -> None:
    """Beside one that compromised the server; a source that both lack stays as urgent as it is."""
    found = _of("proxylogon", Verdict.COMPROMISED, ("ecp-server",))
    other = _of("later", Verdict.NOT_DETERMINABLE, ("httpproxy", "ecp-server"))
    assert _all(found, other) == [
        (1, "cut it off"), (1, "collect ECP"), (2, "remove"), (2, "collect HttpProxy"),
    ]  # fmt: skip
    assert _all(other, found) == _all(found, other)
