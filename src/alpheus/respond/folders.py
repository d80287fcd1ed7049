"""Folders from which files went, or into which they came, brought to disk many at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from alpheus.respond.disk import most_open, sync_each
from alpheus.respond.journal import FolderKey, names
from alpheus.respond.metadata import Times, times_of
from alpheus.respond.outcome import words_of
from alpheus.respond.volume import AbsentPlaceError, RefusedPlaceError, Volume

OPEN = most_open(512)
"""Folders and files that are held open at once: systems allow a few hundred."""


class OnDisk(NamedTuple):
    """A folder: its times, where it is still there; why it is not on disk, where it is not."""

    key: FolderKey
    times: Times | None
    why: str = ""


def bring_to_disk(
    keys: Iterable[FolderKey], volumes: Mapping[str, Volume]
) -> Iterator[OnDisk]:  # fmt: skip
    """Bring the names in these folders to disk. A folder that is gone is none of it."""
    left = iter(keys)
    while some := tuple(islice(left, OPEN)):
        numbers: dict[FolderKey, int] = {}
        try:
            for key in some:
                try:
                    with volumes[key[0]].folder(names(key[1])) as folder:
                        numbers[key] = os.dup(folder)
                except (AbsentPlaceError, RefusedPlaceError):
                    yield OnDisk(key, None)
            for key, error in zip(numbers, sync_each(tuple(numbers.values())), strict=True):
                why = (
                    f"its folder is not on disk ({words_of(error)}); run it again" if error else ""
                )
                yield OnDisk(key, times_of(numbers[key]), why)
        finally:
            for number in numbers.values():
                os.close(number)
