"""Which folders new evidence shows.

A folder was looked at where a file in it was read, where the collection names it though nothing
lies in it, where what lies below it in a web site was read, or where the list of files of its
volume (`$MFT`), of after the clean-up, was brought and names no page in it that was not. For pages
that is enough only by the `$MFT`, by a page that the same package brought (`page_brought`), or on
the caller's word that all of the folder was collected.
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
    as_text,
    folder_of,
    is_partition,
)
from alpheus.respond.verification_pages import CACHE, PAGES, is_served, page_brought

WEB_ROOT = "wwwroot"
BY_OPERATOR = "by word of the operator"
BRING = (
    "bring it whole, as an archive or a copy that keeps empty folders, or bring the $MFT as well"
)

_EXCHANGE = re.compile(r"(?P<install>[a-z]\w*:/.*?)/(?:frontend/httpproxy|clientaccess)(?:/|\Z)")
_OF_EXCHANGE = ("frontend/", "clientaccess")
_USUAL_INSTALL = re.compile(
    r"[a-z]\w*:/(?:(?:program files/microsoft/)?exchange[^/]*/)?(?:v1\d/)?\Z"
)
_LAYOUTS = re.compile(r"_layouts(?:/(?P<hive>1[4-9]))?(?P<rest>/.*)?\Z")
_HIVE = "{}/web server extensions/{}/template/layouts{}"
_SHARED = "c:/program files/common files/microsoft shared"
_HIVES = {"15": ("16", "15"), "": ("14", "15", "16")}
"""Under which version's folder SharePoint serves `/_layouts/15`, and `/_layouts` alone."""


class Looked:
    """What packages show together; `since` is the clean-up, ISO 8601 UTC.

    `complete` are folders, as `place_of` writes them, of which the caller says that all that lies
    in and below them was collected. It counts where something of them is in the evidence.
    """

    def __init__(
        self, listings: Iterable[Listing] = (), since: str = "", complete: Collection[str] = ()
    ) -> None:
        self._listings = tuple(listings)
        self._since = since
        self._held: dict[str, set[str]] = {}
        self._empty: set[str] = set()
        self._served: list[Served] = []
        self._tables: dict[str, list[Table]] = {}
        self.copies: list[Copy] = []
        """Files that have the bytes of one that was found."""

        for one in self._listings:
            for folder, names in one.held.items():
                self._held.setdefault(folder, set()).update(names)
            self._empty.update(one.empty)
            self._served += one.served
            self.copies += one.copies
            for letter, table in one.tables.items():
                if as_text(table.newest) > since:
                    self._tables.setdefault(letter, []).append(table)
        self._empty -= self._held.keys()
        self._above = {higher for folder in self._held for higher in above(folder)}
        self._known = {*self._held, *self._empty, *self._above}
        self._letters = {one.partition(":")[0] for one in self._known if ":" in one}
        self.roots = frozenset(one.folder for one in self._served)
        """Folders that IIS serves."""
        self.unfounded = sorted(one for one in complete if one not in self._known)
        """What was called complete, and of which nothing is in the evidence."""
        self._complete = frozenset(complete) - frozenset(self.unfounded)

    @property
    def has_configuration(self) -> bool:
        """Whether the new evidence says which folders are served."""
        return bool(self._served)

    def saw(self, folder: str, *, page: bool | None = None) -> bool:
        """Whether a folder was looked at: for a page, which in a web site all are, or a file."""
        return bool(self.how(folder, page=page))

    def how(self, folder: str, *, page: bool | None = None) -> str:
        """What shows a folder, in words; '' where it was not looked at; see `saw`."""
        if self._table(folder) and not self.left_behind(folder):
            return "by the $MFT of its volume"
        if word := next((one for one in (folder, *above(folder)) if one in self._complete), ""):
            return f"{BY_OPERATOR}: --complete {word}{'/' * word.endswith(':')}"
        if showing := self._showing(folder):
            if not (is_served(folder) if page is None else page):
                return "by what was read in it"
            if brought := page_brought(folder, showing, self.roots):
                return f"by pages that the same collection brought: {brought}"
        other = self.called_here(folder)
        return self.how(other, page=is_served(folder) if page is None else page) if (
            other != folder) else ""  # fmt: skip

    def has_page(self, place: str) -> bool:
        """Whether a page lies there now, whatever is in it."""
        folder, _, name = self.called_here(place).rpartition("/")
        return name in self._held.get(folder, ())

    def listed_until(self, folders: Iterable[str], tails: Iterable[str] = ()) -> str:
        """Up to when folders are shown, where the newest package does not show all of them.

        `folders` are those that must be, `tails` as of `holds`; so must the pages of web sites be,
        which are compared. '' where the newest package shows all, or nothing tells.
        """
        every = (*folders, *(one for tail in tails for one in self._places(tail) if self.saw(one)))
        here = [one if self._showing(one) else self.called_here(one) for one in every]
        showing = [(one, self._showing(one)) for one in here]
        showing += [("", [one for one in self._listings if _has_pages(one)])]
        newest = max((one.made(self._since) for one in self._listings), default="")
        shown = [max(one.made(self._since, folder) for one in some)
                 for folder, some in showing if some]  # fmt: skip
        last = min((one for one in shown if one), default="")
        return last if last < newest else ""

    def lacks_pages(self, folder: str) -> bool:
        """Whether something of a folder was read, and nothing shows that pages were."""
        return bool(self._showing(folder) or self._showing(self.called_here(folder)))

    def _showing(self, folder: str) -> list[Listing]:
        """Packages in which a folder is: with a file in it, by name, or above one in a web site."""
        inside = f"{folder}/" if is_served(folder_of(folder)) else ""
        cache = CACHE.match(folder)
        return [
            one for one in self._listings
            if folder in one.held or (folder in one.empty and folder not in self._held)
            or (inside and folder in self._above
                and any(held.startswith(inside) for held in one.held))
            or (cache and any(f"{held}/".startswith(f"{cache[0]}/")
                              for held in (*one.held, *one.empty)))
        ]  # fmt: skip

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
                 if name.endswith(PAGES)}  # fmt: skip
        return sorted(named - self._held.get(folder, set()))

    def holds(self, tail: str, known: Collection[str] = ()) -> bool:
        """Whether the folder was looked at in which a page lay.

        `tail` is its path below the install directory, below the web root, or on a volume (`*:`
        for any). `known` are folders that are asked for by themselves.
        """
        folders = self._places(tail)
        return any(one in known or self.saw(one, page=True) for one in folders)

    def lacks_pages_of(self, tail: str) -> bool:
        """Whether the folder was read of such a page, and nothing shows that pages were."""
        return any(self.lacks_pages(one) for one in self._places(tail))

    def unseen_served(self) -> Iterator[str]:
        """Folders that are served, that no setup makes so, and that were not looked at."""
        told = set()
        for one in self._served:
            if one.folder not in told and not self._is_stock(one) and not self._touched(one.folder):
                told.add(one.folder)
                yield f"{one.path} is served from {one.folder}, which was not collected; {BRING}"

    def _touched(self, folder: str) -> bool:
        here = self.called_here(folder)
        return here in self._above or bool(self._showing(here)) or self.saw(folder)

    def _table(self, folder: str) -> list[Table]:
        return self._tables.get(folder.partition(":")[0], [])

    def _places(self, tail: str) -> Iterator[str]:
        if tail[1:3] == ":/" and tail[0] != "*":
            yield tail
        elif tail.startswith("*:/"):
            yield from (one for one in self._known if one.partition(":")[2] == tail[2:])
        elif tail.startswith(_OF_EXCHANGE):
            yield from self._of_exchange(tail)
        elif layouts := _LAYOUTS.match(tail):
            yield from self._of_layouts(layouts["hive"] or "", layouts["rest"] or "")
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

    def _of_layouts(self, hive: str, rest: str) -> Iterator[str]:
        """SharePoint's folder of pages: of all sites, by its own version, not that of the URL."""
        path = f"/_layouts/{hive}".rstrip("/")
        found = {one.folder for one in self._served if one.path.rstrip("/") == path}
        if found:
            yield from (f"{folder}{rest}" for folder in sorted(found))
            return
        for version in _HIVES.get(hive, (hive,)):
            yield _HIVE.format(_SHARED, version, rest)
            tail = _HIVE.format("", version, rest)
            yield from (one for one in self._known if one.endswith(tail))

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

    def _is_stock(self, one: Served) -> bool:
        """Whether setup serves this folder at this path; the back end's root is that of others."""
        inside = places.install_relative(f"{one.folder}/x")
        if inside is None and one.path == "/":
            product = one.folder.removesuffix("clientaccess")
            is_root = any(folder.startswith(product) for folder in self.roots - {one.folder})
            return one.folder.partition(":")[2] == "/inetpub/wwwroot" or (
                is_root and one.folder.endswith("/clientaccess")
            )
        asked = f"{one.path.rstrip('/')}/x"
        return inside is not None and any(
            places.url_page(asked, site) == inside for site in (places.FRONT_END, places.BACK_END)
        )


def _has_pages(one: Listing) -> bool:
    return any(names and is_served(folder) for folder, names in one.held.items())
