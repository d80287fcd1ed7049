"""Decides who owns a server, and what the owner is.

`unknown` is an answer. A guess has its reason, and what contradicts it is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from alpheus.directory.candidates import Candidate, main_domain
from alpheus.directory.contacts import Known, contacts_of
from alpheus.directory.hints import Hints
from alpheus.directory.lookup import Directory
from alpheus.directory.model import Layer
from alpheus.directory.owner_model import (
    UNKNOWN,
    Advice,
    Conflict,
    Hint,
    OwnerEvidence,
    Ownership,
    Reason,
)
from alpheus.directory.sectors import (
    SectorHint,
    decide_sector,
    domain_hints,
    list_hints,
    name_hints,
)

ENOUGH = 20
"""What evidence must weigh to name an owner."""

HIGH, MEDIUM = 80, 50

_CONFLICT = 40
_CONFLICT_NEAR = 35
_CONFLICT_LOWERS = 20
_MOST_HINTS = 24
_MOST_REASONS = 10
_MOST_CONFLICTS = 6
_LISTED = {"dotgov": 80, "customers": 97}
_LISTED_ELSEWHERE = 96
"""What the sector of a list weighs; a list of .gov domains says only whose government it is."""


def owner_of(evidence: OwnerEvidence, directory: Directory) -> Ownership:
    """Who owns a server, with every hint, its weight and its reason, and how to reach the owner."""
    hints = Hints(evidence, directory)
    ranked = sorted(
        ((one.weight, -at, one) for at, one in enumerate(hints.candidates.all) if one.hints),
        key=lambda entry: entry[:2],
        reverse=True,
    )
    weight, _, best = next(
        (entry for entry in ranked if entry[0] >= ENOUGH and not entry[2].is_lead), (0, 0, None)
    )
    others = [(other, one) for other, _, one in ranked if one is not best]
    conflicts = tuple(_conflicts(weight, others)) if best else ()
    near = bool(conflicts) and conflicts[0].weight >= weight - _CONFLICT_LOWERS
    near = near or (weight < HIGH and any(one.is_lead for _, _, one in ranked))
    reasons = _sector_reasons(best, evidence)
    sector = decide_sector(reasons)
    notes = hints.notes + [
        f"a lead: its inner domain is called '{one.lead}'" for _, _, one in ranked if one.is_lead
    ]
    if sector.others:
        notes.append(f"the sector may also be {', '.join(sector.others)}")
    country = _country(best, hints, evidence)
    first = best.organisations[0] if best and best.organisations else None
    return Ownership(
        owner=best.title if best else UNKNOWN,
        domain=best.domain if best else "",
        country=country,
        region=first.region if first else hints.place[1] if best else "",
        city=first.city if first else "",
        sector=sector.sector,
        confidence=_confidence(weight, near=near),
        weight=weight,
        sector_weight=sector.weight if sector.sector else 0,
        provider=hints.provider,
        lists=tuple(dict.fromkeys(one.kind for one in best.organisations)) if best else (),
        hints=tuple(_all_hints(ranked, hints.ignored)),
        sector_reasons=tuple(
            Reason(one.sector, one.weight, one.reason) for one in reasons[:_MOST_REASONS]
        ),
        conflicts=conflicts,
        contacts=_contacts(best, hints, evidence, country, directory),
        notes=tuple(notes),
        main_domain=main_domain(best.organisations, directory) if best else "",
    )


def _confidence(weight: int, *, near: bool) -> str:
    """In words; one step lower where somebody else is named nearly as well."""
    steps = ["", "low", "medium", "high"]
    step = 3 if weight >= HIGH else 2 if weight >= MEDIUM else 1 if weight >= ENOUGH else 0
    return steps[max(1, step - 1)] if near and step else steps[step]


def _conflicts(weight: int, others: Iterable[tuple[int, Candidate]]) -> Iterator[Conflict]:
    for count, (other, one) in enumerate(others):
        if other < max(_CONFLICT, weight - _CONFLICT_NEAR) or count >= _MOST_CONFLICTS:
            return
        why = max(one.hints, key=lambda hint: hint.weight)
        yield Conflict(one.title, one.domain, other, f"{why.evidence} {why.value}: {why.reason}")


def _all_hints(
    ranked: Iterable[tuple[int, int, Candidate]], ignored: Iterable[Hint]
) -> Iterator[Hint]:
    """Every hint: those for the owner first, what was not counted last."""
    left = _MOST_HINTS
    for _, _, one in ranked:
        for hint in one.hints[:left]:
            yield hint
            left -= 1
    for hint in ignored:
        if left <= 0:
            return
        yield hint
        left -= 1


def _sector_reasons(best: Candidate | None, evidence: OwnerEvidence) -> list[SectorHint]:
    """Why the owner is what it is: lists, domains, names, and what others say of the address."""
    found: list[SectorHint] = []
    if best is not None:
        for one in best.organisations[:4]:
            found += _of_record(one.kind, one.sector, one.name, one.unit, one.country)
        for host, domain in zip(best.hosts, best.domains, strict=True):
            found += domain_hints(host, domain)
        for name in best.names or ([best.name] if best.name else []):
            found += name_hints(name)
    if evidence.naics or evidence.sector:
        found += list_hints(evidence.naics, evidence.sector)
    found.sort(key=lambda hint: -hint.weight)
    return list(dict.fromkeys(found))


def _of_record(kind: str, sector: str, name: str, unit: str, country: str) -> Iterator[SectorHint]:
    if sector:
        weight = _LISTED.get(kind, _LISTED_ELSEWHERE)
        yield SectorHint(sector, weight, f"the list {kind or 'of organisations'} says so")
    yield from name_hints(name, country)
    if unit:
        yield from name_hints(unit, country)


def _country(best: Candidate | None, hints: Hints, evidence: OwnerEvidence) -> str:
    """Of the owner's record, its domain, its certificate; else of the network."""
    if best is not None:
        listed = next((one.country for one in best.organisations if one.country), "")
        if listed:
            return listed
        for domain in best.domains:
            top = domain.name.rpartition(".")[2]
            if domain.state or top in {"gov", "mil"}:
                return "US"
            if len(top) == 2 and top not in _FOR_ANYBODY:
                return "GB" if top == "uk" else top.upper()
    return hints.place[0] or evidence.country


_FOR_ANYBODY = frozenset({"io", "co", "me", "tv", "cc", "ws", "eu", "ai", "ly", "to", "fm", "us"})


def _contacts(
    best: Candidate | None,
    hints: Hints,
    evidence: OwnerEvidence,
    country: str,
    directory: Directory,
) -> tuple[Advice, ...]:
    assigned = next((one for one in hints.holders if one.layer is Layer.ASSIGNMENT), None)
    domains = frozenset(d.name for one in hints.candidates.all for d in one.domains)
    known = Known(
        organisations=best.organisations if best else (),
        domain=best.domain if best else "",
        domains=domains,
        claims=[claim for one, claim in hints.claimed if one is best],
        security_txt=evidence.security_txt,
        holders=hints.holders,
        provider=hints.provider,
        carrier=directory.carrier(assigned.span) if assigned is not None else None,
        teams=directory.teams(country) if country else (),
    )
    return contacts_of(known)
