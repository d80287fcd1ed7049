"""What the words of a label say of a server: broken into, open, closed, or none of these.

Words are looked up in `knowledge/tables/list_labels.csv` without case and accents; one with `*`
there is a part of one. `not compromised` and `keine Webshell` say that it is not so; a
negation reaches to the end of its clause. What says both is believed in nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple
from unicodedata import combining, normalize

from alpheus.knowledge.tables import read_table

TABLE = "list_labels.csv"
MEANINGS = ("compromised", "trace", "vulnerable", "patched", "removed", "not", "but", "other")
"""Meanings of words; a trace is what an intruder leaves, such as a web shell."""

_LONGEST = 2_000
_ESCAPED = re.compile(r"\\x([89a-f][0-9a-f])")
_CLAUSES = re.compile(r"[,;|/()\[\]{}\n]|\.(?:\s|$)|\s[-\u2013\u2014]\s")
_CVE = re.compile(r"cve-\d{4}-\d{4,7}", re.ASCII)
_WORD = re.compile(r"[^\W_]+")


class Label(NamedTuple):
    """What labels say; None is nothing. `word` is the one that says it was broken into.

    `conflict`: they say that it was broken into and that it was not. `understood` is False where
    no word is known.
    """

    compromised: bool | None = None
    vulnerable: bool | None = None
    patched: bool | None = None
    word: str = ""
    conflict: bool = False
    understood: bool = True


@cache
def _words() -> tuple[dict[str, str], re.Pattern[str]]:
    """Meanings by folded word, and what finds the words: the longest first."""
    rows = read_table(TABLE, ("meaning", "language", "word"))
    known = {row["word"]: row["meaning"] for row in rows}
    every = sorted(known, key=lambda word: (-len(word.rstrip("*")), word))
    said = "|".join(f"(?P<w{n}>{_pattern(word)})" for n, word in enumerate(every))
    return {f"w{n}": known[word] for n, word in enumerate(every)}, re.compile(said)


def _pattern(word: str) -> str:
    begin, end = (r"[^\W_]*" if there else "" for there in (word[0] == "*", word[-1] == "*"))
    return rf"(?<![^ ]){begin}{re.escape(word.strip('*'))}{end}(?![^ ])"


def _folded(text: str) -> str:
    text = _ESCAPED.sub(lambda m: bytes.fromhex(m[1]).decode("cp1252", "replace"), text)
    return "".join(c for c in normalize("NFKD", text.casefold()) if not combining(c))


def read_labels(texts: Iterable[str]) -> Label:
    """What some labels of one server say together."""
    every = [text[:_LONGEST] for text in texts if text.strip()]
    read = [_read(text) if len(text) <= 200 else _read.__wrapped__(text) for text in every]
    said = {name for one in read for name in one}
    compromised, conflict = _compromise(said)
    word = ""
    if compromised:
        signs = {"+compromised", "+trace"}
        word = next(text for text, one in zip(every, read, strict=True) if one & signs)
    vulnerable = _either("+vulnerable" in said or "-patched" in said, "-vulnerable" in said)
    patched = _either("+patched" in said, "-patched" in said)
    return Label(compromised, vulnerable, patched, word, conflict, all(read))


def _either(yes: bool, no: bool) -> bool | None:  # noqa: FBT001 - two facts of the same kind
    """A fact that is said, denied, or (both or neither) not known."""
    return None if yes == no else yes


def _compromise(said: set[str]) -> tuple[bool | None, bool]:
    """Whether it was broken into, and whether both is said. The plain word outdoes its traces."""
    yes, no = "+compromised" in said, "-compromised" in said
    if yes or no:
        if yes and no:
            return None, True
        return yes, no and "+trace" in said
    return _either("+trace" in said, "-trace" in said), {"+trace", "-trace"} <= said


@lru_cache(maxsize=4_096)
def _read(text: str) -> frozenset[str]:
    """Meanings with `+` or `-` before them; empty where no word is known."""
    return frozenset(name for part in _CLAUSES.split(_folded(text)) for name in _clause(part))


def _clause(text: str) -> Iterator[str]:
    meanings, pattern = _words()
    if _CVE.search(text):
        yield "other"
    plain = " ".join(_WORD.findall(text))
    found = [meanings[m.lastgroup] for m in pattern.finditer(plain) if m.lastgroup]
    while found:
        end = found.index("but") if "but" in found else len(found)
        yield from _signed(found[:end])
        found = found[end + 1 :]


def _signed(found: list[str]) -> Iterator[str]:
    denied = "not" in found
    for meaning in found:
        if meaning in {"compromised", "trace", "vulnerable", "patched"}:
            yield f"{'-' if denied else '+'}{meaning}"
        else:
            yield "other"
