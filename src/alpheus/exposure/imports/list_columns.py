"""Which column of a table says what: by its name, by its cells, or because somebody says so.

Names are looked up in `knowledge/tables/list_columns.csv` without case, accents, spaces and signs.
Where none of them tells a role, a column whose cells are all addresses (or all times) has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from unicodedata import normalize

from alpheus.errors import EvidenceFormatError
from alpheus.exposure.imports import fields
from alpheus.exposure.imports.rows import column_names
from alpheus.knowledge.tables import read_table

TABLE = "list_columns.csv"
IGNORED = "ignore"
"""What an operator says of a column that tells nothing."""

_SHOWN = 12
_NAME = 40
_ESCAPED = re.compile(r"\\x([89a-f][0-9a-f])")


class Role(StrEnum):
    """What the cells of a column are."""

    ADDRESS = "address"
    PLACE = "place"
    """An address, a name or a URL."""
    NAME = "name"
    URL = "url"
    PATH = "path"
    """Of a page, or of a file on the server."""
    SERVER = "server"
    """A place; or the name of the computer, where no other place is known."""
    COMPUTER = "computer"
    PORT = "port"
    WHEN = "when"
    FIRST = "first"
    LAST = "last"
    EXCHANGE_BUILD = "exchange-build"
    BUILD = "build"
    PRODUCT = "product"
    LABEL = "label"
    CVE = "cve"
    TLP = "tlp"


PLACES = (Role.ADDRESS, Role.PLACE, Role.NAME, Role.URL, Role.SERVER)
"""Roles that tell where a server is."""

TIMES = (Role.WHEN, Role.FIRST, Role.LAST)


class _Known(dict[str, tuple[Role, str]]):
    """Role and language by name."""


@cache
def _known() -> _Known:
    rows = read_table(TABLE, ("role", "language", "name"))
    return _Known((folded(row["name"]), (Role(row["role"]), row["language"])) for row in rows)


@lru_cache(maxsize=4_096)
def folded(name: str) -> str:
    """A name without case, accents, spaces and signs; bytes of Windows-1252 are read as such."""
    return "".join(c for c in normalize("NFKD", _plain(name).casefold()) if c.isalnum())


def _plain(name: str) -> str:
    return _ESCAPED.sub(lambda m: bytes.fromhex(m[1]).decode("cp1252", "replace"), name)


def role_by_name(name: str) -> Role | None:
    """The role of a column by its name."""
    found = _known().get(folded(name)) if len(name) <= 100 else None
    return found[0] if found else None


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names columns of which one tells where servers are."""
    return any(role_by_name(cell) in PLACES for cell in cells) and not has_values(cells)


def has_values(cells: Sequence[str]) -> bool:
    """Whether a cell is an address, a URL, a time or a number: no name of a column."""
    return any(
        text.isdigit() or fields.address(text) or fields.utc(text) or "://" in text
        for cell in cells
        if (text := cell.strip())
    )


@dataclass(slots=True)
class Columns:
    """The columns of one table. `names` are theirs in lower case, each once.

    `day_first` are columns of times that are written with the day first, `unclear` those of which
    it cannot be told; `by_cells` have their role by what they hold.
    """

    names: list[str]
    shown: list[str]
    roles: dict[int, Role] = field(default_factory=dict)
    by_cells: set[int] = field(default_factory=set)
    said: set[int] = field(default_factory=set)
    ignored: set[int] = field(default_factory=set)
    day_first: set[int] = field(default_factory=set)
    month_first: set[int] = field(default_factory=set)
    unclear: set[int] = field(default_factory=set)

    def of(self, *roles: Role) -> list[int]:
        """The columns of some roles, in their order."""
        return [n for n in sorted(self.roles) if self.roles[n] in roles]

    def time(self, number: int, text: str) -> str:
        """A cell of a column of times, as ISO 8601 in UTC, or ''."""
        if number in self.day_first or number in self.month_first:
            return fields.slashed(text, day_first=number in self.day_first) or fields.utc(text)
        return fields.utc(text)

    def told(self) -> Iterator[str]:
        """In sentences, which column was taken as what."""
        if taken := [self._taken(n) for n in sorted(self.roles)]:
            yield f"columns: {_some(taken)}"
        if others := [self._name(n) for n in range(len(self.names)) if self._is_other(n)]:
            yield f"not understood as any of these, and kept: {_some(others)}"
        for number in sorted(self.unclear):
            yield (
                f"column {self._name(number)}: whether day or month comes first cannot be told, so "
                "no time is taken from it; write times as 2021-03-05"
            )

    def _taken(self, number: int) -> str:
        why = " by its cells" if number in self.by_cells else ""
        return f"{self._name(number)} is {self.roles[number]}{why}"

    def _name(self, number: int) -> str:
        name = " ".join(_plain(self.shown[number]).split())
        return f"'{name[:_NAME] or self.names[number]}'"

    def _is_other(self, number: int) -> bool:
        return number not in self.roles and bool(self.shown[number].strip())


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def columns_of(
    header: Sequence[str], sample: Sequence[Sequence[str]], asked: Iterable[tuple[str, str]] = ()
) -> Columns:
    """What the columns of a table are; `asked` are roles and names (or numbers from 1 on).

    Raises EvidenceFormatError for a column that is not there.
    """
    found = Columns(column_names(list(header)), list(header))
    _as_said(found, asked)
    languages: dict[int, str] = {}
    for number, name in enumerate(header):
        known = _known().get(folded(name)) if len(name) <= 100 else None
        if known and number not in found.said:
            found.roles[number], languages[number] = known
    _by_cells(found, sample)
    for number in found.of(*TIMES):
        _order_of_days(found, number, _cells(sample, number), languages.get(number, ""))
    return found


def _as_said(found: Columns, asked: Iterable[tuple[str, str]]) -> None:
    places = {folded(name): number for number, name in reversed(list(enumerate(found.shown)))}
    for role, name in asked:
        number = places.get(folded(name), int(name) - 1 if name.isdecimal() else -1)
        if not 0 <= number < len(found.names):
            have = _some([f"'{one}'" for one in found.shown])
            raise EvidenceFormatError(f"has no column '{name}'; its columns are {have}")
        found.said.add(number)
        if role == IGNORED:
            found.ignored.add(number)
        else:
            found.roles[number] = Role(role)


def _by_cells(found: Columns, sample: Sequence[Sequence[str]]) -> None:
    """Roles that no name has, by cells. Names and URLs decide only where nothing else does."""
    for role, roles, fits in _BY_CELLS:
        if found.of(*roles):
            continue
        for number in range(len(found.names)):
            if number in found.roles or number in found.ignored:
                continue
            cells = _cells(sample, number)
            if cells and all(map(fits, cells)):
                found.roles[number] = role
                found.by_cells.add(number)
                break


def _is_url(text: str) -> bool:
    return "://" in text and bool(fields.url_parts(text)[1])


def _is_full_name(text: str) -> bool:
    return "." in text and bool(fields.host_name(text))


def _is_time(text: str) -> bool:
    return bool(fields.utc(text) or fields.slashed(text, day_first=True)
                or fields.slashed(text, day_first=False))  # fmt: skip


_BY_CELLS: tuple[tuple[Role, tuple[Role, ...], Callable[[str], object]], ...] = (
    (Role.ADDRESS, (Role.ADDRESS, Role.PLACE), fields.address),
    (Role.WHEN, TIMES, _is_time),
    (Role.URL, PLACES, _is_url),
    (Role.NAME, PLACES, _is_full_name),
)
"""A role, those of which none may be there already, and what all cells of a column must be."""


def _cells(sample: Sequence[Sequence[str]], number: int) -> list[str]:
    return [text for row in sample if number < len(row) and (text := row[number].strip())]


def _order_of_days(found: Columns, number: int, cells: Sequence[str], language: str) -> None:
    """A day above 12 tells which part is the day; else the language of the column's name does."""
    parts = [two for cell in cells if (two := fields.day_and_month(cell))]
    if not parts:
        return
    first, second = (max(pair[place] for pair in parts) > 12 for place in (0, 1))
    if first != second:
        (found.day_first if first else found.month_first).add(number)
    elif not first and language not in {"", "en"}:
        found.day_first.add(number)
    else:
        found.unclear.add(number)


def roles_of(header: Sequence[str]) -> Mapping[int, Role]:
    """The role of each column that has one by its name."""
    return {n: role for n, name in enumerate(header) if (role := role_by_name(name))}
