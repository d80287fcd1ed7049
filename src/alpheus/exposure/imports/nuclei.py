"""nuclei: JSON lines, one object per match; old names have other spellings.

A matched template for a CVE is the source's word that the flaw is open. Source: nuclei's output.
"""

from __future__ import annotations

from collections.abc import Iterator

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import Record, records
from alpheus.exposure.imports.model import Listing, Loss, RawAnswer
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.raw_answers import parse
from alpheus.knowledge.build_number import parse_build

_WITHOUT = frozenset({
    "timestamp", "port", "ip", "host", "request", "response", "curl-command", "curl_command",
    "template-encoded", "info.description", "info.remediation", "info.impact",
})  # fmt: skip


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per match."""
    for item in records(source):
        yield item if isinstance(item, Loss) else _listing(*item)


def _listing(row: int, record: Record) -> Listing | Loss:
    matched = _first(record, "matched-at", "matched_at", "matched", "url", "host")
    scheme, host, url_port, path = fields.url_parts(matched if "://" in matched else f"//{matched}")
    own_host = fields.text_at(record, "host")
    address = fields.address(fields.text_at(record, "ip")) or fields.address(host)
    names = fields.host_names((host, fields.url_parts(own_host)[1] or own_host.split(":")[0]))
    port = fields.port(record.get("port"))
    if not (address or names):
        return Loss(row, "neither an address nor a name")
    if port is None:
        return Loss(row, "the port is no number from 0 to 65535")
    response = parse(fields.text_at(record, "response"))
    failed = record.get("matcher-status") is False
    time = fields.utc(fields.text_at(record, "timestamp"))
    version = _version(record)
    return Listing(
        row, own_host or address, address, port or url_port, names, scheme=scheme or "https",
        exchange=True if version else None, version=version, version_field="extracted-results",
        vulnerable=() if failed else _cves(record),
        answers=(RawAnswer(path or "/", host or address, response),) if response else (),
        time=time, first_seen=time, last_seen=time,
        note="its template did not match" if failed else "",
        attributes=fields.flatten(record, _WITHOUT),
    )  # fmt: skip


def _first(record: Record, *names: str) -> str:
    return next((text for name in names if (text := fields.text_at(record, name))), "")


def _template(record: Record) -> str:
    return _first(record, "template-id", "template_id", "templateID", "template")


def _cves(record: Record) -> tuple[str, ...]:
    """The CVEs of the template."""
    classified = fields.texts_of(fields.place(record, "info", "classification", "cve-id"))
    return fields.cves((*classified, _template(record)))


def _version(record: Record) -> str:
    """A build among what the template for Exchange's version read."""
    if "exchange" not in _template(record).lower():
        return ""
    found = record.get("extracted-results") or record.get("extracted_results")
    return next((text for text in fields.texts_of(found) if parse_build(text)), "")
