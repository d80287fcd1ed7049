"""Whether configurations seen in the evidence mitigate a pack's CVEs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from alpheus.knowledge.model import Mitigation, Pack
from alpheus.knowledge.patterns import found_in

Fields = Mapping[str, str | tuple[str, ...]]
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MitigationState:
    """One record that switches a mitigation on or off; `time` is None in a configuration file."""

    name: str
    time: datetime | None
    on: bool


def matches(patterns: Mapping[str, str], fields: Fields) -> bool:
    """Whether every pattern is found in its field; an absent field counts as empty.

    In a field of several values one that matches is enough.
    """
    for name, pattern in patterns.items():
        value = fields.get(name, "")
        values = (value,) if isinstance(value, str) else (value or ("",))
        if not any(found_in(pattern, text) for text in values):
            return False
    return True


def read_state(
    mitigation: Mitigation, source: str, time: datetime | None, fields: Fields
) -> MitigationState | None:
    """What one record says about a mitigation, or None if it says nothing."""
    if source != mitigation.source:
        return None
    if matches(mitigation.match, fields):
        return MitigationState(mitigation.name, time, on=True)
    if mitigation.undone_by and matches(mitigation.undone_by, fields):
        return MitigationState(mitigation.name, time, on=False)
    return None


def mitigated(pack: Pack, states: Iterable[MitigationState]) -> dict[str, tuple[str, ...]]:
    """CVE to the names of the mitigations in force, as the last records leave them.

    A mitigation that needs others counts only with them; see `Mitigation.together`.
    """
    last: dict[str, MitigationState] = {}
    for state in states:
        known = last.get(state.name)
        if known is None or (state.time or _LONG_AGO) >= (known.time or _LONG_AGO):
            last[state.name] = state
    active = {name for name, state in last.items() if state.on}
    found: dict[str, tuple[str, ...]] = {}
    for mitigation in pack.mitigations:
        if mitigation.name in active and active.issuperset(mitigation.together):
            for cve in mitigation.cves:
                found[cve] = (*found.get(cve, ()), mitigation.name)
    return found
