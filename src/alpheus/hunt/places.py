"""Where the values stand that a field of a rule may see: the columns of a timeline, as SQL.

What the matcher makes of a value (decoded, joined, split) it makes of what stands in these places
and nothing else. `None` says that this is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alpheus.detect.sigma.fields import FieldName
from alpheus.detect.sigma.logsources import Dialect
from alpheus.detect.sigma.names import (
    ANTIVIRUS,
    COLUMN_KINDS,
    HASH_NAMES,
    PROCESS_AUDIT,
    WEB_COLUMNS,
    WEB_ROLES,
    Kind,
)
from alpheus.timeline import duck
from alpheus.timeline.columns import NUMBERS, columns_of

_TIMES = frozenset({"date", "time", "datetime", "timestamp", "date-time"})
"""Fields whose text a timeline leaves out where it repeats the time of the row."""

_NUMBERED = re.compile(r"\[\d{1,9}\]\Z")
_AUDITED = "windows-security"
_MADE = frozenset({"user", "integritylevel"})
"""Fields of a process audit event that the matcher makes of several others."""


@dataclass(frozen=True, slots=True)
class Place:
    """An expression of text: `kind` is what it holds if it is read in more than one form.

    `plain`: the matcher looks at the text itself, and at nothing made of it. `number`: the column
    of numbers that it is the text of. `joined`: the matcher looks at it with the others as one.
    """

    sql: str
    kind: Kind | None = None
    plain: bool = True
    number: str = ""
    joined: bool = False


class Places:
    """The places of one source; `names` are those that stand in `fields`, None: too many."""

    def __init__(self, source: str, names: Sequence[str] | None) -> None:
        self._source = source
        self._names = names

    def of(self, field: FieldName) -> list[Place] | None:
        """Where the values of a field are."""
        if self._names is None or field.name in _TIMES:
            return None
        if field.dialect is Dialect.WEBSERVER:
            return self._web(field.name)
        if field.dialect is Dialect.JOINED:
            joined = WEB_ROLES.get(field.name) in {"stem", "query"}
            return self._web("c-uri" if joined else field.name)
        if field.dialect is Dialect.PROCESS_CREATION and self._source == _AUDITED:
            return self._audited(field.name)
        aliases = ANTIVIRUS.get(field.name, ()) if field.dialect is Dialect.ANTIVIRUS else ()
        return self._native((field.name, *aliases))

    def every(self) -> list[str] | None:
        """All texts of a row."""
        if self._names is None:
            return None
        columns = [_text(column) for column in columns_of(self._source).values()]
        return [*columns, *(f"fields[{duck.quoted(name)}]" for name in self._names)]

    def _web(self, name: str) -> list[Place]:
        role, columns = WEB_ROLES.get(name), WEB_COLUMNS.get(self._source)
        if role is None or columns is None:
            return self._native((name,))
        if role == "joined":
            both = [self._native((columns[part],)) for part in ("stem", "query")]
            parts = (one for some in both for one in some)
            return [Place(one.sql, one.kind, plain=False, joined=True) for one in parts]
        return self._native((columns[role],)) if role in columns else []

    def _audited(self, name: str) -> list[Place] | None:
        if name in _MADE:
            return None
        found = self._native((*PROCESS_AUDIT.get(name, ()), name))
        # A number that is written `0x…` is also seen in decimal.
        return [Place(one.sql, one.kind, plain=False, number=one.number) for one in found]

    def _native(self, names: Iterable[str]) -> list[Place]:
        found: list[Place] = []
        for name in names:
            kind = COLUMN_KINDS.get(self._source, {}).get(name)
            for one in dict.fromkeys((name, name.replace(" ", "").replace("_", ""))):
                found += [
                    Place(sql, kind, kind is None, number) for sql, number in self._called(one)
                ]
            if name in HASH_NAMES:
                found += [Place(sql, None, plain=False) for sql, _ in self._called("hashes")]
        return list(dict.fromkeys(found))

    def _called(self, name: str) -> list[tuple[str, str]]:
        """Every place whose field has a name in small letters, or is like it."""
        found = [
            (_text(column), column if column in NUMBERS else "")
            for field, column in columns_of(self._source).items()
            if _is_called(field, name)
        ]
        found += [
            (f"fields[{duck.quoted(field)}]", "")
            for field in self._names or ()
            if _is_called(_NUMBERED.sub("", field), name) or _is_called(field, name)
        ]
        return found


def _is_called(field: str, name: str) -> bool:
    lower = field.lower()
    return name in {lower, lower.replace(" ", "").replace("_", "")}


def _text(column: str) -> str:
    return f'"{column}"::VARCHAR' if column in NUMBERS else f'"{column}"'
