"""Patch state from the builds that were witnessed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpheus.detect.collector import MitigationSeen
from alpheus.judge.patch import PatchTimeline, _age, patch_timeline
from alpheus.knowledge.builds import Builds
from alpheus.knowledge.mitigations import MitigationState
from alpheus.knowledge.model import Mitigation
from alpheus.knowledge.packs import load_packs
from alpheus.model import BuildWitness, PatchState
from making import at, campaign_pack, event, hours, origin, record

CVE = "CVE-2021-26855"
BUILDS = Builds.load()


def _timeline(*witnesses: tuple[str, str, str], mitigated: bool = False) -> PatchTimeline:
    seen = [
        BuildWitness("httpproxy", b, "EX01", at(first), at(last)) for b, first, last in witnesses
    ]
    server = record(witnesses=seen, serves_exchange=True)
    if mitigated:
        state = MitigationState("URL rewrite", None, on=True)
        server.mitigations.append(MitigationSeen(state, origin(), event(line=7).citation))
    rule = Mitigation("URL rewrite", (CVE,), "iis-configuration", {})
    return patch_timeline(server, [replace(campaign_pack(), mitigations=(rule,))], BUILDS)


def test_the_newest_build_decides_and_the_fix_has_a_date() -> None:
    """An update during the evidence is seen with its time."""
    line = _timeline(
        ("15.1.2176.2", "2021-01-01", "2021-03-05"), ("15.1.2176.9", "2021-03-05", "2021-03-30")
    )
    assert line.build is not None
    assert line.build.value == "15.1.2176.9"
    assert line.states[CVE].state is PatchState.FIXED
    assert line.first_fixed((CVE,)) == at("2021-03-05")


def test_a_fixed_server_can_become_vulnerable_again() -> None:
    """A later cumulative update without the fix reopens the door."""
    line = _timeline(
        ("15.1.2106.13", "2021-03-03", "2021-03-10"), ("15.1.2176.2", "2021-03-10", "2021-03-30")
    )
    assert line.states[CVE].state is PatchState.VULNERABLE


def test_two_builds_at_the_same_time_are_a_conflict() -> None:
    """Witnesses that contradict each other are shown, not averaged."""
    line = _timeline(
        ("15.1.2176.2", "2021-03-01", "2021-03-20"), ("15.1.2176.9", "2021-03-01", "2021-03-21")
    )
    assert line.states[CVE].state is PatchState.UNDETERMINED
    assert "conflict" in line.states[CVE].why


def test_without_any_witness_the_state_says_what_would_settle_it() -> None:
    """Undetermined never stands alone."""
    state = _timeline().states[CVE]
    assert state.state is PatchState.UNDETERMINED
    assert "ExSetup.exe" in state.why


def test_a_mitigation_in_the_evidence_is_attested() -> None:
    """A rewrite rule makes a vulnerable server mitigated, and is cited."""
    state = _timeline(("15.1.2176.2", "2021-03-01", "2021-03-20"), mitigated=True).states[CVE]
    assert state.state is PatchState.MITIGATED
    assert "C/logs/a.log:7" in state.why


def test_a_three_part_build_does_not_outweigh_a_four_part_one() -> None:
    """The more precise witness names the build."""
    line = _timeline(
        ("15.1.2176.9", "2021-03-01", "2021-03-20"), ("15.1.2176", "2021-03-01", "2021-03-25")
    )
    assert line.build is not None
    assert line.build.value == "15.1.2176.9"


def test_a_fixed_build_before_a_vulnerable_one_closed_nothing() -> None:
    """One early sighting of a fixed build does not end the danger; the last unbroken span does."""
    vulnerable = ("15.1.2176.2", "2021-02-01", "2021-03-06")
    assert (
        _timeline(vulnerable, ("15.1.2176.9", "2021-03-01", "2021-03-01")).first_fixed((CVE,))
        is None
    )
    later = _timeline(vulnerable, ("15.1.2176.9", "2021-03-06", "2021-03-20"))
    assert later.first_fixed((CVE,)) == at("2021-03-06")
    again = _timeline(
        ("15.1.2106.13", "2021-02-01", "2021-03-05"), ("15.1.2176.2", "2021-03-05", "2021-03-20")
    )
    assert again.first_fixed((CVE,)) is None


def test_flaws_stand_in_the_order_of_their_age() -> None:
    """Whatever packs name them: a reader looks for the year."""
    cves = ["CVE-2022-41040", "CVE-2021-26855", "CVE-2021-9999", "CVE-2021-123456"]
    assert sorted(cves, key=_age) == [
        "CVE-2021-9999", "CVE-2021-26855", "CVE-2021-123456", "CVE-2022-41040",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("build", "state"),
    [
        ("16.0.10417.20027", PatchState.VULNERABLE), ("16.0.10417.20037", PatchState.FIXED),
        ("", PatchState.UNDETERMINED),
    ],
)  # fmt: skip
def test_another_product_is_judged_by_the_fixes_of_its_pack(build: str, state: PatchState) -> None:
    """By a witness of its own, which makes no Exchange server of it."""
    seen = [BuildWitness("sharepoint-version", build, "SP01", None, None)] if build else []
    server = record(
        "SP01", witnesses=seen, hours={"sharepoint-uls": hours("2025-07-01", "2025-07-02")}
    )
    line = patch_timeline(server, load_packs(["toolshell", "proxylogon"]), BUILDS)
    assert not server.is_exchange
    assert line.states["CVE-2025-53770"].state is state
    assert CVE not in line.states
    if not build:
        assert "the file version of a program of the product" in line.states["CVE-2025-53770"].why
