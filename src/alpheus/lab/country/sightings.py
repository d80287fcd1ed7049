"""What an outsider sees of a country, and one row of a list before it is written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from alpheus.lab.country import history
from alpheus.lab.country.calendar import some_time
from alpheus.lab.country.model import Certificate, Endpoint, Holding, Server
from alpheus.lab.internet.builds import Release

VICTIM, VULNERABLE, EXCHANGE, OTHER = "victim", "vulnerable", "exchange", "other"
"""What a row claims of the thing that it names."""


@dataclass(slots=True)
class Seen:
    """One service as a list has it. Slips change it before it is written; `errors` names them.

    `server` is whom it is about, `server_name` what it calls itself, as far as it shows. `met` are
    names and releases of members of a pool, where somebody asked several times.
    `noise` says what it is where it is no server of the country.
    """

    time: datetime
    address: str
    port: int
    unit: str = ""
    server: Server | None = None
    organisation: str = ""
    owner: str = ""
    asn: int = 0
    network: str = ""
    country: str = ""
    state: str = ""
    city: str = ""
    sector: str = ""
    reverse: str = ""
    host_name: str = ""
    server_name: str = ""
    back_end: str = ""
    members: tuple[Server, ...] = ()
    met: tuple[tuple[str, Release], ...] = ()
    release: Release | None = None
    full_build: bool = True
    certificate: Certificate | None = None
    gateway: str = ""
    product: str = ""
    claims: str = EXCHANGE
    url: str = ""
    since: datetime | None = None
    tells_member: bool = True
    noise: str = ""
    errors: list[str] = field(default_factory=list)


def alive(endpoint: Endpoint, day: int) -> tuple[Server, ...]:
    """The servers that answer at an endpoint on a day."""
    if not endpoint.first <= day <= endpoint.last:
        return ()
    return tuple(one for one in endpoint.servers if day < one.history.gone)


def look(holding: Holding, endpoint: Endpoint, day: int, rng: Random) -> Seen | None:
    """Somebody asks an endpoint once on a day; None where no Exchange server answers."""
    servers = alive(endpoint, day)
    if not servers:
        return None
    server = servers[0] if len(servers) == 1 else rng.choice(servers)
    seen = at(holding, endpoint, day, rng)
    seen.unit, seen.server, seen.members = server.unit, server, endpoint.servers
    seen.certificate = server.certificate(day)
    seen.host_name = server.host_names[0]
    seen.gateway = server.gateway
    seen.tells_member = len(endpoint.servers) == 1
    if server.gateway:
        return seen
    seen.release = history.release_on(server.history, day)
    seen.full_build = not server.bare
    if not server.bare and seen.release.modern:
        seen.server_name = server.name
        seen.back_end = server.full_name
        seen.tells_member = True
    if history.patch_state(server.history, day) in {"vulnerable", "mitigated"}:
        seen.claims = VULNERABLE
    return seen


def at(holding: Holding, endpoint: Endpoint, day: int, rng: Random) -> Seen:
    """What is known of an address by its network alone."""
    one = holding.organisation
    errors = ["isp-name"] if endpoint.isp_name else []
    if not one.own_network:
        errors.append("isp-owner")
    return Seen(
        time=some_time(day, rng), address=endpoint.address, port=endpoint.port,
        organisation=one.id, owner=one.name if one.own_network else one.provider.name,
        asn=one.provider.asn, network=one.network, country=one.country, state=one.state,
        city=one.city, sector=one.sector, reverse=endpoint.reverse, errors=errors,
    )  # fmt: skip


def left_behind(
    holding: Holding, endpoint: Endpoint, day: int, rng: Random, share: float
) -> Seen | None:
    """A web server of somebody else where an Exchange server was, for a share of such places."""
    if not endpoint.first <= day <= endpoint.last or alive(endpoint, day):
        return None
    if int(endpoint.servers[0].id[1:7]) % 100 >= share * 100:
        return None
    seen = at(holding, endpoint, day, rng)
    seen.product, seen.claims, seen.noise = "nginx", OTHER, "other-product"
    seen.organisation = ""
    return seen
