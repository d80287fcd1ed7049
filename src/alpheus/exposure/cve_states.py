"""The state of every CVE for what was learnt of a server, never `fixed` without a witness.

A build names one state per CVE; several builds behind one address give the worst of them; a build
that is only a lower bound gives a state where every update from it on agrees. Maps are made once
per build and shared: they are not to be changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from alpheus.exposure.model import CveEntry
from alpheus.knowledge.builds import BuildNumber, Builds, parse_build
from alpheus.knowledge.fixes import exchange_cves, packs_in_use, patch_state
from alpheus.model import PatchState

NOT_SAID = (
    "nothing that anyone may read names the build: the file version of ExSetup.exe on the server,"
    " or an export of its inventory, settles it"
)
"""Why nothing is settled where Exchange does not say its build."""

_WORST = (
    PatchState.VULNERABLE, PatchState.UNDETERMINED, PatchState.MITIGATED, PatchState.FIXED,
    PatchState.NOT_AFFECTED,
)  # fmt: skip
_RANK = {state.value: rank for rank, state in enumerate(_WORST)}


def cve_states(
    build: str | None,
    precision: int | None,
    exchange: bool | None,  # noqa: FBT001 - the three facts are always given together
    why: str,
    *,
    at_least: bool = False,
) -> Mapping[str, CveEntry]:
    """State and reason of every CVE in the table, and of those of Exchange that packs tell of.

    Empty if `exchange` is False. Without a build every state is `undetermined` with `why`.
    `precision` 3 makes a four-part build count as three-part. `at_least`: the build is a lower
    bound within its cumulative update. The map is shared; do not change it.
    """
    if exchange is False:
        return {}
    if build is None:
        return every(PatchState.UNDETERMINED.value, why or NOT_SAID)
    return _of_build(build, precision or 0, at_least=at_least)


@lru_cache(maxsize=4096)
def every(state: str, why: str) -> Mapping[str, CveEntry]:
    """The same state and reason for every CVE."""
    return {cve: CveEntry(state, why) for cve in _cves()}


@lru_cache(maxsize=2048)
def worst(members: tuple[tuple[str, bool], ...], unseen: str = "") -> Mapping[str, CveEntry]:
    """The worst state of several builds, each with whether it is a lower bound only.

    `unseen` names a server whose build is not known; then nothing is `fixed`.
    """
    maps = [(build, _of_build(build, 0, at_least=at_least)) for build, at_least in members]
    found: dict[str, CveEntry] = {}
    for cve in _cves():
        build, entry = min(
            ((build, states[cve]) for build, states in maps), key=lambda pair: _RANK[pair[1].state]
        )
        found[cve] = _of_pool(build, entry, len(maps), unseen)
    return found


@lru_cache(maxsize=2048)
def agreed(builds: tuple[str, ...], unseen: str = "") -> Mapping[str, CveEntry]:
    """The states on which contradictory builds of one server agree; the rest is undetermined.

    `unseen` as in `worst`.
    """
    maps = [_of_build(build, 0, at_least=False) for build in builds]
    shown = ", ".join(builds)
    found: dict[str, CveEntry] = {}
    for cve in _cves():
        entries = [states[cve] for states in maps]
        if len({entry.state for entry in entries}) == 1:
            entry = CveEntry(entries[0].state, f"the server says {shown}: {entries[0].why}")
            found[cve] = _of_pool(shown, entry, 1, unseen)
        else:
            found[cve] = CveEntry(
                PatchState.UNDETERMINED.value,
                f"the server contradicts itself ({shown}): the file version of ExSetup.exe settles"
                " it",
            )
    return found


def unconfirmed(states: Mapping[str, CveEntry]) -> Mapping[str, CveEntry]:
    """The states with every fix left open: it was seen once, and the second look failed."""
    return {
        cve: CveEntry(
            PatchState.UNDETERMINED.value,
            f"{entry.why}; but the second look, which a balancer makes needful, failed: ask again",
        )
        if entry.state == PatchState.FIXED
        else entry
        for cve, entry in states.items()
    }


def shown_once(states: Mapping[str, CveEntry]) -> Mapping[str, CveEntry]:
    """The states, every fix with the remark that one connection showed it; unchanged without one.

    A flaw outside the default campaign is no reason for a second connection.
    """
    if all(entry.state != PatchState.FIXED for entry in states.values()):
        return states
    return {
        cve: replace(
            entry,
            why=f"{entry.why}; one connection showed it, and none was opened to confirm it: behind"
            " a balancer another server may lack the fix",
        )
        if entry.state == PatchState.FIXED
        else entry
        for cve, entry in states.items()
    }


def _cves() -> tuple[str, ...]:
    """Those of the table, and those that packs in use have fixes of Exchange for."""
    builds = Builds.load()
    return (*builds.cves, *exchange_cves(builds))


def _of_pool(build: str, entry: CveEntry, count: int, unseen: str) -> CveEntry:
    if unseen and entry.state == PatchState.FIXED:
        return CveEntry(
            PatchState.UNDETERMINED.value,
            f"{build} holds the fix, but {unseen} answers here too and did not say its build: ask"
            " each server by itself",
        )
    if count == 1:
        return entry
    return CveEntry(entry.state, f"of {count} builds behind this address: {entry.why}")


@lru_cache(maxsize=4096)
def _of_build(build: str, precision: int, *, at_least: bool) -> Mapping[str, CveEntry]:
    number = parse_build(build)
    builds = Builds.load()
    if number is None:
        return every(PatchState.UNDETERMINED.value, f"{build[:40]!r} is no build number")
    kept = precision if precision in {3, 4} else None
    if kept == 3 and number.precision == 4:
        number = BuildNumber(number.prefix)
    found: dict[str, CveEntry] = {}
    for cve in _cves():
        state = patch_state(number, cve, builds, packs_in_use())
        found[cve] = CveEntry(state.state.value, state.why)
    if at_least and number.precision == 4:
        return _from_there_on(number, found)
    return found


def _from_there_on(number: BuildNumber, found: Mapping[str, CveEntry]) -> Mapping[str, CveEntry]:
    """Settled only where this build and every later update of its family are in one state."""
    builds = Builds.load()
    same = [row.build for row in builds.rows() if row.build.prefix == number.prefix]
    later = [(build, _of_build(str(build), 0, at_least=False)) for build in same if build > number]
    result: dict[str, CveEntry] = {}
    for cve, entry in found.items():
        differing = [build for build, states in later if states[cve].state != entry.state]
        result[cve] = entry
        if differing:
            result[cve] = CveEntry(
                PatchState.UNDETERMINED.value,
                f"at least {number}, which is {entry.state}; {differing[0]} is not, and such an"
                " update may leave this witness alone: X-OWA-Version or ExSetup.exe settles it",
            )
    return result


@lru_cache(maxsize=4096)
def impossible(number: BuildNumber) -> str:
    """Why no Exchange Server can have such a build, or ''; as `Builds.impossible`."""
    return Builds.load().impossible(number)


def lowest(builds: Sequence[str]) -> str:
    """The lowest of builds, compared as integers; a three-part build sorts before its updates."""
    numbered = [(parse_build(build), build) for build in builds]
    known = [(number, build) for number, build in numbered if number is not None]
    return min(known)[1] if known else ""
