"""Censys hosts: of the legacy search and of the platform, as lines, arrays or answers of the API.

Legacy has `services[].http.response`, the platform `services[].endpoints[].http`. Source: the data
models that Censys documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import Record, records
from alpheus.exposure.imports.model import Listing, Loss, RawAnswer
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.raw_answers import from_parts, header_pairs
from alpheus.exposure.imports.tls_facts import certificate_from_names, tls_of
from alpheus.exposure.model import Tls

_WRAPPERS = ("result", "results", "hits", "host", "host_v1", "resource", "hosts")
_MOST_HOSTS = 10_000
_HTTP = ("HTTP", "HTTPS")
_HOST_WITHOUT = frozenset({"ip", "services", "dns", "last_updated_at", "names"})
_SERVICE_WITHOUT = frozenset({
    "port", "observed_at", "scan_time", "banner", "banner_hex", "http", "endpoints", "tls", "cert",
    "software", "_decoded", "labels", "transport_fingerprint", "perspective_id", "source_ip",
    "vulns", "hardware", "operating_systems",
})  # fmt: skip


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per service."""
    for item in records(source):
        if isinstance(item, Loss):
            yield item
            continue
        row, record = item
        hosts = list(_hosts(record))
        if not hosts:
            yield Loss(row, "no host with an ip")
        for host in hosts:
            yield from _services(row, host)


def _hosts(record: Record) -> Iterator[Record]:
    """The hosts in a record, however they are wrapped."""
    waiting: list[object] = [record]
    looked_at = 0
    while waiting and looked_at < _MOST_HOSTS:
        value = waiting.pop()
        looked_at += 1
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict):
            if isinstance(value.get("ip"), str):
                yield value
            else:
                waiting += [value[name] for name in _WRAPPERS if name in value]


def _services(row: int, host: Record) -> Iterator[Listing | Loss]:
    address = fields.address(fields.text_at(host, "ip"))
    services = host.get("services")
    if not address:
        yield Loss(row, "ip is no address")
        return
    about = fields.flatten(host, _HOST_WITHOUT)
    seen = fields.text_at(host, "last_updated_at")
    names = fields.host_names((
        *fields.texts_of(fields.place(host, "dns", "names")), *fields.texts_of(host.get("names")),
    ))  # fmt: skip
    for service in services if isinstance(services, list) else ():
        port = fields.port(service.get("port")) if isinstance(service, dict) else None
        if port is None:
            yield Loss(row, "a service has no port")
        else:
            yield _service(_Host(row, address, names, about, seen), port, service)


class _Host(NamedTuple):
    """What holds for every service of a host."""

    row: int
    address: str
    names: tuple[str, ...]
    about: dict[str, str]
    seen: str


def _service(host: _Host, port: int, service: Record) -> Listing:
    time = fields.utc(
        fields.text_at(service, "observed_at") or fields.text_at(service, "scan_time") or host.seen
    )
    tls = _tls(service)
    version, exchange = _software(service)
    return Listing(
        host.row, host.address, host.address, port, host.names, scheme="https" if tls else "http",
        exchange=exchange, version=version, version_field="software.version",
        vulnerable=(), compromised=fields.compromise_word(_labels(service)),
        answers=tuple(_answers(service, host.address)), tls=tls,
        time=time, first_seen=time, last_seen=time,
        attributes={**host.about, **fields.flatten(service, _SERVICE_WITHOUT)},
    )  # fmt: skip


def _labels(service: Record) -> list[str]:
    labels = service.get("labels")
    if not isinstance(labels, list):
        return []
    return [fields.text_of(label) or fields.text_at(label, "value") for label in labels]


def _software(service: Record) -> tuple[str, bool | None]:
    """The version that Censys itself gives for Exchange, and whether it names Exchange."""
    software = service.get("software")
    for item in software if isinstance(software, list) else ():
        if "exchange" in fields.text_at(item, "product").lower():
            return fields.text_at(item, "version"), True
    return "", None


def _answers(service: Record, address: str) -> Iterator[RawAnswer]:
    endpoints = service.get("endpoints")
    for endpoint in endpoints if isinstance(endpoints, list) else ():
        http = fields.place(endpoint, "http")
        uri = fields.text_at(http, "uri")
        path = fields.text_at(endpoint, "path") or fields.url_parts(uri)[3] or "/"
        yield from _answer(http, path, fields.text_at(endpoint, "hostname") or address)
    http = fields.place(service, "http", "response")
    _, host, _, path = fields.url_parts(fields.text_at(service, "http", "request", "uri"))
    yield from _answer(http, path or "/", host or address)


def _answer(http: object, path: str, host: str) -> Iterator[RawAnswer]:
    status = fields.place(http, "status_code")
    if isinstance(status, int):
        headers = header_pairs(fields.place(http, "headers"))
        response = from_parts(status, headers, fields.text_at(http, "body"))
        if response:
            yield RawAnswer(path, host, response)


def _tls(service: Record) -> Tls | None:
    tls = service.get("tls")
    leaf = fields.place(tls, "certificates", "leaf_data") or fields.place(service, "cert")
    parsed = fields.place(leaf, "parsed") or leaf
    certificate = certificate_from_names(
        fields.text_at(leaf, "fingerprint_sha256")
        or fields.text_at(leaf, "fingerprint")
        or fields.text_at(tls, "fingerprint_sha256"),
        fields.text_at(parsed, "subject_dn"), fields.text_at(parsed, "issuer_dn"),
        fields.texts_of(fields.place(leaf, "names")),
    )  # fmt: skip
    return tls_of(
        fields.text_at(tls, "version_selected"), fields.text_at(tls, "cipher_selected"), certificate
    )
