"""Evidence from after the clean-up beside that from before: what is gone, left, back or new.

What lies in files is compared by place and hash, whatever the logs say. What logs say of the time
before the clean-up is past and stays in them; only signs from after it count. A server is verified
clean when nothing is left, nothing is new, the sources that a verdict needs go on beyond it,
nothing was lost that might hide a page or a log, and no flaw is known to be open. That speaks of
what lies in files; what does not is named beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

import msgspec

from alpheus.model import Weight
from alpheus.report.assessment_file import Citation, Finding, Server
from alpheus.respond.own_files import OwnFiles
from alpheus.respond.verification_evidence import file_of, in_shadow, is_kept
from alpheus.respond.verification_listing import is_page, place_of
from alpheus.respond.verification_logs import seen_until, unseen_logs
from alpheus.respond.verification_looked import Looked
from alpheus.respond.verification_open import Unshown, unshown_of, way_in
from alpheus.respond.verification_pages import is_served
from alpheus.respond.verification_places import pages_of_records, unseen_folders, unseen_pages
from alpheus.respond.verification_unlisted import (
    Change,
    Unlisted,
    cut_off,
    how_compared,
    to_look_at,
    unlisted_of,
)

SCHEMA = "alpheus.clean-verification/1"
_NO_CONFIGURATION = (
    "applicationHost.config: it was not collected, and says which folders are served; bring "
    r"C:\Windows\System32\inetsrv\config"
)


class Fate(StrEnum):
    """What became of a finding, or of a file that it names. `unseen`: nobody looked there again."""

    GONE = "gone"
    UNSEEN = "unseen"
    LEFT = "left"
    BACK = "back"
    NEW = "new"
    PAST = "past"


class Outcome(StrEnum):
    """The answer. `uncovered`: not all was seen that must be, or the way in is open."""

    CLEAN = "verified-clean"
    UNCOVERED = "uncovered"
    LEFT = "not-clean"
    BACK = "re-infected"


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One finding, or one file. `time` is the first sign from after the clean-up, UTC."""

    fate: Fate
    rule: str
    title: str
    path: str = ""
    sha256: str = ""
    time: str = ""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison. `files` is the answer for what lies in files alone, `outcome` that for all.

    `since` is the clean-up, UTC, and `until` up to when all sources that a verdict needs were seen,
    '' where one of them was not. `uncovered` says what was not seen, and what to collect.
    `unshown` is what lies in no file, for the steps of the plan to settle; `way_in` are the flaws
    that are open still. `by_word`: only the caller's word says that the evidence is of this server.
    `shown_by` says of each folder in which a page was found what shows that it was looked at.
    `pages` are those that no rule and no list knows, and `compared` says what is of pages.
    `renamed` says in words that the server has another name since, by the caller's word.
    `until` is up to when all was seen; `listed` is the same where logs go on beyond it, and the
    folders were collected then.
    """

    schema: str = SCHEMA
    server: str
    since: str
    assessment: str
    outcome: Outcome
    files: Outcome
    items: tuple[Item, ...]
    uncovered: tuple[str, ...]
    until: str = ""
    unshown: tuple[Unshown, ...] = ()
    way_in: tuple[str, ...] = ()
    by_word: bool = False
    shown_by: tuple[str, ...] = ()
    pages: tuple[Unlisted, ...] = ()
    compared: str = ""
    renamed: str = ""
    listed: str = ""

    def of(self, *fates: Fate) -> tuple[Item, ...]:
        """Items of these fates."""
        return tuple(one for one in self.items if one.fate in fates)


_FileKey = tuple[str, str]


def compare(
    before: Server, after: Server, *, since: str, looked: Looked, assessment: str,
    missing: Sequence[str] = (), by_word: bool = False, own: Collection[str] = (),
    renamed: str = "",
) -> Verification:  # fmt: skip
    """Compare.

    `since` is when the clean-up was done, ISO 8601 UTC; `looked` is what the new evidence shows of
    folders; `assessment` is the digest of the old one.
    `missing` says what else of the new evidence was not seen, in sentences. `own` are hashes of
    pages that somebody says are right.
    """
    now = _files(after)
    here = {place for place, _ in now}
    was = {(_as_here(place, here, looked), rule): one
           for (place, rule), one in _files(before).items()}  # fmt: skip
    pages = unlisted_of(before, after, here, looked, own=own,
                        suspect={place for place, _ in was})  # fmt: skip
    again = _again(was, here, pages, looked, after)
    items = [*_file_items(was, now, looked, again), *_copies(was, now, looked),
             *_record_items(before, after, since)]  # fmt: skip
    unseen = (
        *_not_looked_at(before, was, looked),
        *to_look_at(pages),
        *cut_off(before, after),
        *_there(again, pages),
        *missing,
    )
    uncovered = (*unseen_logs(before, after, since), *unseen)
    entrance = tuple(way_in(after))
    until = seen_until(before, after, since)
    listed = looked.listed_until(_folders(was), pages_of_records(before)) if until else ""
    listed = listed if listed < until else ""
    return Verification(
        server=before.name, since=since, assessment=assessment,
        outcome=_answer(items, (*uncovered, *entrance)),
        files=_answer([one for one in items if one.path], unseen),
        items=tuple(items), uncovered=uncovered, until=listed or until,
        unshown=unshown_of(before, after), way_in=entrance, by_word=by_word,
        shown_by=_how_shown(was, looked), pages=pages, compared=how_compared(before, after, pages),
        renamed=renamed, listed=listed,
    )  # fmt: skip


def _files(server: Server) -> dict[_FileKey, tuple[Finding, Citation]]:
    """Files that are findings by themselves: by place and rule."""
    found: dict[_FileKey, tuple[Finding, Citation]] = {}
    for finding in server.findings:
        if finding.weight is Weight.CONTEXT:
            continue
        for citation in finding.citations:
            if place := file_of(finding, citation):
                found.setdefault((place, finding.rule), (finding, citation))
    return found


def _as_here(place: str, here: Collection[str], looked: Looked) -> str:
    """A place as the new evidence calls it; what it was called may be there as well."""
    return place if place in here else looked.called_here(place)


def _file_items(
    was: dict[_FileKey, tuple[Finding, Citation]], now: dict[_FileKey, tuple[Finding, Citation]],
    looked: Looked, again: Collection[str],
) -> list[Item]:  # fmt: skip
    items = []
    places = {place for place, _ in was}
    hashes = {citation.sha256 for _, citation in was.values()}
    copied = {place_of(one.path) for one in looked.copies}
    for key, (finding, citation) in was.items():
        if key not in now and key[0] not in copied:
            folder, _, name = key[0].rpartition("/")
            was_seen = looked.saw(folder, page=_as_page(folder, name))
            is_gone = was_seen and name not in looked.left_behind(folder) and key[0] not in again
            items.append(_item(Fate.GONE if is_gone else Fate.UNSEEN, finding, citation))
    for key, (finding, citation) in now.items():
        if key in was:
            same = was[key][1].sha256 == citation.sha256 or citation.record_id is not None
            fate = Fate.LEFT if same else Fate.BACK
        elif in_shadow(citation.path) and citation.sha256 in hashes:
            fate = Fate.LEFT
        else:
            fate = Fate.BACK if key[0] in places else Fate.NEW
        items.append(_item(fate, finding, citation))
    return items


def _again(
    was: dict[_FileKey, tuple[Finding, Citation]], here: Collection[str],
    pages: Sequence[Unlisted], looked: Looked, after: Server,
) -> dict[str, str]:  # fmt: skip
    """Where a page was found, and another lies now that no rule knows: places, and paths.

    The product's own is there again where a list has its hash; another is right by somebody's word.
    """
    right = {place_of(one.path) for one in pages if one.change is Change.OWN}
    right |= {place_of(one.path) for one in looked.copies}  # which are told as what is left
    product, listed = OwnFiles(), after.pages
    unlisted = {place_of(one.path) for one in listed.files} if listed else set()
    is_whole = listed is not None and listed.total <= len(listed.files)
    return {
        place: citation.path for (place, _), (_, citation) in was.items()
        if place not in here and place not in right and looked.has_page(place)
        and (place in unlisted or not is_whole or not product.are_there(citation.path))
    }  # fmt: skip


def _there(again: dict[str, str], pages: Sequence[Unlisted]) -> Iterator[str]:
    """What is told of such places, but for those that are told as pages."""
    told = {place_of(one.path) for one in pages}
    for place, path in again.items():
        if place not in told:
            yield f"{path}: a page lies there again, and no rule knows it; look at it"


def _as_page(folder: str, name: str) -> bool:
    """Whether it is gone only where pages were collected: all that a web site may run."""
    return is_page(name) or is_served(folder)


def _copies(
    was: dict[_FileKey, tuple[Finding, Citation]], now: Collection[_FileKey], looked: Looked
) -> Iterator[Item]:
    """Files with the bytes of one that was found, in which no rule sees anything."""
    known = {place for place, _ in now}
    of = {citation.sha256: finding for finding, citation in was.values()}
    for one in looked.copies:
        if one.sha256 in of and place_of(one.path) not in known:
            finding = of[one.sha256]
            yield Item(Fate.LEFT, finding.rule, finding.title, one.path, one.sha256)


def _item(fate: Fate, finding: Finding, citation: Citation) -> Item:
    return Item(fate, finding.rule, finding.title, citation.path, citation.sha256 or "")


def _record_items(before: Server, after: Server, since: str) -> list[Item]:
    known = {one.rule for one in before.findings}
    old = {(one.rule, *_told(citation)) for one in before.findings for citation in one.citations}
    items, since = [], _second(since)
    for finding in after.findings:
        records = [one for one in finding.citations if file_of(finding, one) is None]
        if finding.weight is Weight.CONTEXT or (finding.citations and not records):
            continue
        last = _second(finding.last or finding.time or "")
        is_old = last <= since if last else all(
            (finding.rule, *_told(one)) in old or is_kept(one) for one in records
        )  # fmt: skip
        if is_old:
            items.append(Item(Fate.PAST, finding.rule, finding.title))
            continue
        first = _second(finding.time or last)
        time = first if first > since else last
        fate = Fate.BACK if finding.rule in known else Fate.NEW
        items.append(Item(fate, finding.rule, finding.title, time=time))
    return items


def _second(time: str) -> str:
    """Without fractions of a second, which not every time has that is compared as text."""
    return f"{time[:19]}Z" if time[19:20] == "." else time


def _told(citation: Citation) -> tuple[str, str]:
    """A record that has no time, for comparing."""
    return place_of(citation.path), citation.text


def _not_looked_at(before: Server, was: Collection[_FileKey], looked: Looked) -> tuple[str, ...]:
    """Folders in which something was found, or is served, and that were not collected again."""
    folders = _folders(was)
    missing = [f"--complete {one}: nothing of it is in the new evidence"
               for one in looked.unfounded]  # fmt: skip
    missing += [*unseen_folders(folders, looked), *unseen_pages(before, folders, looked)]
    for folder in folders:
        missing += (f"{folder}/{name}: the $MFT names it, and it was not collected; bring it"
                    for name in looked.left_behind(folder))  # fmt: skip
    if looked.has_configuration:
        missing += looked.unseen_served()
    elif any(one.source == "iis-configuration" for one in before.coverage):
        missing.append(_NO_CONFIGURATION)
    return tuple(missing)


def _folders(was: Collection[_FileKey]) -> dict[str, bool]:
    """Folders in which something was found, and whether pages must be shown there."""
    folders: dict[str, bool] = {}
    for place, _ in sorted(was):
        folder, _, name = place.rpartition("/")
        folders[folder] = folders.get(folder, False) or _as_page(folder, name)
    return folders


def _how_shown(was: Collection[_FileKey], looked: Looked) -> tuple[str, ...]:
    return tuple(
        f"{folder}: {how}" for folder, page in _folders(was).items()
        if page and (how := looked.how(folder, page=page))
    )  # fmt: skip


def _answer(items: list[Item], uncovered: tuple[str, ...]) -> Outcome:
    fates = {one.fate for one in items}
    if Fate.BACK in fates or Fate.NEW in fates:
        return Outcome.BACK
    if Fate.LEFT in fates:
        return Outcome.LEFT
    return Outcome.UNCOVERED if uncovered else Outcome.CLEAN
