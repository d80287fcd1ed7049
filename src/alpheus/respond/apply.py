"""A plan carried out on mounted volumes, many files at once, and never in two states.

Files are taken in groups: all of a group go into the vault and are brought to disk, then the
journal says so, and only then they leave their places. A run that was killed goes on with what the
journal calls unfinished. Without `execute` everything is looked at and nothing is changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice

import msgspec

from alpheus.respond.disk import sync_names
from alpheus.respond.journal import Folder, Gone, Journal, Kept, Stayed, names, written
from alpheus.respond.metadata import metadata_of, times_of
from alpheus.respond.model import FileAction, Plan
from alpheus.respond.removal import clear_away, hashed, new_name, pieces, take_away
from alpheus.respond.vault import ChangedError, Vault
from alpheus.respond.volume import (
    AbsentPlaceError,
    Place,
    RefusedPlaceError,
    Volume,
    open_file,
)

GROUP = 256
"""Files that are brought to disk together."""

UNKNOWN = "no --root says where {} is mounted"
_CHANGED = "it is another file than the one that the assessment saw (its SHA-256 is {})"


class Result(StrEnum):
    """What became of one file."""

    WOULD = "would"
    DONE = "done"
    ALREADY = "already"
    ABSENT = "absent"
    REFUSED = "refused"


class Outcome(msgspec.Struct, frozen=True):
    """Of one action of the plan. `why` is in words where it was not done."""

    action: FileAction
    result: Result
    why: str = ""


def look(plan: Plan, volumes: Mapping[str, Volume]) -> Iterator[Outcome]:
    """What would happen, from the very files; nothing is changed."""
    for action in plan.files():
        yield _looked(action, volumes)


def apply(
    plan: Plan, volumes: Mapping[str, Volume], vault: Vault, journal: Journal
) -> Iterator[Outcome]:
    """Take away what the plan names. Raises OutputError where vault or journal cannot be written.

    What was done before such an error is done, and a next run goes on from there.
    """
    done = _finish(volumes, journal)
    for group in groups(plan.files()):
        yield from _group(group, volumes, vault, journal, done)


def groups(actions: Iterable[FileAction]) -> Iterator[tuple[FileAction, ...]]:
    """Files that are brought to disk together."""
    left = iter(actions)
    while group := tuple(islice(left, GROUP)):
        yield group


def _looked(action: FileAction, volumes: Mapping[str, Volume]) -> Outcome:
    try:
        with _opened(action, volumes) as (_, number):
            found = hashed(number)
    except (AbsentPlaceError, RefusedPlaceError, OSError) as error:
        return _not_done(action, error)
    if found != action.sha256:
        return _not_done(action, ChangedError(found))
    return Outcome(action, Result.WOULD)


@contextmanager
def _opened(action: FileAction, volumes: Mapping[str, Volume]) -> Iterator[tuple[Place, int]]:
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
        return Outcome(action, Result.ABSENT, "it is not there")
    if isinstance(error, ChangedError):
        return Outcome(action, Result.REFUSED, _CHANGED.format(error))
    return Outcome(action, Result.REFUSED, words_of(error))


def _finish(volumes: Mapping[str, Volume], journal: Journal) -> set[int]:
    """Finish what a killed run began. Gives the numbers of what is gone by that."""
    if journal.returning:
        for kept in journal.kept.values():
            if kept.id in journal.gone and kept.volume in volumes:
                clear_away(volumes[kept.volume], kept)
    left = [kept for kept in journal.unfinished if kept.volume in volumes]
    outcomes = dict(_leave(left, volumes, journal))
    return {number for number, why in outcomes.items() if not why}


def _group(
    group: Sequence[FileAction], volumes: Mapping[str, Volume], vault: Vault, journal: Journal,
    done: set[int],
) -> Iterator[Outcome]:  # fmt: skip
    outcomes: dict[int, Outcome] = {}
    kept: list[Kept] = []
    folders: list[Folder] = []
    for action in group:
        found = _keep(action, volumes, vault, journal, folders)
        if isinstance(found, Kept):
            kept.append(found)
        else:
            outcomes[action.id] = found
    vault.sync()
    journal.write((*folders, *kept), sync=bool(kept))
    left = dict(_leave(kept, volumes, journal))
    for action in group:
        yield _told(action, outcomes.get(action.id), left.get(action.id), journal, done)


def _told(
    action: FileAction, outcome: Outcome | None, why: str | None, journal: Journal, done: set[int]
) -> Outcome:
    if outcome is None:
        if why:
            return Outcome(action, Result.REFUSED, why)
        return Outcome(action, Result.DONE)
    if outcome.result is Result.ABSENT and action.id in journal.gone:
        return Outcome(action, Result.DONE if action.id in done else Result.ALREADY)
    return outcome


def _keep(
    action: FileAction, volumes: Mapping[str, Volume], vault: Vault, journal: Journal,
    folders: list[Folder],
) -> Kept | Outcome:  # fmt: skip
    try:
        with _opened(action, volumes) as (place, number):
            before = os.fstat(number)
            vault.keep(action.sha256, pieces(number))
            known = metadata_of(number, before)
            parts = written(place.parts)
            _note_folder(action.volume, parts[:-1], place.folder, journal, folders)
            return Kept(action.id, action.volume, parts, action.sha256, new_name(), known)
    except (AbsentPlaceError, ChangedError, RefusedPlaceError) as error:
        return _not_done(action, error)


def _note_folder(
    volume: str, parts: tuple[str, ...], folder: int, journal: Journal, folders: list[Folder]
) -> None:
    """Its times, before anything is taken from it for the first time."""
    if (volume, parts) in journal.folders:
        return
    if any(one.volume == volume and one.parts == parts for one in folders):
        return
    folders.append(Folder(volume, parts, times_of(folder)))


def _leave(
    kept: Iterable[Kept], volumes: Mapping[str, Volume], journal: Journal
) -> Iterator[tuple[int, str]]:
    """Take away what is in the vault; gives each number, and why it stayed, or ''."""
    entries: list[Gone | Stayed] = []
    touched: dict[tuple[str, tuple[str, ...]], None] = {}
    for one in kept:
        try:
            take_away(volumes[one.volume], one)
        except (RefusedPlaceError, AbsentPlaceError, OSError) as error:
            why = words_of(error)
            entries.append(Stayed(one.id, why))
            yield one.id, why
            continue
        touched[one.volume, one.parts[:-1]] = None
        entries.append(Gone(one.id))
        yield one.id, ""
    folders = [_left_folder(volumes[volume], parts) for volume, parts in touched]
    if entries:  # the folders first: a line cut off must not be the last word on a file
        journal.write((*folders, *entries), sync=True)


def _left_folder(volume: Volume, parts: tuple[str, ...]) -> Folder:
    with volume.folder(names(parts)) as folder:
        sync_names(folder)
        return Folder(volume.letter, parts, times_of(folder), after=True)


def words_of(error: Exception) -> str:
    """Why a place was not touched, in words that follow its path."""
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    if isinstance(error, AbsentPlaceError):
        return "its folder is not there any more"
    return str(error)
