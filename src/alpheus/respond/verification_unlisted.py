"""Server pages that no list of the product has, and code beside them, compared with those before.

A rule need not know a page for it to be seen: what lies in a web folder now, and did not, or has
another content, is looked at by a person before a server is called clean. The product's own pages
change with an update; where the build is the same they must not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum

import msgspec

from alpheus.detect.web_code import ENDS
from alpheus.report.assessment_file import Code, Page, Pages, Server
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
    UPDATED = "updated"
    """One of the product's own, other than before, as another build brings it: not compared.

    One that is of two contents since is told as changed: an update brings one.
    """


class Unlisted(msgspec.Struct, frozen=True):
    """A page that no rule and no list knows."""

    change: Change
    path: str
    sha256: str


def unlisted_of(
    before: Server, after: Server, found: Collection[str], looked: Looked, *,
    own: Collection[str] = (), suspect: Collection[str] = (),
) -> tuple[Unlisted, ...]:  # fmt: skip
    """Such pages of new evidence in web folders; none where one of both does not name its pages.

    Of code beside pages only what is not as it was: a site of its own has much of it.

    `found` are places of files that findings name, which are told by themselves; `own` are hashes
    that somebody says are right; `suspect` are places in which something was found before: that an
    update changes a page is no reason there.
    """
    told: list[Unlisted] = []
    for was, now in _kinds(before, after):
        judge = _Compared(was, now, looked, frozenset(own), suspect,
                          is_same_build=_is_same_build(before, after))  # fmt: skip
        every = (judge.of(page) for page in now.files if place_of(page.path) not in found)
        told += [one for one in every if one is not None
                 and (one.change is not Change.SAME or isinstance(now, Pages))]  # fmt: skip
    return tuple(sorted(told, key=lambda one: (list(Change).index(one.change), one.path))[:MOST])


_Named = Pages | Code


def _kinds(before: Server, after: Server) -> Iterator[tuple[_Named, _Named]]:
    """What both assessments name: pages, and assemblies and sources beside them."""
    was, now = before.pages, after.pages
    if was is None or now is None:
        return
    yield was, now
    if was.code is not None and now.code is not None:
        yield was.code, now.code


def _is_same_build(before: Server, after: Server) -> bool:
    return (
        before.build is not None
        and before.build == after.build
        and before.build.precision >= _EXACT
    )


def to_look_at(pages: Collection[Unlisted]) -> Iterator[str]:
    """What stands against calling a server clean, in sentences."""
    left = [one for one in pages if one.change in {Change.NEW, Change.CHANGED}]
    for one in left[:_SHOWN]:
        kind = "code" if one.path.lower().endswith(ENDS) else "a page"
        how = ("that the first evidence does not have" if one.change is Change.NEW else
               "with another content than in the first evidence")  # fmt: skip
        yield (f"{one.path}: {kind} {how}, and no rule knows it; look at it, and if it is right "
               f"say --page {one.sha256}")  # fmt: skip
    if len(left) > _SHOWN:
        yield f"{len(left) - _SHOWN:,} {_MORE}"


def cut_off(before: Server, after: Server) -> Iterator[str]:
    """That pages of the new evidence are too many to be named, where those before were not."""
    for was, now in _kinds(before, after):
        last = _last(now)
        if _is_cut(now) and (not _is_cut(was) or last < _last(was)):
            what = "pages" if isinstance(now, Pages) else "assemblies and sources"
            yield (
                f"{now.total:,} {what} are in no list, and {len(now.files):,} are named: those "
                f"behind {last} were not compared; bring the web folders alone"
            )


def how_compared(before: Server, after: Server, pages: Collection[Unlisted] = ()) -> str:
    """What is compared of pages, in sentences."""
    if before.pages is None or after.pages is None:
        return NOT_COMPARED
    kinds = list(_kinds(before, after))
    told = [_ALL if len(kinds) > 1 else _PAGES]
    if number := sum(one.change is Change.UPDATED for one in pages):
        told.append(_UPDATED.format(number=number))
    for was, _ in kinds:
        if _is_cut(was):
            told.append(f"Those behind {_last(was)} are not: the first evidence has too many.")
    return " ".join(told)


def _is_cut(pages: _Named) -> bool:
    return pages.total > len(pages.files)


def _last(pages: _Named) -> str:
    """The last that is named, for comparing; before all others where none is."""
    return max((one.path.lower() for one in pages.files), default="")


NOT_COMPARED = (
    "What was found is compared, not every file: pages that no rule knows are not, because one of "
    "the assessments does not name them. What was planted since shows in the lists of files that "
    "both triages leave in the custody log."
)
_PAGES = (
    "Pages in web folders are compared, whatever rules say; assemblies and sources that no rule "
    "knows are not, because one of the assessments does not name them: they show in the lists of "
    "files that both triages leave in the custody log."
)
_ALL = (
    "Pages in web folders are compared, whatever rules say, and so are assemblies in bin and "
    "sources; other programs and libraries that no rule knows are not, and show in the lists of "
    "files that both triages leave in the custody log."
)
_UPDATED = (
    "Not compared either: {number:,} of the product's own pages that differ from the first "
    "evidence, as they do with another build (the JSON names them). Give this evidence again "
    "beside what is collected later: a page that has changed once more is told then."
)


class _Compared:
    """The pages of the first evidence, as new ones are looked up in them."""

    def __init__(
        self, before: _Named, after: _Named, looked: Looked, own: frozenset[str],
        suspect: Collection[str], *, is_same_build: bool,
    ) -> None:  # fmt: skip
        self._looked = looked
        self._own = own
        self._suspect = suspect
        self._product = OwnFiles()
        self._is_same_build = is_same_build
        self._before: dict[str, set[str]] = {}
        self._end = ""
        for one in before.files:
            place = looked.called_here(place_of(one.path))
            self._before.setdefault(place, set()).add(one.sha256)
        if _is_cut(before):
            self._end = _last(before) or "\0"
        since: dict[str, set[str]] = {}
        for one in after.files:
            place = place_of(one.path)
            if one.sha256 not in self._before.get(place, ()):
                since.setdefault(place, set()).add(one.sha256)
        self._changed_again = {place for place, hashes in since.items() if len(hashes) > 1}

    def of(self, page: Page) -> Unlisted | None:
        """What is so of a page; None where it is none that counts."""
        place = place_of(page.path)
        if not self._is_served(folder_of(place)):
            return None
        known = self._before.get(place)
        is_same = known is not None and page.sha256 in known
        is_products = self._product.are_there(page.path) and place not in self._suspect
        if is_same:
            return None if is_products else Unlisted(Change.SAME, page.path, page.sha256)
        if known is None and self._end and page.path.lower() > self._end:
            return None
        if page.sha256 in self._own:
            return Unlisted(Change.OWN, page.path, page.sha256)
        if is_products and not self._is_same_build and place not in self._changed_again:
            return Unlisted(Change.UPDATED, page.path, page.sha256)
        change = Change.NEW if known is None else Change.CHANGED
        return Unlisted(change, page.path, page.sha256)

    def _is_served(self, folder: str) -> bool:
        roots = self._looked.roots
        return is_served(folder) or folder in roots or any(one in roots for one in above(folder))
