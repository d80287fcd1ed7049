"""A small country made up for tests: organisations, servers, and lists that know them in part."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from alpheus.cases.identity.model import Kind, Sighting

START = datetime(2021, 3, 1, tzinfo=UTC)
DAYS = 30
_SYLLABLES = [
    "ba",
    "be",
    "bo",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fe",
    "go",
    "ha",
    "he",
    "ka",
    "ki",
    "ko",
    "la",
    "le",
    "lo",
    "ma",
    "mi",
    "mo",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "ra",
    "ri",
    "ro",
]
_COMMON = [
    "EXCH01",
    "EX01",
    "EXCHANGE",
    "MAIL",
    "MAIL01",
    "SERVER",
    "SRV-EX01",
    "SBS2011",
    "EX2016",
]
_COMMON_AD = ["corp.local", "domain.local", "ad.local", "company.local", "internal.lan"]
_BUILDS = ["15.0.1497", "15.1.2106", "15.1.2176", "15.2.721", "15.2.792", "14.3.496"]


@dataclass
class Server:
    """One true server."""

    number: int
    organisation: int
    name: str
    ad: str
    domain: str
    hosts: tuple[str, ...]
    port: int
    build: str
    stripped: bool
    certificates: list[tuple[int, str, tuple[str, ...], str, bool]]
    addresses: list[tuple[int, int, str]]
    """From day, to day (exclusive), address; several may hold at once."""
    pointer: dict[str, str]
    network: str
    shells: int
    vip: str = ""

    def at(self, day: int) -> list[str]:
        """Where it is on a day."""
        found = [address for first, last, address in self.addresses if first <= day < last]
        return found + ([self.vip] if self.vip else [])

    def certificate(self, day: int) -> tuple[int, str, tuple[str, ...], str, bool]:
        """What it shows on a day."""
        return [one for one in self.certificates if one[0] <= day][-1]


@dataclass
class World:
    """Sightings and the true server of each; `lists` are their numbers by list."""

    sightings: list[Sighting] = field(default_factory=list)
    truth: dict[int, int] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)
    victims: set[int] = field(default_factory=set)
    at_services: set[int] = field(default_factory=set)
    """Sightings of a service that do not tell the member."""


def make_world(seed: int, organisations: int) -> World:
    """A country of so many organisations."""
    return _Maker(random.Random(seed)).make(organisations)


class _Maker:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.world = World()
        self.used: set[str] = set()
        self.dynamic: list[str] = []
        self.hoster_certs = [
            (0, self._sha(), ("*.hosted-mail.net",), "CN=*.hosted-mail.net", False),
            (
                0,
                self._sha(),
                ("mail.bighoster.com", "owa.bighoster.com"),
                "CN=mail.bighoster.com",
                False,
            ),
        ]

    def make(self, organisations: int) -> World:
        self.dynamic = [self._address() for _ in range(max(4, organisations // 4))]
        for number in range(organisations):
            self._organisation(number)
        self._dynamic_addresses()
        for source in (
            self._shadowserver,
            self._shodan,
            self._censys,
            self._probe,
            self._shells,
            self._urls,
            self._triage,
            self._customers,
        ):
            source()
        return self.world

    def _word(self, syllables: int) -> str:
        return "".join(self.rng.choice(_SYLLABLES) for _ in range(syllables))

    def _sha(self) -> str:
        return sha256(self.rng.randbytes(16)).hexdigest()

    def _address(self) -> str:
        while True:
            address = ".".join(str(self.rng.randrange(1, 255)) for _ in range(4))
            if address not in self.used:
                self.used.add(address)
                return address

    def _organisation(self, number: int) -> None:
        rng = self.rng
        word = f"{self._word(4)}{number}" if rng.random() < 0.2 else self._word(5)
        domain = f"{word}.{rng.choice(['com', 'org', 'net', 'gov', 'edu', 'k12.or.us', 'co.uk'])}"
        ad = rng.choices(
            [rng.choice(_COMMON_AD), f"{word}.local", f"ad.{domain}", domain], [3, 4, 2, 1]
        )[0]
        shape = rng.random()
        count = 1 if shape < 0.82 else rng.randrange(2, 4)
        pool = shape > 0.94
        nat = 0.92 < shape <= 0.94
        common = rng.random() < 0.45
        stem = (
            rng.choice(["EX", "MAIL", "EXCH-"])
            if common
            else f"{word[: rng.randrange(3, 6)].upper()}-EX"
        )
        vip, shared_cert = self._address() if pool else "", self._ca(domain)
        home = self._address()
        for index in range(count):
            name = rng.choice(_COMMON) if common and count == 1 else f"{stem}{index + 1:02}"
            server = self._server(
                number,
                name[:15],
                ad,
                domain,
                index,
                pool or (count > 1 and rng.random() < 0.5),
                shared_cert,
            )
            if pool:
                server.vip = vip
                server.addresses = [] if rng.random() < 0.7 else server.addresses
                server.pointer[vip] = f"mail.{domain}"
            if nat:
                server.addresses = [(0, DAYS, home)]
                server.port = 443 if not index else 8442 + index
            self.world.servers.append(server)

    def _ca(self, domain: str) -> tuple[int, str, tuple[str, ...], str, bool]:
        names = (f"mail.{domain}", f"autodiscover.{domain}")
        return (0, self._sha(), names, f"CN=mail.{domain}", False)

    def _own(self, name: str, ad: str) -> tuple[int, str, tuple[str, ...], str, bool]:
        return (0, self._sha(), (name, f"{name.lower()}.{ad}"), f"CN={name}", True)

    def _server(self, organisation, name, ad, domain, index, shares, shared_cert) -> Server:
        rng = self.rng
        host = f"mail{index + 1 if index else ''}.{domain}"
        kind = rng.random()
        if shares:
            certificates = [shared_cert]
        elif kind < 0.5:
            certificates = [
                self._ca(domain) if not index else (0, self._sha(), (host,), f"CN={host}", False)
            ]
        elif kind < 0.62:
            certificates = [(0, self._sha(), (f"*.{domain}", domain), f"CN=*.{domain}", False)]
        elif kind < 0.95:
            certificates = [self._own(name, ad)]
        else:
            certificates = [rng.choice(self.hoster_certs)]
        if rng.random() < 0.06:
            day, renewed = rng.randrange(5, 25), self._ca(domain)
            certificates.append((day, *renewed[1:]))
        address, style = self._address(), rng.random()
        addresses = [(0, DAYS, address)]
        if style < 0.05:
            day = rng.randrange(5, 25)
            addresses = [(0, day, address), (day, DAYS, self._address())]
        elif style < 0.11:
            addresses = []
        if rng.random() < 0.08:
            addresses.append(
                (0, DAYS, f"2001:db8:{rng.randrange(65536):x}:{rng.randrange(65536):x}::25")
            )
        return Server(
            len(self.world.servers),
            organisation,
            name,
            ad,
            domain,
            (host,),
            443,
            rng.choice(_BUILDS),
            rng.random() < 0.12,
            certificates,
            addresses,
            {},
            str(rng.randrange(100, 130)),
            rng.randrange(1, 9) if rng.random() < 0.25 else 0,
        )

    def _dynamic_addresses(self) -> None:
        """Servers on dynamic lines take addresses of one store, one after the other."""
        free = dict.fromkeys(self.dynamic, 0)
        for server in self.world.servers:
            if server.vip or any(":" not in one[2] for one in server.addresses):
                continue
            day = 0
            while day < DAYS:
                until = min(DAYS, day + self.rng.randrange(4, 16))
                choices = [a for a, since in free.items() if since <= day]
                address = self.rng.choice(choices) if choices else self._address()
                free[address] = until
                server.addresses.append((day, until, address))
                day = until

    def _pointer(self, server: Server, address: str) -> str:
        if address not in server.pointer:
            choice = self.rng.random()
            line = address.replace(".", "-").replace(":", "-")
            server.pointer[address] = (
                f"static-{line}.isp{server.network}.net"
                if choice < 0.5
                else server.hosts[0]
                if choice < 0.9
                else ""
            )
        return server.pointer[address]

    def _add(self, server: Server, address: str, source: str, day: int, **what) -> None:
        number = len(self.world.sightings) + 1
        moment = START + timedelta(days=day, seconds=self.rng.randrange(86_400))
        time = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        shared = server.vip and address == server.vip and not what.get("servers")
        if shared:
            self.world.at_services.add(number)
        port = what.pop("port", server.port)
        self.world.sightings.append(
            Sighting(
                number,
                source,
                first_seen=time,
                last_seen=time,
                address=address,
                port=port,
                network=what.pop("network", server.network),
                **what,
            )
        )
        self.world.truth[number] = server.number
        if what.get("compromised"):
            self.world.victims.add(server.number)

    def _seen(
        self, share: float, days: int, *, six: bool = True
    ) -> Iterator[tuple[Server, str, int]]:
        rng = self.rng
        for server in self.world.servers:
            if rng.random() < share:
                for day in sorted(rng.sample(range(DAYS), days)):
                    for address in server.at(day):
                        if six or ":" not in address:
                            yield server, address, day

    def _shown(self, server: Server, day: int) -> dict:
        _, sha, names, subject, own = server.certificate(day)
        return {
            "certificate": sha,
            "certificate_names": names,
            "subject": subject,
            "issuer": subject if own else "CN=Some CA",
            "self_signed": own,
        }

    def _named(self, server: Server, share: float) -> dict:
        return (
            {"servers": (server.name,)} if not server.stripped and self.rng.random() < share else {}
        )

    def _shadowserver(self) -> None:
        for server, address, day in self._seen(0.8, 4):
            host = self._pointer(server, address)
            self._add(
                server,
                address,
                "shadowserver",
                day,
                hosts=(host,) if host else (),
                build=server.build,
                **self._named(server, 0.95),
            )

    def _shodan(self) -> None:
        for server, address, day in self._seen(0.75, 2, six=False):
            host = self._pointer(server, address)
            self._add(
                server,
                address,
                "shodan",
                day,
                hosts=(host,) if host else (),
                **self._shown(server, day),
                **self._named(server, 0.6),
            )

    def _censys(self) -> None:
        for server, address, day in self._seen(0.6, 1):
            self._add(
                server,
                address,
                "censys",
                day,
                **self._shown(server, day),
                **self._named(server, 0.3),
            )

    def _probe(self) -> None:
        for server, address, day in self._seen(0.5, 2):
            self._add(
                server,
                address,
                "probe",
                day,
                kind=Kind.PROBE,
                hosts=server.hosts if self.rng.random() < 0.5 else (),
                build=f"{server.build}.2",
                **self._shown(server, day),
                **self._named(server, 0.9),
            )

    def _shells(self) -> None:
        for server in self.world.servers:
            if server.shells and self.rng.random() < 0.9:
                day = self.rng.randrange(DAYS)
                address = self.rng.choice(server.at(day))
                named = self.rng.random() < 0.4
                for _ in range(server.shells):
                    place = server.hosts[0] if named else address
                    url = f"https://{place}/aspnet_client/{self._word(3)}.aspx"
                    self._add(
                        server, address, "special", day, url=url, compromised=True, network=""
                    )

    def _urls(self) -> None:
        for server in self.world.servers:
            if server.shells and not server.vip and self.rng.random() < 0.3:
                self._add(
                    server,
                    "",
                    "urls",
                    self.rng.randrange(DAYS),
                    port=0,
                    network="",
                    compromised=True,
                    url=f"https://{server.hosts[0]}/owa/auth/{self._word(3)}.aspx",
                )

    def _triage(self) -> None:
        for server in self.world.servers:
            if server.shells and self.rng.random() < 0.15:
                day = self.rng.randrange(DAYS)
                address = server.at(day)[0] if not server.vip else ""
                self._add(
                    server,
                    address,
                    "triage",
                    day,
                    kind=Kind.ASSESSMENT,
                    compromised=True,
                    port=0,
                    network="",
                    servers=(server.name, f"{server.name}.{server.ad}"),
                    ad_domain=server.ad,
                )

    def _customers(self) -> None:
        for server in self.world.servers:
            if not server.vip and self.rng.random() < 0.1:
                address = next(iter(server.at(29)))
                self._add(
                    server,
                    address,
                    "customers",
                    29,
                    kind=Kind.HAND,
                    hosts=server.hosts,
                    port=0,
                    network="",
                )
