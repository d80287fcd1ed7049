"""The servers of an organisation: how many, how they are named, and where they stand."""

from __future__ import annotations

from random import Random

from alpheus.lab.country import certificates, history, networks
from alpheus.lab.country.dice import Weighted, dice
from alpheus.lab.country.model import (
    FOREVER,
    Certificate,
    Endpoint,
    Holding,
    Organisation,
    Server,
)
from alpheus.lab.country.organisations import Population
from alpheus.lab.country.sectors import SECTORS

_GENERIC = Weighted(
    [("EXCH01", 6), ("MAIL", 5), ("EX01", 4), ("EXCHANGE", 4), ("SERVER", 3), ("MAIL01", 3),
     ("EXCH", 2), ("EXCHSRV", 1), ("SBS", 1), ("EXCHANGE2016", 1)]
)  # fmt: skip
_GENERIC_NAMES = 0.38
_ROLES = ("EX", "MAIL", "EXCH", "MBX", "CAS")
_GENERIC_AD = ("domain.local", "corp.local", "office.local", "internal.local")
_PREFIXES = ("mail", "webmail", "owa", "remote", "exchange")
_GATEWAYS = ("BIG-IP", "NetScaler", "TMG")
_LAYOUTS = Weighted([("pool", 0.45), ("nat", 0.2), ("sites", 0.35)])
_NAT_PORTS = (443, 8443, 4443, 10443, 9443, 444)
_LEAST_IN_POOL, _MOST_SERVERS = 2, 6
_RENEWED = 0.06
_BARE = 0.12
_GATEWAY = 0.03
_SELF_SIGNED = 0.3
_SHARED_BY_CUSTOMERS = 0.5
_VERSION_SIX = 0.1


class Country:
    """Every holding of one seed, each made from its number alone."""

    def __init__(self, seed: int, days: int) -> None:
        self.seed = seed
        self.days = days
        self.population = Population(seed)

    def holding(self, index: int) -> Holding:
        """An organisation with all that it runs."""
        organisation = self.population.organisation(index)
        rng = dice(self.seed, "servers", index)
        count = _how_many(organisation, rng)
        layout = _LAYOUTS.draw(rng) if count > 1 else "single"
        servers = self._servers(organisation, count, layout, rng)
        endpoints = _Places(organisation, rng, self.days).endpoints(servers, layout)
        return Holding(organisation, servers, tuple(endpoints))

    def _servers(
        self, organisation: Organisation, count: int, layout: str, rng: Random
    ) -> tuple[Server, ...]:
        names = _names(organisation, count, rng)
        ad_domain = _ad_domain(organisation, rng)
        hosts = _host_names(organisation, count, layout, rng)
        own = self._shared_certificate(organisation, hosts, layout, rng)
        patched, first = history.patch_day(rng), history.start(rng)
        gateway = rng.choice(_GATEWAYS) if rng.random() < _GATEWAY else ""
        bare = rng.random() < _BARE
        found = []
        for number in range(count):
            server_id = f"S{organisation.index:06d}-{number + 1}"
            late = 0 if number == 0 else rng.choice((0, 0, 0, 1, 2, 3))
            full = f"{names[number].lower()}.{ad_domain}"
            shown = own or _own_certificates(names[number], full, hosts[number], organisation, rng)
            found.append(
                Server(
                    id=server_id,
                    unit=f"P{organisation.index:06d}" if layout == "pool" else server_id,
                    name=names[number], ad_domain=ad_domain,
                    dag="DAG01" if layout == "pool" and rng.random() < 0.6 else "",
                    host_names=hosts[number], certificates=shown,
                    history=history.history(first, patched + late, rng, self.days),
                    bare=bare, gateway=gateway,
                )
            )  # fmt: skip
        return tuple(found)

    def _shared_certificate(
        self,
        organisation: Organisation,
        hosts: list[tuple[str, ...]],
        layout: str,
        rng: Random,
    ) -> tuple[tuple[int, Certificate], ...]:
        """A certificate that all its servers show, or its host's other customers; () if none."""
        if organisation.provider.hosting and rng.random() < _SHARED_BY_CUSTOMERS:
            group = organisation.index // networks.GROUP
            shared = dice(self.seed, "hosting certificate", group)
            domain = organisation.provider.domain
            provided = (f"*.{domain}", domain)
            return ((0, certificates.make(shared, provided, organisation=organisation.provider.name,
                                          issuer=certificates.ISSUERS[0])),)  # fmt: skip
        if layout == "single" or (layout != "pool" and rng.random() < 0.45):
            return ()
        domain = organisation.domains[0]
        wildcard = rng.random() < 0.6
        names = (f"*.{domain}", domain) if wildcard else hosts[0]
        return _renewals(names, organisation, rng)


def _how_many(organisation: Organisation, rng: Random) -> int:
    """One server, mostly; an organisation with changing addresses never has more."""
    if organisation.dynamic or organisation.provider.hosting:
        return 1
    count = 1
    chance = SECTORS[organisation.sector].more_servers / 1.9
    while rng.random() < min(chance, 0.55) and count < _MOST_SERVERS:
        count += 1
        chance = 0.5
    return count


def _names(organisation: Organisation, count: int, rng: Random) -> list[str]:
    if organisation.provider.hosting:
        return [f"HX{rng.randint(1000, 9999)}"]
    if rng.random() < _GENERIC_NAMES:
        name = _GENERIC.draw(rng)
        if count == 1:
            return [name]
        stem = name.rstrip("0123456789")[:12]
        return [f"{stem}{number:02d}" for number in range(1, count + 1)]
    stem = f"{organisation.word.upper()[: rng.randint(3, 8)]}-{rng.choice(_ROLES)}"[:13]
    first = rng.choice((1, 1, 1, 2, 3))
    return [f"{stem}{first + number:02d}" for number in range(count)]


def _ad_domain(organisation: Organisation, rng: Random) -> str:
    if organisation.provider.hosting:
        return f"{organisation.word}.hosted.local"
    place = rng.random()
    if place < 0.07:
        return rng.choice(_GENERIC_AD)
    if place < 0.6:
        return f"{organisation.word}.local"
    prefix = rng.choice(("ad.", "corp.", "int.", ""))
    return prefix + organisation.domains[0]


def _host_names(
    organisation: Organisation, count: int, layout: str, rng: Random
) -> list[tuple[str, ...]]:
    """Published names of each server; a pool's are the same."""
    domain = organisation.domains[-1]
    others = tuple(f"mail.{one}" for one in organisation.domains[:-1])
    prefix = rng.choice(_PREFIXES)
    first = (f"{prefix}.{domain}", f"autodiscover.{domain}", *others)
    if layout == "pool":
        return [first] * count
    return [first] + [(f"{prefix}{number}.{domain}",) for number in range(2, count + 1)]


def _own_certificates(
    name: str, full: str, hosts: tuple[str, ...], organisation: Organisation, rng: Random
) -> tuple[tuple[int, Certificate], ...]:
    """Exchange's own from its setup, for its short name, or one that was bought."""
    if rng.random() < _SELF_SIGNED:
        return ((0, certificates.make(rng, (name, full), age=rng.randint(60, 1500), days=1826)),)
    return _renewals(hosts, organisation, rng)


def _renewals(
    names: tuple[str, ...], organisation: Organisation, rng: Random
) -> tuple[tuple[int, Certificate], ...]:
    """The certificate of the first day, and for some a new one during the month."""
    issuer = rng.choice(certificates.ISSUERS)
    named = organisation.name if rng.random() < 0.55 else ""
    renewed = rng.randint(2, 28) if rng.random() < _RENEWED else FOREVER
    age = 380 - renewed if renewed < FOREVER else rng.randint(5, 330)
    found = [(0, certificates.make(rng, names, organisation=named, issuer=issuer, age=age))]
    if renewed < FOREVER:
        new = certificates.make(rng, names, organisation=named, issuer=issuer, age=-renewed)
        found.append((renewed, new))
    return tuple(found)


class _Places:
    """Gives addresses and ports to servers."""

    def __init__(self, organisation: Organisation, rng: Random, days: int) -> None:
        self._organisation = organisation
        self._index = organisation.index
        self._rng = rng
        self._last = days - 1
        self._used = 0

    def endpoints(self, servers: tuple[Server, ...], layout: str) -> list[Endpoint]:
        if self._organisation.dynamic:
            return self._changing(servers)
        if layout == "pool":
            return self._pool(servers)
        if layout == "nat":
            address, reverse, isp = self._next(servers[0])
            return [
                Endpoint(address, port, (server,), 0, self._last, reverse, isp)
                for server, port in zip(servers, _NAT_PORTS, strict=False)
            ]
        return [one for server in servers for one in self._own(server)]

    def _own(self, server: Server) -> list[Endpoint]:
        """One address, sometimes two or three, sometimes one of version 6 as well."""
        count = self._rng.choices((1, 2, 3), (0.76, 0.18, 0.06))[0]
        found = [self._fixed((server,)) for _ in range(count)]
        if self._rng.random() < _VERSION_SIX:
            found.append(self._version_six((server,)))
        return found

    def _pool(self, servers: tuple[Server, ...]) -> list[Endpoint]:
        found = [self._fixed(servers)]
        if self._rng.random() < _VERSION_SIX:
            found.append(self._version_six(servers))
        if self._rng.random() < 0.4:
            found += [self._fixed((server,)) for server in servers]
        return found

    def _fixed(self, servers: tuple[Server, ...]) -> Endpoint:
        address, reverse, isp = self._next(servers[0])
        return Endpoint(address, 443, servers, 0, self._last, reverse, isp)

    def _next(self, server: Server) -> tuple[str, str, bool]:
        self._used += 1
        address = networks.fixed(self._index, self._used)
        return (address, *self._reverse(address, server))

    def _version_six(self, servers: tuple[Server, ...]) -> Endpoint:
        self._used += 1
        address = networks.version_six(self._index, self._used)
        name = servers[0].host_names[0] if self._rng.random() < 0.5 else ""
        return Endpoint(address, 443, servers, 0, self._last, name, isp_name=False)

    def _changing(self, servers: tuple[Server, ...]) -> list[Endpoint]:
        found = []
        for first in range(0, self._last + 1, networks.EPOCH):
            address = networks.changing(self._index, first)
            reverse = networks.provider_name(address, self._organisation.provider.domain)
            last = min(first + networks.EPOCH - 1, self._last)
            found.append(Endpoint(address, 443, servers, first, last, reverse, isp_name=True))
        return found

    def _reverse(self, address: str, server: Server) -> tuple[str, bool]:
        """What the address points to: its own name, the provider's for it, or nothing."""
        place = self._rng.random()
        if self._organisation.own_network:
            return (server.host_names[0], False) if place < 0.7 else ("", False)
        if place < 0.55:
            return networks.provider_name(address, self._organisation.provider.domain), True
        return (server.host_names[0], False) if place < 0.75 else ("", False)
