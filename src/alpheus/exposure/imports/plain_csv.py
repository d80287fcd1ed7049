"""Any table of servers in text: by the names of its columns, or by what its cells look like.

A list of addresses or names alone is such a table, too. Times without a zone are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.model import Listing, Loss
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.rows import Cells, Rows, column_names
from alpheus.knowledge.build_number import BuildNumber, parse_build

_ROLES: dict[str, tuple[str, ...]] = {
    "host": ("ip", "ip_address", "ipaddress", "address", "addr", "ip_addr", "ip_str", "ipv4",
             "ipv6", "host_ip", "server_ip", "src_ip", "source_ip", "source.ip", "dst_ip",
             "dest_ip", "destination.ip", "target_ip", "host", "hostname", "host_name", "fqdn",
             "source.fqdn", "domain", "domain_name", "dns", "dns_name", "target", "url", "asset",
             "name", "http_host", "server", "website"),
    "port": ("port", "dst_port", "dport", "src_port", "source.port", "tcp_port", "service_port"),
    "exchange_version": ("exchange_version", "exchange_build", "owa_version", "x_owa_version",
                         "x-owa-version", "exchange"),
    "version": ("version", "build", "build_number", "software_version", "product_version"),
    "product": ("product", "software", "service", "application", "product_name"),
    "time": ("timestamp", "time", "date", "seen", "observed_at", "scan_time", "scanned",
             "datetime", "time.source", "last_updated_at"),
    "first": ("first_seen", "firstseen", "first_seen_time", "detected_since"),
    "last": ("last_seen", "lastseen", "last_seen_time"),
    "tag": ("tag", "tags", "label", "labels", "status", "category", "verdict"),
    "cve": ("cve", "cves", "cve_id", "vulnerability", "vulnerabilities", "vuln", "vulns"),
    "tlp": ("tlp", "marking"),
    "server": ("servername", "server_name", "computer_name", "netbios", "fe_server"),
}  # fmt: skip
_ROLE_OF = {name: role for role, names in _ROLES.items() for name in names}
_KEPT = frozenset({"tag", "product", "cve"})
"""Roles whose cells are attributes, too."""

_ONLY_CVES = re.compile(r"(?:\s*cve-\d{4}-\d{4,7}[\s,;|]*)+", re.IGNORECASE | re.ASCII)
_BARE_CELLS = 50
"""Cells of a row without a header that are looked at."""

_LOWEST_BUILD = 200
"""Third part of the lowest build of Exchange 2013 and later is above this; other products' not."""


@dataclass(slots=True)
class _Found:
    """What the cells of a row say of where the server is."""

    address: str = ""
    names: tuple[str, ...] = ()
    port: int = 0
    scheme: str = ""
    target: str = ""


def roles_of(header: Sequence[str]) -> dict[int, str]:
    """The role of each column that has one."""
    names = column_names(list(header))
    return {n: role for n, name in enumerate(names) if (role := _ROLE_OF.get(name))}


def has_header(first: Sequence[str]) -> bool:
    """Whether a first row names columns of which one tells where servers are."""
    return "host" in roles_of(first).values() and not any(
        fields.address(cell.strip()) for cell in first
    )


def names_a_place(cells: Sequence[str]) -> bool:
    """Whether a row without a header tells an address, a URL, or a name with a dot."""
    found = _place_of(cells[:_BARE_CELLS])
    return bool(found.address or any("." in name for name in found.names))


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per row."""
    rows = Rows(source)
    first = rows.first()
    table: _Table | None = None
    if has_header(first):
        rows.width = len(first)
        table = _Table(column_names(first))
    elif first:
        rows.put_back(first)
    row = 0
    for cells in rows:
        if isinstance(cells, Loss):
            row = max(row, cells.row)
            yield cells
            continue
        row += 1
        if table is None and cells[0].lstrip().startswith("#"):
            continue
        yield table.listing(row, cells) if table else _bare(row, cells)


class _Table:
    """The columns of a table with a header."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._by_role: dict[str, list[int]] = {}
        for number, role in roles_of(columns).items():
            self._by_role.setdefault(role, []).append(number)
        taken = {n for role, places in self._by_role.items() if role not in _KEPT for n in places}
        self._others = [(n, column) for n, column in enumerate(columns) if n not in taken]

    def listing(self, row: int, cells: Cells) -> Listing | Loss:
        """What a row says."""
        places = self._all(cells, "host")
        found = _place_of(places)
        if not (found.address or found.names):
            return Loss(row, "neither an address nor a name")
        port = fields.port(self._one(cells, "port").strip())
        if port is None:
            return Loss(row, "the port is no number from 0 to 65535")
        tags = self._all(cells, "tag")
        attributes = {column: cell for n, column in self._others if (cell := cells[n].strip())}
        version, exchange = self._version(cells, tags)
        for n in self._by_role.get("version", ()):
            if not version and cells[n]:
                attributes[self._columns[n]] = cells[n]
        time = fields.utc(self._one(cells, "time"))
        last = fields.utc(self._one(cells, "last")) or time
        return Listing(
            row, found.target, found.address, port or found.port, found.names,
            scheme=found.scheme or "https", exchange=exchange, version=version,
            vulnerable=self._vulnerable(cells, tags), compromised=fields.compromise_word(tags),
            servers=tuple(self._all(cells, "server")),
            time=last, first_seen=fields.utc(self._one(cells, "first")) or time, last_seen=last,
            tlp=fields.tlp_label(self._one(cells, "tlp")), attributes=attributes,
        )  # fmt: skip

    def _all(self, cells: Cells, role: str) -> list[str]:
        return [cell for n in self._by_role.get(role, ()) if (cell := cells[n].strip())]

    def _one(self, cells: Cells, role: str) -> str:
        return next(iter(self._all(cells, role)), "")

    def _version(self, cells: Cells, tags: list[str]) -> tuple[str, bool | None]:
        """The build of Exchange that a row names, and whether it names Exchange."""
        named = self._one(cells, "exchange_version")
        if parse_build(named):
            return named, True
        about = " ".join((*tags, *self._all(cells, "product"))).lower()
        is_exchange = "exchange" in about or "outlook web" in about
        for text in self._all(cells, "version"):
            number = parse_build(text)
            if number and (is_exchange or (not self._all(cells, "product") and _is_modern(number))):
                return text, True
        return "", True if is_exchange else None

    def _vulnerable(self, cells: Cells, tags: list[str]) -> tuple[str, ...]:
        """The CVEs of a column that holds nothing else, and of tags that are one."""
        words = [word for tag in tags for word in re.split(r"[;,|\s]", tag)]
        named = [cell for cell in (*self._all(cells, "cve"), *words) if _ONLY_CVES.fullmatch(cell)]
        return fields.cves(named)


def _is_modern(number: BuildNumber) -> bool:
    """Whether a build is of Exchange 2013 or later, and not of another product's version 15."""
    return number.parts[0] == 15 and number.parts[1] <= 2 and number.parts[2] >= _LOWEST_BUILD


def _place_of(cells: Sequence[str]) -> _Found:
    """Address, names and port among cells: addresses, names, URLs, `host:port`."""
    found = _Found()
    for cell in cells:
        text = cell.strip()
        address = fields.address(text)
        if address:
            found.address = found.address or address
            found.target = found.target or text
            continue
        scheme, host, port, _ = fields.url_parts(text if "://" in text else f"//{text}")
        if not host or " " in text:
            continue
        address, name = fields.address(host), fields.host_name(host)
        if address or name:
            found.address = found.address or address
            found.names += (name,) if name and name not in found.names else ()
            found.port, found.scheme = found.port or port, found.scheme or scheme
            found.target = found.target or text
    return found


def _bare(row: int, cells: Cells) -> Listing | Loss:
    """What a row without a header says, by the look of its cells."""
    cells = cells[:_BARE_CELLS]
    numbers = [cell for cell in cells if cell.strip().isdigit()]
    builds = [n for cell in cells if (n := parse_build(cell)) and _is_modern(n)]
    texts = [cell for cell in cells if cell not in numbers and not parse_build(cell)]
    found = _place_of([text for text in texts if "." in text or ":" in text or len(cells) == 1])
    if not (found.address or found.names):
        return Loss(row, "neither an address nor a name")
    ports = [port for cell in numbers if (port := fields.port(cell.strip()))]
    time = next((time for cell in cells if (time := fields.utc(cell))), "")
    return Listing(
        row, found.target, found.address, (ports or [found.port])[0], found.names,
        scheme=found.scheme or "https",
        exchange=True if builds else None, version=str(builds[0]) if builds else "",
        compromised=fields.compromise_word(texts), time=time, first_seen=time, last_seen=time,
        attributes={f"column_{n}": cell for n, cell in enumerate(cells, 1) if cell}
        if len(cells) > 1 else {},
    )  # fmt: skip
