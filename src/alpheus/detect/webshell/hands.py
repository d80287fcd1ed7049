"""Which bad pages are of one hand: what is kept of each while it is read, and their names."""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.detect.webshell.decoding import page_text
from alpheus.detect.webshell.family import Fingerprint, Secret, group, traits_of
from alpheus.detect.webshell.page import Kind, read_page

Hand = tuple[Fingerprint, frozenset[Secret]]
"""The structure of a page, and what its author chose, as keyed hashes."""


def hand_of(content: bytes, path: str) -> Hand:
    """What tells the hand of a page; empty for a page without code."""
    page = read_page(page_text(content).text, path.rpartition("/")[2])
    return traits_of((one.text, one.language) for one in page.code if one.kind is not Kind.BINDING)


def families(hands: Sequence[Hand]) -> list[str | None]:
    """The name of each page's family; None where nothing tells one."""
    return [name or None for name in group(hands)]
