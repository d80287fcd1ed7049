"""Reads targets as operators write them: hosts, URLs, networks, ranges, files and standard input.

One target a line; blank lines and what follows a `#` are comments. A file whose first line is a
header with a column such as `ip` or `host` is read as CSV; an address there is called by the names
that its row has beside it, in `names`, `host`, `hostname` and the like. A line that is no target is
counted and listed with the reason, and the rest is read.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from alpheus.errors import UsageError
from alpheus.exposure.addresses import Range, read_address, read_range, write_address
from alpheus.exposure.host_names import host_name
from alpheus.exposure.target_list import BadLine, Place, RangeSet, TargetList

LARGEST_V4 = 1 << 24
LARGEST_V6 = 1 << 20
LISTED = 1_000
"""As many bad lines are kept; all are counted."""

_NUMERIC = re.compile(r"[0-9./-]+|[^:\[/]*:[^:/]*:.*")
_LONGEST_LINE = 65_536
_CHUNK = 1 << 20
_PORTS = {"https": 443, "http": 80}
_HOST_COLUMNS = ("ip", "ip_address", "ip_str", "address", "ipv4", "ipv6", "src_ip", "host",
                 "hostname", "target", "url", "domain", "fqdn", "name")  # fmt: skip
_NAME_COLUMNS = ("names", "host", "hostname", "hostnames", "domain", "fqdn", "name", "target",
                 "url")  # fmt: skip
_MOST_NAMES = 64
"""So many names are kept for one address."""

_BETWEEN = re.compile(r"[\s,;|]+")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
          (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip


def read_targets(
    items: Sequence[str], stdin: BinaryIO | None = None, *, port: int | None = None
) -> TargetList:
    """Every target of `items`: targets, `@file`, paths of files, and `-` for `stdin`.

    What is the path of a file is a file, even if it could be a host name too.
    `port` is for targets that name none; None leaves it to the scope. Raises UsageError where a
    file cannot be read.
    """
    reader = _Reader(port)
    for item in items:
        if item == "-":
            if stdin is None:
                raise UsageError("'-' stands for standard input, and there is none here")
            reader.read_file("standard input", stdin)
        elif item[:1] == "@":
            reader.read_path(Path(item[1:]))
        elif _is_file(Path(item)):
            reader.read_path(Path(item))
        elif not reader.add(item.strip()):
            reader.explain("command line", 0, item)
    return reader.result()


def _is_file(path: Path) -> bool:
    try:
        return path.exists() and not path.is_dir()
    except (OSError, ValueError):
        return False


class _Reader:
    def __init__(self, port: int | None) -> None:
        self._place = Place(port, "http" if port == _PORTS["http"] else "https")
        self._ranges: dict[Place, RangeSet] = {}
        self._names: dict[tuple[str, Place], str] = {}
        self._called: dict[tuple[str, Place], tuple[str, ...]] = {}
        self._bad: list[BadLine] = []
        self._bad_count = 0
        self._given = 0

    def result(self) -> TargetList:
        return TargetList(
            self._ranges,
            self._names,
            called=self._called,
            bad=self._bad,
            bad_count=self._bad_count,
            given=self._given,
        )

    def add(self, text: str) -> bool:
        """Take one target in; whether it is one."""
        try:
            self._take(text)
        except ValueError:
            return False
        return True

    def explain(self, source: str, line: int, text: str) -> None:
        """Record why a text is no target."""
        try:
            self._take(text.strip())
        except ValueError as error:
            self.refuse(source, line, text, str(error))

    def refuse(self, source: str, line: int, text: str, reason: str) -> None:
        self._bad_count += 1
        if len(self._bad) < LISTED:
            self._bad.append(BadLine(source, line, text[:200], reason))

    def read_path(self, path: Path) -> None:
        try:
            with path.open("rb") as stream:
                self.read_file(str(path), stream)
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(f"{path}: cannot be read as a file of targets: {reason}") from error

    def read_file(self, source: str, stream: BinaryIO) -> None:
        lines = enumerate(_lines(stream), start=1)
        for number, line in lines:
            text = line.partition("#")[0].strip()
            if not text:
                continue
            columns = _columns(text)
            if columns:
                self._read_table(source, number, columns, (line for _, line in lines))
            elif not self.add(text):
                self.explain(source, number, text)
            break
        for number, line in lines:
            text = line.partition("#")[0].strip()
            if text and not self.add(text):
                self.explain(source, number, text)

    def _read_table(
        self, source: str, header: int, columns: _Columns, lines: Iterator[str]
    ) -> None:
        rows = csv.reader(lines, delimiter=columns.delimiter)
        while True:
            try:
                row = next(rows, None)
            except csv.Error as error:
                self.refuse(source, header + rows.line_num, "", f"no row of a table: {error}")
                continue
            if row is None:
                return
            cells = (cell.strip() for one in columns.hosts for cell in row[one : one + 1])
            text = next(filter(None, cells), "")
            if not text:
                if any(row):
                    self.refuse(source, header + rows.line_num, "", "names no host")
                continue
            port = row[columns.port].strip() if row[columns.port :] and columns.port >= 0 else ""
            try:
                taken = self._take(text, port)
            except ValueError as error:
                self.refuse(source, header + rows.line_num, text, str(error))
                continue
            if taken is not None:
                beside = (cell for one in columns.names for cell in row[one : one + 1])
                self._call(taken, (cell for cell in beside if cell and cell != text))

    def _call(self, taken: tuple[Range, Place], cells: Iterator[str]) -> None:
        """Keep the names that a row has for its address; a network has none."""
        span, place = taken
        if span.size > 1:
            return
        names = [name for cell in cells for name in _names(cell)]
        if names:
            key = write_address(span.version, span.first), place
            known = dict.fromkeys((*self._called.get(key, ()), *names))
            self._called[key] = tuple(known)[:_MOST_NAMES]

    def _take(self, text: str, port: str = "") -> tuple[Range, Place] | None:
        """Take one target in; the addresses that it is, None for a name. Raises ValueError."""
        place = self._placed(port, "") if port else self._place
        try:
            span = read_range(text)
        except ValueError as no_range:
            try:
                return self._take_host(text, place)
            except ValueError:
                if _NUMERIC.fullmatch(text):
                    raise no_range from None
                raise
        return self._take_range(span, place)

    def _take_range(self, span: Range, place: Place) -> tuple[Range, Place]:
        largest = LARGEST_V4 if span.version == 4 else LARGEST_V6
        if span.size > largest:
            bits = (32 if span.version == 4 else 128) - largest.bit_length() + 1
            raise ValueError(
                f"has {span.size:,} addresses; give networks of at most {largest:,} (a /{bits})"
                + (", or the addresses and names that are known" if span.version == 6 else "")
            )
        self._ranges.setdefault(place, RangeSet()).add(span)
        self._given += span.size
        return span, place

    def _take_host(self, text: str, place: Place) -> tuple[Range, Place] | None:
        host, port, scheme = split_url(text)
        if port or scheme:
            place = self._placed(port, scheme)
        try:
            version, number = read_address(host)
        except ValueError:
            self._names.setdefault((host_name(host), place), text)
            self._given += 1
            return None
        return self._take_range(Range(version, number, number), place)

    def _placed(self, port: str, scheme: str) -> Place:
        if not port:
            return Place(_PORTS[scheme] if scheme == "http" else self._place.port, scheme)
        number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
        if not 0 < number < 65_536:
            raise ValueError(f"'{port}' is no port")
        return Place(number, scheme or ("http" if number == _PORTS["http"] else "https"))


def split_url(text: str) -> tuple[str, str, str]:
    """Host, port and scheme of a URL, `host:port` or host; the last two may be empty.

    The path is left out. Raises ValueError for another scheme and where a password is given.
    """
    scheme, marker, rest = text.partition("://")
    if not marker:
        scheme, rest = "", text
    elif scheme.lower() not in _PORTS:
        raise ValueError("only https:// and http:// are asked")
    authority, slash, path = rest.replace("\\", "/").partition("/")
    authority = authority.partition("?")[0]
    if "@" in authority:
        raise ValueError("holds a user name; give the host alone")
    if authority[:1] == "[":
        host, bracket, port = authority.partition("]")
        if not bracket or port[:1] not in {"", ":"}:
            raise ValueError("is no host such as [2001:db8::1]:443")
        host, port = host[1:], port[1:]
    else:
        host, _, port = authority.partition(":")
    if slash and path.isdigit() and host.replace(".", "").isdigit():
        raise ValueError(f"may be a URL or a network; write {host}/{path} or the address alone")
    return host, port, scheme.lower()


def _names(cell: str) -> Iterator[str]:
    """The host names in a cell of a table; addresses and what is no name are passed over."""
    for word in _BETWEEN.split(cell):
        try:
            yield host_name(split_url(word)[0] if "://" in word else word)
        except ValueError:
            continue


class _Columns(NamedTuple):
    delimiter: str
    hosts: tuple[int, ...]
    port: int
    names: tuple[int, ...]


def _columns(header: str) -> _Columns | None:
    """Where a table has its hosts, if the line is the header of one."""
    for delimiter in ",;\t":
        cells = [cell.strip(" \"'").lower() for cell in header.split(delimiter)]
        hosts = tuple(cells.index(name) for name in _HOST_COLUMNS if name in cells)
        if hosts and len(cells) > 1:
            names = tuple(cells.index(name) for name in _NAME_COLUMNS if name in cells)
            return _Columns(delimiter, hosts, cells.index("port") if "port" in cells else -1, names)
    return None


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Lines of a text in UTF-8 or, where its first bytes say so, UTF-16; long ones are cut."""
    chunk = stream.read(_CHUNK)
    mark, encoding = next((one for one in _MARKS if chunk.startswith(one[0])), (b"", "utf-8"))
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    pending, chunk = "", chunk[len(mark) :]
    while chunk:
        *lines, pending = (pending + decoder.decode(chunk)).split("\n")
        yield from lines
        if len(pending) > _LONGEST_LINE:
            yield pending
            pending = ""
        chunk = stream.read(_CHUNK)
    pending += decoder.decode(b"", final=True)
    if pending:
        yield pending
