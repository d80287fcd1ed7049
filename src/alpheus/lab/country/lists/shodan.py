"""Shodan's banners, JSON lines, one a service; a crawl each week."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import lru_cache
from random import Random
from typing import Any

from alpheus.lab.country import slips
from alpheus.lab.country.calendar import date_of
from alpheus.lab.country.certificates import alternative_names
from alpheus.lab.country.listing import Group, Listing
from alpheus.lab.country.lists import pages
from alpheus.lab.country.lists.forms import JsonLines
from alpheus.lab.country.model import Certificate, Holding
from alpheus.lab.country.sightings import Seen, left_behind, look
from alpheus.lab.country.strangers import Stranger

_FIRST, _EVERY = 2, 7
_COVERED = 0.6
_COVERED_SIX = 0.2
_LEFT_BEHIND = 0.5


def listings(days: int) -> Iterator[Listing]:
    """The crawls of a month."""
    for day in range(_FIRST, days, _EVERY):
        yield Listing(
            f"shodan/{date_of(day)}.json", "shodan", day, JsonLines(_banner), _collect, _stranger
        )


def _stranger(stranger: Stranger, day: int, rng: Random) -> Seen | None:
    return stranger.seen(day, rng) if rng.random() < _COVERED else None


def _collect(holding: Holding, day: int, rng: Random, density: float) -> Iterator[Group]:
    for endpoint in holding.endpoints:
        covered = _COVERED_SIX if ":" in endpoint.address else _COVERED
        if rng.random() < covered * density:
            seen = look(holding, endpoint, day, rng)
            seen = seen or left_behind(holding, endpoint, day, rng, _LEFT_BEHIND)
            if seen:
                slips.slip(seen, rng)
                yield (seen,)


def _banner(group: Group) -> dict[str, Any]:
    (seen,) = group
    names = [one for one in (seen.reverse, *pages.certificate_names(seen)) if one]
    names = list(dict.fromkeys(one for one in names if not one.startswith("*")))
    found: dict[str, Any] = {
        "ip_str": seen.address, "port": seen.port, "transport": "tcp",
        "timestamp": seen.time.strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "hostnames": names, "domains": sorted({".".join(one.split(".")[-2:]) for one in names}),
        "org": seen.owner, "isp": seen.owner, "asn": f"AS{seen.asn}",
        "location": {"country_code": seen.country, "region_code": seen.state or None,
                     "city": seen.city or None},
        "hash": hash_of(seen.address), "data": pages.banner(seen),
        "http": {"title": pages.title(seen), "html": pages.body(seen), "host": seen.address,
                 "server": pages.headers(seen)[0][1], "status": 200, "location": "/owa/"},
        "_shodan": {"module": "https", "crawler": "made-up"},
    }  # fmt: skip
    if seen.release and not seen.gateway:
        found["product"] = "Microsoft Outlook Web App"
    if seen.certificate:
        found["ssl"] = _ssl(seen.certificate)
    return found


def hash_of(text: str) -> int:
    """A number of 32 bits with its sign, as Shodan gives to every banner."""
    return int.from_bytes(text.encode()[-4:], signed=True)


@lru_cache(maxsize=4096)
def _ssl(certificate: Certificate) -> dict[str, Any]:
    names = repr(alternative_names(certificate.names))[2:-1]
    subject = {"CN": certificate.common_name}
    if certificate.organisation:
        subject["O"] = certificate.organisation
    pem = base64.encodebytes(certificate.der).decode()
    return {
        "cert": {
            "version": 2, "serial": certificate.serial, "sig_alg": "ecdsa-with-SHA256",
            "issued": _stamp(certificate.not_before), "expires": _stamp(certificate.not_after),
            "expired": False, "subject": subject,
            "issuer": {"CN": certificate.issuer or certificate.common_name},
            "pubkey": {"type": "dsa", "bits": 256},
            "fingerprint": {"sha256": certificate.sha256},
            "extensions": [{"critical": False, "name": "subjectAltName", "data": names}],
        },
        "chain": [f"-----BEGIN CERTIFICATE-----\n{pem}-----END CERTIFICATE-----\n"],
        "cipher": {"version": "TLSv1/SSLv3", "bits": 256, "name": "ECDHE-ECDSA-AES256-GCM-SHA384"},
        "versions": ["-SSLv2", "-SSLv3", "TLSv1", "TLSv1.2"],
    }  # fmt: skip


def _stamp(time: str) -> str:
    return time.translate({ord(one): None for one in "-:T"})
