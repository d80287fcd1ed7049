"""Which requests for server pages are worth parsing, decided by the bytes of their lines."""

from __future__ import annotations

import re
from collections.abc import Callable

from alpheus.detect.page_needles import EXTENSIONS, FOLLOWING, page_of

_ENDING = rf"\.(?:{'|'.join(EXTENSIONS)}))(?={FOLLOWING})"
_NAMES = {
    "iis": re.compile(rf'(/[^ ?"]*?{_ENDING}'.encode(), re.IGNORECASE),
    # Between quotes a path may hold commas.
    "httpproxy": re.compile(
        rf'(?:(?<=")(/[^"?]*?{_ENDING}|(/[^ ,?"]*?{_ENDING})'.encode(), re.IGNORECASE
    ),
}
_ADDRESS = re.compile(rb"[0-9a-f.:]+\Z", re.IGNORECASE)
_FIRST_ASKED = 2
_KEPT = 50_000


class PageSieve:
    """The pages that one file was seen to name. `ships` tells which are the product's own.

    `known`: that the product is there need not be told by the answers of its pages any more.
    """

    def __init__(
        self, ships: Callable[[bytes], bool], source: str = "iis", *, known: bool = False
    ) -> None:
        self._ships = ships
        self._names = _NAMES[source]
        self.known = known
        self._asked: dict[bytes, int] = {}
        self._settled: dict[str, tuple[int, int]] = {}
        self.counted: dict[str, dict[str, int]] = {}
        """Clients of settled pages in lines that were passed by, and how often they asked."""

    def settle(self, page: str, line: bytes, client: str) -> None:
        """Pass by further requests for a page, as `page_of` spells it: enough is known of it.

        Columns are those of IIS, between blanks: no page of an HttpProxy log is ever settled.
        Their clients are counted where they stand as `client` does in `line`, the last one that
        was parsed. If that place is not clear, the page is not settled.
        """
        columns = line.split(b" ")
        if columns.count(client.encode()) == 1 and len(self._settled) < _KEPT:
            self._settled[page] = (len(columns), columns.index(client.encode()))
            self.counted.setdefault(page, {})

    def wants(self, line: bytes, times: int = 1) -> bool:
        """False only if every page that the line names is one of the product's own, or settled.

        While it is not known that the product is there, the first requests for each of its pages
        are wanted too: their answers tell. `times`: so many lines ask as this one does.
        """
        pages = self._found(line)
        passed: list[tuple[str, str]] = []
        if not pages or any(self._wanted(page, line, passed) for page in pages):
            return True
        for page, client in passed:
            clients = self.counted[page]
            if client in clients or len(clients) < _KEPT:
                clients[client] = clients.get(client, 0) + times
        return False

    def alike(self, line: bytes) -> bool:
        """Whether what is decided on a line holds for its repeats.

        Not where the first requests for a page of the product are waited for: each counts.
        """
        return self.known or not any(map(self._ships, self._found(line)))

    def _found(self, line: bytes) -> list[bytes]:
        found = self._names.findall(line)
        return found if self._names.groups == 1 else [first or second for first, second in found]

    def _wanted(self, page: bytes, line: bytes, passed: list[tuple[str, str]]) -> bool:
        if not self._ships(page):
            settled = self._settled and self._passed_by(page, line)
            if settled:
                passed.append(settled)
            return not settled
        if self.known:
            return False
        asked = self._asked.get(page, 0)
        if asked < _FIRST_ASKED and len(self._asked) < _KEPT:
            self._asked[page] = asked + 1
            return True
        return False

    def _passed_by(self, raw: bytes, line: bytes) -> tuple[str, str] | None:
        """A page that is settled, and its client if that can be counted."""
        page = page_of(raw.decode("utf-8", "replace"))
        place = self._settled.get(page or "")
        if page is None or place is None:
            return None
        columns = line.rstrip(b"\r").split(b" ")
        if len(columns) != place[0] or not _ADDRESS.match(columns[place[1]]):
            return None
        return page, columns[place[1]].decode("ascii")
