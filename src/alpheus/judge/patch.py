"""Patch state per CVE from every build that was witnessed, and when the server was fixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from alpheus.detect.collector import MitigationSeen
from alpheus.judge.record import ServerRecord
from alpheus.knowledge.build_number import BuildNumber, parse_build
from alpheus.knowledge.builds import Builds
from alpheus.knowledge.fixes import patch_state
from alpheus.knowledge.mitigations import mitigated
from alpheus.knowledge.model import Pack
from alpheus.knowledge.products import signs_of
from alpheus.model import Build, BuildWitness, CveState, PatchState

SAFE = (PatchState.FIXED, PatchState.NOT_AFFECTED)
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_OVERLAP = timedelta(hours=1)
_SETTLES = "an HttpProxy or ECP Server log, ExchangeSetup.log, or the file version of ExSetup.exe"
_SETTLES_OTHER = "the file version of a program of the product"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One build with the span in which it was seen."""

    build: BuildNumber
    witness: BuildWitness


@dataclass(frozen=True, slots=True)
class PatchTimeline:
    """The builds of one server in order of time, and the state of each CVE at the end."""

    sightings: tuple[Sighting, ...]
    build: Build | None
    states: Mapping[str, CveState]
    by_build: Mapping[tuple[BuildNumber, str], PatchState]

    def first_fixed(self, cves: Sequence[str]) -> datetime | None:
        """Since when only builds that are safe from all the CVEs are seen; None if never.

        A fixed build before a vulnerable one closed nothing: a server can become vulnerable again.
        """
        vulnerable = max(
            (
                s.witness.last
                for s in self.sightings
                if s.witness.last is not None and self._vulnerable(s.build, cves)
            ),
            default=None,
        )
        times = [
            s.witness.first if vulnerable is None else max(s.witness.first, vulnerable)
            for s in self.sightings
            if s.witness.first is not None
            and s.witness.last is not None
            and self._safe(s.build, cves)
            and (vulnerable is None or s.witness.last > vulnerable)
        ]
        return min(times, default=None)

    def never_affected(self, cves: Sequence[str]) -> bool:
        """Whether builds are known, and none of them was ever affected by any of the CVEs."""
        return bool(self.sightings) and all(
            self.by_build.get((s.build, cve)) is PatchState.NOT_AFFECTED
            for s in self.sightings
            for cve in cves
        )

    def _vulnerable(self, build: BuildNumber, cves: Sequence[str]) -> bool:
        return any(self.by_build.get((build, cve)) is PatchState.VULNERABLE for cve in cves)

    def _safe(self, build: BuildNumber, cves: Sequence[str]) -> bool:
        return bool(cves) and all(self.by_build.get((build, cve)) in SAFE for cve in cves)


def patch_timeline(record: ServerRecord, packs: Sequence[Pack], builds: Builds) -> PatchTimeline:
    """Order the witnesses, choose the newest build, and state each CVE for it."""
    signs = signs_of(packs)
    relevant = [pack for pack in packs if record.may_run(pack.products, signs)]
    cves = sorted({cve for pack in relevant for cve in pack.cves}, key=_age)
    sightings = _sightings(record.witnesses)
    attested = _attested(record.mitigations, packs)
    by_build = {
        (build, cve): patch_state(build, cve, builds, relevant).state
        for build in {s.build for s in sightings}
        for cve in cves
    }
    newest = _newest(sightings)
    known = partial(patch_state, builds=builds, packs=relevant)
    settles = _SETTLES if record.is_exchange else _SETTLES_OTHER
    states = {
        cve: _state(cve, newest, sightings, attested.get(cve), known, settles=settles)
        for cve in cves
        if record.products(signs)
    }
    build = None
    if newest is not None:
        witnesses = tuple(s.witness for s in sightings)
        build = Build(str(newest), newest.precision, witnesses)
    return PatchTimeline(sightings, build, states, by_build)


def _age(cve: str) -> tuple[int, int]:
    """The older ones first: `CVE-YEAR-NUMBER`."""
    _, year, number = cve.split("-")
    return int(year), int(number)


def _sightings(witnesses: Sequence[BuildWitness]) -> tuple[Sighting, ...]:
    merged: dict[tuple[str, BuildNumber], BuildWitness] = {}
    for witness in witnesses:
        build = parse_build(witness.build)
        if build is None:
            continue
        key = (witness.source, build)
        known = merged.get(key)
        times = [
            t
            for w in (known, witness)
            if w is not None
            for t in (w.first, w.last)
            if t is not None
        ]  # fmt: skip
        merged[key] = BuildWitness(
            witness.source, str(build), witness.host, min(times, default=None),
            max(times, default=None),
        )  # fmt: skip
    found = [Sighting(build, witness) for (_, build), witness in merged.items()]
    return tuple(sorted(found, key=lambda s: (s.witness.first or _EARLIEST, s.build)))


def _newest(sightings: Sequence[Sighting]) -> BuildNumber | None:
    """The build seen last; of builds seen equally late, the most precise, then the highest."""
    if not sightings:
        return None
    exact = [s for s in sightings if s.build.precision == 4] or list(sightings)
    best = max(exact, key=lambda s: (s.witness.last or _EARLIEST, s.build))
    return best.build


def _state(
    cve: str,
    newest: BuildNumber | None,
    sightings: Sequence[Sighting],
    attested: MitigationSeen | None,
    known: Callable[[BuildNumber, str], CveState],
    *,
    settles: str,
) -> CveState:
    if newest is None:
        state = CveState(PatchState.UNDETERMINED, f"no build is named; {settles} would settle it")
    else:
        state = known(newest, cve)
        conflict = _conflict(newest, sightings)
        if conflict and known(conflict, cve).state is not known(newest, cve).state:
            why = f"{state.why}; conflict: {conflict} was also witnessed at the same time"
            state = CveState(PatchState.UNDETERMINED, why)
    if attested is not None and state.state in (PatchState.VULNERABLE, PatchState.UNDETERMINED):
        return _mitigated(state, attested)
    return state


def _attested(
    mitigations: Sequence[MitigationSeen], packs: Sequence[Pack]
) -> dict[str, MitigationSeen]:
    """For each CVE the record that attests a mitigation still in force."""
    last = {seen.state.name: seen for seen in mitigations if seen.state.on}
    return {
        cve: last[names[0]]
        for pack in packs
        for cve, names in mitigated(pack, [seen.state for seen in mitigations]).items()
    }


def _mitigated(state: CveState, seen: MitigationSeen) -> CveState:
    when = f", {seen.state.time:%Y-%m-%d %H:%M} UTC" if seen.state.time else ""
    line = f":{seen.citation.line}" if seen.citation.line else ""
    return CveState(
        PatchState.MITIGATED,
        f"{seen.state.name}, attested by {seen.citation.path}{line}{when}; {state.why}",
    )


def _conflict(newest: BuildNumber, sightings: Sequence[Sighting]) -> BuildNumber | None:
    """Another four-part build whose rows overlap in time with those of the newest."""
    spans = [s.witness for s in sightings if s.build == newest]
    for other in sightings:
        if other.build == newest or other.build.precision < 4:
            continue
        if any(_overlap(other.witness, span) for span in spans):
            return other.build
    return None


def _overlap(one: BuildWitness, other: BuildWitness) -> bool:
    if not (one.first and one.last and other.first and other.last):
        return False
    return min(one.last, other.last) - max(one.first, other.first) > _OVERLAP
