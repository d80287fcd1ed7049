"""Runs of the probe that `alpheus probe` is: `results.jsonl`, one observation a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from random import Random
from typing import Any

from alpheus.lab.country import history
from alpheus.lab.country.calendar import date_of, iso
from alpheus.lab.country.listing import Group, Listing
from alpheus.lab.country.lists import pages
from alpheus.lab.country.lists.forms import JsonLines
from alpheus.lab.country.model import Certificate, Endpoint, Holding
from alpheus.lab.country.sightings import VULNERABLE, Seen, alive, left_behind, look
from alpheus.lab.country.strangers import Stranger
from alpheus.lab.internet.builds import Release, states

_DAYS = (10, 17, 24, 30)
_COVERED = 0.85
_LEFT_BEHIND = 0.5
_BY_NAME = 0.3
_OPEN = frozenset({"vulnerable", "mitigated"})


def listings(days: int) -> Iterator[Listing]:
    """The runs of a month."""
    for day in _DAYS:
        if day < days:
            yield Listing(
                f"probe/{date_of(day)}/results.jsonl", "probe", day, Observations(), _collect,
                _stranger,
            )  # fmt: skip


def _stranger(stranger: Stranger, day: int, rng: Random) -> Seen | None:
    return stranger.seen(day, rng) if rng.random() < _COVERED else None


def _collect(holding: Holding, day: int, rng: Random, density: float) -> Iterator[Group]:
    for endpoint in holding.endpoints:
        if rng.random() >= _COVERED * density:
            continue
        seen = look(holding, endpoint, day, rng)
        seen = seen or left_behind(holding, endpoint, day, rng, _LEFT_BEHIND)
        if seen is None:
            continue
        # Our own list of targets: addresses, or names where we know them.
        seen.errors.clear()
        if not (seen.host_name and rng.random() < _BY_NAME):
            seen.host_name = ""
        if seen.server_name and len(endpoint.servers) > 1:
            _ask_again(seen, endpoint, day, rng)
        yield (seen,)


def _ask_again(seen: Seen, endpoint: Endpoint, day: int, rng: Random) -> None:
    """Behind a balancer another member may answer; what is worst is what counts."""
    servers = alive(endpoint, day)
    met = {seen.server, rng.choice(servers), rng.choice(servers)}
    pairs = [(one.name, history.release_on(one.history, day)) for one in servers if one in met]
    seen.met = tuple(pairs)
    seen.release = min((release for _, release in pairs), key=lambda release: release.parts)
    if any(history.patch_state(one.history, day) in _OPEN for one in servers if one in met):
        seen.claims = VULNERABLE
    seen.tells_member = len(pairs) == 1


class Observations(JsonLines):
    """Lines that the program itself wrote: never broken."""

    def __init__(self) -> None:
        super().__init__(_observation)

    def damaged(self, group: Group, rng: Random) -> bytes | None:  # noqa: ARG002 - as others
        """Never."""
        return None


def _observation(group: Group) -> dict[str, Any]:
    (seen,) = group
    release = None if seen.gateway else seen.release
    build = _build(seen, release)
    pool = _pool(seen)
    status, reason = _status(seen, build)
    names = ([seen.host_name] if seen.host_name else []) + list(pages.certificate_names(seen))
    return {
        "target": seen.host_name or seen.address, "address": seen.address, "port": seen.port,
        "names": list(dict.fromkeys(names)), "exchange": True if release else None,
        "build": build, "precision": build and build.count(".") + 1,
        "witness": build and _witness(build), "pool": pool,
        "cves": _states(release) if release and build else {},
        "tls": _tls(seen.certificate) if seen.certificate else None,
        "status": status, "reason": reason, "requests": 2, "time": iso(seen.time),
        "product": f"Microsoft {release.product}" if release else "",
        "confidence": "high" if build else "medium",
        "servers": pool["servers"] if pool
        else [seen.server_name] if seen.server_name else [],
        "flags": ["mixed-pool"] if pool and pool["mixed"] else [],
        "witnesses": [{"source": _witness(build), "build": build}] if build else [],
        "provenance": None, "attributes": {},
    }  # fmt: skip


def _build(seen: Seen, release: Release | None) -> str | None:
    if release is None:
        return None
    return release.build if seen.full_build or not release.modern else release.family


def _witness(build: str) -> str:
    return "X-OWA-Version" if build.count(".") == 3 else "page path"


def _pool(seen: Seen) -> dict[str, Any] | None:
    """The members that were met behind a balancer, if there were several."""
    if len(seen.met) < 2:
        return None
    builds = sorted({release.build for _, release in seen.met})
    names = sorted({name for name, _ in seen.met})
    return {"servers": names, "builds": builds, "mixed": len(builds) > 1}


def _status(seen: Seen, build: str | None) -> tuple[str, str]:
    if seen.gateway:
        return "shielded", f"{seen.gateway} answers in its place"
    if seen.product == "Exchange Online":
        return "exchange-online", "Exchange Online by X-FEServer"
    if build is None:
        return "not-exchange", f"{seen.product or 'something else'} answers"
    return "identified", f"{_witness(build)} says {build}"


@lru_cache(maxsize=256)
def _states(release: Release) -> Mapping[str, Mapping[str, str]]:
    why = f"{release.build} is {release.product} {release.label}"
    return {cve: {"state": state, "why": why} for cve, state in states(release).items()}


@lru_cache(maxsize=4096)
def _tls(certificate: Certificate) -> dict[str, Any]:
    subject = f"CN={certificate.common_name}"
    if certificate.organisation:
        subject = f"O={certificate.organisation}, {subject}"
    issuer = f"O=Made-up Trust Services, CN={certificate.issuer}" if certificate.issuer else subject
    return {
        "version": "TLSv1.2", "cipher": "ECDHE-ECDSA-AES256-GCM-SHA384",
        "certificate": {
            "sha256": certificate.sha256, "subject": subject,
            "organisation": certificate.organisation, "issuer": issuer,
            "names": list(certificate.names), "not_before": certificate.not_before,
            "not_after": certificate.not_after, "key": "EC", "key_bits": 256,
            "signature": "ECDSA-SHA256", "self_signed": certificate.self_signed,
        },
        "error": "", "second_chance": False, "weak": [],
    }  # fmt: skip
