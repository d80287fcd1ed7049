"""Compares what the probe concluded with what is true of a simulated server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from alpheus.exposure.model import Observation
from alpheus.lab.internet import Truth

BETTER = {"fixed", "not-affected"}


def faults(seen: Observation, true: Truth) -> Iterator[str]:
    """Everything that is wrong: the status, a wrong claim about Exchange, a wrong state."""
    if seen.status.value not in true.seen:
        yield f"status {seen.status.value}, not one of {true.seen} ({seen.reason})"
    if seen.exchange is not None and seen.exchange != true.exchange and not true.online_mail:
        yield f"exchange is {seen.exchange}, in truth {true.exchange} ({seen.reason})"
    for cve, state in true.states.items():
        yield from _state_faults(cve, seen, state, settled=true.settled)
    if true.mixed_pool and seen.build and "mixed-pool" in seen.flags and seen.build != true.build:
        yield f"build {seen.build} of a mixed pool whose lowest is {true.build}"


def _state_faults(cve: str, seen: Observation, state: str, *, settled: bool) -> Iterator[str]:
    states: Mapping[str, str] = {one: entry.state for one, entry in seen.cves.items()}
    found = states.get(cve)
    if found is None:
        if seen.exchange or seen.exchange is None:
            yield f"{cve} has no state"
        return
    if found == "undetermined":
        if settled:
            yield f"{cve} is undetermined, but what was answered settles it: {state}"
        if not seen.cves[cve].why:
            yield f"{cve} is undetermined without a reason"
    elif settled and found != state:
        yield f"{cve} is {found}, in truth {state}"
    elif found in BETTER and state not in BETTER:
        yield f"{cve} is {found}, in truth {state}: wrongly cleared"
