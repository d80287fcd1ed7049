"""What an observation, as a JSON line of a probe or an import, knows of the owner of its server.

Attributes have the names of Shadowserver, Shodan, Censys, MISP objects and tables that people make.
A list's host names are taken for names of the address, unless the list says that they are others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice

import msgspec

from alpheus.directory.importers.cells import mailbox, number
from alpheus.directory.owner_model import Claim, OwnerEvidence
from alpheus.errors import AlpheusError
from alpheus.exposure.imports.fields import host_name

_MOST = 50
_LONGEST = 300
_LONGEST_PHONE = 60
_LONGEST_PLACE = 60
_MAIL = ("autodiscover.", "mx.", "mx1.", "mx2.", "smtp.")
_FROM_CERTIFICATES = ("ssl", "tls", "cert", "san", "sni")


class LineError(AlpheusError, ValueError):
    """A line that is no observation."""


class _Certificate(msgspec.Struct, gc=False):
    subject: str = ""
    organisation: str = ""
    names: tuple[str, ...] = ()
    self_signed: bool = False


class _Tls(msgspec.Struct, gc=False):
    certificate: _Certificate | None = None


class _Attributes(msgspec.Struct, gc=False):
    """The attributes that may tell it, under their names."""

    asn: str = ""
    as_name: str = ""
    isp: str = ""
    org: str = ""
    netname: str = ""
    as_number: str = msgspec.field(default="", name="autonomous_system.asn")
    as_title: str = msgspec.field(default="", name="autonomous_system.name")
    as_short: str = msgspec.field(default="", name="as")
    as_source: str = msgspec.field(default="", name="source.asn")
    naics: str = ""
    sector: str = ""
    industry: str = ""
    geo: str = ""
    country: str = ""
    country_code: str = ""
    location: str = msgspec.field(default="", name="location.country_code")
    region: str = ""
    state: str = ""
    region_code: str = msgspec.field(default="", name="location.region_code")
    hostname_source: str = ""
    hostname: str = ""
    reverse: str = ""
    ptr: str = ""
    rdns: str = ""
    autodiscover: str = ""
    mx: str = ""
    security_txt: str = ""
    url: str = ""
    http_host: str = ""
    detail: str = ""
    customer: str = ""
    organisation: str = ""
    organization: str = ""
    company: str = ""
    owner: str = ""
    constituent: str = ""
    contact: str = ""
    email: str = ""
    phone: str = ""


class _Provenance(msgspec.Struct, gc=False):
    source: str = ""


class _Line(msgspec.Struct, gc=False):
    """The fields of an observation that tell of its owner; others are passed over."""

    target: str
    address: str
    port: int
    names: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    tls: _Tls | None = None
    provenance: _Provenance | None = None
    attributes: _Attributes = msgspec.field(default_factory=_Attributes)


_DECODER = msgspec.json.Decoder(_Line)


def read_line(line: bytes | memoryview) -> OwnerEvidence:
    """The evidence in one JSON line. Raises LineError where it is no observation."""
    try:
        found = _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise LineError(f"no observation: {error}") from error
    certificate = found.tls.certificate if found.tls else None
    attributes = found.attributes
    shown = tuple(_hosts(certificate.names)) if certificate else ()
    mail, asked, listed, reverse = _other_names(found, frozenset(shown))
    country = attributes.geo or attributes.country_code or attributes.location or attributes.country
    return OwnerEvidence(
        address=found.address,
        certificate_names=shown,
        organisation=certificate.organisation[:_LONGEST] if certificate else "",
        subject=certificate.subject if certificate else "",
        self_signed=certificate.self_signed if certificate else False,
        mail_names=mail,
        asked_names=asked,
        listed_names=listed,
        server_names=tuple(_hosts(found.servers)),
        reverse_names=reverse,
        network_name=(attributes.netname or attributes.org)[:_LONGEST],
        as_number=_as_number(attributes),
        as_name=(attributes.as_name or attributes.as_title or attributes.isp)[:_LONGEST],
        country=country.upper() if len(country) == 2 else "",
        region=(attributes.region or attributes.state or attributes.region_code)[:_LONGEST_PLACE],
        naics=attributes.naics,
        sector=(attributes.sector or attributes.industry)[:_LONGEST],
        security_txt=_mailboxes(attributes.security_txt),
        claims=_claims(found),
    )


def _as_number(attributes: _Attributes) -> int:
    return number(
        attributes.asn or attributes.as_number or attributes.as_short or attributes.as_source
    )


def _claims(found: _Line) -> tuple[Claim, ...]:
    """Whom a list of customers names."""
    attributes = found.attributes
    if found.provenance is None:
        return ()
    name = (attributes.customer or attributes.organisation or attributes.organization
            or attributes.company or attributes.owner or attributes.constituent)  # fmt: skip
    if not name.strip():
        return ()
    email = _mailboxes(attributes.email or attributes.contact)
    phone = " ".join(attributes.phone.split())[:_LONGEST_PHONE]
    source = found.provenance.source
    return (Claim(" ".join(name.split())[:_LONGEST], email[0] if email else "", phone, source),)


def _hosts(names: Iterable[str]) -> list[str]:
    """Host names in lower case, as ASCII; what is none, and addresses, left out."""
    if not names:
        return []
    return [
        host for name in islice(names, _MOST) if len(name) <= _LONGEST and (host := _host(name))
    ]


@lru_cache(maxsize=16_384)
def _host(name: str) -> str:
    plain = name.lower().removeprefix("*.").rstrip(".")
    if plain.isascii() and plain.replace("-", "").replace(".", "").isalpha():
        return plain
    return host_name(plain) or ""


def _other_names(
    found: _Line, shown: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Names under which mail is served, others that lead to it, of lists, and of the address."""
    attributes = found.attributes
    mail: list[str] = []
    reverse: list[str] = []
    if attributes.mx or attributes.autodiscover:
        mail = _hosts((*attributes.mx.split(), *attributes.autodiscover.split()))
    if attributes.reverse or attributes.ptr or attributes.rdns:
        reverse = _hosts(filter(None, (attributes.reverse, attributes.ptr, attributes.rdns)))
    if found.provenance is None:
        asked: list[str] = []
        # A probe lists names that lead to the address, and those of the certificate.
        for name in _hosts(found.names):
            if name not in shown or name == found.target:
                (mail if name.startswith(_MAIL) else asked).append(name)
        return _once(mail), _once(asked), (), _once(reverse)
    pages = (attributes.url, attributes.http_host, attributes.detail)
    asked = _hosts(host for text in pages if text and (host := _host_of(text)))
    source = attributes.hostname_source.lower()
    listed: list[str] = []
    if not (source and any(word in source for word in _FROM_CERTIFICATES)):
        names = (*found.names, attributes.hostname) if attributes.hostname else found.names
        more = (name for name in _hosts(names) if name not in shown)
        if source == "list" or source.startswith("column "):
            listed += (name for name in more if name not in asked)
        else:
            reverse += more
    return _once(mail), _once(asked), _once(listed), _once(reverse)


def _host_of(text: str) -> str:
    """The host of a URL, or a host alone; '' for an address or any other text."""
    if "://" in text:
        text = text.partition("://")[2]
    host = text.partition("/")[0].rpartition("@")[2].partition(":")[0]
    return "" if host.replace(".", "").isdigit() or " " in host else host


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names)) if len(names) > 1 else tuple(names)


def _mailboxes(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    found = (mailbox(word) for word in text.split()[:_MOST])
    return _once([email for email in found if email])
