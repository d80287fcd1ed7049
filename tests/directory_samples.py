"""Made-up organisations; names below `example` and addresses for documentation."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from alpheus.directory.build import DirectoryWriter
from alpheus.directory.lookup import Directory, open_directory
from alpheus.directory.model import Contact, Layer, Organisation, Route

SPRINGFIELD = Organisation(
    "City of Springfield", "dotgov", "list.csv", domains=("springfieldor.gov",),
    sector="local-government", country="US", region="OR", city="Springfield",
    contacts=(Contact("security", "soc@county.example"),),
)  # fmt: skip
CLINIC = Organisation(
    "Lakeview Clinic, Inc.", "customers", "customers.csv", domains=("lakeviewclinic.example",),
    networks=("192.0.2.0/28",), country="US", region="TX",
    contacts=(Contact("registered", "it@lakeviewclinic.example", "+1 555 0100", "A. Person"),),
)  # fmt: skip
CARRIER = Organisation(
    "Example Telecom", "rpsl", "db", networks=("192.0.2.0/24",), layer=Layer.ASSIGNMENT,
    country="DE", contacts=(Contact("abuse", "abuse@telecom.example"),),
    attributes={"netname": "EX-DSL-POOL"},
)  # fmt: skip
BAKERY = Organisation(
    "Musterville Bakery", "rpsl", "db", networks=("198.51.100.8/29",), layer=Layer.ASSIGNMENT,
    country="US", contacts=(Contact("abuse", "owner@bakery.example"),),
    attributes={"netname": "BAKERY-NET"},
)  # fmt: skip
HOLDER = Organisation("Example Telecom", "as-names", "asn", country="DE", as_number=64500)
TEAM = Organisation(
    "Example CERT", "cert", "certs.csv", country="US", sector="national-government",
    contacts=(Contact("registered", "report@cert.example"),),
)  # fmt: skip
ROUTE = Route("192.0.2.0/23", 64500)

ENTRIES = (SPRINGFIELD, CLINIC, CARRIER, BAKERY, HOLDER, TEAM, ROUTE)


def write(path: Path, entries: Iterable[Organisation | Route] = ENTRIES) -> Path:
    """A directory of some entries."""
    with DirectoryWriter(path) as writer:
        for entry in entries:
            writer.add(entry)
        writer.sources.append("made up")
    return path


def made(path: Path, entries: Iterable[Organisation | Route] = ENTRIES) -> Directory:
    """The same, open."""
    return open_directory(write(path, entries))
