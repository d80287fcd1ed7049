"""A pack says which builds are fixed against a flaw that the table does not know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpheus.knowledge.build_number import parse_build
from alpheus.knowledge.builds import Builds
from alpheus.knowledge.fixes import (
    exchange_cves,
    other_fixes,
    other_product,
    other_states,
    packs_in_use,
    patch_state,
    said_in_header,
    state_by_fixes,
)
from alpheus.knowledge.model import FixedBuild
from alpheus.knowledge.packs import load_packs, pack_ids
from alpheus.model import PatchState

NEW = "CVE-2031-12345"


def _build(text: str):
    found = parse_build(text)
    assert found is not None
    return found


PACK = replace(
    load_packs(["iis-webshell"])[0],
    fixed_builds=(FixedBuild(NEW, _build("15.2.1748.40"), "update of May"),),
)


@pytest.mark.parametrize(
    ("build", "state", "why"),
    [
        ("15.2.1748.39", PatchState.VULNERABLE, "older than 15.2.1748.40 (update of May)"),
        ("15.2.1748.40", PatchState.FIXED, "holds the fix"),
        ("15.2.1748.41", PatchState.FIXED, "holds the fix"),
        ("15.2.1748", PatchState.UNDETERMINED, "too short"),
        ("15.2.1544.9", PatchState.UNDETERMINED, "no fix is listed for the builds 15.2.1544"),
    ],
)
def test_a_new_flaw_is_judged_by_the_pack(build: str, state: PatchState, why: str) -> None:
    """By the first fixed build of the same cumulative update, and by nothing else."""
    found = patch_state(_build(build), NEW, Builds.load(), [PACK])
    assert found.state is state
    assert why in found.why


def test_the_table_answers_first() -> None:
    """For a CVE that it covers a pack does not speak."""
    fix = FixedBuild("CVE-2021-26855", _build("15.1.2106.2"), "none")
    pack = replace(PACK, fixed_builds=(fix,))
    build = _build("15.1.2106.2")
    found = patch_state(build, "CVE-2021-26855", Builds.load(), [pack])
    assert found == Builds.load().patch_state(build, "CVE-2021-26855")


def test_a_flaw_that_nobody_knows_is_open() -> None:
    """Neither table nor pack speaks of it."""
    found = patch_state(_build("15.1.2106.2"), "CVE-2031-99999", Builds.load(), [PACK])
    assert found.state is PatchState.UNDETERMINED


def _line(build: str, begins: str, below: str) -> FixedBuild:
    return FixedBuild(NEW, _build(build), "May", "A Product", _build(begins), _build(below))


@pytest.mark.parametrize(
    ("build", "state"),
    [
        ("16.0.5400", PatchState.VULNERABLE), ("16.0.5513.1000", PatchState.VULNERABLE),
        ("16.0.5513.1001", PatchState.FIXED), ("16.0.5513", PatchState.UNDETERMINED),
        ("16.0.5517", PatchState.FIXED), ("16.0.10400.1", PatchState.VULNERABLE),
        ("16.0.20000.1", PatchState.UNDETERMINED), ("16.0.3000.1", PatchState.UNDETERMINED),
    ],
)  # fmt: skip
def test_a_fix_may_speak_for_a_whole_line_of_builds(build: str, state: PatchState) -> None:
    """Where every update has first three parts of its own; of two lines each has its fix."""
    fixes = [
        _line("16.0.5513.1001", "16.0.4000", "16.0.10000"),
        _line("16.0.10417.20037", "16.0.10000", "16.0.14000"),
    ]
    assert state_by_fixes(_build(build), fixes).state is state


def test_packs_in_use_are_read_without_their_rules() -> None:
    """A probe asks for patch states alone."""
    packs = packs_in_use()
    assert [pack.id for pack in packs] == list(pack_ids())
    assert not any(pack.sigma for pack in packs)
    assert packs_in_use() is packs
    assert exchange_cves(Builds.load()) == ()


def test_the_fixes_of_toolshell_are_those_of_the_vendors_records() -> None:
    """Four flaws, three editions; one edition is not named for one flaw, and that stays open."""
    assert other_product(_build("16.0.10417.20027")) == "Microsoft SharePoint Server 2019"
    assert other_product(_build("15.2.1748.10")) == ""
    states = {cve: one.state for cve, one in other_states(_build("16.0.18526.20508")).items()}
    assert states == {
        "CVE-2025-49704": PatchState.UNDETERMINED, "CVE-2025-49706": PatchState.FIXED,
        "CVE-2025-53770": PatchState.FIXED, "CVE-2025-53771": PatchState.FIXED,
    }  # fmt: skip
    assert set(other_fixes(_build("16.0.18526.20508"))) == set(states) - {"CVE-2025-49704"}
    assert other_states(_build("15.2.1748.10")) == {}


def test_headers_leave_the_last_part_out() -> None:
    """And have a zero in the place of the third."""
    assert str(said_in_header(" 16.0.0.5513 ")) == "16.0.5513"
    assert str(said_in_header("16.0.10417.20037")) == "16.0.10417.20037"
    assert said_in_header("none") is None
