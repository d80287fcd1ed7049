"""The hash of a file is known only once it was read to its end: citations get it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from alpheus.model import Citation, Finding


def with_hashes(finding: Finding, hashes: Mapping[tuple[str, str], str]) -> Finding:
    """The finding, each citation with the hash of its file, by package and path.

    A citation keeps the hash that it has; one of a file that was not read to its end has none.
    """
    return replace(finding, citations=tuple(_hashed(one, hashes) for one in finding.citations))


def _hashed(citation: Citation, hashes: Mapping[tuple[str, str], str]) -> Citation:
    known = hashes.get((citation.evidence, citation.path))
    return citation if citation.sha256 or not known else replace(citation, sha256=known)
