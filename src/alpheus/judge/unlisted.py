"""Server pages that no list of the product's files has: what later evidence is compared with.

No rule need say anything of them. They are named so that a page which is there later, and was not,
is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.detect.model import ServerPage
from alpheus.model import SeenPage, UnlistedPages

MOST = 5_000
"""Pages that are named, by their paths; so many are of no product that is known here."""


def unlisted(pages: Sequence[ServerPage]) -> UnlistedPages | None:
    """Of all pages of a server; None where none was read."""
    if not pages:
        return None
    found = {
        (one.citation.path, one.citation.sha256): one.citation
        for one in pages if not one.known_hash and one.citation.sha256
    }  # fmt: skip
    ordered = [found[key] for key in sorted(found, key=lambda key: (key[0].lower(), *key))]
    named = (SeenPage(one.evidence, one.path, one.sha256 or "") for one in ordered[:MOST])
    return UnlistedPages(len(pages), len(ordered), tuple(named))
