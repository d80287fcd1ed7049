"""Any table of servers in text: by the names of its columns, or by what its cells look like.

A list of addresses or names alone is such a table, too. Times without a zone are UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from alpheus.errors import EvidenceFormatError
from alpheus.exposure.imports import fields
from alpheus.exposure.imports.labels import Label, read_labels
from alpheus.exposure.imports.list_columns import (
    PLACES,
    TIMES,
    Columns,
    Role,
    columns_of,
    folded,
    has_values,
    is_header,
)
from alpheus.exposure.imports.model import Listing, Loss
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.remarks import (
    BOTH,
    NO_PLACE,
    NO_PORT,
    NO_TIME,
    NOT_KNOWN,
    TITLE,
    Remark,
    Remarks,
)
from alpheus.exposure.imports.rows import Cells, Rows
from alpheus.exposure.other_products import names_product
from alpheus.knowledge.build_number import BuildNumber, parse_build

_KEPT = (Role.LABEL, Role.PRODUCT, Role.CVE)
"""Roles whose cells are attributes, too."""

_ONLY_CVES = re.compile(r"(?:\s*cve-\d{4}-\d{4,7}[\s,;|]*)+", re.IGNORECASE | re.ASCII)
_BARE_CELLS = 50
"""Cells of a row without a header that are looked at."""

_LOWEST_BUILD = 200
"""Third part of the lowest build of Exchange 2013 and later is above this; other products' not."""

_TITLES = 10
"""Rows before the header that may be titles or remarks."""

_SAMPLE = 200
"""Rows by whose cells it is told what a column is."""

_MOST_PLACES = 20
_TIME_OF_DAY = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_SEVERAL = re.compile(r"[\s,;|()<>]+")
_DEFANGED = re.compile(r"\[\.\]|\(\.\)|\[dot\]|\[:\]", re.IGNORECASE)
_SHELL = re.compile(r"shell", re.IGNORECASE)
_PAGE = re.compile(r"[/\\.]\s*\S")
_NOTHING = frozenset({"", "-", "--", "n/a", "na", "none", "null", "unknown", "?"})
"""Cells that say that there is nothing."""

_LIKE_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}", re.ASCII)
_LIKE_DAY = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}\b.*|\d{4}-\d\d-\d\d\b.*", re.ASCII)
NAMED_BY = "hostname_source"
"""The attribute that says where the names of a server are from."""

UNDATED = (
    "no column says when servers were seen: their time stays unknown, and a victim among them "
    "counts from the moment of import; say it with --seen DAY, or --column when=NAME"
)


@dataclass(slots=True)
class Beginning:
    """How a table begins: rows before the header or the first row, the header, the rows after."""

    skipped: int
    header: Cells | None
    sample: list[Cells]
    by_name: bool = False


@dataclass(slots=True)
class _Found:
    """What the cells of a row say of where the server is. `unused` are cells beside that."""

    address: str = ""
    names: tuple[str, ...] = ()
    port: int = 0
    scheme: str = ""
    target: str = ""
    url: str = ""
    name_from: int = -1
    computers: list[str] = field(default_factory=list)
    unused: list[tuple[int, str]] = field(default_factory=list)


def beginning(source: Source) -> Beginning:
    """How a table begins; the header may stand below titles and remarks, or have unknown names."""
    known = len(source.losses)
    rows = Rows(source)
    before: list[Cells] = []
    asked = {folded(name) for _, name in source.options.columns}
    found = Beginning(0, None, [])
    for number in range(_TITLES):
        cells = rows.first()
        if not cells:
            break
        plain = [cells[0].lstrip().removeprefix("#"), *cells[1:]]
        if is_header(plain) or (asked & set(map(folded, plain))):
            found = Beginning(number, cells, [], by_name=True)
            break
        if names_a_place(cells) and not cells[0].lstrip().startswith("#"):
            if before and _may_be_header(before[-1], cells):
                found = Beginning(number - 1, before[-1], [cells])
            else:
                titles = next((n for n, row in enumerate(before) if _is_like_a_place(row)), number)
                found = Beginning(titles, None, [*before[titles:], cells])
            break
        before.append(cells)
    if found.header or found.sample:
        rows.width = len(found.header or ())
        found.sample += [row for row in islice(rows, _SAMPLE) if isinstance(row, list)]
    del source.losses[known:]
    return found


def _may_be_header(cells: Cells, following: Cells) -> bool:
    """Whether a row of words stands above rows of values, and is as wide as these."""
    return (
        len(cells) == len(following)
        and len(cells) > 1
        and not cells[0].lstrip().startswith("#")
        and all(cell.strip() for cell in cells)
        and not has_values(cells)
    )


def _is_like_a_place(cells: Cells) -> bool:
    """Whether a row is one of servers, though it leads to none: `https://weird/`, `300.1.1.1`."""
    plain = [cell.strip() for cell in cells]
    return not plain[0].startswith("#") and any(
        "://" in text or _LIKE_ADDRESS.fullmatch(text) for text in plain
    )


def is_table(source: Source) -> bool:
    """Whether a source is a table of servers."""
    begin = beginning(source)
    if begin.by_name:
        return True
    return b"\0" not in source.head[:4096] and any(map(names_a_place, begin.sample))


def names_a_place(cells: Sequence[str]) -> bool:
    """Whether a row without a header tells an address, a URL, or a name with a dot."""
    found = _place_of(cells[:_BARE_CELLS])
    return bool(found.address or any("." in name for name in found.names))


def read(source: Source) -> Iterator[Listing | Loss]:
    """One listing per row, with its line. Raises EvidenceFormatError for a column not there."""
    begin = beginning(source)
    table = _table_of(source, begin)
    rows = Rows(source)
    titles = Remarks()
    for _ in range(begin.skipped):
        title = rows.first()
        if not title[0].lstrip().startswith("#"):
            titles.add(rows.line, (TITLE, " ".join(title)))
    source.notes += titles.told()
    first = rows.first()
    if begin.header is not None:
        rows.width = len(begin.header)
    elif first:
        rows.put_back(first)
    for cells in rows:
        if isinstance(cells, Loss):
            yield cells
        elif begin.header is not None or not cells[0].lstrip().startswith("#"):
            yield table.listing(rows.line, cells) if table else _bare(rows.line, cells)


def _table_of(source: Source, begin: Beginning) -> _Table | None:
    """The columns, as the operator says or as they are found; None where cells are all there is."""
    asked, seen = source.options.columns, source.options.seen
    dated = f"no column says when servers were seen: {seen} is taken, as you say"
    if begin.header is None and not asked:
        times = any(fields.utc(cell) for row in begin.sample for cell in row[:_BARE_CELLS])
        if not times and begin.sample:
            source.notes.append(dated if seen else UNDATED)
        return None
    width = max(map(len, begin.sample), default=0)
    header = begin.header or [f"column {number}" for number in range(1, width + 1)]
    if header[0].lstrip().startswith("#"):
        header = [header[0].lstrip().removeprefix("#"), *header[1:]]
    try:
        columns = columns_of(header, begin.sample, asked)
    except EvidenceFormatError as error:
        raise EvidenceFormatError(f"{source.path}: {error}") from None
    if not (begin.by_name or asked or columns.of(*PLACES)):
        # Words above rows of which no column leads to a server: a row like the others.
        begin.header = None
        return _table_of(source, begin)
    source.notes += columns.told()
    if not columns.of(*TIMES):
        source.notes.append(dated if seen else UNDATED)
    return _Table(columns)


class _Table:
    """The columns of a table with a header."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._roles = columns.roles
        self._by_role = {role: columns.of(role) for role in Role}
        self._places = columns.of(*PLACES)[:_MOST_PLACES]
        taken = {n for n, role in columns.roles.items() if role not in _KEPT} - set(
            columns.of(*PLACES)[_MOST_PLACES:]
        )
        self._others = [(n, name) for n, name in enumerate(columns.names) if n not in taken]
        self._shells = [n for n in columns.of(Role.URL, Role.PATH)
                        if _SHELL.search(columns.shown[n])]  # fmt: skip

    def listing(self, row: int, cells: Cells) -> Listing | Loss:
        """What a row says."""
        cells += [""] * (len(self._columns.names) - len(cells))
        remarks: list[Remark] = []
        found = self._place(cells, remarks)
        computers = (*self._all(cells, Role.COMPUTER), *found.computers)
        if not (found.address or found.names or computers):
            return Loss(row, "neither an address nor a name")
        port = fields.port(text := self._one(cells, Role.PORT).strip())
        if port is None:
            port, remarks = 0, [*remarks, (NO_PORT, text)]
        labels = self._all(cells, Role.LABEL)
        label = read_labels(labels)
        shell = self._shell(cells)
        remarks += _of_labels(labels, label, shell)
        version, exchange = self._version(cells, labels)
        time = self._time(cells, Role.WHEN, remarks)
        last = self._time(cells, Role.LAST, remarks) or time
        first = self._time(cells, Role.FIRST, remarks) or time
        return Listing(
            row, found.target or computers[0], found.address, port or found.port, found.names,
            scheme=found.scheme or "https", exchange=exchange, version=version,
            vulnerable=self._vulnerable(cells, labels, label),
            compromised=label.word or (shell if label.compromised is None else ""),
            servers=tuple(dict.fromkeys(computers)),
            time=last, first_seen=first, last_seen=last,
            tlp=fields.tlp_label(self._one(cells, Role.TLP)),
            attributes=self._attributes(cells, found, port or found.port, version),
            note=_note_of(label), remarks=tuple(remarks),
        )  # fmt: skip

    def _place(self, cells: Cells, remarks: list[Remark]) -> _Found:
        """Where the server is; a name without a dot counts where nothing else tells it."""
        found = _Found()
        alone: list[tuple[int, str]] = []
        for n in self._places:
            text = cells[n].strip()
            if not text:
                continue
            role = self._roles[n]
            named = role is not Role.NAME and "." not in text and ":" not in text
            if named:
                alone.append((n, text))
            elif not _take(found, text, n):
                found.unused.append((n, text))
                if not _is_place(text):
                    remarks.append((NO_PLACE, text))
        for n, text in alone:
            told = found.address or found.names or found.computers
            if self._roles[n] is Role.ADDRESS and text.lower() not in _NOTHING:
                remarks.append((NO_PLACE, text))
                found.unused.append((n, text))
                continue
            if not told and self._roles[n] is Role.SERVER:
                found.computers.append(text)
            elif told or not _take(found, text, n):
                found.unused.append((n, text))
        return found

    def _attributes(self, cells: Cells, found: _Found, port: int, version: str) -> dict[str, str]:
        names = self._columns.names
        attributes = {name: cell for n, name in self._others if (cell := cells[n].strip())}
        attributes.update((names[n], text) for n, text in found.unused)
        for n in self._by_role[Role.BUILD]:
            if not version and cells[n]:
                attributes[names[n]] = cells[n]
        path = self._one(cells, Role.PATH)
        if path:
            attributes["path"] = path
        url = found.url or (_page(found, path, port) if path[:1] == "/" else "")
        if url:
            attributes["url"] = url
        if found.name_from >= 0:
            attributes[NAMED_BY] = f"column {names[found.name_from]}"
        return attributes

    def _shell(self, cells: Cells) -> str:
        """The column that names a page or a file of an intruder, if it does."""
        named = (self._columns.names[n] for n in self._shells if _PAGE.search(cells[n]))
        return next(named, "")

    def _time(self, cells: Cells, role: Role, remarks: list[Remark]) -> str:
        """A time; that of the day may stand in a column of its own."""
        found, clock = "", ""
        for n in self._by_role[role]:
            text = cells[n].strip()
            if _TIME_OF_DAY.fullmatch(text):
                clock = clock or text
            elif text and (time := self._columns.time(n, text)):
                found = found or time
            elif text.lower() not in _NOTHING and n not in self._columns.unclear:
                remarks.append((NO_TIME, text))
        if clock and found.endswith("T00:00:00Z"):
            return fields.utc(f"{found[:10]}T{clock.zfill(5 if clock.count(':') == 1 else 8)}")
        return found

    def _all(self, cells: Cells, role: Role) -> list[str]:
        return [cell for n in self._by_role[role] if (cell := cells[n].strip())]

    def _one(self, cells: Cells, role: Role) -> str:
        return next(iter(self._all(cells, role)), "")

    def _version(self, cells: Cells, labels: list[str]) -> tuple[str, bool | None]:
        """The build that a row names, also of another product, and whether it names Exchange."""
        named = self._one(cells, Role.EXCHANGE_BUILD)
        if parse_build(named):
            return named, True
        products = self._all(cells, Role.PRODUCT)
        about = " ".join((*labels, *products)).lower()
        is_exchange = "exchange" in about or "outlook web" in about
        for text in self._all(cells, Role.BUILD):
            number = parse_build(text)
            if number and (is_exchange or (not products and _is_modern(number))):
                return text, True
            if not is_exchange and names_product(text, about):
                return text, None
        return "", True if is_exchange else None

    def _vulnerable(self, cells: Cells, labels: list[str], label: Label) -> tuple[str, ...]:
        """The CVEs of a column that holds nothing else, and of labels that are one.

        None where the labels say that the server is patched, or not vulnerable.
        """
        if label.patched or label.vulnerable is False:
            return ()
        words = [word for label in labels for word in re.split(r"[;,|\s]", label)]
        every = (*self._all(cells, Role.CVE), *words)
        return fields.cves([cell for cell in every if _ONLY_CVES.fullmatch(cell)])


def _of_labels(labels: list[str], label: Label, shell: str) -> Iterator[Remark]:
    """What cannot be taken from labels as they are."""
    if not label.understood:
        yield from ((NOT_KNOWN, text) for text in labels if not read_labels([text]).understood)
    if label.conflict or (shell and label.compromised is False):
        yield BOTH, " / ".join(labels)


def _note_of(label: Label) -> str:
    """What labels say of patches without a flaw or a build: it changes no state."""
    if label.patched:
        return "the list calls it patched; its build is what would tell"
    if label.vulnerable:
        return "the list calls it vulnerable"
    return "the list calls it not vulnerable" if label.vulnerable is False else ""


def _is_modern(number: BuildNumber) -> bool:
    """Whether a build is of Exchange 2013 or later, and not of another product's version 15."""
    return number.parts[0] == 15 and number.parts[1] <= 2 and number.parts[2] >= _LOWEST_BUILD


def _page(found: _Found, path: str, port: int) -> str:
    """The URL of a path on a server."""
    host = found.names[0] if found.names else found.address
    host = f"[{host}]" if ":" in host else host
    scheme = found.scheme or ("http" if port == 80 else "https")
    usual = port in {0, 443 if scheme == "https" else 80}
    return f"{scheme}://{host}{'' if usual else f':{port}'}{path}" if host else ""


def _place_of(cells: Sequence[str]) -> _Found:
    """Address, names and port among cells: addresses, names, URLs, `host:port`."""
    found = _Found()
    for number, cell in enumerate(cells):
        _take(found, cell.strip(), number)
    return found


def _is_place(text: str) -> bool:
    """Whether a cell tells an address, a name or a URL, alone or among other words."""
    found = _Found()
    _take(found, text, 0)
    return bool(found.address or found.names)


def _take(found: _Found, text: str, number: int) -> bool:
    """Take a cell in; whether all of it was needed."""
    if "[" in text or "(" in text or text[:4].lower() == "hxxp":
        text = _fanged(text)
    if _take_one(found, text, number):
        return True
    parts = [part for part in _SEVERAL.split(text[:2_000]) if "." in part or ":" in part]
    if len(parts) != 1 or parts[0] != text:
        for part in parts[:_MOST_PLACES]:
            _take_one(found, part, number)
    return False


def _fanged(text: str) -> str:
    """An address or URL that was made harmless, as it was: `hxxp://a[.]example`."""
    text = _DEFANGED.sub(lambda m: ":" if ":" in m[0] else ".", text)
    return f"http{text[4:]}" if text[:4].lower() == "hxxp" else text


def _take_one(found: _Found, text: str, number: int) -> bool:
    address = fields.address(text)
    if address:
        found.target = found.target or text
        if found.address and found.address != address:
            return False
        found.address = address
        return True
    is_url = "://" in text
    scheme, host, port, path = fields.url_parts(text if is_url else f"//{text}")
    if not host or " " in text:
        return False
    address, name = fields.address(host), fields.host_name(host)
    if not (address or name):
        return False
    if name and name not in found.names:
        found.names += (name,)
        found.name_from = number if found.name_from < 0 else found.name_from
    if is_url or path != "/":
        found.url = found.url or (text if is_url else f"https://{text}")
    found.port, found.scheme = found.port or port, found.scheme or scheme
    found.target = found.target or text
    other = bool(address and found.address and found.address != address)
    found.address = found.address or address
    return not other


def _bare(row: int, cells: Cells) -> Listing | Loss:
    """What a row without a header says, by the look of its cells."""
    cells = cells[:_BARE_CELLS]
    numbers = [cell for cell in cells if cell.strip().isdigit()]
    versions = {cell: n for cell in cells if (n := parse_build(cell))}
    # `15.1.2.3` is an address, and `15.1.225.42` is one where nothing else stands beside it.
    places = {cell for cell, n in versions.items()
              if fields.address(cell) and not (_is_modern(n) and len(cells) > 1)}  # fmt: skip
    builds = [n for cell, n in versions.items() if _is_modern(n) and cell not in places]
    texts = [cell for cell in cells
             if cell not in numbers and (cell in places or cell not in versions)]  # fmt: skip
    found = _place_of([text for text in texts if "." in text or ":" in text or len(cells) == 1])
    if not (found.address or found.names):
        return Loss(row, "neither an address nor a name")
    ports = [port for cell in numbers if (port := fields.port(cell.strip()))]
    time = next((time for cell in cells if (time := fields.utc(cell))), "")
    attributes = {f"column_{n}": cell for n, cell in enumerate(cells, 1) if cell}
    kept = attributes if len(cells) > 1 else {}
    if found.url:
        kept["url"] = found.url
    if found.names:
        kept[NAMED_BY] = "list"
    return Listing(
        row, found.target, found.address, (ports or [found.port])[0], found.names,
        scheme=found.scheme or "https",
        exchange=True if builds else None, version=str(builds[0]) if builds else "",
        compromised=fields.compromise_word(filter(_is_said, texts)),
        time=time, first_seen=time, last_seen=time,
        attributes=kept, remarks=tuple(_unread(cells)),
    )  # fmt: skip


def _is_said(text: str) -> bool:
    """Whether a cell is more than a name or an address: a host may be called `victim`."""
    return "/" in text or not (fields.address(text) or ("." in text and fields.host_name(text)))


def _unread(cells: Cells) -> Iterator[Remark]:
    """Cells that look like an address or a day, and are none."""
    for cell in cells:
        text = cell.strip()
        if _LIKE_ADDRESS.fullmatch(text) and not fields.address(text):
            number = parse_build(text)
            if not (number and _is_modern(number)):
                yield NO_PLACE, text
        elif _LIKE_DAY.fullmatch(text) and not fields.utc(text):
            yield NO_TIME, text
