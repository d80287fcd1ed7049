"""httpx of ProjectDiscovery: JSON lines, one object per URL; old names have hyphens.

With `-irr` there is the whole response; else the header map and perhaps the body. Source: httpx's
own output.
"""

from __future__ import annotations

from collections.abc import Iterator

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import Record, records
from alpheus.exposure.imports.model import Listing, Loss, RawAnswer
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.raw_answers import from_parts, header_pairs, parse
from alpheus.exposure.imports.tls_facts import certificate_from_names, tls_of
from alpheus.exposure.model import Response, Tls

_WITHOUT = frozenset({
    "timestamp", "port", "host", "a", "aaaa", "header", "raw_header", "response", "request", "body",
    "body_preview", "response_header", "response_body", "tls", "tls_grab", "chain", "hash",
    "host_ip", "csp",
})  # fmt: skip


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per URL."""
    for item in records(source):
        yield item if isinstance(item, Loss) else _listing(*item)


def _listing(row: int, record: Record) -> Listing | Loss:
    record = {name.replace("-", "_"): value for name, value in record.items()}
    url = fields.text_at(record, "final_url") or fields.text_at(record, "url")
    scheme, host, url_port, path = fields.url_parts(url)
    address = _address(record, host)
    names = fields.host_names((host, fields.text_at(record, "input").split(":")[0]))
    port = fields.port(record.get("port"))
    if not (address or names):
        return Loss(row, "neither an address nor a name")
    if port is None:
        return Loss(row, "the port is no number from 0 to 65535")
    time = fields.utc(fields.text_at(record, "timestamp"))
    response = _response(record)
    asked = fields.text_at(record, "path") or path or "/"
    return Listing(
        row, fields.text_at(record, "input") or url or address, address, port or url_port, names,
        scheme=scheme or fields.text_at(record, "scheme") or "https",
        exchange=True if _names_exchange(record) else None,
        answers=(RawAnswer(asked, host or address, response),) if response else (),
        tls=_tls(record), time=time, first_seen=time, last_seen=time,
        note=_failure(record), attributes=fields.flatten(record, _WITHOUT),
    )  # fmt: skip


def _address(record: Record, host: str) -> str:
    candidates = (
        fields.text_at(record, "host_ip"), fields.text_at(record, "host"),
        fields.text_at(record, "a", 0), fields.text_at(record, "aaaa", 0), host,
    )  # fmt: skip
    return next((found for text in candidates if text and (found := fields.address(text))), "")


def _names_exchange(record: Record) -> bool:
    named = fields.texts_of(record.get("tech")) + fields.texts_of(record.get("technologies"))
    return any("exchange" in name.lower() for name in named)


def _failure(record: Record) -> str:
    if record.get("failed") is not True:
        return ""
    return f"the scan failed: {fields.text_at(record, 'error')[:200] or 'no reason given'}"


def _response(record: Record) -> Response | None:
    body = fields.text_at(record, "body") or fields.text_at(record, "response_body")
    whole = parse(fields.text_at(record, "response"))
    if whole:
        return whole
    head = fields.text_at(record, "raw_header") or fields.text_at(record, "response_header")
    parsed = parse(head, body)
    if parsed:
        return parsed
    status = record.get("status_code")
    headers = list(header_pairs(record.get("header")))
    if not isinstance(status, int) or not (headers or body):
        return None
    return from_parts(status, headers, body)


def _tls(record: Record) -> Tls | None:
    tls = record.get("tls") or record.get("tls_grab")
    names = fields.texts_of(fields.place(tls, "subject_an")) + fields.texts_of(
        fields.place(tls, "dns_names")
    )
    certificate = certificate_from_names(
        fields.text_at(tls, "fingerprint_hash", "sha256"),
        fields.text_at(tls, "subject_dn") or fields.text_at(tls, "subject_cn"),
        fields.text_at(tls, "issuer_cn") or fields.text_at(tls, "issuer_dn"), names,
    )  # fmt: skip
    return tls_of(fields.text_at(tls, "tls_version"), fields.text_at(tls, "cipher"), certificate)
