"""What `clean apply` took away, put back: content, times, rights, and the times of the folders."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping

from alpheus.respond.apply import UNKNOWN, Outcome, Result, groups, words_of
from alpheus.respond.disk import sync_names
from alpheus.respond.journal import Back, FolderKey, Journal, Kept, Returned, Returning, names
from alpheus.respond.metadata import times_of
from alpheus.respond.model import FileAction, Plan
from alpheus.respond.removal import put_back
from alpheus.respond.vault import Vault
from alpheus.respond.volume import AbsentPlaceError, RefusedPlaceError, Volume


def undo(
    plan: Plan, volumes: Mapping[str, Volume], vault: Vault, journal: Journal
) -> Iterator[Outcome]:
    """Put back all that is gone by this plan, the last first. Raises VaultError, OutputError.

    A folder gets its times back once all its files are, unless others have changed it since.
    """
    unchanged = _unchanged(volumes, journal)
    journal.write((Returning(*key) for key in unchanged), sync=True)
    for group in groups(reversed(tuple(plan.files()))):
        yield from _group(group, volumes, vault, journal)
    still = {(kept.volume, kept.parts[:-1]) for kept in journal.kept.values()}
    for key in sorted(journal.returning - still):
        if key[0] in volumes:
            _restore_folder(key, volumes, journal)


def _group(
    group: Iterable[FileAction], volumes: Mapping[str, Volume], vault: Vault, journal: Journal
) -> Iterator[Outcome]:
    entries: list[Back] = []
    touched: dict[FolderKey, None] = {}
    outcomes = []
    for action in group:
        kept = journal.kept.get(action.id)
        if kept is None:
            outcomes.append(Outcome(action, Result.ALREADY))
            continue
        outcome = _back(action, kept, volumes, vault)
        outcomes.append(outcome)
        if outcome.result is Result.DONE:
            touched[kept.volume, kept.parts[:-1]] = None
            entries.append(Back(action.id))
    for letter, parts in touched:
        with volumes[letter].folder(names(parts)) as folder:
            sync_names(folder)
    journal.write(entries, sync=True)
    yield from outcomes


def _back(action: FileAction, kept: Kept, volumes: Mapping[str, Volume], vault: Vault) -> Outcome:
    volume = volumes.get(kept.volume)
    if volume is None:
        return Outcome(action, Result.REFUSED, UNKNOWN.format(kept.volume))
    try:
        left = put_back(volume, kept, vault.read(kept.sha256))
    except (AbsentPlaceError, RefusedPlaceError, OSError) as error:
        return Outcome(action, Result.REFUSED, words_of(error))
    return Outcome(action, Result.DONE, f"without {', '.join(left)}" if left else "")


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


def _restore_folder(key: FolderKey, volumes: Mapping[str, Volume], journal: Journal) -> None:
    letter, parts = key
    times = journal.folders.get(key)
    with (
        contextlib.suppress(AbsentPlaceError, RefusedPlaceError),
        volumes[letter].folder(names(parts)) as folder,
    ):
        if times is not None:
            os.utime(folder, ns=(times.accessed, times.modified))
        sync_names(folder)
    journal.write([Returned(letter, parts)], sync=True)
