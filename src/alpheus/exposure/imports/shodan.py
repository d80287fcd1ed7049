"""Shodan banners: JSON lines or an array, one object per service.

`data` is the raw head of an HTTP answer and `http.html` its body. Source: Shodan's banner
specification.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import Record, records
from alpheus.exposure.imports.model import Listing, Loss, RawAnswer
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.raw_answers import parse
from alpheus.exposure.imports.tls_facts import certificate_of, tls_of
from alpheus.exposure.model import Tls

_WITHOUT = frozenset({
    "ip", "ip_str", "port", "timestamp", "hostnames", "data", "http.html", "http.redirects",
    "http.favicon.data", "ssl.chain", "ssl.cert", "ssl.handshake_states", "ssl.dhparams",
    "ssl.tlsext", "ssl.trust", "_shodan", "opts", "vulns", "http.robots", "http.sitemap",
    "http.securitytxt", "microsoft_exchange.build_number",
})  # fmt: skip


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per banner."""
    for item in records(source):
        yield item if isinstance(item, Loss) else _listing(*item)


def _listing(row: int, banner: Record) -> Listing | Loss:
    address = fields.address(fields.text_at(banner, "ip_str"))
    port = fields.port(banner.get("port"))
    if not address:
        return Loss(row, "ip_str is no address")
    if port is None:
        return Loss(row, "the port is no number from 0 to 65535")
    version, place = _version(banner)
    attributes = fields.flatten(banner, _WITHOUT)
    verified, others = _vulnerabilities(banner)
    if others:
        attributes["vulns"] = " ".join(others)
    time = fields.utc(fields.text_at(banner, "timestamp"))
    tls = _tls(banner)
    return Listing(
        row, address, address, port,
        fields.host_names((*fields.texts_of(banner.get("hostnames")),
                           fields.text_at(banner, "http", "host"))),
        scheme="https" if tls else "http",
        exchange=True if version or _names_exchange(banner) else None,
        version=version, version_field=place, vulnerable=verified,
        compromised=fields.compromise_word(fields.texts_of(banner.get("tags"))),
        answers=tuple(_answers(banner, address)), tls=tls,
        time=time, first_seen=time, last_seen=time, attributes=attributes,
    )  # fmt: skip


def _names_exchange(banner: Record) -> bool:
    return "exchange" in fields.text_at(banner, "product").lower()


def _version(banner: Record) -> tuple[str, str]:
    """The build that Shodan itself names, and where."""
    build = fields.text_at(banner, "microsoft_exchange", "build_number")
    if build:
        return build, "microsoft_exchange.build_number"
    return (fields.text_at(banner, "version") if _names_exchange(banner) else ""), "version"


def _vulnerabilities(banner: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The CVEs that were tested, and those that Shodan only infers from a version."""
    found = banner.get("vulns")
    if not isinstance(found, dict):
        return (), fields.cves(fields.texts_of(found))
    verified = {cve: None for cve in found if fields.place(found, cve, "verified") is True}
    return fields.cves(verified), fields.cves(cve for cve in found if cve not in verified)


def _answers(banner: Record, address: str) -> Iterator[RawAnswer]:
    host = fields.text_at(banner, "http", "host") or address
    redirects = fields.place(banner, "http", "redirects")
    for step in redirects if isinstance(redirects, list) else ():
        response = parse(fields.text_at(step, "data"), fields.text_at(step, "html"))
        if response:
            at = fields.text_at(step, "host") or host
            yield RawAnswer(fields.text_at(step, "location") or "/", at, response)
    html = fields.place(banner, "http", "html")
    body = html if isinstance(html, str) else None
    response = parse(fields.text_at(banner, "data"), body)
    if response:
        yield RawAnswer(fields.text_at(banner, "http", "location") or "/", host, response)


def _tls(banner: Record) -> Tls | None:
    found = banner.get("ssl")
    if not isinstance(found, dict):
        return None
    chain = fields.texts_of(found.get("chain"))
    certificate = None
    if chain:
        try:
            certificate = certificate_of(ssl.PEM_cert_to_DER_cert(chain[0]))
        except ValueError:
            certificate = None
    cipher = fields.place(found, "cipher")
    return tls_of(fields.text_at(cipher, "version"), fields.text_at(cipher, "name"), certificate)
