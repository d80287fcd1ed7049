"""Which requests for server pages are worth parsing, decided by the bytes of their lines."""

from __future__ import annotations

import re
from collections.abc import Callable

from alpheus.detect.page_needles import EXTENSIONS, page_of

_NAMES = re.compile(
    rf"(/[^ ,?\"]*?\.(?:{'|'.join(EXTENSIONS)}))(?=[ /?,;:%\"])".encode(), re.IGNORECASE
)
_FIRST_ASKED = 2
_KEPT = 50_000


class PageSieve:
    """The pages that one file was seen to name. `ships` tells which are the product's own.

    `known`: that the product is there need not be told by the answers of its pages any more.
    """

    def __init__(self, ships: Callable[[bytes], bool], *, known: bool = False) -> None:
        self._ships = ships
        self.known = known
        self._asked: dict[bytes, int] = {}
        self._settled: set[str] = set()
        self._pages: dict[bytes, str | None] = {}

    def settle(self, page: str) -> None:
        """Pass by further requests for a page, as `page_of` spells it: enough is known of it."""
        if len(self._settled) < _KEPT:
            self._settled.add(page)

    def wants(self, line: bytes) -> bool:
        """False only if every page that the line names is one of the product's own, or settled.

        While it is not known that the product is there, the first requests for each of its pages
        are wanted too: their answers tell.
        """
        pages = _NAMES.findall(line)
        return not pages or any(self._wanted(page) for page in pages)

    def _wanted(self, page: bytes) -> bool:
        if not self._ships(page):
            return not self._settled or self._page(page) not in self._settled
        if self.known:
            return False
        asked = self._asked.get(page, 0)
        if asked < _FIRST_ASKED and len(self._asked) < _KEPT:
            self._asked[page] = asked + 1
            return True
        return False

    def _page(self, raw: bytes) -> str | None:
        if raw not in self._pages:
            if len(self._pages) >= _KEPT:
                self._pages.clear()
            self._pages[raw] = page_of(raw.decode("utf-8", "replace"))
        return self._pages[raw]
