"""Shadowserver reports: any of them, by their header, of 2021 and of today.

The file's name tells date and type (`2021-03-15-scan_exchange-….csv`); the columns do where it does
not. Times are UTC. The `version` of an Exchange report has three parts, so that its tag carries
the verdict. A table of somebody else in the same manner has a column `tlp`, and names its maker as
`public_source`. Source: the public report schema of the Shadowserver Foundation (report_schema).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from alpheus.exposure.imports import fields
from alpheus.exposure.imports.model import Listing, Loss
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.remarks import NO_PLACE, NO_PORT, NO_TIME, Remark
from alpheus.exposure.imports.rows import Cells, Rows, column_names
from alpheus.exposure.other_products import names_product

_FILE_NAME = re.compile(
    r"(\d{4}-\d{2}-\d{2})-([a-z0-9_]+?)(?:-.+)?\.csv(?:\.gz|\.zst)?", re.IGNORECASE
)
_BY_COLUMNS = (
    ("special", frozenset({"public_source", "method"})),
    ("scan_exchange", frozenset({"version", "servername"})),
    ("compromised_website", frozenset({"http_host", "category"})),
)
_COMMON = frozenset({"timestamp", "ip", "asn", "geo"})
_LONG_TAG = 1_000
_TAKEN = frozenset({"timestamp", "ip", "port", "hostname", "servername", "version"})
_PAGES = ("url", "http_url", "http_path", "path", "uri")
"""Columns that hold the page of an intruder, as a URL or as its path alone."""

_COMPROMISED_REPORTS = ("compromised_website",)


def is_shadowserver(columns: Sequence[str], name: str) -> bool:
    """Whether a header is that of a report."""
    own = set(columns)
    named = _FILE_NAME.fullmatch(name) is not None
    return own >= _COMMON or (named and {"timestamp", "ip"} <= own)


def report_of(columns: Sequence[str], name: str) -> tuple[str, str]:
    """Type and date of a report; 'report' and '' where nothing tells."""
    match = _FILE_NAME.fullmatch(name)
    if match:
        return match[2].lower(), match[1]
    own = set(columns)
    return next((kind for kind, needed in _BY_COLUMNS if own >= needed), "report"), ""


def read(source: Source) -> Iterator[Listing | Loss]:
    """The rows of a report, with their lines in the file."""
    rows = Rows(source)
    columns = column_names(rows.first())
    rows.width = len(columns)
    table = _Table(columns, source.name)
    for cells in rows:
        yield cells if isinstance(cells, Loss) else table.listing(rows.line, cells)


class _Table:
    """The columns of one report, found once."""

    def __init__(self, columns: Sequence[str], name: str) -> None:
        at = {column: number for number, column in enumerate(columns)}
        self._report, date = report_of(columns, name)
        self._date = fields.utc(date)
        self._source = f"shadowserver/{self._report}"
        self._maker = at.get("public_source", -1) if "tlp" in at else -1
        self._ip = at.get("ip", at.get("src_ip", -1))
        self._port = at.get("port", at.get("src_port", -1))
        self._time = at.get("timestamp", -1)
        self._names = [at[c] for c in ("hostname", "http_host") if c in at]
        self._url = at.get("url", -1)
        self._pages = [at[column] for column in _PAGES if column in at]
        self._web_host = at.get("http_host", -1)
        self._server = at.get("servername", -1)
        self._version = at.get("version", -1)
        self._tag = at.get("tag", -1)
        self._status = at.get("status", -1)
        self._tlp = at.get("tlp", -1)
        self._first = at.get("first_seen_time", at.get("detected_since", -1))
        self._last = at.get("last_seen_time", -1)
        self._others = [(column, n) for column, n in zip(columns, range(len(columns)), strict=True)
                        if column not in _TAKEN]  # fmt: skip
        self._exchange = "exchange" in self._report
        self._compromised = self._report if self._report.startswith(_COMPROMISED_REPORTS) else ""

    def listing(self, row: int, cells: Cells) -> Listing | Loss:
        """What a row says, or why it says nothing."""
        # A column that is missing stands at -1: there is an empty cell now.
        cells.append("")
        ip = cells[self._ip]
        url = cells[self._url]
        port = fields.port(cells[self._port]) or 0
        # Taking a URL apart is slow, and the other columns nearly always tell all.
        host, url_port = ("", 0) if ip and port else fields.url_parts(url)[1:3]
        names = fields.host_names([cells[n] for n in self._names])
        address = fields.address(ip or host)
        if not address:
            if ip:
                return Loss(row, "the ip is no address")
            names = names or fields.host_names((host,))
            # Who made a list from evidence may know a server by what its computer is called alone.
            host = host or (cells[self._server] if self._maker >= 0 else "")
            if not names and not host:
                return Loss(row, "neither an address nor a name")
        time = fields.utc(cells[self._time]) or self._date
        last = fields.utc(cells[self._last]) or time
        tag = _tag(cells[self._tag], cells[self._status])
        exchange = self._exchange or tag.exchange
        version, server = cells[self._version], cells[self._server]
        attributes = {column: cell for column, n in self._others if (cell := cells[n])}
        if version and not (exchange or names_product(version, cells[self._tag].lower())):
            attributes["version"], version = version, ""
        compromised = tag.compromised or self._compromised
        scheme = "http" if url[:5].lower() == "http:" else "https"
        if compromised and (page := next((cell for n in self._pages if (cell := cells[n])), "")):
            web_host = fields.host_name(cells[self._web_host]) or next(iter(names), address)
            attributes["url"] = _full(page, scheme, web_host, port or url_port)
        return Listing(
            row=row, target=ip or host, address=address, port=port or url_port, names=names,
            scheme=scheme, source=cells[self._maker] or self._source,
            exchange=exchange or None, version=version,
            vulnerable=tag.vulnerable, compromised=compromised,
            servers=(server,) if server else (), time=last,
            first_seen=fields.utc(cells[self._first]) or time, last_seen=last,
            tlp=fields.tlp_label(cells[self._tlp]),
            attributes=attributes, remarks=tuple(self._unread(cells, names)),
        )  # fmt: skip

    def _unread(self, cells: Cells, names: Sequence[str]) -> Iterator[Remark]:
        """Names, a port and a time that are none."""
        told = [cell for n in self._names if (cell := cells[n])]
        if len(names) < len(told):
            yield from ((NO_PLACE, cell) for cell in told if not fields.host_name(cell))
        if fields.port(port := cells[self._port]) is None:
            yield NO_PORT, port
        time = cells[self._time]
        if time and not fields.utc(time):
            yield NO_TIME, time


def _full(page: str, scheme: str, host: str, port: int) -> str:
    """The URL of a page: what is a path alone stands on the host of its row."""
    if page[:1] != "/":
        return page
    scheme = "http" if port == 80 else scheme
    usual = port in {0, 443 if scheme == "https" else 80}
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}{'' if usual else f':{port}'}{page}"


class _Tag(NamedTuple):
    """Whether a tag speaks of Exchange, the CVEs that it names, its word for a compromise."""

    exchange: bool
    vulnerable: tuple[str, ...]
    compromised: str


def _tag(tag: str, status: str) -> _Tag:
    # Only what is short is remembered.
    remembered = len(tag) + len(status) <= _LONG_TAG
    return _cached_tag(tag, status) if remembered else _read_tag(tag, status)


def _read_tag(tag: str, status: str) -> _Tag:
    words = re.split(r"[;,|]", tag)
    exchange = any("exchange" in word.lower() or word.lower() == "owa" for word in words)
    return _Tag(exchange, fields.cves(words), fields.compromise_word((*words, status)))


_cached_tag = lru_cache(maxsize=4096)(_read_tag)
