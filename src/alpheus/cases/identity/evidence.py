"""What speaks for two sightings being the same server, what against it, and how much.

Weights are in tenths of a power of e: 20 is odds of about seven to one. They were set from how
servers, certificates and lists are, before any score was known; ADR 18 says why each is what it
is. `ENOUGH` is what a merge needs, `MARGIN` how far it must be ahead of a rival.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from math import exp

from alpheus.cases.identity import names
from alpheus.cases.identity.keys import Facts, is_own_port

DAY = 86_400
ENOUGH = 20
MARGIN = 15


class Key(IntEnum):
    """By what two sightings are held together; the number stands in place of the name."""

    SAME_FACTS = 0
    COMPUTER_AND_DOMAIN = 1
    COMPUTER_AND_CERTIFICATE = 2
    COMPUTER_AND_HOST = 3
    COMPUTER_AND_ORGANISATION = 4
    COMPUTER_AND_ADDRESS = 5
    COMPUTER_AND_NETWORK = 6
    COMPUTER = 7
    OWN_CERTIFICATE = 8
    CERTIFICATE = 9
    WILDCARD = 10
    HOST = 11
    SOCKET = 12
    ADDRESS = 13
    SERVICE = 14
    DECISION = 15
    PRESENTED = 16
    COMPUTER_AND_NAMESAKE = 17
    ORGANISATION = 18
    PAGE = 19
    COMPUTER_AND_RANGE = 20
    COMPUTER_IN_RANGE = 21


WEIGHTS: Mapping[Key, int] = {
    Key.SAME_FACTS: 70,
    Key.COMPUTER_AND_DOMAIN: 70,
    Key.COMPUTER_AND_CERTIFICATE: 70,
    Key.COMPUTER_AND_HOST: 60,
    Key.COMPUTER_AND_ORGANISATION: 50,
    Key.COMPUTER_AND_ADDRESS: 60,
    Key.COMPUTER_AND_NETWORK: 35,
    Key.COMPUTER: 25,
    Key.OWN_CERTIFICATE: 60,
    Key.CERTIFICATE: 55,
    Key.WILDCARD: 25,
    Key.HOST: 50,
    Key.SOCKET: 60,
    Key.ADDRESS: 40,
    Key.SERVICE: 30,
    Key.DECISION: 100,
    Key.PRESENTED: 25,
    Key.COMPUTER_AND_NAMESAKE: 35,
    Key.ORGANISATION: 22,
    Key.PAGE: 45,
    Key.COMPUTER_AND_RANGE: 40,
    Key.COMPUTER_IN_RANGE: 25,
}

SAID: Mapping[Key, str] = {
    Key.SAME_FACTS: "both say the same: {value}",
    Key.COMPUTER_AND_DOMAIN: "computer and domain have the same names: {value}",
    Key.COMPUTER_AND_CERTIFICATE: "computers of the same name show the same certificate: {value}",
    Key.COMPUTER_AND_HOST: "the same host name leads to computers of the same name: {value}",
    Key.COMPUTER_AND_ORGANISATION: "computers of the same name in the same organisation: {value}",
    Key.COMPUTER_AND_ADDRESS: "computers of the same name at the same address: {value}",
    Key.COMPUTER_AND_NETWORK: "a name that hardly another has, in the same network: {value}",
    Key.COMPUTER: "a name that no other server here has: {value}",
    Key.OWN_CERTIFICATE: "the same certificate, which the server made for itself: {value}",
    Key.CERTIFICATE: "the same certificate, which only this server shows: {value}",
    Key.WILDCARD: "the same wildcard certificate, and nothing else shows it at that time: {value}",
    Key.HOST: "the same host name leads to both: {value}",
    Key.SOCKET: "the same address and port, and nobody else there in between: {value}",
    Key.ADDRESS: "the same address on another port, with one server at that time: {value}",
    Key.SERVICE: "both were seen of the same service, without its member: {value}",
    Key.DECISION: "somebody decided so: {value}",
    Key.COMPUTER_AND_NAMESAKE: (
        "computers of the same name in domains that are called alike, and no others are: {value}"
    ),
    Key.ORGANISATION: "no other server of the organisation is known: {value}",
    Key.COMPUTER_AND_RANGE: "a name of their own, at addresses side by side: {value}",
    Key.COMPUTER_IN_RANGE: (
        "the only server of that name that it can be, in a range that passes its addresses on:"
        " {value}"
    ),
    Key.PAGE: "the same page of an intruder, in a range that passes its addresses on: {value}",
    Key.PRESENTED: "their certificates are for the same host: {value}",
}

PORT_UNKNOWN = -5
PORT_ASSUMED = -30
"""The usual port of an address that has others beside it: it is the likely one if none is said."""

OTHER_PORT = -15
OTHER_WEB_PORT = -70
"""A second web port of an address is where a second server behind it is published."""

STRANGERS = -40
"""Both name an organisation, and not the same one."""

AT_ONCE = -40
"""Seen at another address of the same family at the same time."""

ELSEWHERE = -10
"""Seen at other addresses of the same family only: most servers stay where they are."""

GONE = -25
"""Seen elsewhere between a sighting and the time at this address."""

KIN = 10
"""Both name the same organisation."""

OTHER_PRODUCT = -40
"""The first two parts of builds differ: no server is upgraded from one product to the next."""

OTHER_PRODUCT_HERE = -20
"""The same at one address and port, where a list is more likely to be wrong."""

PASSED_TO_OTHER = -60
"""In a range that passes its addresses on: a build that the server never had, or not then."""

_BY_GAP = ((1, 60), (3, 50), (7, 45), (14, 40), (30, 35), (60, 25), (120, 15))
_GAP_UNKNOWN = 35
PASSED_ON = 25
"""After two or three days in a range that passes its addresses on every few days."""

_LONG_AGO = 5

BROKEN_INTO = 20
"""A report of a break-in, and another says the same of a server at that place."""

NEVER_SEEN = -1
"""A gap that is not known, because a time is not."""


def by_gap(gap: int, *, passed_on: bool = False) -> int:
    """What the same address and port are worth after so many seconds. Addresses change hands.

    `passed_on`: those of this range do so within days.
    """
    if gap == NEVER_SEEN:
        return _GAP_UNKNOWN
    if passed_on and gap > DAY:
        return PASSED_ON if gap <= 3 * DAY else _LONG_AGO
    return next((weight for days, weight in _BY_GAP if gap <= days * DAY), _LONG_AGO)


def other_port(one: Facts, other: Facts, *, divided: bool = False) -> int:
    """What it costs that two sightings at one address are of different ports, or of unknown ones.

    `divided`: several servers answer there, each on a port of its own.
    """
    if one.port and other.port:
        return OTHER_PORT if is_own_port(one) and is_own_port(other) else OTHER_WEB_PORT
    if not divided:
        return PORT_UNKNOWN
    return PORT_ASSUMED if is_own_port(one if one.port else other) else OTHER_WEB_PORT


def probability(weight: float) -> float:
    """Weight as a share of certainty between 0 and 1."""
    return round(1 / (1 + exp(-weight / 10)), 4)


def other_computers(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether both name their computer, and no name is the same."""
    mine, yours = set(one), set(other)
    return bool(mine and yours) and mine.isdisjoint(yours)


def strangers(one: frozenset[str] | set[str], other: frozenset[str] | set[str]) -> bool:
    """Whether both name an organisation's domains, and none is the same."""
    return bool(one and other) and one.isdisjoint(other)


def other_domains(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether both name the domain of their computer, and the names cannot be of one.

    A single label is the short form of a domain's first; a child lies below its parent.
    """
    return (
        bool(list(one))
        and bool(list(other))
        and not any(_same_domain(mine, yours) for mine in one for yours in other)
    )


def _same_domain(one: str, other: str) -> bool:
    if one == other:
        return True
    if "." in one and "." in other:
        return one.endswith(f".{other}") or other.endswith(f".{one}")
    short, long = sorted((one, other), key=lambda name: "." in name)
    return long.split(".")[0][: names.NETBIOS_LENGTH] == short
