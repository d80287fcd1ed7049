"""masscan: its JSON with commas where they do not belong, its lines of JSON, and its list.

The XML that it writes is read as nmap's. Source: masscan's own output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.json_records import Record, records
from alpheus.exposure.imports.model import Listing, Loss, RawAnswer
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.raw_answers import parse, unescape
from alpheus.exposure.imports.rows import ROW_LIMIT, text_lines

_MARKERS = frozenset({b"{finished:1}"})
"""How older versions end."""


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per open port or banner."""
    head = source.head.lstrip()
    if head.startswith((b"{", b"[")):
        yield from _read_json(source)
    else:
        yield from _read_list(source)


def _read_json(source: Source) -> Iterator[Listing | Loss]:
    for item in records(source, markers=_MARKERS):
        if isinstance(item, Loss):
            yield item
        else:
            yield from _host(*item)


def _host(row: int, record: Record) -> Iterator[Listing | Loss]:
    address = fields.address(fields.text_at(record, "ip"))
    if not address:
        yield Loss(row, "ip is no address")
        return
    time = fields.text_at(record, "timestamp")
    ports = record.get("ports")
    for port in ports if isinstance(ports, list) else (record,):
        if not isinstance(port, dict):
            yield Loss(row, "a port is no object")
            continue
        service = port.get("service") or port.get("data")
        banner = fields.text_at(service, "banner")
        name = fields.text_at(service, "name") or fields.text_at(service, "service_name")
        state = fields.text_at(port, "status") or fields.text_at(port, "data", "status")
        if state != "closed":
            yield _listing(row, address, _Found(fields.text_at(port, "port"), time, name, banner))


def _read_list(source: Source) -> Iterator[Listing | Loss]:
    """Rows such as `open tcp 443 192.0.2.1 1614556800`."""
    for row, line in enumerate(text_lines(source), start=1):
        if line is not None and (not line.strip() or line.startswith("#")):
            continue
        if line is None:
            yield Loss(row, f"longer than {ROW_LIMIT >> 20} MB")
            continue
        cells = line.split(None, 6)
        if len(cells) < 5 or cells[0] not in {"open", "closed", "banner"}:
            yield Loss(row, "not as masscan writes a row")
        elif not (address := fields.address(cells[3])):
            yield Loss(row, "no address")
        elif cells[0] != "closed":
            yield _listing(row, address, _Found(cells[2], cells[4], *cells[5:]))
    yield from source.losses
    source.losses.clear()


class _Found(NamedTuple):
    """A port as masscan names it, in its texts."""

    port: str
    time: str
    service: str = ""
    banner: str = ""


def _listing(row: int, address: str, found: _Found) -> Listing | Loss:
    number = fields.port(found.port)
    if number is None or not found.port:
        return Loss(row, "the port is no number from 0 to 65535")
    seen = fields.utc(found.time)
    response = parse(unescape(found.banner)) if found.service.startswith("http") else None
    about = {"service": found.service, "banner": found.banner[: fields.ATTRIBUTE_LENGTH]}
    return Listing(
        row, address, address, number, scheme="http" if found.service == "http" else "https",
        answers=(RawAnswer("/", address, response),) if response else (),
        time=seen, first_seen=seen, last_seen=seen,
        attributes={key: value for key, value in about.items() if value},
    )  # fmt: skip
