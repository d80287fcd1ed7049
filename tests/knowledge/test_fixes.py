"""A pack says which builds are fixed against a flaw that the table does not know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpheus.knowledge.build_number import parse_build
from alpheus.knowledge.builds import Builds
from alpheus.knowledge.fixes import patch_state
from alpheus.knowledge.model import FixedBuild
from alpheus.knowledge.packs import load_packs
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
