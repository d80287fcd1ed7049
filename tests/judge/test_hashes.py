"""Citations get the hash of their file once it is known."""

from __future__ import annotations

from dataclasses import replace

from alpheus.judge.hashes import with_hashes
from alpheus.model import Citation
from making import finding

KNOWN = {("E1", "a.log"): "a" * 64, ("E2", "a.log"): "b" * 64, ("E1", "cut.log"): ""}


def test_every_citation_gets_the_hash_of_its_own_file() -> None:
    """Equal paths in two packages are two files; a file not read to its end has no hash."""
    cited = (
        Citation("E1", "a.log", line=1),
        Citation("E2", "a.log", line=1),
        Citation("E1", "cut.log", line=1),
        Citation("E1", "other.log", line=1),
    )
    found = with_hashes(replace(finding(), citations=cited), KNOWN)
    assert [one.sha256 for one in found.citations] == ["a" * 64, "b" * 64, None, None]


def test_a_hash_that_stands_is_kept_and_nothing_else_changes() -> None:
    """A page is hashed when it is read; place and text of a citation stay as they are."""
    cited = Citation("E1", "a.log", record_id=7, text="x", sha256="c" * 64)
    before = replace(finding(), citations=(cited,), citations_total=9)
    assert with_hashes(before, KNOWN) == before
