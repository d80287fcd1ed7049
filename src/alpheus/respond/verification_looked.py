"""Which folders new evidence shows.

A folder was looked at where a file in it was read, where the collection names it though nothing
lies in it, where what lies below it in a web site was read, or where the list of files of its
volume (`$MFT`), of after the clean-up, was brought and names no page in it that was not.
That what lies above or beside it was collected shows nothing: a collector takes what it is told.

Where a page is known by its URL alone, its folder is the one that IIS serves there by the
`applicationHost.config` of the new evidence; without that, the one that setup makes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from alpheus.knowledge import places
from alpheus.respond.verification_listing import (
    Copy,
    Listing,
    Served,
    Table,
    above,
    folder_of,
    is_partition,
)

WEB_ROOT = "wwwroot"
BRING = (
    "bring it whole, as an archive or a copy that keeps empty folders, or bring the $MFT as well"
)

_WEB = re.compile(r"/(?:wwwroot|frontend/httpproxy|clientaccess|temporary asp\.net files)(?:/|\Z)")
_CACHE = re.compile(r".*/temporary asp\.net files(?=/|\Z)")
_EXCHANGE = re.compile(r"(?P<install>[a-z]\w*:/.*?)/(?:frontend/httpproxy|clientaccess)(?:/|\Z)")
_OF_EXCHANGE = ("frontend/", "clientaccess")
_USUAL_INSTALL = re.compile(
    r"[a-z]\w*:/(?:(?:program files/microsoft/)?exchange[^/]*/)?(?:v1\d/)?\Z"
)
_PAGES = ("aspx", "ashx", "asmx", "asax", "ascx", "asp", "cshtml", "vbhtml", "php", "jsp")
"""Ends of names that every list of what to collect has."""


def is_served(folder: str) -> bool:
    """Whether a folder is one of a web site, or of what is compiled for one."""
    return _WEB.search(folder) is not None


class Looked:
    """What packages show together; `since` is the clean-up, ISO 8601 UTC."""

    def __init__(self, listings: Iterable[Listing] = (), since: str = "") -> None:
        self._held: dict[str, set[str]] = {}
        self._empty: set[str] = set()
        self._served: list[Served] = []
        self._tables: dict[str, list[Table]] = {}
        self.copies: list[Copy] = []
        """Files that have the bytes of one that was found."""

        for one in listings:
            for folder, names in one.held.items():
                self._held.setdefault(folder, set()).update(names)
            self._empty.update(one.empty)
            self._served += one.served
            self.copies += one.copies
            for letter, table in one.tables.items():
                if table.newest is not None and table.newest.strftime("%Y-%m-%dT%H:%M:%SZ") > since:
                    self._tables.setdefault(letter, []).append(table)
        self._empty -= self._held.keys()
        self._above = {higher for folder in self._held for higher in above(folder)}
        self._known = {*self._held, *self._empty, *self._above}
        self._letters = {one.partition(":")[0] for one in self._known if ":" in one}
        self._caches = {match[0] for folder in (*self._held, *self._empty)
                        if (match := _CACHE.match(folder))}  # fmt: skip

    @property
    def has_configuration(self) -> bool:
        """Whether the new evidence says which folders are served."""
        return bool(self._served)

    def saw(self, folder: str) -> bool:
        """Whether a folder was looked at."""
        if folder in self._held or folder in self._empty:
            return True
        if folder in self._above and is_served(folder_of(folder)):
            return True
        cache = _CACHE.match(folder)
        if cache is not None and cache[0] in self._caches:
            return True
        if self._table(folder) and not self.left_behind(folder):
            return True
        other = self.called_here(folder)
        return other != folder and self.saw(other)

    def called_here(self, place: str) -> str:
        """A place as the new evidence calls its volume: by a letter, or as a partition of a disk.

        The volume is one that holds the folder, and the only one that may be it.
        """
        letter, _, path = place.partition(":")
        if letter in self._letters:
            return place
        others = [one for one in self._letters if is_partition(one) or is_partition(letter)]
        holding = [one for one in others if f"{one}:{path}" in self._known
                   or f"{one}:{folder_of(path)}" in self._known]  # fmt: skip
        return f"{holding[0]}:{path}" if len(holding) == 1 else place

    def left_behind(self, folder: str) -> list[str]:
        """Pages in a folder that the list of its volume names, and that were not collected."""
        path = folder.partition(":")[2]
        named = {name for table in self._table(folder) for name in table.names.get(path, ())
                 if name.endswith(_PAGES)}  # fmt: skip
        return sorted(named - self._held.get(folder, set()))

    def holds(self, tail: str, known: Collection[str] = ()) -> bool:
        """Whether the folder was looked at in which a page lay.

        `tail` is its path below the install directory, below the web root, or on a volume (`*:`
        for any). `known` are folders that are asked for by themselves.
        """
        folders = self._places(tail)
        return any(one in known or self.saw(one) for one in folders)

    def unseen_served(self) -> Iterator[str]:
        """Folders that are served, that no setup makes so, and that were not looked at."""
        told = set()
        for one in self._served:
            if one.folder not in told and not _is_stock(one) and not self._touched(one.folder):
                told.add(one.folder)
                yield f"{one.path} is served from {one.folder}, which was not collected; {BRING}"

    def _touched(self, folder: str) -> bool:
        return self.called_here(folder) in self._above or self.saw(folder)

    def _table(self, folder: str) -> list[Table]:
        return self._tables.get(folder.partition(":")[0], [])

    def _places(self, tail: str) -> Iterator[str]:
        if tail[1:3] == ":/" and tail[0] != "*":
            yield tail
        elif tail.startswith("*:/"):
            yield from (one for one in self._known if one.partition(":")[2] == tail[2:])
        elif tail.startswith(_OF_EXCHANGE):
            yield from self._of_exchange(tail)
        else:
            yield from self._of_site("" if tail == WEB_ROOT else tail)

    def _of_exchange(self, tail: str) -> Iterator[str]:
        found = {match["install"] for one in self._served
                 if (match := _EXCHANGE.match(one.folder + "/"))}  # fmt: skip
        if found:
            yield from (f"{install}/{tail}" for install in sorted(found))
            return
        yield f"c:/program files/microsoft/exchange server/v15/{tail}"
        for one in self._known:
            if one.endswith(f"/{tail}") and _USUAL_INSTALL.match(one[: -len(tail)]):
                yield one

    def _of_site(self, path: str) -> Iterator[str]:
        front = [one for one in self._served if not _EXCHANGE.match(one.folder + "/")]
        site = front[0].site if front else ""
        fitting = [one for one in front if one.site == site
                   and f"/{path}/".startswith(f"{one.path.rstrip('/')}/")]  # fmt: skip
        if fitting:
            best = max(fitting, key=lambda one: len(one.path.rstrip("/")))
            rest = f"/{path}"[len(best.path.rstrip("/")) :]
            yield f"{best.folder}{rest}".rstrip("/")
            return
        tail = f"/inetpub/wwwroot/{path}".rstrip("/")
        yield f"c:{tail}"
        for one in self._known:
            if one.partition(":")[2] == tail:
                yield one


def _is_stock(one: Served) -> bool:
    """Whether setup serves this folder at this path."""
    inside = places.install_relative(f"{one.folder}/x")
    if inside is None:
        return one.path == "/" and one.folder.partition(":")[2] == "/inetpub/wwwroot"
    asked = f"{one.path.rstrip('/')}/x"
    return any(
        places.url_page(asked, site) == inside for site in (places.FRONT_END, places.BACK_END)
    )
