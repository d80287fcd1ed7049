"""Why somebody is taken for an owner, who else it may be, and how it is reached, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alpheus.directory.owner_model import Advice, Ownership

_MOST = 12


def reason_lines(found: Ownership) -> Iterator[str]:
    """What speaks for the owner and its sector, with its weight of 100, and what for others."""
    for hint in found.hints[:_MOST]:
        yield f"{hint.weight:3d}  {hint.evidence} {hint.value}: {hint.reason}"
    for reason in found.sector_reasons[:_MOST]:
        yield f"{reason.weight:3d}  {reason.sector}: {reason.reason}"
    for other in found.conflicts:
        named = f"{other.owner} ({other.domain})" if other.domain else other.owner
        yield f"or else {named}, {other.weight}: {other.why}"
    yield from found.notes


def contact_lines(contacts: Iterable[Advice]) -> Iterator[str]:
    """Ways to reach somebody, the best first."""
    every = list(contacts)
    for one in every[:_MOST]:
        said = "  ".join(filter(None, (one.email, one.phone, one.name)))
        source = f"  ({one.source})" if one.source else ""
        warning = f": {one.warning}" if one.warning else ""
        yield f"{one.kind:<16}{said}{source}{warning}"
    if len(every) > _MOST:
        yield f"and {len(every) - _MOST} more; all with --format json"
