"""Server pages that no list of the product's files has: what later evidence is compared with.

No rule need say anything of them. They are named so that a page which is there later, and was not,
is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from alpheus.detect.model import CodeFile, ServerPage
from alpheus.model import Citation, SeenPage, UnlistedCode, UnlistedPages

MOST = 5_000
"""Pages that are named, by their paths; so many are of no product that is known here."""


def unlisted(
    pages: Sequence[ServerPage], code: Sequence[CodeFile] = ()
) -> UnlistedPages | None:  # fmt: skip
    """Of all pages of a server, and the code beside them; None where no page was read."""
    if not pages:
        return None
    found = _named(one.citation for one in pages if not one.known_hash)
    beside = _named(one.citation for one in code)
    return UnlistedPages(
        len(pages), len(found), found[:MOST], UnlistedCode(len(beside), beside[:MOST])
    )  # fmt: skip


def _named(cited: Iterable[Citation]) -> tuple[SeenPage, ...]:
    """Each once, by their paths."""
    found = {(one.path, one.sha256): one for one in cited if one.sha256}
    ordered = [found[key] for key in sorted(found, key=lambda key: (key[0].lower(), *key))]
    return tuple(SeenPage(one.evidence, one.path, one.sha256 or "") for one in ordered)
