"""Values of cited records: the account that was made, the task, the agent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from alpheus.evidence.address import on_volume
from alpheus.report.assessment_file import Citation
from alpheus.respond.derived import DERIVED, is_of_local_group

MOST = 5_000
"""Values of one field that are shown. A finding cites a hundred records, so more are a flood that
somebody made, and no list for a person."""

_LONGEST = 400
_FILE = "@file"
_EMPTY = frozenset({"", "-", "%%1793", "S-1-0-0"})


Fields = Mapping[str, tuple[str, ...]]
"""Of each word the fields that hold it."""


def values(citations: Iterable[Citation], fields: Iterable[str]) -> tuple[str, ...]:
    """Distinct values of these fields, in the order in which they are cited."""
    return tuple(one["it"] for one in records(citations, {"it": tuple(fields)}))


def records(citations: Iterable[Citation], words: Fields) -> tuple[dict[str, str], ...]:
    """Of each record that has all of these words, their values; distinct, as they are cited.

    A record that has several values of the only word that is asked for counts with each.
    """
    found: dict[tuple[str, ...], None] = {}
    for citation in citations:
        known = [_values(citation, fields) for fields in words.values()]
        if len(known) == 1:
            found |= dict.fromkeys((value,) for value in known[0])
        elif all(known):
            found.setdefault(tuple(values[0] for values in known))
        if len(found) >= MOST:
            break
    return tuple(dict(zip(words, one, strict=True)) for one in found)[:MOST]


def has_long(citations: Iterable[Citation], words: Fields) -> bool:
    """Whether one of these words has a value in some record that is too long to be shown."""
    return any(
        len(value) > _LONGEST
        for citation in citations for fields in words.values()
        for value in _of(citation, fields)
    )  # fmt: skip


def are_asked(citations: Iterable[Citation], words: Fields) -> bool:
    """Whether some record should have these words: by fields of its own, of its kind of group."""
    return any(
        _is_of_scope(citation.text, field) and field.rpartition("!")[2] not in {*DERIVED, _FILE}
        for citation in citations for fields in words.values() for field in fields
    )  # fmt: skip


def _is_of_scope(text: str, field: str) -> bool:
    scope = field.rpartition("!")[0]
    return not scope or (scope == "local") is is_of_local_group(text)


def _values(citation: Citation, fields: tuple[str, ...]) -> list[str]:
    """Those of the first field first."""
    found = dict.fromkeys(value for field in fields for value in _of(citation, (field,)))
    return [one for one in found if one not in _EMPTY and len(one) <= _LONGEST]


def _of(citation: Citation, fields: tuple[str, ...]) -> Iterator[str]:
    """`local!Field` is of records of a local group alone, `domain!Field` of all others."""
    plain, text = [], citation.text
    for field in fields:
        name = field.rpartition("!")[2]
        if not _is_of_scope(text, field):
            continue
        if name == _FILE:
            yield from _file(citation)
        elif name in DERIVED:
            yield from DERIVED[name](text)
        else:
            plain.append(name)
    if plain:
        yield from _plain(text, tuple(plain))


def _file(citation: Citation) -> Iterator[str]:
    """Where a file lies that is cited as such, on the server's disk where that is known."""
    if citation.sha256 and citation.record_id is None:
        place = on_volume(citation.path)
        yield "\\".join((f"{place[0]}:", *place[1])) if place else citation.path


def _plain(text: str, fields: tuple[str, ...]) -> Iterator[str]:
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        yield from _written(text, fields)
        return
    yield from _in(document, fields)


def _in(document: object, fields: tuple[str, ...]) -> Iterator[str]:
    """Depth first, without recursion: the record is an attacker's."""
    left: list[object] = [document]
    while left:
        here = left.pop()
        if isinstance(here, dict):
            for name, value in here.items():
                if name in fields and isinstance(value, str | int):
                    yield str(value)
            left.extend(here.values())
        elif isinstance(here, list):
            left.extend(here)
        elif isinstance(here, str) and len(here) > 1:
            yield from _written(here, fields)


def _written(text: str, fields: tuple[str, ...]) -> Iterator[str]:
    """As logs write parameters (`-Name 'x'`, `-Name "x"`), XML, rows (`Name=x Type=y`), torn JSON.

    `-Name` asks for the parameter alone.
    """
    for field in fields:
        name = re.escape(field.removeprefix("-"))
        patterns = [rf"-{name}(?::|\s+)'([^']*)'", rf'-{name}(?::|\s+)"([^"]*)"']
        if not field.startswith("-"):
            patterns += [
                rf'<Data Name=["\']{name}["\']>([^<]*)</Data>', rf'\b{name}="([^"]*)"',
                rf'"{name}":\s*"((?:[^"\\]|\\.)*)"',
                rf'(?:^|\s){name}=([^"\s].*?)(?=\s[A-Z]\w+=|$)',
            ]  # fmt: skip
        for pattern in patterns:
            for value in re.findall(pattern, text):
                yield _unescaped(value) if pattern.startswith('"') else value


def _unescaped(value: str) -> str:
    try:
        return msgspec.json.decode(f'"{value}"', type=str)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return value
