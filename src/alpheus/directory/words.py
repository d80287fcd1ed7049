"""Names of organisations in the forms in which they are compared and searched for keywords."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 300
"""Characters of a name that are looked at."""

_SMALL = frozenset({"of", "and", "the", "for", "de", "del", "la", "y", "und", "in", "et"})

_INITIALS = re.compile(r"\b(?:[^\W_]\.\s?){2,}")
_APOSTROPHES = re.compile("['\u2019`\u00b4]")
_OTHERS = re.compile(r"[\W_]+")
_ARTICLES = frozenset({"the", "die", "der", "das", "el", "los", "las"})
_LEGAL_FORMS = frozenset({
    "inc", "incorporated", "llc", "ltd", "limited", "corp", "corporation", "co", "company", "plc",
    "lp", "pllc", "pc", "gmbh", "mbh", "ag", "kg", "kgaa", "ohg", "ug", "ev", "eg", "sa", "sl",
    "srl", "spa", "sas", "sarl", "bv", "nv", "ab", "oy", "as", "aps", "cv", "rl", "saa", "ltda",
    "na", "pty",
})  # fmt: skip


@lru_cache(maxsize=16_384)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name: lower case, no accents, initials joined (`L.L.P.` is `llp`)."""
    text = name[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
    if "." in text:
        text = _INITIALS.sub(lambda m: m[0].replace(".", "").replace(" ", "") + " ", text)
    text = text.casefold().replace("&", " and ")
    if "'" in text or not text.isascii():
        text = _APOSTROPHES.sub("", text)
    return tuple(_OTHERS.sub(" ", text).split())


@lru_cache(maxsize=65_536)
def key_of(name: str) -> str:
    """What two spellings of one name have in common: no article first, no legal form last."""
    words = list(words_of(name))
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    if len(words) > 1 and words[0] in _ARTICLES:
        words.pop(0)
    return " ".join(words)


def fits_label(name: str, label: str) -> bool:
    """Whether a domain's label is made of a name: its words joined, their beginning, or initials.

    `First National Bank of Springfield` fits `firstnational`, `fnbspringfield` and `fnbs`.
    """
    words = key_of(name).split()
    plain = label.replace("-", "")
    if len(plain) < 3 or not words:
        return False
    carried = [word for word in words if word not in _SMALL] or words
    if plain[0] not in {words[0][0], carried[0][0]}:
        return False
    joined = "".join(words)
    if len(plain) >= 4 and joined.startswith(plain):
        return True
    if len(words[0]) >= 5 and plain.startswith(words[0]):
        return True
    return plain in _short_forms(words) or plain in _short_forms(carried)


def _short_forms(words: list[str]) -> set[str]:
    """The initials of a name, and initials of its first words with the rest written out."""
    initials = "".join(word[0] for word in words)
    tails = {initials[:n] + "".join(words[n:]) for n in range(2, len(words))}
    return tails | {initials} if len(initials) >= 3 else tails
