"""What became of one host from what was known of it to what is seen now.

Only a server that answers and shows the fix is fixed. Silence, another product, a gateway in front
and the cloud in its place are each called what they are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from alpheus.exposure.model import Status
from alpheus.exposure.output.lines import Facts, States
from alpheus.exposure.output.names import MAIN
from alpheus.exposure.output.tally import is_server

_CLOSED = frozenset({"fixed", "not-affected"})
_WAS_SAFE = frozenset({"fixed", "mitigated"})


class Kind(StrEnum):
    """What became of a host, gravest first."""

    REGRESSED = "vulnerable-again"
    """It was fixed, and is vulnerable now."""
    FOUND = "found-vulnerable"
    """It was not known to be vulnerable, and is."""
    NEW = "new"
    """An Exchange server that was not met before."""
    BACK = "back"
    """One that had not answered as Exchange the last time, and before that had."""
    HIDDEN = "cannot-be-told"
    """It was vulnerable, answers still, and does not show what it is any more."""
    FIXED = "fixed"
    """It was vulnerable, and shows the fix."""
    CLEARED = "shown-fixed"
    """It could not be told before, and shows the fix."""
    GONE = "gone"
    """Nothing answers; it may be off, filtered, or moved."""
    REPLACED = "replaced"
    """Something else answers at its address."""
    CLOUD = "cloud"
    """The cloud service answers at its address."""
    ABSENT = "absent"
    """It is not in this run."""
    SAME = "same"
    OTHER = "other"
    """No Exchange server before or now."""


class Memory(NamedTuple):
    """What is known of a host: whether it ever was a server, and each CVE's last settled state."""

    seen: bool = False
    states: States = ()


class Transition(NamedTuple):
    """What became of it, by which CVEs, and what is known from now on."""

    kind: Kind
    regressed: tuple[str, ...]
    found: tuple[str, ...]
    fixed: tuple[str, ...]
    memory: Memory


_GREAT = frozenset(MAIN)
"""To be found open to one of these outweighs what was fixed; to others it does not."""

_NOTHING: tuple[str, ...] = ()
_AWAY = {
    Status.SHIELDED: Kind.HIDDEN,
    Status.TLS_FAILED: Kind.HIDDEN,
    Status.ONLINE: Kind.CLOUD,
    Status.NOT_EXCHANGE: Kind.REPLACED,
    Status.NOT_ASKED: Kind.ABSENT,
    Status.LISTED: Kind.ABSENT,
}


def transition(before: Facts | None, memory: Memory, after: Facts) -> Transition:
    """From what a host was when it was last in a run to what it is. `before` None: never met."""
    was = before is not None and is_server(before)
    if not is_server(after):
        kind = _AWAY.get(after.status, Kind.GONE) if was else Kind.OTHER
        return Transition(kind, _NOTHING, _NOTHING, _NOTHING, memory)
    settled, now = dict(memory.states), dict(after.states)
    regressed = tuple(
        cve for cve, state in now.items()
        if state == "vulnerable" and settled.get(cve) in _WAS_SAFE
    )  # fmt: skip
    fixed = tuple(
        cve for cve, state in now.items() if state in _CLOSED and settled.get(cve) == "vulnerable"
    )
    # Of several servers behind an address, one that shows the fix does not speak for the others.
    partly = before is not None and _is_part(before, after)
    if partly:
        now = {cve: state for cve, state in now.items() if cve not in fixed}
        fixed = _NOTHING
    found = tuple(
        cve for cve, state in now.items()
        if state == "vulnerable" and settled.get(cve) not in {"vulnerable", *_WAS_SAFE}
    ) if was else _NOTHING  # fmt: skip
    lost = [cve for cve, state in settled.items() if state == "vulnerable" and _open(now, cve)]
    cleared = any(state == "fixed" and cve not in settled for cve, state in now.items())
    settled.update((cve, state) for cve, state in now.items() if state != "undetermined")
    known = Memory(seen=True, states=tuple(settled.items()))
    kind = _kind(
        [
            (regressed, Kind.REGRESSED),
            (_GREAT.intersection(found), Kind.FOUND),
            (fixed, Kind.FIXED),
            (found, Kind.FOUND),
            (not memory.seen, Kind.NEW),
            (not was, Kind.BACK),
            (lost, Kind.HIDDEN),
            (cleared, Kind.CLEARED),
        ]
    )
    return Transition(kind, regressed, found, fixed, known)


def _kind(signs: list[tuple[object, Kind]]) -> Kind:
    return next((kind for sign, kind in signs if sign), Kind.SAME)


def _open(now: dict[str, str], cve: str) -> bool:
    return now.get(cve, "undetermined") == "undetermined"


def _is_part(before: Facts, after: Facts) -> bool:
    return "mixed-pool" in before.flags and "several-servers" not in after.flags


def fate(cve: str, before: Facts, after: Facts | None) -> str:
    """What became of a server that was vulnerable to a CVE, in a word for people.

    One of `vulnerable`, `fixed`, `undetermined`, `gone`, `replaced`, `absent`.
    """
    if after is None:
        return "absent"
    if is_server(after):
        state = after.state(cve)
        if state in _CLOSED:
            return "undetermined" if _is_part(before, after) else "fixed"
        return "vulnerable" if state == "vulnerable" else "undetermined"
    if after.status in {Status.SHIELDED, Status.TLS_FAILED}:
        return "undetermined"
    if after.status in {Status.NOT_ASKED, Status.LISTED}:
        return "absent"
    return "replaced" if after.status in {Status.ONLINE, Status.NOT_EXCHANGE} else "gone"
