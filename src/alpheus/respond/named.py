"""Values of cited records: the account that was made, the task, the agent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from alpheus.respond.assessment_file import Citation

MOST = 20
"""Values of one field that are shown; there may be more in the evidence."""

_LONGEST = 400
_EMPTY = frozenset({"", "-", "%%1793", "S-1-0-0"})


def values(citations: Iterable[Citation], fields: Iterable[str]) -> tuple[str, ...]:
    """Distinct values of these fields, in the order in which they are cited."""
    wanted = tuple(fields)
    found: dict[str, None] = {}
    for citation in citations:
        for value in _of(citation.text, wanted):
            if value not in _EMPTY and len(value) <= _LONGEST:
                found.setdefault(value)
    return tuple(found)[:MOST]


def _of(text: str, fields: tuple[str, ...]) -> Iterator[str]:
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
    """As logs write parameters: `-Name 'x'`, `-Name "x"`, `Name=x`, `<Data Name="x">y</Data>`."""
    for field in fields:
        name = re.escape(field)
        for pattern in (
            rf"-{name}(?::|\s+)'([^']*)'", rf'-{name}(?::|\s+)"([^"]*)"',
            rf'<Data Name=["\']{name}["\']>([^<]*)</Data>', rf'\b{name}="([^"]*)"',
        ):  # fmt: skip
            yield from re.findall(pattern, text)
