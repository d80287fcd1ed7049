"""Server pages that no list of the product has, beside those of the first evidence.

A rule need not know a page for it to be seen: what lies in a web folder now, and did not, or has
another content, is looked at by a person before a server is called clean. The product's own pages
change with an update; where the build is the same they must not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum

import msgspec

from alpheus.report.assessment_file import Page, Server
from alpheus.respond.own_files import OwnFiles
from alpheus.respond.verification_listing import above, folder_of, place_of
from alpheus.respond.verification_looked import Looked
from alpheus.respond.verification_pages import is_served

_EXACT = 4
"""Parts of a build that tells one update from another."""
MOST = 5_000
_SHOWN = 20
_MORE = (
    "more such pages, which the JSON names; if they are of an update or a site of yours, say "
    "--baseline FILE (alpheus baseline make)"
)


class Change(StrEnum):
    """What is so of a page since the first evidence."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    OWN = "own"
    """New or changed, and somebody's word says that it is right."""


class Unlisted(msgspec.Struct, frozen=True):
    """A page that no rule and no list knows."""

    change: Change
    path: str
    sha256: str


def unlisted_of(
    before: Server, after: Server, found: Collection[str], looked: Looked,
    own: Collection[str] = (),
) -> tuple[Unlisted, ...]:  # fmt: skip
    """Such pages of new evidence in web folders; none where one of both does not name its pages.

    `found` are places of files that findings name, which are told by themselves; `own` are hashes
    that somebody says are right.
    """
    if before.pages is None or after.pages is None:
        return ()
    judge = _Compared(before, after, looked, frozenset(own))
    every = (judge.of(page) for page in after.pages.files if place_of(page.path) not in found)
    told = [one for one in every if one is not None]
    return tuple(sorted(told, key=lambda one: (list(Change).index(one.change), one.path))[:MOST])


def to_look_at(pages: Collection[Unlisted]) -> Iterator[str]:
    """What stands against calling a server clean, in sentences."""
    left = [one for one in pages if one.change in {Change.NEW, Change.CHANGED}]
    for one in left[:_SHOWN]:
        how = ("a page that the first evidence does not have" if one.change is Change.NEW else
               "a page with another content than in the first evidence")  # fmt: skip
        yield (f"{one.path}: {how}, and no rule knows it; look at it, and if it is right say "
               f"--page {one.sha256}")  # fmt: skip
    if len(left) > _SHOWN:
        yield f"{len(left) - _SHOWN:,} {_MORE}"


def how_compared(before: Server, after: Server) -> str:
    """What is compared of pages, in a sentence."""
    if before.pages is None or after.pages is None:
        return NOT_COMPARED
    if before.pages.total > len(before.pages.files):
        last = before.pages.files[-1].path if before.pages.files else ""
        return f"{_ALL} Those behind {last} are not: the first evidence has too many."
    return _ALL


NOT_COMPARED = (
    "What was found is compared, not every file: pages that no rule knows are not, because one of "
    "the assessments does not name them. What was planted since shows in the lists of files that "
    "both triages leave in the custody log."
)
_ALL = (
    "Pages in web folders are compared, whatever rules say; programs and libraries that no rule "
    "knows are not, and show in the lists of files that both triages leave in the custody log."
)


class _Compared:
    """The pages of the first evidence, as new ones are looked up in them."""

    def __init__(self, before: Server, after: Server, looked: Looked, own: frozenset[str]) -> None:
        self._looked = looked
        self._own = own
        self._product = OwnFiles()
        self._is_same_build = (
            before.build is not None
            and before.build == after.build
            and before.build.precision >= _EXACT
        )
        pages = before.pages
        self._before: dict[str, set[str]] = {}
        self._end = ""
        for one in pages.files if pages else ():
            place = looked.called_here(place_of(one.path))
            self._before.setdefault(place, set()).add(one.sha256)
        if pages and pages.total > len(pages.files):
            self._end = pages.files[-1].path.lower() if pages.files else "\0"

    def of(self, page: Page) -> Unlisted | None:
        """What is so of a page; None where it is none that counts."""
        place = place_of(page.path)
        if not self._is_served(folder_of(place)):
            return None
        known = self._before.get(place)
        is_same = known is not None and page.sha256 in known
        if self._product.are_there(page.path) and (is_same or not self._is_same_build):
            return None  # an update brings another
        if is_same:
            return Unlisted(Change.SAME, page.path, page.sha256)
        if known is None and self._end and page.path.lower() > self._end:
            return None
        if page.sha256 in self._own:
            return Unlisted(Change.OWN, page.path, page.sha256)
        change = Change.NEW if known is None else Change.CHANGED
        return Unlisted(change, page.path, page.sha256)

    def _is_served(self, folder: str) -> bool:
        roots = self._looked.roots
        return is_served(folder) or folder in roots or any(one in roots for one in above(folder))
