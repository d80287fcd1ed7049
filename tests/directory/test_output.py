"""Owners for people."""

from __future__ import annotations

import csv
import io

from alpheus.directory.lookup import Directory, Holder
from alpheus.directory.model import Layer, Organisation
from alpheus.directory.output import (
    COLUMNS,
    OwnerRows,
    holder_lines,
    ownership_lines,
    record_lines,
)
from alpheus.directory.owner_model import OwnerEvidence, Ownership
from alpheus.directory.ownership import owner_of
from alpheus.exposure.addresses import read_range
from directory_samples import BAKERY, CLINIC, HOLDER

LINE = b'{"target":"=cmd","address":"192.0.2.7","port":443}'


def test_rows() -> None:
    """One row for each server; no cell is a formula."""
    stream = io.StringIO()
    rows = OwnerRows(stream)
    found = owner_of(OwnerEvidence(asked_names=("mail.firstbank.example",)), Directory())
    rows.add(LINE, found)
    rows.add(LINE, Ownership())
    header, row, nobody = csv.reader(io.StringIO(stream.getvalue()))
    assert tuple(header) == COLUMNS
    told = dict(zip(header, row, strict=True))
    assert told["target"] == "'=cmd"
    assert (told["owner"], told["sector"]) == ("firstbank.example", "bank")
    assert "this name leads to the server" in told["why"]
    assert told["contact_warning"]
    assert dict(zip(header, nobody, strict=True))["owner"] == "unknown"


def test_records_in_words() -> None:
    """All that a record says; control characters are written out."""
    text = "\n".join(record_lines(CLINIC))
    for word in ("Lakeview Clinic", "lakeviewclinic.example", "192.0.2.0/28", "+1 555 0100"):
        assert word in text
    assert "\x1b" not in "\n".join(record_lines(Organisation("a\x1b[31m")))
    assert "AS64500" in "\n".join(record_lines(HOLDER))


def test_holders_and_decisions_in_words() -> None:
    """Layer and range; owner, sector, reasons and contacts."""
    holder = Holder(Layer.ASSIGNMENT, read_range("198.51.100.8/29"), BAKERY)
    assert next(holder_lines(holder)) == "assignment: 198.51.100.8/29"
    assert list(holder_lines(holder._replace(organisation=None))) == [next(holder_lines(holder))]
    found = owner_of(OwnerEvidence(asked_names=("mail.firstbank.example",)), Directory())
    text = "\n".join(ownership_lines(found))
    assert text.startswith("owner: firstbank.example (medium confidence)\nsector: Bank")
    assert list(ownership_lines(Ownership())) == ["owner: unknown", "sector: unknown"]
