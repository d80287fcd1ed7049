"""Each campaign judged by itself."""

from __future__ import annotations

from dataclasses import replace

from alpheus.judge.campaigns import Judged, judge_campaigns
from alpheus.judge.patch import PatchTimeline, Sighting
from alpheus.knowledge.build_number import parse_build
from alpheus.model import BuildWitness, Finding, PatchState, Stage, Verdict, Weight
from making import at, campaign_pack, finding, general_pack, hours, record

PACKS = [campaign_pack(), general_pack()]
CVE = "CVE-2021-26855"


def _patches(fixed_at: str | None = None) -> PatchTimeline:
    if fixed_at is None:
        return PatchTimeline((), None, {}, {})
    build = parse_build("15.1.2176.9")
    assert build is not None
    seen = Sighting(build, BuildWitness("httpproxy", str(build), None, at(fixed_at), at(fixed_at)))
    return PatchTimeline((seen,), None, {}, {(build, CVE): PatchState.FIXED})


def _judge(
    *findings: Finding,
    span: tuple[str, str] = ("2021-02-01", "2021-04-01"),
    fixed: str | None = None,
) -> dict[str, Judged]:
    covered = hours(*span)
    server = record(hours={"httpproxy": covered, "ecp-server": covered})
    found = judge_campaigns(server, PACKS, list(findings), _patches(fixed))
    return {item.campaign.pack: item for item in found}


def test_nothing_found_with_coverage_is_no_evidence() -> None:
    """The window and the verdict stand in the campaign."""
    campaign = _judge()["proxylogon"].campaign
    assert (campaign.verdict, campaign.assessed) == (Verdict.NO_EVIDENCE, True)
    assert (campaign.window_from, campaign.window_to) == (at("2021-02-26"), at("2021-03-20"))


def test_the_window_ends_with_the_first_fixed_build() -> None:
    """After the fix nothing of this campaign could happen."""
    judged = _judge(span=("2021-02-01", "2021-03-05"), fixed="2021-03-04")["proxylogon"]
    assert judged.campaign.window_to == at("2021-03-04")
    assert judged.campaign.verdict is Verdict.NO_EVIDENCE


def test_a_server_fixed_before_the_window_is_not_assessed() -> None:
    """A campaign that could not happen decides nothing."""
    judged = _judge(fixed="2021-02-20")["proxylogon"]
    assert not judged.campaign.assessed


def test_untouched_window_is_listed_and_not_assessed() -> None:
    """Evidence of another time decides nothing about the campaign."""
    judged = _judge(span=("2023-01-01", "2023-01-05"))["proxylogon"]
    assert not judged.campaign.assessed
    assert "window" in judged.campaign.why


def test_own_findings_are_judged_whatever_the_window() -> None:
    """A finding outside the window is still a finding."""
    judged = _judge(
        finding(Stage.IMPLANTED, Weight.PROOF, time=at("2023-01-02")),
        span=("2023-01-01", "2023-01-05"),
    )
    assert judged["proxylogon"].campaign.verdict is Verdict.COMPROMISED


def test_a_shell_without_exploitation_is_uncategorised() -> None:
    """What fits no campaign is judged by itself, and the campaign keeps its own verdict."""
    judged = _judge(finding(Stage.OPERATED, Weight.PROOF, pack="iis-webshell"))
    assert judged["uncategorised"].campaign.verdict is Verdict.COMPROMISED
    assert judged["proxylogon"].campaign.verdict is Verdict.NO_EVIDENCE


def test_a_shell_after_exploitation_belongs_to_the_campaign() -> None:
    """General findings after a campaign's exploitation are part of its story."""
    judged = _judge(
        finding(Stage.EXPLOITED, time=at("2021-03-03")),
        finding(Stage.OPERATED, Weight.PROOF, pack="iis-webshell", time=at("2021-03-04")),
    )
    assert "uncategorised" not in judged
    assert judged["proxylogon"].campaign.stage is Stage.OPERATED


def test_a_command_right_before_the_first_record_is_of_the_same_act() -> None:
    """Where the request is in no log, the worker's command stands before the page it wrote."""
    page = finding(Stage.IMPLANTED, Weight.PROOF, time=at("2021-03-03T10:00:00"))
    for time, alone in (("2021-03-03T09:52:00", False), ("2021-03-03T09:40:00", True)):
        command = finding(Stage.OPERATED, Weight.PROOF, pack="iis-webshell", time=at(time))
        assert ("uncategorised" in _judge(page, command)) is alone


def test_a_shell_before_exploitation_is_somebody_elses() -> None:
    """A shell used only before the campaign reached the server is not its doing."""
    judged = _judge(
        finding(Stage.EXPLOITED, time=at("2021-03-03")),
        finding(Stage.OPERATED, Weight.PROOF, pack="iis-webshell", time=at("2020-11-04")),
    )
    assert judged["uncategorised"].campaign.verdict is Verdict.COMPROMISED
    assert judged["proxylogon"].campaign.verdict is Verdict.SUSPICIOUS


def test_without_the_product_the_campaign_is_not_assessed() -> None:
    """A plain IIS server has no Exchange campaign."""
    server = record(hours={"iis-site-1": hours("2021-02-01", "2021-04-01")})
    judged = judge_campaigns(server, PACKS, [], _patches())
    assert [j.campaign.assessed for j in judged] == [False]


def test_a_campaign_of_a_product_that_is_not_seen_is_not_assessed() -> None:
    """Whatever the window; the steps of such a pack are nobody's business."""
    pack = replace(campaign_pack(), products=("Microsoft SharePoint Server",))
    covered = hours("2021-02-01", "2021-04-01")
    server = record(hours={"httpproxy": covered, "ecp-server": covered})
    (judged,) = judge_campaigns(server, [pack], [], _patches())
    assert (judged.campaign.assessed, judged.possible) == (False, False)
    assert judged.campaign.why == "its product is not in the evidence"


def test_a_product_without_a_sign_may_be_there() -> None:
    """What could not be told is not ruled out."""
    pack = replace(campaign_pack(), products=("Something Else",))
    covered = hours("2021-02-01", "2021-04-01")
    server = record(hours={"httpproxy": covered, "ecp-server": covered})
    (judged,) = judge_campaigns(server, [pack], [], _patches())
    assert judged.campaign.assessed


def test_what_no_record_would_show_gets_no_verdict() -> None:
    """A campaign without deciding sources is listed with the reason."""
    pack = replace(campaign_pack(), deciding=())
    server = record(hours={"httpproxy": hours("2021-02-01", "2021-04-01")})
    (judged,) = judge_campaigns(server, [pack], [], _patches())
    assert (judged.campaign.assessed, judged.possible) == (False, True)
    assert judged.campaign.why == "no record is known that would show it"


def test_of_two_campaigns_each_keeps_its_own() -> None:
    """Findings of a general pack belong to the one that was exploited last before them."""
    later = replace(campaign_pack(), id="later")
    first, second = (
        finding(Stage.EXPLOITED, Weight.PROOF, time=at("2021-03-01"), pack="proxylogon"),
        finding(Stage.EXPLOITED, Weight.PROOF, time=at("2021-03-05"), pack="later"),
    )
    used = finding(Stage.OPERATED, Weight.PROOF, time=at("2021-03-06"), pack="iis-webshell")
    covered = hours("2021-02-01", "2021-04-01")
    server = record(hours={"httpproxy": covered, "ecp-server": covered})
    found = judge_campaigns(
        server, [campaign_pack(), later, general_pack()], [first, second, used], _patches()
    )
    stages = {one.campaign.pack: one.campaign.stage for one in found}
    assert stages == {"proxylogon": Stage.EXPLOITED, "later": Stage.OPERATED}
