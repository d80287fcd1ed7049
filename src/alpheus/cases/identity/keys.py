"""What a sighting is known by, in the form in which it is compared.

Many sightings say the same: `Facts` are kept once for all of them, and only times differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from alpheus.cases.identity import names
from alpheus.cases.identity.model import Kind, Sighting

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC, and quicker to write without saying so
UNKNOWN_TIME = -1
"""In place of a time that is not known."""

OWN_PORTS = frozenset({25, 80, 110, 143, 443, 465, 587, 593, 993, 995})
"""Ports of one Exchange server."""

_BACK_END = 444
"""Where an Exchange server answers itself, with the certificate that it made for itself."""

_MOST_HOSTS = 24
_PAGES = (".aspx", ".ashx", ".asmx", ".asp", ".php", ".jsp")
_SELF_SIGNED_NAMES = frozenset({"", "localhost"})


class Facts(NamedTuple):
    """What stays the same of a server from sighting to sighting. Empty is unknown.

    `machine`: names of the computer, `given`: the one that its own certificate was made for,
    `members`: computers that answer in turn. `form` is `self`, `host`, `wildcard` or `` for the
    certificate. `hosts` are names that lead to it and to no line, `presented` those of its
    certificate. `certified` are the domains of the certificate, `domains` all
    that say which organisation it is. `product` is the first two parts
    of its build. `apart`: another product answered, so that place and names that lead there say
    nothing of a server.
    """

    address: str
    port: int
    machine: tuple[str, ...] = ()
    given: str = ""
    members: tuple[str, ...] = ()
    ad: str = ""
    certificate: str = ""
    form: str = ""
    hosts: tuple[str, ...] = ()
    presented: tuple[str, ...] = ()
    certified: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    product: str = ""
    network: str = ""
    apart: bool = False
    pages: tuple[str, ...] = ()

    @property
    def led(self) -> list[str]:
        """Names that lead to it for sure: lists write those of the certificate among them."""
        return [name for name in self.hosts if name not in self.presented]

    @property
    def is_weak(self) -> bool:
        """Whether nothing but a name and an address tells which server it was."""
        return not (self.members or self.certificate or self.hosts or self.ad)

    @property
    def is_bare(self) -> bool:
        """Whether nothing but an address tells which server it was."""
        return self.is_placed and not self.pages

    @property
    def is_placed(self) -> bool:
        """Whether nothing but an address, or a page found there, tells which server it was."""
        return not (self.machine or self.given or self.members or self.certificate or self.hosts)


def place_of(facts: Facts) -> str:
    """Where a server is: its address, and the port where a second server may be behind it.

    '' where the port is not known: it may be either.
    """
    if not facts.port:
        return ""
    return facts.address if is_own_port(facts) else f"{facts.address} {facts.port}"


def with_second_fronts(every: Sequence[Facts]) -> Sequence[Facts]:
    """Facts, where what showed no certificate at the port of a back end is of whom it is there.

    Where a public certificate was seen at that port, a second server's front end answers there.
    """
    fronts = {f.address for f in every if f.port == _BACK_END and f.form not in {"", "self"}}
    if not fronts:
        return every
    return [
        f._replace(form="host")
        if f.port == _BACK_END and not f.form and f.address in fronts else f
        for f in every
    ]  # fmt: skip


def socket_of(facts: Facts) -> str:
    """Address and port as one text; '' where one is unknown."""
    return f"{facts.address} {facts.port}" if facts.address and facts.port else ""


def range_of(address: str) -> str:
    """Addresses that are likely to be given out alike: /24, or /64."""
    if ":" in address:
        return ":".join(address.split(":")[:4])
    return address.rpartition(".")[0]


def is_own_port(facts: Facts) -> bool:
    """Whether a port is one of those of an Exchange server, and not a second server's.

    A public certificate at the port of the back end is that of a second server's front end.
    """
    return facts.port in OWN_PORTS or (facts.port == _BACK_END and facts.form in {"", "self"})


def facts_of(sighting: Sighting) -> Facts:
    """The facts of a sighting."""
    address = intern(sighting.address.lower())
    machine, full, domain = _computer(sighting)
    members = _shorts(sighting.members)
    several = len(members) > 1
    form = _form(sighting)
    given, given_domain = _given(sighting) if form == "self" and not several else ("", "")
    shown = _hosts(sighting.certificate_names) or _hosts((_common_name(sighting.subject),))
    led = _hosts((*sighting.hosts, sighting.url_host, *full))
    hosts = [name for name in led if not names.is_private(name)]
    hosts = [name for name in hosts if not names.is_line(name, address)]
    if sighting.other_product:
        hosts = []
    elif form == "wildcard":
        hosts = [name for name in hosts if name not in shown]
    presented = [name for name in shown if not names.is_private(name)]
    certified = {names.registered(name) for name in presented} - {""}
    domains = certified | {names.registered(name) for name in hosts} - {""}
    return Facts(
        address, sighting.port, () if several else machine, "" if machine else given,
        members if several else (),
        sighting.ad_domain.strip().rstrip(".").lower() or domain or given_domain,
        intern(sighting.certificate.lower()), form, tuple(sorted(hosts))[:_MOST_HOSTS],
        () if form == "wildcard" else tuple(sorted(presented))[:_MOST_HOSTS],
        tuple(sorted(certified)), tuple(sorted(domains)),
        product_of(sighting.build), sighting.network, sighting.other_product,
        _pages(sighting),
    )  # fmt: skip


def _pages(sighting: Sighting) -> tuple[str, ...]:
    """The page that an intruder left, with the network in which it was found."""
    if not (sighting.compromised and sighting.network and sighting.url):
        return ()
    path = sighting.url_path.lower()
    return (f"AS{sighting.network} {path}",) if path.endswith(_PAGES) else ()


def _computer(sighting: Sighting) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Names of the computer, full names that may be a service's as well, and the domain.

    A full public name in a list is often what mail is called by, not what the computer is, unless
    the short name says the same.
    """
    dotted = {name: full for name in sighting.servers if (full := names.host(name))}
    short = _shorts([name for name in sighting.servers if name not in dotted])
    trusted = sighting.kind is Kind.ASSESSMENT
    own = [full for full in dotted.values()
           if trusted or names.is_private(full) or names.server(full) in short]  # fmt: skip
    domain = own[0].partition(".")[2] if own else ""
    return (
        _shorts([*short, *own]), tuple(full for full in dotted.values() if full not in own), domain,
    )  # fmt: skip


def _shorts(servers: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(sorted({short for name in servers if (short := names.server(name))}))


def _hosts(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({name for text in texts if text and (name := names.host(text))})


def _form(sighting: Sighting) -> str:
    if not sighting.certificate:
        return ""
    subject = _common_name(sighting.subject)
    if sighting.self_signed or (subject and subject == _common_name(sighting.issuer)):
        return "self"
    every = (*sighting.certificate_names, subject)
    return "wildcard" if any(name.startswith("*.") for name in every) else "host"


@lru_cache(1 << 16)
def _common_name(subject: str) -> str:
    for part in subject.split(","):
        key, _, value = part.strip().partition("=")
        if key.upper() == "CN":
            return value.strip()
    return "" if "=" in subject else subject.strip()


def _given(sighting: Sighting) -> tuple[str, str]:
    """The computer and its domain that a certificate made by Setup names.

    Setup names the computer by its short and its full name.
    """
    common = _common_name(sighting.subject) or next(iter(sighting.certificate_names), "")
    if "." in common or common.lower() in _SELF_SIGNED_NAMES:
        return "", ""
    short = names.server(common)
    starts = f"{common.lower()}."
    for name in sighting.certificate_names:
        full = names.host(name)
        if full.startswith(starts):
            return short, full.removeprefix(starts)
    return short, ""


@lru_cache(1 << 14)
def product_of(build: str) -> str:
    """The first two parts of a build, or ''."""
    parts = build.split(".")
    return ".".join(parts[:2]) if len(parts) > 2 else ""


@lru_cache(1 << 14)
def build_of(build: str) -> str:
    """The first three parts of a build, which every list has, or ''."""
    parts = build.split(".")
    return ".".join(parts[:3]) if len(parts) > 2 else ""


@lru_cache(1 << 18)
def seconds(time: str) -> int:
    """A time as seconds since 1970, or `UNKNOWN_TIME`."""
    if not time:
        return UNKNOWN_TIME
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        return UNKNOWN_TIME
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp())


def written(moment: int) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, or ''."""
    if moment == UNKNOWN_TIME:
        return ""
    return f"{(_EPOCH + timedelta(seconds=moment)).isoformat()}Z"
