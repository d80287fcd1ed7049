"""Near-duplicates: pages whose words, in their order, are mostly the same, count once.

Comments, white space, numbers and texts are dropped before comparing, so that another password or
another banner makes no new shell. Two pages are near if the sets of their shingles are (Jaccard);
who is near to a member belongs to its cluster (single link). Nothing here is drawn at random.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

NEAR = 0.7
SHINGLE = 5

_COMMENTS = re.compile(
    r"<%--.*?(?:--%>|\Z)"
    r"|<!--(?!\s*#).*?(?:-->|\Z)"
    r"|/\*.*?(?:\*/|\Z)"
    r"|(?<![:\w\"'])//[^\r\n]*"
    r"|^[ \t]*(?:'|rem\b)[^\r\n]*",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_WORDS = re.compile(
    r"\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*'"
    r"|(?P<number>\b\d[\w.]*)"
    r"|(?P<word>[^\W\d]\w*|<%[@=#:$]?|%>|[^\w\s])"
)


def words(text: str) -> list[str]:
    """What is compared of a page."""
    plain = _COMMENTS.sub(" ", text)
    found = (match["word"] for match in _WORDS.finditer(plain))
    return [word.lower() for word in found if word]


def shingles(text: str) -> frozenset[int]:
    """Every run of five words, as a number that is the same on every machine."""
    row = words(text)
    runs = {" ".join(row[at : at + SHINGLE]) for at in range(max(1, len(row) - SHINGLE + 1))}
    return frozenset(
        int.from_bytes(blake2b(run.encode("utf-8", "replace"), digest_size=8).digest(), "big")
        for run in runs
    )


def cluster(sets: Sequence[frozenset[int]]) -> list[int]:
    """The number of the cluster of each; numbered in the order of their first members."""
    parent = list(range(len(sets)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    order = sorted(range(len(sets)), key=lambda at: (len(sets[at]), at))
    for position, small in enumerate(order):
        longest = len(sets[small]) / NEAR
        for large in order[position + 1 :]:
            if len(sets[large]) > longest:
                break
            one, other = root(small), root(large)
            if one != other and _near(sets[small], sets[large]):
                parent[max(one, other)] = min(one, other)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(at), len(numbers)) for at in range(len(sets))]


def _near(one: frozenset[int], other: frozenset[int]) -> bool:
    shared = len(one & other)
    return shared >= NEAR * (len(one) + len(other) - shared)
