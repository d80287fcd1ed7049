"""Whether a build is fixed: by the table of builds, or by what a pack says of a new flaw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from alpheus.knowledge.build_number import BuildNumber, parse_build
from alpheus.knowledge.builds import Builds
from alpheus.knowledge.installed import installed
from alpheus.knowledge.model import FixedBuild, Pack
from alpheus.knowledge.pack_file import read_pack_file
from alpheus.knowledge.packs import pack_folder, pack_ids
from alpheus.knowledge.products import EXCHANGE
from alpheus.model import CveState, PatchState


def patch_state(build: BuildNumber, cve: str, builds: Builds, packs: Sequence[Pack]) -> CveState:
    """The state of a CVE on a build; packs answer where the table does not cover the CVE."""
    fixes = [fix for pack in packs for fix in pack.fixed_builds if fix.cve == cve]
    if cve in builds.cves or not fixes:
        return builds.patch_state(build, cve)
    return state_by_fixes(build, fixes)


def state_by_fixes(build: BuildNumber, fixes: Sequence[FixedBuild]) -> CveState:
    """The state by first fixed builds alone, of those one that speaks for this build."""
    fix = next((one for one in fixes if one.speaks_for(build)), None)
    if fix is None:
        listed = ", ".join(str(one.build) for one in fixes)
        why = f"no fix is listed for the builds {'.'.join(map(str, build.prefix))}: {listed}"
        return CveState(PatchState.UNDETERMINED, f"{why}; the vendor's advisory settles it")
    if build.precision < 4 and build.prefix == fix.build.prefix:
        why = f"{build} is too short to tell: fixed from {fix.build} ({fix.name})"
        return CveState(PatchState.UNDETERMINED, f"{why}; a four-part build settles it")
    if build < fix.build:
        return CveState(PatchState.VULNERABLE, f"{build} is older than {fix.build} ({fix.name})")
    return CveState(PatchState.FIXED, f"{build} holds the fix of {fix.build} ({fix.name})")


def packs_in_use() -> tuple[Pack, ...]:
    """The packs that ship or are installed, without their rules: for patch states alone.

    Raises KnowledgeError.
    """
    return _packs(installed().folder)


@cache
def _packs(_generation: Path) -> tuple[Pack, ...]:
    folders = (pack_folder(one) for one in pack_ids())
    return tuple(read_pack_file(one / "pack.yaml") for one in folders if one is not None)


def exchange_cves(builds: Builds) -> tuple[str, ...]:
    """The flaws of Exchange that the table does not know, and packs in use have a fix for."""
    found = (
        fix.cve for pack in packs_in_use() if EXCHANGE in pack.products for fix in pack.fixed_builds
    )  # fmt: skip
    return tuple(dict.fromkeys(cve for cve in found if cve not in builds.cves))


def other_product(build: BuildNumber) -> str:
    """The product that a build is of, by the packs in use; '' where none of them knows it."""
    return product_by_fixes(build, packs_in_use())


def product_by_fixes(build: BuildNumber, packs: Sequence[Pack]) -> str:
    """The product that a build is of, by the fixes of packs; '' where none speaks for it."""
    return next((fix.product for pack in packs for fix in pack.fixed_builds
                 if fix.product and fix.speaks_for(build)), "")  # fmt: skip


def other_states(build: BuildNumber) -> dict[str, CveState]:
    """The states of the flaws of another product than Exchange, by the packs that know the build.

    Of a flaw without a fix for just this product the state is open.
    """
    return {
        cve: state_by_fixes(build, [fix for fix in pack.fixed_builds if fix.cve == cve])
        for pack in packs_in_use()
        if any(fix.product and fix.speaks_for(build) for fix in pack.fixed_builds)
        for cve in dict.fromkeys(fix.cve for fix in pack.fixed_builds)
    }


def other_fixes(build: BuildNumber) -> dict[str, FixedBuild]:
    """The fix of each flaw that speaks for a build of another product, by packs in use."""
    return {fix.cve: fix for pack in packs_in_use() for fix in pack.fixed_builds
            if fix.product and fix.speaks_for(build)}  # fmt: skip


def said_in_header(value: str) -> BuildNumber | None:
    """The build that a header of a product says; None for what is no build. See `shortened`."""
    found = parse_build(value.strip())
    return shortened(found) if found is not None else None


def shortened(build: BuildNumber) -> BuildNumber:
    """A build as headers write it: `16.0.0.5513` is 16.0.5513, without its last part."""
    if build.precision == 4 and build.parts[2] == 0:
        return BuildNumber((build.parts[0], build.parts[1], build.parts[3]))
    return build
