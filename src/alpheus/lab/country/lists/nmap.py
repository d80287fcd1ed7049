"""A volunteer's scan of the whole country with nmap and a script for Exchange, XML; done twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from random import Random
from xml.sax.saxutils import quoteattr

from alpheus.lab.country import slips
from alpheus.lab.country.calendar import date_of, moment
from alpheus.lab.country.listing import Group, Listing, by_address
from alpheus.lab.country.lists import pages
from alpheus.lab.country.model import Certificate, Holding
from alpheus.lab.country.sightings import Seen, left_behind, look
from alpheus.lab.country.strangers import Stranger

_DAYS = (3, 15)
_COVERED = 0.75
_LEFT_BEHIND = 0.5


def listings(days: int) -> Iterator[Listing]:
    """The two scans."""
    for day in _DAYS:
        if day < days:
            yield Listing(f"nmap/{date_of(day)}.xml", "nmap", day, Xml(day), _collect, _stranger)


def _stranger(stranger: Stranger, day: int, rng: Random) -> Seen | None:
    return stranger.seen(day, rng) if rng.random() < _COVERED else None


def _collect(holding: Holding, day: int, rng: Random, density: float) -> Iterator[Group]:
    if rng.random() >= _COVERED * density * 1.2:
        return
    found = []
    for endpoint in holding.endpoints:
        if ":" not in endpoint.address and rng.random() < 1 / 1.2:
            seen = look(holding, endpoint, day, rng)
            seen = seen or left_behind(holding, endpoint, day, rng, _LEFT_BEHIND)
            if seen:
                slips.slip(seen, rng)
                # The script reads the logon page, which names no server.
                seen.tells_member = len(seen.members) < 2
                found.append(seen)
    yield from by_address(found)


class Xml:
    """The form of nmap's report; a record is a host."""

    def __init__(self, day: int) -> None:
        self._start = int(moment(day, 0).timestamp())

    def header(self) -> bytes:
        """The beginning of the report."""
        command = "nmap -Pn -p443,444,4443,8443,9443,10443 --script http-vuln-exchange,ssl-cert"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nmaprun>\n'
            f'<nmaprun scanner="nmap" args="{command}" start="{self._start}" version="7.91" '
            'xmloutputversion="1.05">\n'
        ).encode()

    def footer(self) -> bytes:
        """The end of the report."""
        return (
            f'<runstats><finished time="{self._start + 86_399}" exit="success"/></runstats>\n'
            "</nmaprun>\n"
        ).encode()

    def record(self, group: Group) -> bytes:
        """One host."""
        first = group[0]
        times = [int(one.time.timestamp()) for one in group]
        names = "".join(
            f"<hostname name={quoteattr(name)} type={quoteattr('PTR')}/>"
            for name in sorted({one.reverse for one in group if one.reverse})
        )
        ports = "".join(_port(one) for one in group)
        return (
            f'<host starttime="{min(times)}" endtime="{max(times)}">'
            '<status state="up" reason="user-set"/>'
            f'<address addr="{first.address}" addrtype="ipv4"/>'
            f"<hostnames>{names}</hostnames><ports>{ports}</ports></host>\n"
        ).encode()

    def damaged(self, group: Group, rng: Random) -> bytes | None:  # noqa: ARG002 - as others
        """Never: a host that is no XML would take the rest of the report along."""
        return None


def _port(seen: Seen) -> str:
    scripts = _certificate(seen.certificate) if seen.certificate else ""
    software = pages.headers(seen)[0][1]
    if seen.release and not seen.gateway and seen.release.modern:
        year = seen.release.product.rpartition(" ")[2]
        said = (
            f"({seen.release.family}) Exchange {year} potentially vulnerable, check latest "
            "security update is applied"
            if seen.claims in {"vulnerable", "victim"} or seen.release.family_is_mixed
            else f"({seen.release.family}) Exchange {year} not vulnerable"
        )
        scripts += f'<script id="http-vuln-exchange" output={quoteattr(said)}/>'
    return (
        f'<port protocol="tcp" portid="{seen.port}"><state state="open" reason="syn-ack"/>'
        f'<service name="https" product={quoteattr(software)} tunnel="ssl" method="probed"/>'
        f"{scripts}</port>"
    )


def _certificate(certificate: Certificate) -> str:
    names = ", ".join(f"DNS:{name}" for name in certificate.names)
    organisation = certificate.organisation and f"/organizationName={certificate.organisation}"
    sha1 = hashlib.sha1(certificate.der, usedforsecurity=False).hexdigest()
    grouped = " ".join(sha1[at : at + 4] for at in range(0, 40, 4))
    issuer = certificate.issuer or certificate.common_name
    said = (
        f"Subject: commonName={certificate.common_name}{organisation}\n"
        f"Subject Alternative Name: {names}\nIssuer: commonName={issuer}\n"
        f"Not valid before: {certificate.not_before[:-1]}\n"
        f"Not valid after:  {certificate.not_after[:-1]}\nSHA-1: {grouped}"
    )
    output = quoteattr(said, {"\n": "&#xa;"})
    return f'<script id="ssl-cert" output={output}/>'
