"""By what servers are grouped, to see which are left more often than others."""

from __future__ import annotations

from functools import lru_cache

from alpheus.campaign.cohort import Member, days_between
from alpheus.cases.states import VICTIMS
from alpheus.knowledge.build_table import read_rows

DYNAMIC = 3
"""A server that was seen at so many addresses or more has changing ones."""

_HALF_YEAR, _YEAR, _TWO_YEARS = 183, 365, 731
_VICTIMS = {state.value for state in VICTIMS}


def kinds_of(member: Member, end: str) -> tuple[tuple[str, str], ...]:
    """By what servers are grouped: kind and value. `end` is the last day of which all is known."""
    last = member.tellings[-1] if member.tellings else None
    return (
        ("sector", member.sector or "unknown"),
        ("network", member.network or "unknown"),
        ("region", member.region or "unknown"),
        ("product", member.product or "unknown"),
        ("build age", build_age(member.opened_build, end)),
        ("owner", "known" if member.organisation else "unknown"),
        ("contact", contact_of(member)),
        ("addresses", "changing" if member.addresses >= DYNAMIC else "steady"),
        ("lists", "one list, once" if is_doubtful(member) else "several sightings"),
        ("intrusion", intrusion_of(member)),
        ("told", (last.rung or last.channel) if last else "not told"),
        ("channel", last.channel if last else "not told"),
        ("delivery", (last.status or "unknown") if last else "not told"),
    )


def is_doubtful(member: Member) -> bool:
    """One list saw it once, and nobody else ever."""
    return member.observations <= 1 and member.sources <= 1


def contact_of(member: Member) -> str:
    """The best way to the owner that is known."""
    kinds = {one.kind for one in member.contacts if one.email or one.phone}
    if kinds - {"provider", "national-cert", "usual-mailbox"}:
        return "known"
    if "usual-mailbox" in kinds:
        return "usual mailbox only"
    return "provider only" if "provider" in kinds else "none"


def intrusion_of(member: Member) -> str:
    """Whether somebody broke in, as far as anybody knows."""
    return "reported or proven" if member.compromise in _VICTIMS else "none known"


@lru_cache(maxsize=4_096)
def build_age(build: str, end: str) -> str:
    """How old the newest update of a build was on the last day."""
    released = _released().get(build) or _released().get(build.rpartition(".")[0])
    if not released or not end:
        return "unknown"
    days = days_between(released, end)
    if days < _HALF_YEAR:
        return "under half a year"
    if days < _YEAR:
        return "half a year to one"
    return "one to two years" if days < _TWO_YEARS else "over two years"


@lru_cache(maxsize=1)
def _released() -> dict[str, str]:
    """When builds came out, by four parts; by three, when the first of them did."""
    found: dict[str, str] = {}
    for row in read_rows():
        day = f"{row.release_date}-01"[:10]
        if row.release_date:
            number = str(row.build)
            short = number.rpartition(".")[0]
            found[number] = day
            found[short] = min(day, found.get(short, day))
    return found
