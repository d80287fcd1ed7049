"""Whose a server is: what all its observations say of that, put to the directory."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from alpheus.cases.identity import Cluster
from alpheus.directory.domains import STATES
from alpheus.directory.lookup import Directory, open_directory
from alpheus.directory.model import Layer
from alpheus.directory.owner_model import UNKNOWN, OwnerEvidence, Ownership
from alpheus.directory.ownership import owner_of
from alpheus.directory.providers import is_line
from alpheus.directory.sectors import PROVIDERS, naics_sector, sector_named
from alpheus.directory.words import key_of
from alpheus.errors import EvidenceError
from alpheus.exposure.addresses import read_address

NO_DIRECTORY = "-"
"""In place of a directory's file: domain rules and names alone."""

_MOST_NAMES = 20
_CODES = {name.lower(): code.upper() for code, name in STATES.items()}
_OTHERS = re.compile(r"[^a-z0-9]+")
_ENCODER = msgspec.json.Encoder()
_FEW_DOMAINS = 3
_Order = TypeVar("_Order", str, int, tuple[str, str])
_Value = TypeVar("_Value")


class Owner(NamedTuple):
    """Whose it is; '' is unknown. `sector` is one of `knowledge/tables/sectors.csv`.

    `organisation` is the key of the owner: the main domain of its record, else its domain, else a
    slug of its name with where it is. `region` is a country's two letters, with a part of it after
    a hyphen where one is known (`US-TX`); `network` the number of its autonomous system. `why` says
    where that comes from. `name` is the owner in words, `ownership` the whole decision (an
    `Ownership`) as JSON, `weight` what its evidence weighs.
    """

    organisation: str = ""
    sector: str = ""
    region: str = ""
    network: str = ""
    why: str = ""
    name: str = ""
    domain: str = ""
    country: str = ""
    city: str = ""
    confidence: str = ""
    weight: int = 0
    ownership: bytes = b""


Owners = Callable[[Cluster, Sequence[OwnerEvidence]], Owner]
"""Finds the owner of a server by what its observations say, the newest first."""


def owners_by_directory(directory: Directory) -> Owners:
    """Finds owners by a directory; by domain rules and names alone if it is empty."""

    def find(cluster: Cluster, evidence: Sequence[OwnerEvidence]) -> Owner:
        whole = gathered(cluster, evidence)
        found = owner_of(whole, directory)
        known = found.owner != UNKNOWN
        network = whole.as_number or _routed(whole.address, directory)
        return Owner(
            organisation=key_of_owner(found), sector=found.sector,
            region=_region(found, whole), network=str(network or ""), why=_why(found),
            name=found.owner if known else "", domain=found.domain, country=found.country,
            city=found.city, confidence=found.confidence, weight=found.weight,
            ownership=_ENCODER.encode(found),
        )  # fmt: skip

    return find


def owners_by_file(file: str) -> Owners:
    """Finds owners by the directory in a file; '' and `-` stand for none.

    Raises EvidenceError with what to do where the file is gone or broken.
    """
    if file in {"", NO_DIRECTORY}:
        return owners_by_directory(Directory())
    try:
        return owners_by_directory(_opened(file, _age_of(file)))
    except EvidenceError as error:
        raise type(error)(f"{error}; {_REMEDY}") from error


_REMEDY = (
    "owners are found by this directory; name another with alpheus case rebuild --directory FILE, "
    "or do without one: --directory -"
)


def _age_of(file: str) -> tuple[int, int]:
    try:
        stat = Path(file).stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_ino


@lru_cache(maxsize=2)
def _opened(file: str, _: tuple[int, int]) -> Directory:
    """A directory that is open stays so; one that was written anew is another."""
    return open_directory(Path(file))


def directory_named(asked: str | None, kept: str) -> str:
    """The directory that counts: the one asked for, that of ALPHEUS_DIRECTORY, the one kept."""
    named = asked if asked is not None else os.environ.get("ALPHEUS_DIRECTORY", "")
    if not named:
        return kept
    return named if named == NO_DIRECTORY else str(Path(named).absolute())


def key_of_owner(found: Ownership) -> str:
    """The key of an organisation, '' where the owner is unknown.

    One name may be that of several organisations, so a slug says where as well.
    """
    if found.owner == UNKNOWN:
        return ""
    if found.main_domain or found.domain:
        return found.main_domain or found.domain
    place = f"{found.country} {found.region}"
    return _OTHERS.sub("-", f"{key_of(found.owner)} {place}".lower()).strip("-")


def gathered(cluster: Cluster, evidence: Sequence[OwnerEvidence]) -> OwnerEvidence:
    """What all observations of a server say, as one; the newest come first.

    Of several certificates one that was checked counts, and of these the one that most have seen;
    what a server calls itself in its own certificate is a name of the server. Of what lists say in
    different ways, what most say counts. The address is the last one.
    """
    address = _address(cluster, evidence)
    chosen = _certificate(evidence)
    names = chosen.certificate_names
    mail: dict[str, None] = {}
    asked: dict[str, None] = {}
    reverse: dict[str, None] = {}
    own: dict[str, None] = {}
    for one in evidence:
        for held, said in ((mail, one.mail_names), (asked, one.asked_names),
                           (own, one.server_names)):  # fmt: skip
            if said:
                held.update(dict.fromkeys(said))
        if one.self_signed and one.certificate_names != names:
            own |= dict.fromkeys(one.certificate_names)
        for name in one.reverse_names:
            # A name of an earlier address that is but a line's says nothing of the server.
            if one.address == address or not is_line(name, one.address):
                reverse[name] = None
    own |= dict.fromkeys(cluster.keys.get("ad-domain", ()))
    naics, sector = _business(evidence)
    country, region = _place(evidence)
    return OwnerEvidence(
        address=address,
        certificate_names=names,
        organisation=chosen.organisation,
        subject=chosen.subject,
        self_signed=chosen.self_signed,
        mail_names=_some(mail),
        asked_names=_some(asked),
        listed_names=_some(_listed(cluster, evidence, {*mail, *asked, *reverse, *own})),
        server_names=_some(own),
        reverse_names=_some(reverse),
        network_name=_most([one.network_name for one in evidence if one.network_name], ""),
        as_number=_most([one.as_number for one in evidence if one.as_number], 0),
        as_name=_most([one.as_name for one in evidence if one.as_name], ""),
        country=country,
        region=region,
        naics=naics,
        sector=sector,
        security_txt=_some(mail for one in evidence for mail in one.security_txt),
        claims=_some(claim for one in evidence for claim in one.claims),
    )


def _listed(cluster: Cluster, evidence: Sequence[OwnerEvidence], told: set[str]) -> Iterator[str]:
    """Names that other observations gave; where they are of many, somebody serves them all."""
    if len(cluster.keys.get("organisation", ())) <= _FEW_DOMAINS:
        shown = {name for one in evidence for name in one.certificate_names}
        for name in cluster.keys.get("host", ()):
            if name not in told and name not in shown:
                yield name


def _business(evidence: Sequence[OwnerEvidence]) -> tuple[str, str]:
    """What most lists give as industry code and sector; a provider's only if none gives another."""
    told = [(one.naics, one.sector) for one in evidence if one.naics or one.sector]
    others = [pair for pair in told if _sector_of(*pair) not in PROVIDERS]
    return _most(others or told, ("", ""))


def _place(evidence: Sequence[OwnerEvidence]) -> tuple[str, str]:
    """The country that most lists give, and the part of it."""
    country = _most([one.country for one in evidence if one.country], "")
    parts = [_part(one) for one in evidence if one.region and one.country in {"", country}]
    return country, _most(parts, "")


def _address(cluster: Cluster, evidence: Sequence[OwnerEvidence]) -> str:
    """The last one at which it was seen."""
    spans = cluster.addresses
    if spans:
        return max(spans, key=lambda one: (one.last_seen, one.address)).address
    return next((one.address for one in evidence if one.address), "")


def _certificate(evidence: Sequence[OwnerEvidence]) -> OwnerEvidence:
    """The certificate that counts; its subject as the list says that has most of it."""
    seen = [one for one in evidence if one.certificate_names or one.organisation]
    if not seen:
        return OwnerEvidence()
    counts = Counter((not one.self_signed, one.certificate_names) for one in seen)
    best = max(counts, key=lambda key: (key[0], bool(key[1]), counts[key]))
    same = [one for one in seen if (not one.self_signed, one.certificate_names) == best]
    return max(same, key=lambda one: (bool(one.organisation), len(one.subject)))


def _some(values: Iterable[_Value]) -> tuple[_Value, ...]:
    return tuple(dict.fromkeys(values))[:_MOST_NAMES]


def _most(values: Sequence[_Order], otherwise: _Order) -> _Order:
    """The most frequent; of equals the first by order, so that portions make no difference."""
    if not values:
        return otherwise
    first = values[0]
    if values.count(first) == len(values):
        return first
    counts = Counter(values)
    most = max(counts.values())
    return min(value for value, count in counts.items() if count == most)


@lru_cache(maxsize=4_096)
def _sector_of(naics: str, word: str) -> str:
    """The sector that a list gives; that of providers where it gives none."""
    return sector_named(word) or naics_sector(naics.strip()) or next(iter(PROVIDERS))


def _part(evidence: OwnerEvidence) -> str:
    """A part of a country; those of the United States as two letters."""
    text = evidence.region.strip()
    if evidence.country in {"US", ""}:
        return _CODES.get(text.lower(), text.upper() if len(text) == 2 else text)
    return text


def _region(found: Ownership, evidence: OwnerEvidence) -> str:
    """Where the owner is; else where lists see the server, if that is in the same country."""
    if found.region and found.country:
        return f"{found.country}-{found.region}"
    country = found.country or evidence.country
    if evidence.region and country == evidence.country:
        return f"{country}-{evidence.region}" if country else evidence.region
    return country


def _routed(address: str, directory: Directory) -> int:
    """The number of the network that announces an address, by the directory; 0 unknown."""
    if not (address and len(directory)):
        return 0
    try:
        version, number = read_address(address)
    except ValueError:
        return 0
    holders = directory.by_address(version, number)
    return next((one.as_number for one in holders if one.layer is Layer.ROUTE), 0)


def _why(found: Ownership) -> str:
    """The weightiest reason for the owner, and that for the sector."""
    own = {found.owner, found.domain, found.main_domain}
    counted = [one for one in found.hints if one.weight]
    hint = max((one for one in counted if one.owner in own), key=lambda one: one.weight,
               default=next(iter(counted), None))  # fmt: skip
    said = []
    if found.owner != UNKNOWN and hint is not None:
        said.append(f"{hint.evidence} {hint.value}: {hint.reason}")
    reason = next((one for one in found.sector_reasons if one.sector == found.sector), None)
    if found.sector and reason is not None:
        said.append(f"{reason.sector}: {reason.reason}")
    return "; ".join(said)
