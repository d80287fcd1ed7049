"""Tables of organisations."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.directory.model import Contact
from list_samples import read

DOTGOV = (
    "Domain name,Domain type,Organization name,Suborganization name,City,State,"
    "Security contact email,Brand new column\n"
    "lakeviewor.gov,City,City of Lakeview,Police Department,Lakeview,OR,soc@lakeviewor.gov,kept\n"
    "emptyor.gov,County,Empty County,,Empty,OR,(blank),\n"
    ",City,City of Nothing,,,,,\n"
    "x.gov,City,,,,,,\n"
    "too,short\n"
)


def test_dotgov(tmp_path: Path) -> None:
    """Type, unit, place and security mailbox; a new column is kept; bad rows are listed."""
    entries, losses, kind = read(tmp_path, DOTGOV)
    assert kind == "dotgov"
    first, second, third = entries
    assert first.domains == ("lakeviewor.gov",)
    assert (first.title, first.sector) == (
        "City of Lakeview, Police Department",
        "local-government",
    )
    assert first.contacts == (Contact("security", "soc@lakeviewor.gov"),)
    assert first.attributes == {"domain_type": "City", "brand_new_column": "kept"}
    assert (second.contacts, third.domains) == ((), ())
    assert [(loss.row, loss.reason) for loss in losses] == [
        (5, "no name"), (6, "not 8 cells, as the header has"),
    ]  # fmt: skip


def test_customers(tmp_path: Path) -> None:
    """Domains, networks and contacts by their headings, in German too; semicolons separate."""
    content = (
        "Kunde;Domain;Netze;Kontakt;Telefon;Strasse;PLZ;Ort\n"
        "Muster GmbH;muster.example, muster.test;192.0.2.0/28;it@muster.example;+49 1;"
        "Weg 1;1;Dorf\n"
        "Falsch;nirgends;0.0.0.0/0;;;;;\n"
        "Halb;halb.example nirgends;;;;;;\n"
    )
    entries, losses, kind = read(tmp_path, content)
    assert kind == "customers"
    assert [one.name for one in entries] == ["Muster GmbH", "Halb"]
    first = entries[0]
    assert first.networks == ("192.0.2.0/28",)
    assert first.contacts == (
        Contact("registered", "it@muster.example", "+49 1"),
        Contact("letter", name="Weg 1; 1 Dorf"),
    )  # fmt: skip
    assert [loss.row for loss in losses] == [3, 3, 3, 4]
    assert "'nirgends' is no domain: left out" in losses[0].reason


@pytest.mark.parametrize(
    ("content", "kind", "sector", "domain"),
    [
        (("OBJECTID,NAME,CITY,STATE,WEBSITE,NAICS_CODE,BEDS,COUNTRY\n"
         "1,Lakeview Hospital,Lakeview,OR,http://www.lakeviewhospital.example,622110,12,USA\n"),
         "hifld-hospitals", "hospital", "lakeviewhospital.example"),
        ("NAME,WEBSITE,NAICS_CODE,CSLLEA08ID\nLakeview PD,NOT AVAILABLE,922120,1\n",
         "hifld-law-enforcement", "police", ""),
        ("CERT,NAME,WEBADDR,STALP\n1,First Bank,www.firstbank.example,OR\n", "fdic", "bank",
         "firstbank.example"),
        ("CU_NUMBER,CU_NAME,WEBSITE\n1,Teachers,teacherscu.example\n", "ncua", "credit-union",
         "teacherscu.example"),
        ("LEAID,LEA_NAME,ST,WEBSITE\n1,Lakeview SD 7,OR,http://lakeview.k12.or.us\n", "nces-lea",
         "school", "lakeview.k12.or.us"),
    ],
)  # fmt: skip
def test_lists_of_one_sector(
    content: str, kind: str, sector: str, domain: str, tmp_path: Path
) -> None:
    """Hospitals, police, banks, credit unions, school districts: sector and website."""
    (one,), losses, found = read(tmp_path, content)
    assert (found, losses) == (kind, [])
    assert one.sector == sector
    assert one.domains == ((domain,) if domain else ())
    assert one.country == "US"


def test_a_table_that_tells_nothing(tmp_path: Path) -> None:
    """It is one loss, whatever kind it was given out for."""
    entries, losses, _ = read(tmp_path, "a,b\n1,2\n", "customers")
    assert entries == []
    assert "a, b" in losses[0].reason
    assert read(tmp_path, "", "dotgov")[1]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(max_examples=60)
@given(st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=8))
def test_any_rows(tmp_path: Path, rows: list[list[str]]) -> None:
    """Each row is an organisation with a name, or it is listed; none goes unseen."""
    stream = io.StringIO()
    csv.writer(stream).writerows([["name", "domain", "network", "contact"], *rows])
    entries, losses, _ = read(tmp_path, stream.getvalue(), "customers")
    assert all(one.name for one in entries)
    told = len(entries) + len({loss.row for loss in losses})
    blank = sum(not any(cell.strip() for cell in row) for row in rows)
    assert told >= len(rows) - blank - sum("\n" in "".join(r) or "\r" in "".join(r) for r in rows)


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    """Nothing upsets it."""
    read(tmp_path, b"name,domain\n" + content)


def test_the_host_of_a_customer(tmp_path: Path) -> None:
    """Its domain is the customer's; a name of an inner network is nobody's."""
    content = "Customer,Host\nLakeview,mail.lakeview.example\nInner,ex1.inner.lan\n"
    entries, losses, kind = read(tmp_path, content)
    assert kind == "customers"
    assert [one.domains for one in entries] == [("lakeview.example",)]
    assert [loss.row for loss in losses] == [3]
