"""How to reach an owner: every known way, the best first.

A registered contact, a government's list, security.txt, the registry's abuse mailbox, the usual
mailboxes of the domain (RFC 2142), the provider, the national CERT. A mailbox that lies on the
server in question is told as such: whoever broke in reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from alpheus.directory.domains import domain_of
from alpheus.directory.lookup import Holder
from alpheus.directory.model import Contact, Layer, Organisation
from alpheus.directory.owner_model import Advice, Claim
from alpheus.directory.providers import is_free_mail

USUAL = ("security", "abuse", "postmaster")
"""Mailboxes that a domain should have (RFC 2142)."""

_MAY_LIE_THERE = "this mailbox may lie on the server in question: "
ON_THE_SERVER = (
    f"{_MAY_LIE_THERE}never write there alone, and name no details where an intruder may be"
)
_FORWARD = "the provider, not the owner: ask to have it forwarded"
_MOST = 30
_ORDER = {"security": 0, "registered": 1, "abuse": 2, "technical": 3, "letter": 4}


def is_on_the_server(advice: Advice) -> bool:
    """Whether the warning says so; also that of an owner who was found by an older program."""
    return advice.warning.startswith(_MAY_LIE_THERE)


class Known(NamedTuple):
    """What tells how an owner is reached.

    `claims` are those of lists that name the owner. `domain` is the owner's, `domains` are all
    whose mail the server may hold. `provider` is the name of who carries it, `carrier` who has the
    range that its own was taken from, `teams` are the CERTs of its country.
    """

    organisations: Sequence[Organisation] = ()
    domain: str = ""
    domains: frozenset[str] = frozenset()
    claims: Sequence[Claim] = ()
    security_txt: Sequence[str] = ()
    holders: Sequence[Holder] = ()
    provider: str = ""
    carrier: Organisation | None = None
    teams: Sequence[Organisation] = ()


def contacts_of(known: Known) -> tuple[Advice, ...]:
    """Every known way to reach the owner, the best first."""
    if not (known.organisations or known.security_txt or known.holders or known.teams
            or known.claims):  # fmt: skip
        return tuple(_usual(known.domain))
    own = known.domains | {known.domain} if known.domain else known.domains
    found = [
        *(
            Advice("registered", one.email, one.phone, source=one.source or "a list")
            for one in known.claims
            if one.email or one.phone
        ),
        *_listed(known.organisations),
        *(Advice("security-txt", email, source="security.txt") for email in known.security_txt),
        *_abuse(known.holders, known.provider),
        *_usual(known.domain),
        *_provider(known.holders, known.provider),
        *_carrier(known.carrier),
        *_teams(known.teams),
    ]
    unique: dict[tuple[str, str, str], Advice] = {}
    for advice in found:
        unique.setdefault((advice.email, advice.phone, advice.name), advice)
    return tuple(_warned(advice, own) for advice in list(unique.values())[:_MOST])


def _listed(organisations: Sequence[Organisation]) -> Iterator[Advice]:
    """What constituents gave, then the government's list, then other lists."""
    ranked = sorted(organisations, key=_rank) if len(organisations) > 1 else organisations
    for one in ranked:
        kind = {"customers": "registered", "dotgov": "government-list"}.get(one.kind, "listed")
        for contact in sorted(one.contacts, key=_order):
            name = contact.name
            yield Advice(kind, contact.email, contact.phone, name, one.source or one.kind)


_RANKS = {"customers": 0, "dotgov": 1}


def _rank(one: Organisation) -> int:
    return _RANKS.get(one.kind, 2)


def _order(contact: Contact) -> int:
    return _ORDER.get(contact.role, 3)


def _abuse(holders: Sequence[Holder], provider: str) -> Iterator[Advice]:
    """The abuse mailbox of the smallest range, if that is not the provider's."""
    for holder in holders:
        one = holder.organisation
        if holder.layer is Layer.ASSIGNMENT and one is not None and one.name != provider:
            yield from (
                Advice("abuse", contact.email, contact.phone, source=one.source)
                for contact in one.contacts
            )


def _usual(domain: str) -> Iterator[Advice]:
    if domain:
        yield from (
            Advice("usual-mailbox", f"{user}@{domain}", "", "", "RFC 2142", ON_THE_SERVER)
            for user in USUAL
        )


def _provider(holders: Sequence[Holder], provider: str) -> Iterator[Advice]:
    for holder in holders:
        one = holder.organisation
        if one is None or holder.layer not in {Layer.ASSIGNMENT, Layer.ROUTE}:
            continue
        if holder.layer is Layer.ROUTE or one.name == provider:
            yield from _carrier(one)


def _carrier(one: Organisation | None) -> Iterator[Advice]:
    if one is None:
        return
    for contact in one.contacts:
        yield Advice("provider", contact.email, contact.phone, one.name, one.source, _FORWARD)


def _teams(teams: Iterable[Organisation]) -> Iterator[Advice]:
    for team in teams:
        for contact in team.contacts:
            if contact.email or contact.phone:
                yield Advice("national-cert", contact.email, contact.phone, team.name, team.source)


def _warned(advice: Advice, own: frozenset[str]) -> Advice:
    if advice.warning or not advice.email or not own:
        return advice
    host = advice.email.rpartition("@")[2].lower()
    if is_free_mail(host):
        return advice
    domain = domain_of(host)
    if host not in own and (domain is None or domain.name not in own):
        return advice
    return Advice(
        advice.kind, advice.email, advice.phone, advice.name, advice.source, ON_THE_SERVER
    )
