"""Censys, one host a line with its services, in the shape of the platform; two snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from random import Random
from typing import Any

from alpheus.lab.country import slips
from alpheus.lab.country.calendar import date_of, iso
from alpheus.lab.country.listing import Group, Listing, by_address
from alpheus.lab.country.lists import pages
from alpheus.lab.country.lists.forms import JsonLines
from alpheus.lab.country.model import Certificate, Holding
from alpheus.lab.country.sightings import Seen, left_behind, look
from alpheus.lab.country.strangers import Stranger

_DAYS = (6, 20)
_COVERED = 0.7
_LEFT_BEHIND = 0.5


def listings(days: int) -> Iterator[Listing]:
    """The snapshots of a month."""
    for day in _DAYS:
        if day < days:
            yield Listing(
                f"censys/{date_of(day)}.jsonl", "censys", day, JsonLines(_host), _collect, _stranger
            )


def _stranger(stranger: Stranger, day: int, rng: Random) -> Seen | None:
    return stranger.seen(day, rng) if rng.random() < _COVERED else None


def _collect(holding: Holding, day: int, rng: Random, density: float) -> Iterator[Group]:
    if rng.random() >= _COVERED * density * 1.2:
        return
    found = []
    for endpoint in holding.endpoints:
        if rng.random() < 1 / 1.2:
            seen = look(holding, endpoint, day, rng)
            seen = seen or left_behind(holding, endpoint, day, rng, _LEFT_BEHIND)
            if seen:
                slips.slip(seen, rng)
                found.append(seen)
    yield from by_address(found)


def _host(group: Group) -> dict[str, Any]:
    first = group[0]
    names = sorted({one.reverse for one in group if one.reverse})
    return {
        "host": {
            "ip": first.address,
            "location": {"country_code": first.country, "city": first.city},
            "autonomous_system": {
                "asn": first.asn,
                "name": first.owner,
                "bgp_prefix": first.network,
            },
            "dns": {"names": names},
            "services": [_service(one) for one in group],
        }
    }


def _service(seen: Seen) -> dict[str, Any]:
    answer = {
        "uri": f"https://{seen.address}/owa/",
        "status_code": 200,
        "headers": {name: {"headers": [value]} for name, value in pages.headers(seen)},
        "html_title": pages.title(seen),
        "body": pages.body(seen),
    }
    found: dict[str, Any] = {
        "port": seen.port, "protocol": "HTTP", "transport_protocol": "tcp",
        "scan_time": iso(seen.time), "endpoints": [{"endpoint_type": "HTTP", "http": answer}],
    }  # fmt: skip
    if seen.release and not seen.gateway:
        found["software"] = [{"vendor": "microsoft", "product": "exchange_server"}]
    if seen.certificate:
        found["cert"] = _certificate(seen.certificate)
    return found


@lru_cache(maxsize=4096)
def _certificate(certificate: Certificate) -> dict[str, Any]:
    subject = f"CN={certificate.common_name}"
    if certificate.organisation:
        subject = f"O={certificate.organisation.replace(',', chr(92) + ',')}, {subject}"
    issuer = f"CN={certificate.issuer}" if certificate.issuer else subject
    return {
        "fingerprint_sha256": certificate.sha256,
        "names": list(certificate.names),
        "parsed": {"subject_dn": subject, "issuer_dn": issuer},
    }
