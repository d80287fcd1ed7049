"""What `clean apply` took away, put back: content, times, rights, and the times of the folders.

Many files are written beside their places, brought to disk at once, and then given their names.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from alpheus.errors import CleanError, OutputError, VaultError
from alpheus.respond.apply import groups, opened_file
from alpheus.respond.disk import sync_each
from alpheus.respond.folders import OPEN, bring_to_disk
from alpheus.respond.journal import (
    Back,
    FolderKey,
    Journal,
    Kept,
    Returned,
    Returning,
    Undoing,
    names,
)
from alpheus.respond.metadata import times_of
from alpheus.respond.model import FileAction, Plan
from alpheus.respond.outcome import UNKNOWN, Outcome, Result, absence_of, words_of
from alpheus.respond.removal import Aside, clear_away, hashed, lay_aside, put_back
from alpheus.respond.vault import Vault
from alpheus.respond.volume import AbsentPlaceError, LostFolderError, RefusedPlaceError, Volume
from alpheus.respond.volumes import identities

_NOT = "it is not there, and this vault did not take it: name the vault that did"
_NOR_FOLDER = _NOT + "; its folder is not there either: is this the right volume?"
_ELSEWHERE = (
    "it was taken from another volume, {}: mount that one, or add --onto-other-volume to put it "
    "here on purpose"
)
_UNTOLD = (
    "its content is in this vault, whose journal does not tell that it was taken from here: it was "
    "of another volume and is back there, or the journal is not whole; then put back a copy of the "
    "journal, and undo again"
)
_OTHER = "another file is there, and this vault did not take the one of the plan"
_MAKE = "its folder is gone: make {} again, with its rights, and undo again"
_WHICH = "no folder on its way is there: is {} the volume that it was taken from?"


class _Laid(NamedTuple):
    """A file that lies beside its place."""

    action: FileAction
    kept: Kept
    aside: Aside


def check_origin(volumes: Mapping[str, Volume], journal: Journal, vault: Path) -> None:
    """Raises CleanError where no run was on these volumes, and files are gone from others."""
    if any(journal.is_known(*one) for one in identities(volumes).items()):
        return
    other = next(filter(None, map(journal.last_of, volumes)), None)
    if other is not None:
        given = volumes[other.volume].root
        message = (
            f"--root {other.volume}={given} is not the volume that {vault} took these files from, "
            f"which was {other.place}: mount that one, or add --onto-other-volume to put them here "
            "on purpose"
        )
        raise CleanError(message)


def undo(
    plan: Plan, volumes: Mapping[str, Volume], vault: Vault, journal: Journal,
    *, onto_other: bool = False,
) -> Iterator[Outcome]:  # fmt: skip
    """Put back all that is gone by this plan, the last first. Raises VaultError, OutputError.

    Only what was taken from these very volumes; with `onto_other` also what was from others, which
    stays gone from those.

    A folder gets its times back once all its files are, unless others have changed it since; where
    the disk refuses that, OutputError says so after all files.
    """
    journal.mount(identities(volumes))
    if onto_other:
        journal.adopt()
    unchanged = _unchanged(volumes, journal)
    entries: list[Undoing | Returning] = [Undoing(letter) for letter in volumes]
    journal.write([*entries, *(Returning(*key) for key in unchanged)], sync=True)
    for group in groups(reversed(tuple(plan.files()))):
        yield from _group(group, volumes, vault, journal)
    still = {(kept.volume, kept.parts[:-1]) for kept in journal.kept.values()}
    ready = [key for key in sorted(journal.returning - still) if key[0] in volumes]
    whys = {key: _restore_folder(key, volumes, journal) for key in ready}
    whys |= {found.key: whys[found.key] or found.why for found in bring_to_disk(ready, volumes)}
    journal.write((Returned(*key) for key, why in whys.items() if not why), sync=True)
    if left := [why for why in whys.values() if why]:
        some = "1 folder" if len(left) == 1 else f"{len(left):,} folders"
        message = f"the times of {some} were not given back ({left[0]}); undo again"
        raise OutputError(message)


def _group(
    group: Sequence[FileAction], volumes: Mapping[str, Volume], vault: Vault, journal: Journal
) -> Iterator[Outcome]:
    outcomes: dict[int, Outcome] = {}
    touched: dict[FolderKey, list[int]] = {}
    left = iter(group)
    while some := tuple(islice(left, OPEN)):
        for found in _returned(some, volumes, vault, journal):
            outcomes[found.action.id] = found
            if found.result is Result.DONE:
                kept = journal.kept[found.action.id]
                touched.setdefault((kept.volume, kept.parts[:-1]), []).append(kept.id)
    entries: list[Back] = []
    for folder in bring_to_disk(touched, volumes):
        if not folder.why:
            entries += (Back(number) for number in touched[folder.key])
            continue
        for number in touched[folder.key]:
            refused = Outcome(outcomes[number].action, Result.REFUSED, folder.why)
            outcomes[number] = refused
    journal.write(entries, sync=True)
    for action in group:
        yield outcomes[action.id]


def _returned(
    some: Sequence[FileAction], volumes: Mapping[str, Volume], vault: Vault, journal: Journal
) -> Iterator[Outcome]:
    """As many as may be open at once. In their places they are on disk."""
    laid: list[_Laid] = []
    try:
        for action in some:
            found = _laid(action, volumes, vault, journal)
            if isinstance(found, Outcome):
                yield found
            else:
                laid.append(found)
        errors = sync_each([one.aside.number for one in laid])
    except BaseException:
        for one in laid:
            with contextlib.suppress(OSError):  # the next run does
                clear_away(volumes[one.kept.volume], one.kept)
        raise
    finally:
        for one in laid:
            os.close(one.aside.number)
    for one, error in zip(laid, errors, strict=True):
        yield _named(one, volumes[one.kept.volume], error)


def _laid(
    action: FileAction, volumes: Mapping[str, Volume], vault: Vault, journal: Journal
) -> _Laid | Outcome:
    kept = journal.kept.get(action.id)
    if kept is None:
        found = _not_taken(action, volumes, journal)
        is_held = found.result in {Result.ABSENT, Result.NOT_FOUND} and vault.holds(action.sha256)
        if is_held and not journal.elsewhere(action.id):
            return msgspec.structs.replace(found, why=_UNTOLD)
        return found
    volume = volumes.get(kept.volume)
    if volume is None:
        return Outcome(action, Result.REFUSED, UNKNOWN.format(kept.volume))
    try:
        aside = lay_aside(volume, kept, vault.read(kept.sha256))
    except AbsentPlaceError:
        return Outcome(action, Result.NOT_FOUND, _no_folder(kept, volume))
    except (RefusedPlaceError, OSError, VaultError) as error:
        return Outcome(action, Result.REFUSED, words_of(error))
    return Outcome(action, Result.DONE) if aside is None else _Laid(action, kept, aside)


def _not_taken(
    action: FileAction, volumes: Mapping[str, Volume], journal: Journal
) -> Outcome:  # fmt: skip
    """Of a file that is not gone by this plan and vault: it is in its place, or it is told."""
    try:
        with opened_file(action, volumes) as (_, number):
            if hashed(number) in {action.sha256, *action.good}:
                return Outcome(action, Result.ALREADY)
    except AbsentPlaceError as error:
        why = _NOR_FOLDER if isinstance(error, LostFolderError) else _NOT
        if other := journal.elsewhere(action.id):
            why = _ELSEWHERE.format(other.place)
        return msgspec.structs.replace(absence_of(action, error), why=why)
    except (RefusedPlaceError, OSError) as error:
        return Outcome(action, Result.REFUSED, words_of(error))
    return Outcome(action, Result.REFUSED, _OTHER)


def _no_folder(kept: Kept, volume: Volume) -> str:
    parts = names(kept.parts)
    with (
        contextlib.suppress(AbsentPlaceError, RefusedPlaceError, OSError),
        volume.folder(parts[:1]),
    ):
        return _MAKE.format("\\".join((f"{kept.volume}:", *parts[:-1])))
    return _WHICH.format(kept.volume)


def looks_other(volumes: Mapping[str, Volume], journal: Journal) -> bool:
    """Whether no folder is as `apply` left it: these may be volumes of another server."""
    journal.mount(identities(volumes))
    known = [key for key in journal.left if key not in journal.returning and key[0] in volumes]
    return bool(known) and not any(_is_as_left(key, volumes, journal) for key in known)


def _named(one: _Laid, volume: Volume, error: OSError | None) -> Outcome:
    try:
        if error is not None:
            clear_away(volume, one.kept)
            raise error
        put_back(volume, one.kept)
    except (AbsentPlaceError, RefusedPlaceError, OSError) as why:
        return Outcome(one.action, Result.REFUSED, words_of(why))
    left = one.aside.left
    return Outcome(one.action, Result.DONE, f"without {', '.join(left)}" if left else "")


def _unchanged(volumes: Mapping[str, Volume], journal: Journal) -> list[FolderKey]:
    """Folders in which nothing has happened since the last file was taken from them.

    Also those in which a run was killed: what it did there was not noted any more.
    """
    killed = {(kept.volume, kept.parts[:-1]) for kept in journal.unfinished}
    known = sorted((killed | set(journal.left)) - journal.returning)
    return [key for key in known if key in killed or _is_as_left(key, volumes, journal)]


def _is_as_left(key: FolderKey, volumes: Mapping[str, Volume], journal: Journal) -> bool:
    letter, parts = key
    if letter not in volumes:
        return False
    try:
        with volumes[letter].folder(names(parts)) as folder:
            return times_of(folder).modified == journal.left[key].modified
    except (AbsentPlaceError, RefusedPlaceError, OSError):
        return False


def _restore_folder(key: FolderKey, volumes: Mapping[str, Volume], journal: Journal) -> str:
    """Its times again; why not, where it could not."""
    letter, parts = key
    times = journal.folders.get(key)
    try:
        with volumes[letter].folder(names(parts)) as folder:
            if times is not None:
                os.utime(folder, ns=(times.accessed, times.modified))
    except (AbsentPlaceError, RefusedPlaceError):
        return ""  # it is somebody else's now
    except OSError as error:
        return words_of(error)
    return ""
