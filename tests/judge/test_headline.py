"""The sentence that matters."""

from __future__ import annotations

from dataclasses import replace

from alpheus.judge.campaigns import Judged
from alpheus.judge.coverage import Window, WindowCoverage
from alpheus.judge.headline import first_seen, foothold, headline
from alpheus.judge.patch import PatchTimeline, Sighting
from alpheus.knowledge.build_number import parse_build
from alpheus.model import BuildWitness, Campaign, Finding, PatchState, Stage, Verdict, Weight
from making import at, campaign_pack, finding

CVE = "CVE-2021-26855"
WINDOW = Window(at("2021-02-26"), at("2021-03-20"))


def _say(
    verdict: Verdict,
    stage: Stage,
    findings: list[Finding],
    *,
    lacks: tuple[str, ...] = (),
    fixed: str | None = None,
) -> str:
    coverage = WindowCoverage(WINDOW, touched=True, lacks=lacks, missing=(), early_covered=False)
    campaign = Campaign("proxylogon", None, None, verdict, stage, assessed=True, why="")
    judged = Judged(campaign, campaign_pack(), tuple(findings), coverage)
    return headline(
        "EX01", verdict=verdict, stage=stage, findings=findings, judged=[judged],
        patches=_patches(fixed),
    )  # fmt: skip


def _patches(fixed: str | None) -> PatchTimeline:
    build = parse_build("15.1.2176.9")
    assert build is not None
    if fixed is None:
        return PatchTimeline((), None, {}, {})
    seen = Sighting(build, BuildWitness("httpproxy", str(build), None, at(fixed), at(fixed)))
    return PatchTimeline((seen,), None, {}, {(build, CVE): PatchState.FIXED})


def test_patched_after_the_foothold_is_said() -> None:
    """Patching closed the door behind the attacker: the headline says so."""
    proof = finding(Stage.OPERATED, Weight.PROOF, time=at("2021-03-03"))
    text = _say(Verdict.COMPROMISED, Stage.OPERATED, [proof], fixed="2021-03-12")
    assert text.startswith("EX01 is compromised")
    assert "first seen 2021-03-03 00:00:00 UTC" in text
    assert "patched only after that" in text
    assert "2021-03-12" in text


def test_no_evidence_states_window_and_early_phase() -> None:
    """'Nothing found' is never said without from when to when."""
    text = _say(Verdict.NO_EVIDENCE, Stage.NONE, [])
    assert "2021-02-26 to 2021-03-20" in text
    assert "early phase before it is not covered" in text


def test_not_determinable_says_what_is_missing() -> None:
    """The reader learns what was not there."""
    text = _say(Verdict.NOT_DETERMINABLE, Stage.NONE, [], lacks=("HttpProxy logs: none",))
    assert "cannot be determined" in text
    assert "HttpProxy logs: none" in text


def test_first_seen_and_foothold_are_different_things() -> None:
    """A try is seen first; the foothold is the first proof."""
    tried = finding(Stage.ATTEMPTED, time=at("2021-03-01"))
    aside = finding(Stage.SPREAD, Weight.CONTEXT, time=at("2021-01-01"))
    proof = finding(Stage.IMPLANTED, Weight.PROOF, time=at("2021-03-03"))
    assert first_seen([proof, tried, aside]) == at("2021-03-01")
    assert foothold([proof, tried, aside]) == at("2021-03-03")
    assert first_seen([aside]) is None


def _named(*packs: str | None, verdict: Verdict = Verdict.COMPROMISED) -> str:
    judged = [
        Judged(
            Campaign(name or "uncategorised", None, None, verdict, Stage.OPERATED, assessed=True,
                     why=""),
            None if name is None else replace(campaign_pack(), id=name, name=name.title()),
            (), None,
        )
        for name in packs
    ]  # fmt: skip
    quiet = Campaign("quiet", None, None, Verdict.NO_EVIDENCE, Stage.NONE, assessed=True, why="")
    judged.append(Judged(quiet, replace(campaign_pack(), id="quiet"), (), None))
    return headline(
        "EX01", verdict=verdict, stage=Stage.OPERATED, findings=[], judged=judged,
        patches=_patches(None),
    )  # fmt: skip


def test_the_campaign_is_named() -> None:
    """By what people call it; several where several share the verdict."""
    assert "; the campaign is One;" in _named("one")
    assert "; the campaigns are One, Two;" in _named("one", "two")


def test_that_it_fits_none_is_said() -> None:
    """Where campaigns were looked for; and nothing of it where nothing happened."""
    assert "it fits none of the campaigns that were looked for" in _named(None)
    assert "campaign" not in _named("one", verdict=Verdict.NO_EVIDENCE).replace("'s window", "")
