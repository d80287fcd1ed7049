"""What a run would do, in words; nothing is sent and no name is looked up."""

from __future__ import annotations

from collections.abc import Iterator

from alpheus.exposure.addresses import write_range
from alpheus.exposure.plan import PATHS
from alpheus.exposure.scope import Scope
from alpheus.exposure.target_list import TargetList, divide

_SHOWN = 20
"""Ranges and names that are listed one by one."""


def dry_run(scope: Scope, targets: TargetList, *, looks: int) -> Iterator[str]:
    """Lines for people: who is asked, what for, how fast, and who is left out and why."""
    allowed, outside = divide(targets, scope)
    names = len(allowed.names)
    addresses = len(allowed) - names
    yield f"Nothing is sent. A run would ask {addresses:,} addresses and look up {names:,} names."
    yield f"owner:         {scope.owner}"
    yield f"authorisation: {scope.authorisation}"
    yield f"User-Agent:    {scope.user_agent}"
    rates = scope.rates
    yield (
        f"rates:         {rates.total:g} connections/s in all, {rates.per_network:g}/s per network,"
        f" {rates.per_host:g} requests/s to a host"
    )
    yield f"at the least:  {_duration(len(allowed) / rates.total)}"
    yield ""
    yield "Asked, as far as needed, by plain GETs without cookie or credentials:"
    for path in dict.fromkeys(PATHS.values()):
        yield f"  GET {path}"
    yield f"  until {looks} answers agree on the build, or no more can be learnt"
    if scope.back_end:
        yield f"  also GET /owa/ on port {scope.back_end_port} (back_end: true)"
    if scope.smtp:
        yield f"  also the greeting of port {scope.smtp_port} (smtp: true)"
    yield ""
    yield "Inside the scope:"
    yield from _listed(allowed)
    if outside:
        yield ""
        yield "Not asked:"
        for one in outside[:_SHOWN]:
            yield f"  {one.target} ({one.count:,}): {one.why}"
        if len(outside) > _SHOWN:
            yield f"  … and {len(outside) - _SHOWN:,} more"


def _listed(allowed: TargetList) -> Iterator[str]:
    lines = [f"  {write_range(span)}, port {place.port}" for place, span in allowed.spans()]
    lines += [f"  {name}, port {place.port}" for (name, place), _ in allowed.names]
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield f"  … and {len(lines) - _SHOWN:,} more"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"
