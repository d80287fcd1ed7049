"""What to search the JSON of an event for before it is decoded, so that no match is missed.

A rule is first reduced by what is known of the event without its data: provider, channel and event
id. What is left is reduced to literal pieces, of which the JSON of any matching event contains
one. Pieces hold only characters that JSON writes as they are; where JSON escapes even those, or a
number is written as a fraction, an event is always a candidate, or a piece is not used.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from alpheus.detect.sigma.conditions import AllOf, AnyOf, FieldTest, Keyword, Node, Not
from alpheus.detect.sigma.fields import Candidates
from alpheus.detect.sigma.logsources import Dialect
from alpheus.detect.sigma.values import Value
from alpheus.scan.needles import ENCODED

SHORTEST = 3
PIECES_LIMIT = 2000
_PIECE = re.compile(r"[ !#-.0-\[\]-~]+")
"""ASCII that JSON writes as it is: all but the quote, both slashes and control characters."""
_WORD = re.compile(r"[A-Za-z0-9_.]+")
"""Characters that also stand in the rendered record as they are: keywords are searched in it."""
_NUMBER = re.compile(r"[-+0-9.e]+|inf|nan")
"""What a number may be written as in another way; such a piece may be missing in the JSON."""
_ESCAPED = r"\\u00(?:2[013-9a-e]|[3-7][0-9a-f])"
_OWN_WORDS = (
    "eventid provider_name channel level computer eventrecordid userid eventdata. cmdlet "
    "parameters image parentimage provider data true false #attributes"
)
"""Words of the rendered record, in which keywords are searched, that need not stand in its JSON."""
_DERIVED = frozenset({"integritylevel"})
"""Fields whose values are partly not those of the record."""
_USUAL = (
    "microsoft-windows-security-auditing-sysmon-powershell operational event system eventdata "
    "c:\\windows\\system32\\svchost.exe services.exe lsass.exe program files (x86) syswow64 "
    "nt authority system local service network administrator users temp appdata roaming "
    "subjectusersid targetusername processname newprocessname commandline image parentimage "
    "parentcommandline logontype ipaddress workstationname utctime processguid processid user "
    "hashes sha256 md5 imphash integritylevel high medium company product description "
    "originalfilename fileversion currentdirectory logonguid registry machine software "
    "microsoft windows currentversion currentcontrolset http:// https://www. .com .dll .exe "
    "kerberos negotiate ntlm advapi account data name version opcode keywords correlation "
    "activityid execution threadid channel computer security true false"
)
"""Text that many events have: pieces of it find too much."""

_FRAME = '"#attributes":'
"""A name that every event has, and that can be nothing but a name where it stands like this."""

Known = Mapping[str, str]
"""Values of the fields that are known without decoding, by lower-case name."""


def pieces_of(node: Node, known: Known) -> frozenset[str] | bool | None:
    """Pieces of text of which the JSON of an event must contain one for `node` to hold.

    True if it holds of every event with the `known` values, False if of none; None if nothing is
    known. The pieces are in lower case, to be searched in any case of ASCII.
    """
    if isinstance(node, FieldTest):
        return _field(node, known)
    if isinstance(node, Keyword):
        return _keyword(node.value)
    if isinstance(node, Not):
        inner = pieces_of(node.node, known)
        return not inner if isinstance(inner, bool) else None
    if isinstance(node, AllOf):
        return _all([pieces_of(child, known) for child in node.nodes])
    if isinstance(node, AnyOf):
        return _any([pieces_of(child, known) for child in node.nodes])
    return None


def has_keyword(node: Node) -> bool:
    """Whether a condition searches the whole record, also with its percent-encoding undone."""
    if isinstance(node, AllOf | AnyOf):
        return any(map(has_keyword, node.nodes))
    return has_keyword(node.node) if isinstance(node, Not) else isinstance(node, Keyword)


def _all(parts: Sequence[frozenset[str] | bool | None]) -> frozenset[str] | bool | None:
    if any(part is False for part in parts):
        return False
    if all(part is True for part in parts):
        return True
    return max(
        (part for part in parts if part is not None and not isinstance(part, bool)),
        key=_selectivity,
        default=None,
    )


def _any(parts: Sequence[frozenset[str] | bool | None]) -> frozenset[str] | bool | None:
    if any(part is True for part in parts):
        return True
    found: set[str] = set()
    for part in parts:
        if part is None:
            return None
        if not isinstance(part, bool):
            found |= part
    if all(part is False for part in parts):
        return False
    return frozenset(found) if len(found) <= PIECES_LIMIT else None


def _field(node: FieldTest, known: Known) -> frozenset[str] | bool | None:
    name = node.field.name
    if name in known:
        value = known[name]
        return node.value.passes(Candidates((value,) if value else ()))
    if name in _DERIVED and node.field.dialect is not Dialect.NATIVE:
        return None
    return _pieces(node.value, _PIECE)


def _keyword(value: Value) -> frozenset[str] | None:
    pieces = _pieces(value, _WORD)
    if pieces is None or any(piece in _OWN_WORDS for piece in pieces):
        return None
    return pieces


def _pieces(value: Value, characters: re.Pattern[str]) -> frozenset[str] | None:
    """The best piece of every alternative."""
    alternatives = value.literals()
    if not alternatives or len(alternatives) > PIECES_LIMIT:
        return None
    best: set[str] = set()
    for parts in alternatives:
        pieces = [p.lower() for part in parts for p in characters.findall(part)]
        usable = [p for p in pieces if len(p) >= SHORTEST and _NUMBER.fullmatch(p) is None]
        if not usable:
            return None
        best.add(max(usable, key=_worth))
    return frozenset(best)


def _worth(piece: str) -> tuple[bool, int]:
    return piece not in _USUAL, len(piece)


def _selectivity(pieces: frozenset[str]) -> tuple[int, int, int]:
    """No usual piece; then no short one; then few."""
    usual = sum(piece in _USUAL for piece in pieces)
    return -usual, min(6, *map(len, pieces)) if pieces else 0, -len(pieces)


class TextSearch:
    """Finds the texts that contain one of many pieces, all at once."""

    def __init__(self, pieces: Iterable[str], *, keywords: bool = False) -> None:
        shortest = _shortest(pieces)
        self._unframed = any(piece in _FRAME for piece in shortest)
        literals = [re.escape(piece) for piece in shortest]
        patterns = [*literals, _ESCAPED, *([ENCODED] if keywords else [])]
        self._database = _database(patterns)
        self._fallback = re.compile("|".join(patterns), re.IGNORECASE | re.ASCII)

    def search(self, texts: Sequence[str]) -> set[int]:
        """The places of texts with a piece."""
        if self._unframed:
            texts = [text.replace(_FRAME, "") for text in texts]
        if self._database is None:
            return {at for at, text in enumerate(texts) if self._fallback.search(text)}
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        data = b"\n".join(encoded)
        ends: list[int] = []

        def collect(number: int, begin: int, end: int, flags: int, context: object) -> None:  # noqa: ARG001 - given by hyperscan
            ends.append(end)

        self._database.scan(data, match_event_handler=collect)
        if not ends:
            return set()
        borders = list(accumulate(len(text) + 1 for text in encoded))
        return {bisect_left(borders, end) for end in set(ends)}


def _shortest(pieces: Iterable[str]) -> list[str]:
    """The pieces that contain no other one: where a longer one is found, so is the shorter."""
    kept: list[str] = []
    for piece in sorted(set(pieces), key=lambda text: (len(text), text)):
        if not any(other in piece for other in kept):
            kept.append(piece)
    return kept


def _database(patterns: Sequence[str]) -> Any:  # noqa: ANN401 - untyped library
    """A hyperscan database, or None where that library is not."""
    try:
        import hyperscan  # noqa: PLC0415 - optional at run time: no wheel everywhere
    except ImportError:
        return None
    flags = hyperscan.HS_FLAG_CASELESS
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[pattern.encode("ascii") for pattern in patterns],
        ids=list(range(len(patterns))),
        elements=len(patterns),
        flags=[flags] * len(patterns),
    )
    return database
