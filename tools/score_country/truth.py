"""What is true of a simulated country; `docs/reference/country.md` says what each file holds."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

_CHUNK = 1 << 20
_Line = TypeVar("_Line")


class Place(msgspec.Struct, frozen=True, gc=False):
    """Whom a port of a host is."""

    server: str | None
    unit: str | None


class Row(msgspec.Struct, frozen=True, gc=False):
    """Whom a record of a list is about. `unit` is None for noise."""

    file: str
    row: int
    server: str | None
    unit: str | None
    organisation: str | None
    claims: str
    noise: str
    errors: tuple[str, ...] = ()
    ports: dict[str, Place] = {}


class Shown(msgspec.Struct, frozen=True):
    """An address of a server, both days included."""

    address: str


class Server(msgspec.Struct, frozen=True):
    """A server; a member of a service has the unit of the service."""

    id: str
    unit: str
    organisation: str
    addresses: tuple[Shown, ...] = ()


class Span(msgspec.Struct, frozen=True):
    """Days of equal state, both included."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    patch: str
    compromise: str


class States(msgspec.Struct, frozen=True):
    """The month of a server."""

    server: str
    unit: str
    spans: tuple[Span, ...]


class Owner(msgspec.Struct, frozen=True):
    """An organisation. `network` is None where its addresses are registered for its provider."""

    id: str
    name: str
    sector: str
    domains: tuple[str, ...]
    provider: str = ""
    network: object = None


class Summary(msgspec.Struct, frozen=True):
    """Figures of the whole."""

    organisations: int
    servers: int
    units: int
    rows: int
    victims_listed: int
    raw_victims: int


@dataclass(frozen=True, slots=True)
class Country:
    """A country on disk. `records` has by list and number of the record whom it is about.

    `lists` has the path of a list below `lists/` by its SHA-256.
    """

    summary: Summary
    records: Mapping[tuple[str, int], Row]
    lists: Mapping[str, str]
    servers: Mapping[str, Server]
    states: Mapping[str, States]
    owners: Mapping[str, Owner]
    registered: str = field(repr=False, default="")
    """All registers of organisations as one text in lower case."""


def read_country(folder: Path) -> Country:
    """Read a country. Raises OSError, msgspec.MsgspecError where it is none."""
    keep = sys.intern
    records = {(keep(row.file), row.row): row for row in _lines(folder / "truth.jsonl", Row)}
    lists = folder / "lists"
    files = [path for path in sorted(lists.rglob("*")) if path.is_file()]
    registers = sorted((folder / "registers").iterdir())
    return Country(
        msgspec.json.decode((folder / "summary.json").read_bytes(), type=Summary),
        records,
        {_digest(path): path.relative_to(lists).as_posix() for path in files},
        {one.id: one for one in _lines(folder / "servers.jsonl", Server)},
        {one.server: one for one in _lines(folder / "states.jsonl", States)},
        {one.id: one for one in _lines(folder / "organisations.jsonl", Owner)},
        "\n".join(p.read_text("utf-8").lower() for p in registers if p.suffix in {".csv", ".json"}),
    )


def _lines(path: Path, kind: type[_Line]) -> Iterator[_Line]:
    read = msgspec.json.Decoder(kind).decode
    with path.open("rb") as stream:
        yield from map(read, stream)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
