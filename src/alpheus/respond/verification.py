"""Evidence from after the clean-up beside that from before: what is gone, left, back or new.

What lies in files is compared by place and hash, whatever the logs say. What logs say of the time
before the clean-up is past and stays in them; only signs from after it count. A server is verified
clean when nothing is left, nothing is new, the sources that a verdict needs go on beyond it,
nothing was lost that might hide a page or a log, and no flaw is known to be open. That speaks of
what lies in files; what does not is named beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

import msgspec

from alpheus.model import Weight
from alpheus.respond.assessment_file import Citation, Finding, Server
from alpheus.respond.verification_open import Unshown, unshown_of, way_in
from alpheus.respond.verification_places import LOGS, Looked, place_of, unseen_pages

SCHEMA = "alpheus.clean-verification/1"


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

    def of(self, *fates: Fate) -> tuple[Item, ...]:
        """Items of these fates."""
        return tuple(one for one in self.items if one.fate in fates)


_FileKey = tuple[str, str]


def compare(
    before: Server, after: Server, *, since: str, looked: Collection[str], assessment: str,
    missing: Sequence[str] = (), by_word: bool = False,
) -> Verification:  # fmt: skip
    """Compare.

    `since` is when the clean-up was done, ISO 8601 UTC; `looked` are the folders of which the new
    evidence holds a file, as `place_of` writes them; `assessment` is the digest of the old one.
    `missing` says what else of the new evidence was not seen, in sentences.
    """
    was, now, seen = _files(before), _files(after), Looked(looked)
    items = [*_file_items(was, now, seen), *_record_items(before, after, since)]
    unseen = (*_not_looked_at(before, was, seen), *missing)
    uncovered = (*_uncovered(before, after, since), *unseen)
    entrance = tuple(way_in(after))
    return Verification(
        server=before.name, since=since, assessment=assessment,
        outcome=_answer(items, (*uncovered, *entrance)),
        files=_answer([one for one in items if one.path], unseen),
        items=tuple(items), uncovered=uncovered, until=_seen_until(before, after),
        unshown=unshown_of(before, after), way_in=entrance, by_word=by_word,
    )  # fmt: skip


def end_of(server: Server) -> str:
    """The last record of all sources: what came later was not seen. '' where nothing is known."""
    return max((one.last for one in server.coverage if one.last), default="")


def _seen_until(before: Server, after: Server) -> str:
    """The end of the shortest of the sources that a verdict needs; of all where it needs none."""
    needed = {one.source for one in before.coverage if one.deciding}
    reached = {one.source: one.last or "" for one in after.coverage}
    return min((reached.get(one, "") for one in needed), default=end_of(after))


def _files(server: Server) -> dict[_FileKey, tuple[Finding, Citation]]:
    """Files that are findings by themselves: by place and rule."""
    found: dict[_FileKey, tuple[Finding, Citation]] = {}
    for finding in server.findings:
        if finding.weight is Weight.CONTEXT:
            continue
        for citation in finding.citations:
            if citation.sha256 and not citation.path.lower().endswith(LOGS):
                found.setdefault((place_of(citation.path), finding.rule), (finding, citation))
    return found


def _file_items(
    was: dict[_FileKey, tuple[Finding, Citation]], now: dict[_FileKey, tuple[Finding, Citation]],
    seen: Looked,
) -> list[Item]:  # fmt: skip
    items = []
    places = {place for place, _ in was}
    for key, (finding, citation) in was.items():
        if key not in now:
            fate = Fate.GONE if seen.saw(key[0].rpartition("/")[0]) else Fate.UNSEEN
            items.append(_item(fate, finding, citation))
    for key, (finding, citation) in now.items():
        if key in was:
            same = was[key][1].sha256 == citation.sha256
            items.append(_item(Fate.LEFT if same else Fate.BACK, finding, citation))
        else:
            fate = Fate.BACK if key[0] in places else Fate.NEW
            items.append(_item(fate, finding, citation))
    return items


def _item(fate: Fate, finding: Finding, citation: Citation) -> Item:
    return Item(fate, finding.rule, finding.title, citation.path, citation.sha256 or "")


def _record_items(before: Server, after: Server, since: str) -> list[Item]:
    known = {one.rule for one in before.findings}
    items = []
    for finding in after.findings:
        if finding.weight is Weight.CONTEXT or not _of_records(finding):
            continue
        last = finding.last or finding.time or ""
        if last <= since:
            items.append(Item(Fate.PAST, finding.rule, finding.title))
            continue
        first = finding.time or last
        time = first if first > since else last
        fate = Fate.BACK if finding.rule in known else Fate.NEW
        items.append(Item(fate, finding.rule, finding.title, time=time))
    return items


def _of_records(finding: Finding) -> bool:
    return any(one.path.lower().endswith(LOGS) or not one.sha256 for one in finding.citations)


def _uncovered(before: Server, after: Server, since: str) -> tuple[str, ...]:
    reached = {one.source: one.last or "" for one in after.coverage}
    missing = []
    for source in before.coverage:
        if not source.deciding:
            continue
        last = reached.get(source.source, "")
        if not last:
            missing.append(f"{source.source}: none of it was collected")
        elif last <= since:
            missing.append(f"{source.source}: it ends {last}, before the clean-up was done")
    return tuple(missing)


def _not_looked_at(before: Server, was: Collection[_FileKey], seen: Looked) -> tuple[str, ...]:
    """Folders in which something was found, and around which nothing was collected again."""
    folders = sorted({place.rpartition("/")[0] for place, _ in was})
    missing = (
        f"{folder}: no file of this folder was collected; bring it again"
        for folder in folders
        if not seen.saw(folder)
    )
    return (*missing, *unseen_pages(before, folders, seen))


def _answer(items: list[Item], uncovered: tuple[str, ...]) -> Outcome:
    fates = {one.fate for one in items}
    if Fate.BACK in fates or Fate.NEW in fates:
        return Outcome.BACK
    if Fate.LEFT in fates:
        return Outcome.LEFT
    return Outcome.UNCOVERED if uncovered else Outcome.CLEAN
