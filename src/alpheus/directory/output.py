"""Owners as CSV for a spreadsheet, and records of a directory in words."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

import msgspec

from alpheus.directory.lookup import Holder
from alpheus.directory.model import Organisation
from alpheus.directory.owner_model import Ownership
from alpheus.directory.sectors import sectors
from alpheus.exposure.addresses import write_range
from alpheus.report.csv_output import cell
from alpheus.report.visible import visible

COLUMNS = (
    "target", "address", "port", "owner", "domain", "country", "region", "sector", "confidence",
    "weight", "provider", "why", "conflicts", "contact", "contact_warning", "notes",
)  # fmt: skip


class _Place(msgspec.Struct, gc=False):
    target: str
    address: str
    port: int


_DECODER = msgspec.json.Decoder(_Place)


class OwnerRows:
    """Writes one row for each server to a text stream whose line ends are left alone."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        self._writer.writerow(COLUMNS)

    def add(self, line: bytes, found: Ownership) -> None:
        """The server of an observation's line."""
        place = _DECODER.decode(line)
        best = found.contacts[0] if found.contacts else None
        counted = [hint for hint in found.hints if hint.weight]
        row = (
            place.target, place.address, place.port, found.owner, found.domain, found.country,
            found.region, found.sector, found.confidence, found.weight, found.provider,
            "; ".join(f"{h.evidence} {h.value} ({h.weight}): {h.reason}" for h in counted),
            "; ".join(f"{one.owner} ({one.weight}): {one.why}" for one in found.conflicts),
            (best.email or best.phone or best.name) if best else "",
            best.warning if best else "", "; ".join(found.notes),
        )  # fmt: skip
        self._writer.writerow([cell(value) for value in row])


def record_lines(one: Organisation) -> Iterator[str]:
    """A record in words, a line for each thing that it says."""
    sector = sectors().get(one.sector)
    yield visible(one.title or "(no name)")
    facts = (
        ("sector", sector.title if sector else one.sector),
        ("place", ", ".join(filter(None, (one.city, one.region, one.country)))),
        ("domains", " ".join(one.domains)),
        ("networks", " ".join(one.networks)),
        ("network", f"AS{one.as_number}" if one.as_number else ""),
        ("list", f"{one.kind} ({one.source})" if one.source else one.kind),
    )
    for name, value in facts:
        if value:
            yield f"  {name:<10}{visible(value)}"
    for contact in one.contacts:
        words = " ".join(filter(None, (contact.email, contact.phone, contact.name)))
        yield f"  {contact.role:<10}{visible(words)}"
    for name, value in one.attributes.items():
        yield f"  {visible(name)}: {visible(value)}"


def holder_lines(holder: Holder) -> Iterator[str]:
    """Who is said to have an address."""
    number = f" AS{holder.as_number}" if holder.as_number else ""
    yield f"{holder.layer.value}: {write_range(holder.span)}{number}"
    if holder.organisation is not None:
        yield from (f"  {line}" for line in record_lines(holder.organisation))


def ownership_lines(found: Ownership) -> Iterator[str]:
    """A decision in words, with its reasons."""
    sector = sectors().get(found.sector)
    sure = f" ({found.confidence} confidence)" if found.confidence else ""
    yield f"owner: {visible(found.owner)}{sure}"
    yield f"sector: {sector.title if sector else 'unknown'}"
    for hint in found.hints:
        yield visible(f"  {hint.weight:>3}  {hint.evidence} {hint.value}: {hint.reason}")
    for reason in found.sector_reasons:
        yield visible(f"  {reason.weight:>3}  {reason.sector}: {reason.reason}")
    for contact in found.contacts:
        how = " ".join(filter(None, (contact.email, contact.phone, contact.name)))
        warning = f"; {contact.warning}" if contact.warning else ""
        yield visible(f"  {contact.kind}: {how}{warning}")
