"""How the fields of a row are laid out in the columns of a timeline, and back.

A layout follows from the names of the fields alone, and rows with the same names share one. A
name of `fields` that has several values is numbered from the second on: `Data`, `Data[2]`; one that
looks so by itself gets `[1]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter

from alpheus.timeline.columns import FIELD_COLUMNS, NUMBERS, columns_of

Fields = Mapping[str, str | tuple[str, ...]]
Values = Sequence[str | None]

JOINT = "\x1f"
"""Stands between names, and between values, of `fields` on their way into a file."""

_NUMBERED = re.compile(r"(.*)\[(\d{1,9})\]", re.DOTALL)
_PLAIN = re.compile(r"0|[1-9]\d{0,8}", re.ASCII)
_DAY, _MOMENT = "date", "time"
_MOMENTS = frozenset({"datetime", "timestamp", "date-time"})


class Layout:
    """Where the values of a row go whose fields have certain names.

    `names` are those of what stands in `fields`, `joined` the same with `JOINT` between them.
    Values are given in the order of all names, and one None behind them.
    """

    __slots__ = ("_moment", "_pick", "_rest", "_split", "joined", "names", "numbers")

    def __init__(self, source: str, fields: Sequence[str], odd: frozenset[str]) -> None:
        chosen = _chosen(source, fields)
        chosen = {column: at for column, at in chosen.items() if fields[at] not in odd}
        self._pick = itemgetter(*(chosen.get(column, -1) for column in FIELD_COLUMNS))
        self.numbers = tuple(chosen[column] for column in NUMBERS if column in chosen)
        rest = [at for at in range(len(fields)) if at not in chosen.values()]
        self._rest = _getter(rest)
        self.names = tuple(fields[at] for at in rest)
        self.joined = JOINT.join(self.names)
        lower = [name if at in rest else "" for at, name in enumerate(fields)]
        self._split = (
            (lower.index(_DAY), lower.index(_MOMENT)) if {_DAY, _MOMENT} <= set(lower) else None
        )
        self._moment = next((at for at in rest if fields[at].lower() in _MOMENTS), None)

    def columns(self, values: Values) -> tuple[str | None, ...]:
        """What stands in the columns of fields, in their order."""
        found: tuple[str | None, ...] = self._pick(values)
        return found

    def rest(self, values: list[str | None], when: datetime | None) -> Sequence[str]:
        """What stands in `fields`: a text that only repeats `when`, the row's time, is left out."""
        if when is not None:
            if self._split is not None:
                day, moment = self._split
                iso = when.isoformat(" ")
                if values[day] == iso[:10] and values[moment] == iso[11:19] and iso[19] == "+":
                    values[day] = values[moment] = ""
            elif self._moment is not None and values[self._moment] == in_full(when):
                values[self._moment] = ""
        found: Sequence[str] = self._rest(values)
        return found


def in_full(when: datetime) -> str:
    """A time as Exchange writes it."""
    return f"{when.isoformat(timespec='milliseconds')[:23]}Z"


def _getter(places: Sequence[int]) -> Callable[[Values], Sequence[str]]:
    if len(places) > 1:
        return itemgetter(*places)
    if places:
        at = places[0]
        return lambda values: (values[at] or "",)
    return lambda _: ()


def _chosen(source: str, fields: Sequence[str]) -> dict[str, int]:
    """Which field stands in which column: none whose name is like another's."""
    wanted = columns_of(source)
    alike: dict[str, int] = {}
    for name in fields:
        alike[_alike(name)] = alike.get(_alike(name), 0) + 1
    return {
        wanted[name]: at
        for at, name in enumerate(fields)
        if name in wanted and alike[_alike(name)] == 1
    }


def _alike(name: str) -> str:
    return name.lower().replace(" ", "").replace("_", "")


class Layouts:
    """The layouts of one source, each made once."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._known: dict[tuple[tuple[str, ...], frozenset[str]], Layout] = {}
        self._plain: dict[str, bool] = {}
        self.names: set[str] | None = set()
        """What stood in `fields`; None where that is too much to remember."""

    def of(self, names: tuple[str, ...], values: Values) -> Layout:
        """The layout of a row with these fields."""
        found = self._made(names, frozenset())
        odd = [names[at] for at in found.numbers if not self._is_plain(values[at] or "")]
        return self._made(names, frozenset(odd)) if odd else found

    def _made(self, names: tuple[str, ...], odd: frozenset[str]) -> Layout:
        found = self._known.get((names, odd))
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[names, odd] = Layout(self._source, names, odd)
            if self.names is not None:
                self.names.update(found.names)
                self.names = self.names if len(self.names) <= _MOST_NAMES else None
        return found

    def _is_plain(self, text: str) -> bool:
        known = self._plain.get(text)
        if known is None:
            if len(self._plain) >= _MOST:
                self._plain.clear()
            known = self._plain[text] = _PLAIN.fullmatch(text) is not None
        return known


_MOST = 4_096
_MOST_NAMES = 5_000


def flat(fields: Fields) -> dict[str, str]:
    """Each value under a name of its own."""
    found: dict[str, str] = {}
    for name, value in fields.items():
        own = f"{name}[1]" if _NUMBERED.fullmatch(name) else name
        if isinstance(value, str):
            found[own] = value
            continue
        for number, one in enumerate(value, start=1):
            found[own if number == 1 else f"{name}[{number}]"] = one
    return found


def with_times(fields: dict[str, str], when: datetime | None) -> dict[str, str]:
    """The same with the texts that were left out because they repeat the time of the row."""
    if when is None:
        return fields
    if fields.get(_DAY) == "" == fields.get(_MOMENT):
        iso = when.isoformat()
        return {**fields, _DAY: iso[:10], _MOMENT: iso[11:19]}
    empty = [name for name, value in fields.items() if not value and name.lower() in _MOMENTS]
    return {**fields, **{name: in_full(when) for name in empty[:1]}}


def unflat(fields: Iterable[tuple[str, str]]) -> dict[str, str | tuple[str, ...]]:
    """The fields of a row as they were found."""
    found: dict[str, str | tuple[str, ...]] = {}
    for name, value in fields:
        match = _NUMBERED.fullmatch(name)
        if match is None:
            found[name] = value
        elif match[2] == "1":
            found[match[1]] = value
        else:
            known = found.get(match[1], ())
            found[match[1]] = (*((known,) if isinstance(known, str) else known), value)
    return found
