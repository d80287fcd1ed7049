"""The nouns of identity: a sighting of a server in some list, one server, one service, and why.

All times are ISO 8601 in UTC with `Z`; an empty one is unknown. A sighting's number is the caller's
and stays the same for as long as the sighting is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from alpheus.cases.identity import names
from alpheus.cases.identity.known import Known
from alpheus.exposure.model import Observation, Status
from alpheus.model import ServerAssessment, Verdict

COMPROMISED = "compromised-reported"
"""The flag of an observation whose source says that the server was broken into."""

_INCONSISTENT = "inconsistent"
_IMPOSSIBLE = "impossible-build"

_SERVER_ATTRIBUTES = (
    "servername", "x-feserver", "x_feserver", "netbios_computer_name", "ntlm.netbios_computer_name",
    "computer_name", "dns_computer_name", "ntlm.dns_computer_name",
)  # fmt: skip
_DOMAIN_ATTRIBUTES = (
    "ad_domain", "dns_domain_name", "ntlm.dns_domain_name", "dns_domain", "ntlm_domain",
    "forest", "dns_tree_name", "netbios_domain_name", "ntlm.netbios_domain_name",
)  # fmt: skip
_HOST_ATTRIBUTES = ("hostname", "http_host", "fqdn")
_NETWORK_ATTRIBUTES = ("asn", "as", "autonomous_system.asn", "source.asn")
_OTHERS = frozenset({Status.NOT_EXCHANGE, Status.ONLINE})
_NTLM = re.compile(r"(NetBIOS_Computer_Name|DNS_Computer_Name|DNS_Domain_Name): ?(\S{1,255})")
_NTLM_SCRIPTS = ("script.http-ntlm-info", "script.smtp-ntlm-info")
_URL_ATTRIBUTES = ("url", "detail")
_WANTED = frozenset((
    *_SERVER_ATTRIBUTES, *_DOMAIN_ATTRIBUTES, *_HOST_ATTRIBUTES, *_NETWORK_ATTRIBUTES,
    *_NTLM_SCRIPTS, *_URL_ATTRIBUTES,
))  # fmt: skip
"""The attributes that are looked at, of the many that lists have."""


class Kind(StrEnum):
    """What a sighting comes from."""

    PROBE = "probe"
    LIST = "list"
    ASSESSMENT = "assessment"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one record says of one server. Nothing but `id` and `source` must be known.

    `servers` are names of the computer, the surest first; `members` those of several computers that
    answered in turn. `hosts` are names that lead to it. `network` is the number of the autonomous
    system. `compromised`: the source says that somebody broke in; `other_product`: something else
    than an Exchange server answered, or Microsoft's cloud. `implausible`: it said what no server
    is, such as several products at once.
    """

    id: int
    source: str
    kind: Kind = Kind.LIST
    first_seen: str = ""
    last_seen: str = ""
    address: str = ""
    port: int = 0
    certificate: str = ""
    certificate_names: tuple[str, ...] = ()
    subject: str = ""
    issuer: str = ""
    self_signed: bool = False
    servers: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    ad_domain: str = ""
    hosts: tuple[str, ...] = ()
    url: str = ""
    build: str = ""
    network: str = ""
    compromised: bool = False
    other_product: bool = False
    implausible: bool = False

    @classmethod
    def from_observation(cls, observation: Observation | Known, id: int) -> Sighting:  # noqa: A002
        """The sighting that an observation is, whether a probe made it or a list was imported.

        Server names, the domain and the URL are found in the attributes of an import, too. The
        names of Microsoft's cloud service are of its machines and left out.
        """
        said = {word: value for name, value in observation.attributes.items()
                if (word := name.lower()) in _WANTED}  # fmt: skip
        source = observation.provenance
        certificate = observation.tls.certificate if observation.tls else None
        ours = observation.status is not Status.ONLINE
        ntlm = dict(_ntlm(said))
        pool = observation.pool.servers if observation.pool else ()
        return cls(
            id=id,
            source=source.source if source else "probe",
            kind=Kind.LIST if source else Kind.PROBE,
            first_seen=(source.first_seen if source else "") or observation.time,
            last_seen=(source.last_seen if source else "") or observation.time,
            address=observation.address,
            port=observation.port,
            certificate=certificate.sha256 if certificate else "",
            certificate_names=certificate.names if certificate else (),
            subject=certificate.subject if certificate else "",
            issuer=certificate.issuer if certificate else "",
            self_signed=certificate.self_signed if certificate else False,
            servers=_servers(observation, said, ntlm) if ours else (),
            members=pool if ours and len(pool) > 1 else (),
            ad_domain=(_first(said, _DOMAIN_ATTRIBUTES) or ntlm.get("DNS_Domain_Name", ""))
            if ours else "",
            hosts=_unique((*observation.names, *_all(said, _HOST_ATTRIBUTES))),
            url=_url(said),
            build=observation.build or "",
            network=_first(said, _NETWORK_ATTRIBUTES).upper().removeprefix("AS"),
            compromised=COMPROMISED in observation.flags,
            other_product=observation.status in _OTHERS,
            implausible=_is_implausible(observation),
        )  # fmt: skip

    @classmethod
    def from_assessment(
        cls,
        server: ServerAssessment,
        id: int,  # noqa: A002
        *,
        addresses: Iterable[str] = (),
        seen: str = "",
        source: str = "triage",
    ) -> tuple[Sighting, ...]:
        """The sightings that an assessed server is: one, or one per address that is known of it.

        They are numbered from `id`. Names and aliases are those of the computer.
        """
        every = (server.name, *server.aliases)
        dotted = [name for name in every if names.host(name)]
        domain = dotted[0].partition(".")[2].rstrip(".").lower() if dotted else ""
        return tuple(
            cls(
                id=number, source=source, kind=Kind.ASSESSMENT, first_seen=seen, last_seen=seen,
                address=address, servers=every, ad_domain=domain,
                build=server.build.value if server.build else "",
                compromised=server.verdict is Verdict.COMPROMISED,
            )
            for number, address in enumerate(tuple(addresses) or ("",), start=id)
        )  # fmt: skip

    @property
    def url_host(self) -> str:
        """The host of the URL, or ''."""
        try:
            return urlsplit(self.url).hostname or "" if "//" in self.url else ""
        except ValueError:
            return ""

    @property
    def url_path(self) -> str:
        """The path of the URL, or ''."""
        try:
            return urlsplit(self.url).path if "//" in self.url else ""
        except ValueError:
            return ""


def _servers(
    observation: Observation | Known, said: Mapping[str, str], ntlm: Mapping[str, str]
) -> tuple[str, ...]:
    """The name that the front end calls itself, with its full form; back ends are others."""
    found = _unique((
        *observation.servers, *_all(said, _SERVER_ATTRIBUTES),
        ntlm.get("DNS_Computer_Name", ""), ntlm.get("NetBIOS_Computer_Name", ""),
    ))  # fmt: skip
    short = names.server(found[0]) if found else ""
    return tuple(name for name in found if names.server(name) == short)


def _is_implausible(observation: Observation | Known) -> bool:
    """Whether it says what no server is: a build that never was, or several products at once."""
    flags = observation.flags
    several = _INCONSISTENT in flags and observation.status is Status.BUILD_UNKNOWN
    return _IMPOSSIBLE in flags or several


def _url(said: Mapping[str, str]) -> str:
    """The URL of what was found; reports of victims have it in their remarks."""
    return next((text for place in _URL_ATTRIBUTES if "//" in (text := said.get(place, ""))), "")


def _ntlm(said: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for script in _NTLM_SCRIPTS:
        yield from _NTLM.findall(said.get(script, ""))


def _all(said: Mapping[str, str], places: Iterable[str]) -> list[str]:
    if said.keys().isdisjoint(places):
        return []
    return [value for place in places if (value := said.get(place, ""))]


def _first(said: Mapping[str, str], places: Iterable[str]) -> str:
    return next(iter(_all(said, places)), "")


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


@dataclass(frozen=True, slots=True)
class AddressSpan:
    """An address at which a server was seen, with its ports, from when to when."""

    address: str
    ports: tuple[int, ...]
    first_seen: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class Link:
    """Why two sightings are of the same server: by which key, how sure (0 to 1), in words."""

    one: int
    other: int
    key: str
    value: str
    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class Near:
    """A server that shares a key and is another one all the same, and why."""

    cluster: int
    key: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """One server. `id` is the lowest number of its sightings; `sightings` are in order.

    `keys` holds by kind what it is known by: `server`, `ad-domain`, `certificate`, `host`,
    `organisation`. `sources` counts sightings by source. `service` is true for what was seen of a
    service of several servers without telling which of them answered: no server by itself. `aside`
    says why else it is not counted as one: `other-product` where nothing else ever answered,
    `passing-address` where nothing is known but an address of a range that passes them on, or a
    computer's name there that many have: it is most likely a server that was seen elsewhere in the
    range, and cannot be told from it; and `decoy` where it is taken for one, for the reason in
    `aside_why`; a person may say otherwise.
    """

    id: int
    sightings: tuple[int, ...]
    name: str
    keys: Mapping[str, tuple[str, ...]]
    addresses: tuple[AddressSpan, ...]
    first_seen: str
    last_seen: str
    sources: Mapping[str, int]
    compromised: Mapping[str, int] = field(default_factory=dict)
    """Sightings by source that say that somebody broke in."""
    service: bool = False
    aside: str = ""
    aside_why: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """One service with members: where it answers, which servers do, what could not be told apart.

    `members` are clusters, `names` what they call themselves, `unnamed` clusters of sightings of
    the service that do not tell the member.
    """

    addresses: tuple[str, ...]
    members: tuple[int, ...]
    names: tuple[str, ...]
    unnamed: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Demotion:
    """A key that too many share to make two sightings one server, and how that shows."""

    key: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the sightings of a cluster are one server, and why its neighbours are not."""

    cluster: int
    links: tuple[Link, ...]
    near: tuple[Near, ...]
    demoted: tuple[Demotion, ...] = ()

    def text(self) -> str:
        """A paragraph for people."""
        lines = list(said_of_links(self.links)) or ["one sighting"]
        lines += [f"not merged with server {n.cluster} because {n.reason}" for n in self.near]
        lines += [f"{d.key} {d.value} decides nothing: {d.reason}" for d in self.demoted]
        return "\n".join(lines)


_NAMED = 6


def said_of_links(links: Iterable[Link]) -> Iterator[str]:
    """A line for each reason, with the sightings that it holds together."""
    held: dict[str, dict[int, None]] = {}
    for link in links:
        held.setdefault(link.reason, {}).update({link.one: None, link.other: None})
    for reason, ends in held.items():
        numbers = sorted(ends)
        if len(numbers) == 2:
            told = f"{numbers[0]} and {numbers[1]}"
        else:
            more = len(numbers) - _NAMED
            told = ", ".join(map(str, numbers[:_NAMED])) + (f" and {more} more" if more > 0 else "")
        yield f"{told}: same server because {reason}"
