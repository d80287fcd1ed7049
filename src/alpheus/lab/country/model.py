"""The nouns of a simulated country: how it is, before anybody looks.

Days count from 0. What an outsider sees of it, with his errors, is in `sightings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from alpheus.lab.internet.builds import Release

FOREVER = 10**6
"""A day that never comes."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to tell. `own_domain`: the mailbox lies on the organisation's own server."""

    role: str
    name: str
    mail: str
    phone: str
    own_domain: bool


@dataclass(frozen=True, slots=True)
class Provider:
    """A network's holder. `hosting` means that it runs its customers' servers as well."""

    name: str
    domain: str
    asn: int
    hosting: bool = False


@dataclass(frozen=True, slots=True)
class Organisation:
    """One owner of servers. `own_network`: its addresses are registered under its own name."""

    id: str
    index: int
    name: str
    sector: str
    country: str
    language: str
    state: str
    city: str
    word: str
    domains: tuple[str, ...]
    contacts: tuple[Contact, ...]
    network: str
    own_network: bool
    dynamic: bool
    provider: Provider


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server shows; `der` is whole but for its signature, which is of nothing."""

    sha256: str
    der: bytes
    common_name: str
    organisation: str
    issuer: str
    names: tuple[str, ...]
    serial: int
    not_before: str
    not_after: str

    @property
    def self_signed(self) -> bool:
        """Whether it is Exchange's own, made at setup."""
        return not self.issuer


@dataclass(frozen=True, slots=True)
class Shell:
    """A web shell: its path in a URL, the first day it is there and the first it is not."""

    path: str
    since: int
    until: int = FOREVER


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a server on a day, and the release that it runs from then on."""

    day: int
    event: str
    release: Release


@dataclass(frozen=True, slots=True)
class History:
    """A server's month: its changes in order, the first at day 0; mitigation, shells, its end.

    `cleaned` are the days on which shells were removed; a later shell is a re-infection.
    """

    changes: tuple[Change, ...]
    mitigated: int = FOREVER
    shells: tuple[Shell, ...] = ()
    cleaned: tuple[int, ...] = ()
    gone: int = FOREVER


@dataclass(frozen=True, slots=True)
class Server:
    """One Exchange server. `unit` is its pool's id where it has one, else its own.

    `certificates` come with the first day of each. `bare`: it strips the headers that name builds
    and servers. `gateway` is the product that answers in its place, if any.
    """

    id: str
    unit: str
    name: str
    ad_domain: str
    dag: str
    host_names: tuple[str, ...]
    certificates: tuple[tuple[int, Certificate], ...]
    history: History
    bare: bool
    gateway: str

    @property
    def pool(self) -> str:
        """The id of its load-balanced pool, or ''."""
        return self.unit if self.unit != self.id else ""

    @property
    def full_name(self) -> str:
        """Its name in the directory."""
        return f"{self.name.lower()}.{self.ad_domain}"

    def certificate(self, day: int) -> Certificate:
        """The certificate of a day."""
        return [one for since, one in self.certificates if since <= day][-1]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and port, from one day to another (both included), and what answers there.

    `servers` has several entries behind a load balancer. `reverse` is the name that the address
    points to; `isp_name` says that it is made up by the network's holder.
    """

    address: str
    port: int
    servers: tuple[Server, ...]
    first: int
    last: int
    reverse: str
    isp_name: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """An organisation with all that it runs."""

    organisation: Organisation
    servers: tuple[Server, ...]
    endpoints: tuple[Endpoint, ...]
