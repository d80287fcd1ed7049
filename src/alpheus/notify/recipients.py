"""The ways to reach whoever can do something about a server, in the order of the ladder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from alpheus.cases.organisations import Organisation
from alpheus.directory.contacts import is_on_the_server
from alpheus.directory.owner_model import Advice
from alpheus.notify.model import LADDER, Channel, Recipient, Rung
from alpheus.notify.settings import Settings
from alpheus.notify.settings_values import is_mailbox

AGGREGATED = frozenset({Rung.PROVIDER, Rung.NATIONAL_TEAM})
"""Rungs on which one notice may be about servers of several organisations."""

_RUNGS = {
    "registered": Rung.CONTACT,
    "government-list": Rung.CONTACT,
    "listed": Rung.CONTACT,
    "security-txt": Rung.CONTACT,
    "usual-mailbox": Rung.CONTACT,
    "abuse": Rung.REGISTRANT,
    "provider": Rung.PROVIDER,
    "national-cert": Rung.NATIONAL_TEAM,
}
_BY_POST = frozenset({"registered", "government-list", "listed"})
_ORDER = {rung: place for place, rung in enumerate(LADDER)}
_NAMED_AFTER = re.compile(r"(?:City|Town|Township|Village|Borough) of ([^,]{2,60})(?:,.*)?")

NO_STREET = "by name and place alone: find the street, and write it on the envelope"
"""The warning of a letter whose address is not whole."""


class Ways(NamedTuple):
    """Recipients from the bottom of the ladder up, the best of each rung first.

    `barred`: somebody is known who is never written to.
    """

    recipients: tuple[Recipient, ...] = ()
    barred: bool = False


def ways_of(organisation: Organisation, network: Iterable[Advice], settings: Settings) -> Ways:
    """The ways for a server: the organisation's own contacts, and those of the server's network.

    Of the organisation's those of networks are left out, and of `network` the others: a provider is
    told only of its own network. Where no list has its postal address, its name and its town are
    one, since a letter is the last way there is.
    """
    domain = organisation.domain
    found = [
        *_recipients((one for one in organisation.contacts if _is_own(one)), domain),
        *_recipients((one for one in network if not _is_own(one)), domain),
        *_national(settings),
    ]
    if all(one.channel is not Channel.LETTER for one in found):
        found += _by_name(organisation)
    unique: dict[tuple[Channel, str], Recipient] = {}
    barred = False
    for one in found:
        if one.channel is Channel.EMAIL and settings.is_never(one.address):
            barred = True
        elif not _is_self(one, settings):
            unique.setdefault((one.channel, one.address), one)
    ordered = sorted(unique.values(), key=lambda one: _ORDER[one.rung])
    return Ways(tuple(ordered), barred)


def _is_own(advice: Advice) -> bool:
    return _RUNGS.get(advice.kind) is Rung.CONTACT


def _recipients(advice: Iterable[Advice], domain: str) -> Iterator[Recipient]:
    for one in advice:
        rung = _RUNGS.get(one.kind)
        if rung is None:
            continue
        email, phone = one.email.strip().lower(), one.phone.strip()
        if is_mailbox(email):
            on_server = is_on_the_server(one) or _is_below(email, domain)
            yield Recipient(Channel.EMAIL, rung, email, one.name, one.kind, one.source, one.warning,
                            on_server)  # fmt: skip
        if phone:
            yield Recipient(Channel.PHONE, rung, phone, one.name, one.kind, one.source)
        if not (one.email or phone) and one.name and one.kind in _BY_POST:
            yield Recipient(Channel.LETTER, Rung.LETTER, one.name, "", one.kind, one.source)


def _by_name(organisation: Organisation) -> Iterator[Recipient]:
    """A letter by the name and the town; none to who is known by a domain alone."""
    name, city = organisation.name.strip(), organisation.city.strip()
    country, _, state = organisation.region.partition("-")
    named_after = _NAMED_AFTER.fullmatch(name)
    if not city and named_after is not None and country == "US":
        city = named_after[1]
    if not city or not name or name == organisation.domain:
        return
    town = f"{city}, {state}" if country == "US" and state else city
    yield Recipient(Channel.LETTER, Rung.LETTER, f"{name}\n{town}", kind="by-name",
                    source="its name and town", warning=NO_STREET)  # fmt: skip


def _national(settings: Settings) -> Iterator[Recipient]:
    team = settings.national_team
    if team.email:
        yield Recipient(Channel.EMAIL, Rung.NATIONAL_TEAM, team.email.lower(), team.name,
                        "national-cert", "the settings")  # fmt: skip
    elif team.telephone:
        yield Recipient(Channel.PHONE, Rung.NATIONAL_TEAM, team.telephone, team.name,
                        "national-cert", "the settings")  # fmt: skip


def _is_below(email: str, domain: str) -> bool:
    """Whether a mailbox lies in a domain, whose mail the server may hold."""
    host = email.rpartition("@")[2]
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _is_self(one: Recipient, settings: Settings) -> bool:
    """A national team that sends notices does not escalate to itself."""
    own = settings.sender.email.rpartition("@")[2].lower()
    return (
        one.rung in AGGREGATED
        and one.channel is Channel.EMAIL
        and one.address.rpartition("@")[2] == own
    )
