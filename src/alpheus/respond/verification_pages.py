"""Whether a collection that shows a folder brings pages at all.

A collector takes what its mask names. That a script or a picture of a folder was read says nothing
of the pages beside it; nor does a folder that is named and empty, as a copy by mask leaves it. It
brings pages where it brought one that the web server runs: one of the same tree, where the product
has pages of its own in it; otherwise one of any web site.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from alpheus.respond.verification_listing import Listing, above

PAGES = ("aspx", "ashx", "asmx", "asax", "ascx", "asp", "cshtml", "vbhtml", "php", "jsp")
"""Ends of names that every list of what to collect has."""

CACHE = re.compile(r".*/temporary asp\.net files(?=/|\Z)")
"""Where IIS keeps what it compiled of pages."""

_WEB = re.compile(
    r"/(?:wwwroot|frontend/httpproxy|clientaccess|temporary asp\.net files"
    r"|web server extensions/1[4-9]/template/layouts)(?:/|\Z)"
)
_WITH_PAGES = re.compile(r".*?/(?:frontend/httpproxy|clientaccess|template/layouts)(?=/|\Z)")
"""Trees in which the product itself has pages."""


def is_served(folder: str) -> bool:
    """Whether a folder is one of a web site, or of what is compiled for one."""
    return _WEB.search(folder) is not None


def page_brought(folder: str, showing: Iterable[Listing], roots: Collection[str] = ()) -> str:
    """A page by which a package that shows a folder shows that it brings pages; '' if none does.

    `roots` are folders that IIS serves besides the usual ones.
    """
    tree = _WITH_PAGES.match(folder)
    for one in showing:
        for held, names in sorted(one.held.items()):
            pages = sorted(name for name in names if name.endswith(PAGES))
            if pages and (held == folder or _counts(held, tree[0] if tree else "", roots)):
                return f"{held}/{pages[0]}"
    return ""


def _counts(held: str, tree: str, roots: Collection[str]) -> bool:
    if tree:
        return held == tree or held.startswith(f"{tree}/")
    return is_served(held) or held in roots or any(one in roots for one in above(held))
