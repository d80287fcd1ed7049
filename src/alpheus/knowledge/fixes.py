"""Whether a build is fixed: by the table of builds, or by what a pack says of a new flaw."""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.knowledge.build_number import BuildNumber
from alpheus.knowledge.builds import Builds
from alpheus.knowledge.model import FixedBuild, Pack
from alpheus.model import CveState, PatchState


def patch_state(build: BuildNumber, cve: str, builds: Builds, packs: Sequence[Pack]) -> CveState:
    """The state of a CVE on a build; packs answer where the table does not cover the CVE."""
    fixes = [fix for pack in packs for fix in pack.fixed_builds if fix.cve == cve]
    if cve in builds.cves or not fixes:
        return builds.patch_state(build, cve)
    return state_by_fixes(build, fixes)


def state_by_fixes(build: BuildNumber, fixes: Sequence[FixedBuild]) -> CveState:
    """The state by first fixed builds alone, each of which speaks for its first three parts."""
    fix = next((one for one in fixes if one.build.prefix == build.prefix), None)
    if fix is None:
        listed = ", ".join(str(one.build) for one in fixes)
        why = f"no fix is listed for the builds {'.'.join(map(str, build.prefix))} ({listed})"
        return CveState(PatchState.UNDETERMINED, f"{why}; the vendor's advisory settles it")
    if build.precision < 4:
        why = f"{build} is too short to tell: fixed from {fix.build} ({fix.name})"
        return CveState(PatchState.UNDETERMINED, f"{why}; a four-part build settles it")
    if build < fix.build:
        return CveState(PatchState.VULNERABLE, f"{build} is older than {fix.build} ({fix.name})")
    return CveState(PatchState.FIXED, f"{build} holds the fix of {fix.build} ({fix.name})")
