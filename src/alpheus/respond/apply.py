"""A plan carried out on mounted volumes, many files at once, and never in two states.

Files are taken in groups: all of a group go into the vault and are brought to disk, then the
journal says so, and only then they leave their places. A run that was killed goes on with what the
journal calls unfinished. Without `execute` everything is looked at and nothing is changed.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice

import msgspec

from alpheus.custody.chain import failed
from alpheus.errors import VaultError
from alpheus.respond.disk import at_once
from alpheus.respond.folders import bring_to_disk
from alpheus.respond.journal import (
    Folder,
    FolderKey,
    Gone,
    Journal,
    Kept,
    Stayed,
    Undoing,
    written,
)
from alpheus.respond.known_good import KnownGood
from alpheus.respond.metadata import Metadata, metadata_of, times_of
from alpheus.respond.model import FileAction, Plan
from alpheus.respond.outcome import UNKNOWN, Outcome, Result, absence_of, words_of
from alpheus.respond.removal import clear_away, exchange, hashed, new_name, pieces, take_away
from alpheus.respond.vault import ChangedError, Vault
from alpheus.respond.volume import (
    AbsentPlaceError,
    Place,
    RefusedPlaceError,
    Volume,
    open_file,
)
from alpheus.respond.volumes import identities

GROUP = 1024
"""Files that are brought to disk together."""

_CHANGED = (
    "it is another file than the one that the assessment saw (its SHA-256 is {}): collect and "
    "triage anew, and plan again"
)
_GOOD = "the product's own file is there"
_NO_GOOD = "nothing in --known-good has a hash that the product's own file has"
_BY_HAND = f"{_NO_GOOD}: put it in its place by hand"
_NAMES = (
    "its content stays under {} other name{} (hard links; on NTFS one may be its short name): "
    "find ROOT -xdev -inum {}"
)
_LOST = "the vault does not hold it whole"

_NONE = KnownGood(None, ())


def look(
    plan: Plan, volumes: Mapping[str, Volume], known_good: KnownGood = _NONE
) -> Iterator[Outcome]:
    """What would happen, from the very files; nothing is changed."""
    for action in plan.files():
        yield _looked(action, volumes, known_good)


def apply(
    plan: Plan, volumes: Mapping[str, Volume], vault: Vault, journal: Journal,
    known_good: KnownGood = _NONE,
) -> Iterator[Outcome]:  # fmt: skip
    """Take away what the plan names. Raises OutputError where vault or journal cannot be written.

    What was done before such an error is done, and a next run goes on from there.
    """
    journal.mount(identities(volumes))
    run = _Run(volumes, vault, journal, known_good)
    run.finish()
    for group in groups(plan.files()):
        yield from run.group(group)


def groups(actions: Iterable[FileAction]) -> Iterator[tuple[FileAction, ...]]:
    """Files that are brought to disk together."""
    left = iter(actions)
    while group := tuple(islice(left, GROUP)):
        yield group


def _looked(
    action: FileAction, volumes: Mapping[str, Volume], known_good: KnownGood
) -> Outcome:  # fmt: skip
    try:
        with opened_file(action, volumes) as (_, number):
            found = hashed(number)
            known = metadata_of(number, os.fstat(number))
            _must_be_writable(number)
    except (AbsentPlaceError, RefusedPlaceError, OSError) as error:
        return _not_done(action, error)
    if found != action.sha256:
        return _not_done(action, ChangedError(found))
    good = known_good.for_file(action)
    if action.exchanged and not good:
        return Outcome(action, Result.REFUSED, _NO_GOOD)
    return Outcome(action, Result.WOULD, _besides(action, good, known))


def _must_be_writable(number: int) -> None:
    """Raises OSError where its volume is mounted read-only."""
    if os.fstatvfs(number).f_flag & os.ST_RDONLY:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def _besides(
    action: FileAction, good: str, known: Metadata, others: int | None = None
) -> str:  # fmt: skip
    """What else is to be said of a file that is taken; `others` names are left of its content."""
    others = known.others if others is None else others
    told = []
    if good:
        told.append(f"the product's own file takes its place (SHA-256 {good})")
    elif action.good:
        told.append(_BY_HAND)
    if known.others and others > 0:
        told.append(_NAMES.format(others, "s" * (others > 1), known.inode))
    return "; ".join(told)


def _lacks(action: FileAction, good: str) -> bool:
    """Whether the product has a file there, and none was put in place."""
    return bool(action.good) and not good


@contextmanager
def opened_file(action: FileAction, volumes: Mapping[str, Volume]) -> Iterator[tuple[Place, int]]:
    """Where a file is, and the file, open. Raises as `Volume.place` does."""
    volume = volumes.get(action.volume)
    if volume is None:
        raise RefusedPlaceError(UNKNOWN.format(action.volume))
    with volume.place(action.parts) as place:
        number = open_file(place)
        try:
            yield place, number
        finally:
            os.close(number)


def _not_done(action: FileAction, error: Exception) -> Outcome:
    if isinstance(error, AbsentPlaceError):
        return absence_of(action, error)
    if isinstance(error, ChangedError):
        if str(error) in action.good:
            return Outcome(action, Result.ALREADY, _GOOD)
        return Outcome(action, Result.REFUSED, _CHANGED.format(error))
    return Outcome(action, Result.REFUSED, words_of(error))


class _Run:
    """One run: what it works with, and what it has finished of a run before."""

    def __init__(
        self, volumes: Mapping[str, Volume], vault: Vault, journal: Journal, known_good: KnownGood
    ) -> None:
        self._volumes = volumes
        self._vault = vault
        self._journal = journal
        self._known_good = known_good
        self._finished: set[int] = set()
        self._open: set[int] = set()

    def finish(self) -> None:
        """Finish what a killed run began."""
        journal = self._journal
        again = [kept for kept in journal.unfinished if kept.volume in self._volumes]
        undoing = journal.undoing & self._volumes.keys()
        for kept in journal.kept.values() if undoing else ():
            if kept.volume in undoing:
                self._clear_away(kept)
                if kept.good and kept.id in journal.gone and not kept.adopted:
                    again.append(kept)
        left = self._leave(again)
        journal.write([Undoing(letter, ended=True) for letter in undoing], sync=False)
        self._finished = {number for number, why in left.items() if not why}

    def _clear_away(self, kept: Kept) -> None:
        volume = self._volumes[kept.volume]
        try:
            clear_away(volume, kept)
        except OSError as error:
            raise failed(volume.root, error) from error

    def group(self, group: Sequence[FileAction]) -> Iterator[Outcome]:
        """Some files at once."""
        outcomes: dict[int, Outcome] = {}
        kept: list[Kept] = []
        folders: dict[FolderKey, Folder] = {}
        for action in group:
            found = self._keep(action, folders)
            if isinstance(found, Kept):
                kept.append(found)
            else:
                outcomes[action.id] = found
        self._vault.sync()
        self._journal.write((*folders.values(), *kept), sync=bool(kept))
        left = self._leave(kept)
        taken = {one.id: one for one in kept}
        together = Counter((one.volume, one.metadata.inode) for one in kept if not left[one.id])
        for action in group:
            if action.id in outcomes:
                yield self._told(outcomes[action.id])
            elif why := left[action.id]:
                yield Outcome(action, Result.REFUSED, why)
            else:
                one = taken[action.id]
                others = one.metadata.others + 1 - together[one.volume, one.metadata.inode]
                why = _besides(action, one.good, one.metadata, others)
                yield Outcome(action, Result.DONE, why, lacks=_lacks(action, one.good))

    def _told(self, outcome: Outcome) -> Outcome:
        number = outcome.action.id
        is_there = outcome.result in {Result.ABSENT, Result.ALREADY}
        if outcome.result is Result.NOT_FOUND and len(outcome.action.parts) == 1:
            is_there = True  # its folder is the root, from which this plan has taken it
        if is_there and number in self._journal.gone and not self._journal.kept[number].adopted:
            result = Result.DONE if number in self._finished else Result.ALREADY
            action, one = outcome.action, self._journal.kept[number]
            lacks = outcome.result is not Result.ALREADY and _lacks(action, one.good)
            if result is Result.DONE:
                return Outcome(action, result, _besides(action, one.good, one.metadata), lacks)
            return Outcome(action, result, _BY_HAND if lacks else "", lacks)
        return outcome

    def _keep(self, action: FileAction, folders: dict[FolderKey, Folder]) -> Kept | Outcome:
        good = self._known_good.for_file(action)
        if action.exchanged and not good:
            return _looked(action, self._volumes, self._known_good)
        try:
            with opened_file(action, self._volumes) as (place, number):
                before = os.fstat(number)
                self._vault.keep(action.sha256, pieces(number))
                self._keep_good(good)
                known = metadata_of(number, before)
                parts = written(place.parts)
                self._note_folder((action.volume, parts[:-1]), place.folder, folders)
                return Kept(action.id, action.volume, parts, action.sha256, new_name(), known, good)
        except AbsentPlaceError as error:
            return self._late(action, good) or _not_done(action, error)
        except (ChangedError, RefusedPlaceError) as error:
            return _not_done(action, error)

    def _late(self, action: FileAction, good: str) -> Kept | None:
        """A file that is gone by this plan, and of which the product's own is at hand only now."""
        kept = self._journal.kept.get(action.id) if good else None
        if kept is None or kept.good or kept.adopted:
            return None
        self._keep_good(good)
        return msgspec.structs.replace(kept, aside=new_name(), good=good)

    def _keep_good(self, good: str) -> None:
        """In the vault it is at hand for a run that goes on after a kill."""
        if not good:
            return
        try:
            self._vault.keep(good, self._known_good.content(good))
        except (ChangedError, OSError) as error:
            message = "the file in --known-good is not what it was a moment ago"
            raise RefusedPlaceError(message) from error

    def _note_folder(
        self, key: FolderKey, folder: int, folders: dict[FolderKey, Folder]
    ) -> None:  # fmt: skip
        """Its times, before anything is taken from it for the first time."""
        if key not in self._journal.folders and key not in folders:
            folders[key] = Folder(*key, times_of(folder))

    def _leave(self, kept: Sequence[Kept]) -> dict[int, str]:
        """Take away what is in the vault; gives of each number why it stayed, or ''."""
        entries: list[Gone | Stayed] = []
        left = {one.id: "" if self._vault.holds(one.sha256) else _LOST for one in kept}
        taken = [one for one in kept if not left[one.id]]
        left |= {one.id: why for one, why in zip(taken, at_once(self._take, taken), strict=True)}
        touched: dict[FolderKey, list[int]] = {}
        for one in kept:
            if why := left[one.id]:
                entries += () if one.id in self._open else (Stayed(one.id, why),)
            else:
                touched.setdefault((one.volume, one.parts[:-1]), []).append(one.id)
        folders = []
        for found in bring_to_disk(touched, self._volumes):
            if found.why:  # what was done there may be lost with the power: the next run looks
                left |= dict.fromkeys(touched[found.key], found.why)
                continue
            entries += (Gone(number) for number in touched[found.key])
            if found.times is not None:
                folders.append(Folder(*found.key, found.times, after=True))
        # The folders first: a line cut off must not be the last word on a file.
        self._journal.write((*folders, *entries), sync=False)
        return left

    def _take(self, one: Kept) -> str:
        """Why it stayed, or ''. Where the disk fails it may lie aside: the next run looks."""
        volume = self._volumes[one.volume]
        try:
            if one.good:
                exchange(volume, one, self._vault.read(one.good))
            else:
                take_away(volume, one)
        except (RefusedPlaceError, AbsentPlaceError) as error:
            return words_of(error)
        except (OSError, VaultError) as error:
            self._open.add(one.id)
            return words_of(error)
        return ""
