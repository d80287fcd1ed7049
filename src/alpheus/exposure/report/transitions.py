"""What became of one host from what was known of it to what is seen now.

Only a server that answers and shows the fix is fixed. Silence, another product, a gateway in front
and the cloud in its place are each called what they are.

Several servers behind one address are fixed when each of them was. From the run on in which a pool
was vulnerable, every name that was met there has to answer with the fix, in one run or in several;
until then its fix is held back. A member without a name cannot be told from others, and what it
was is held back for good: asking each server by itself settles it. So is one that was taken out of
the pool, which nothing seen from outside tells from one that just did not answer.
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
_POOL = frozenset({"mixed-pool", "several-servers"})

NAMELESS = ""
"""Stands for servers of a pool that do not say who they are."""


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
    """What is known of a host: whether it ever was a server, and each CVE's last settled state.

    `held` has, for CVEs to which a pool was vulnerable, the members that did not show the fix yet.
    """

    seen: bool = False
    states: States = ()
    held: tuple[tuple[str, tuple[str, ...]], ...] = ()


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


def transition(
    before: Facts | None, memory: Memory, after: Facts, servers: tuple[str, ...] = ()
) -> Transition:
    """From what a host was when it was last in a run to what it is. `before` None: never met.

    `servers` are the front ends that answered, in lower case, with NAMELESS for those without a
    name; they are needed of pools, and of hosts whose memory holds something back.
    """
    was = before is not None and is_server(before)
    if not is_server(after):
        kind = _AWAY.get(after.status, Kind.GONE) if was else Kind.OTHER
        return Transition(kind, _NOTHING, _NOTHING, _NOTHING, memory)
    settled, now = dict(memory.states), dict(after.states)
    held = _held(memory, after, servers)
    # Of several servers behind an address, one that shows the fix does not speak for the others.
    now = {cve: state for cve, state in now.items() if not (state in _CLOSED and cve in held)}
    regressed = tuple(
        cve for cve, state in now.items()
        if state == "vulnerable" and settled.get(cve) in _WAS_SAFE
    )  # fmt: skip
    fixed = tuple(
        cve for cve, state in now.items() if state in _CLOSED and settled.get(cve) == "vulnerable"
    )
    found = tuple(
        cve for cve, state in now.items()
        if state == "vulnerable" and settled.get(cve) not in {"vulnerable", *_WAS_SAFE}
    ) if was else _NOTHING  # fmt: skip
    lost = [cve for cve, state in settled.items() if state == "vulnerable" and _open(now, cve)]
    cleared = any(state == "fixed" and cve not in settled for cve, state in now.items())
    settled.update((cve, state) for cve, state in now.items() if state != "undetermined")
    known = Memory(seen=True, states=tuple(settled.items()), held=tuple(held.items()))
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


def _held(memory: Memory, after: Facts, servers: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Per CVE the members of a pool that have yet to show the fix."""
    held = dict(memory.held)
    pool = bool(_POOL.intersection(after.flags))
    if not pool and not held:
        return held
    for cve, state in after.states:
        own = held.get(cve, _NOTHING)
        if state == "vulnerable" and (pool or own):
            held[cve] = tuple(sorted({*own, *(servers or (NAMELESS,))}))
        elif state in _CLOSED and own:
            held[cve] = tuple(one for one in own if one == NAMELESS or one not in servers)
    return {cve: left for cve, left in held.items() if left}


def _kind(signs: list[tuple[object, Kind]]) -> Kind:
    return next((kind for sign, kind in signs if sign), Kind.SAME)


def _open(now: dict[str, str], cve: str) -> bool:
    return now.get(cve, "undetermined") == "undetermined"


def fate(cve: str, after: Facts | None, *, held: bool = False) -> str:
    """What became of a server that was vulnerable to a CVE, in a word for people.

    `held`: its fix is held back, because others of its pool did not show it.
    One of `vulnerable`, `fixed`, `undetermined`, `gone`, `replaced`, `absent`.
    """
    if after is None:
        return "absent"
    if is_server(after):
        state = after.state(cve)
        if state in _CLOSED:
            return "undetermined" if held else "fixed"
        return "vulnerable" if state == "vulnerable" else "undetermined"
    if after.status in {Status.SHIELDED, Status.TLS_FAILED}:
        return "undetermined"
    if after.status in {Status.NOT_ASKED, Status.LISTED}:
        return "absent"
    return "replaced" if after.status in {Status.ONLINE, Status.NOT_EXCHANGE} else "gone"
