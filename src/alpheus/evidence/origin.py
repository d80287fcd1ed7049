"""Where a package comes from: what it is called, what it is known by, and its own record."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Protocol

from alpheus.evidence.address import TOP_FOLDERS, is_volume_name
from alpheus.evidence.file import fingerprint_at
from alpheus.model import Evidence


class PackageOrigin(Protocol):
    """What a package needs to know of the place that it lies in."""

    fingerprint: str | None
    """Of an archive, as it was when it was opened; None for a folder."""

    @property
    def far(self) -> bool:
        """Whether it lies in a store, where reading costs."""

    @property
    def volume(self) -> bool:
        """Whether it is the tree of a volume, judged by its name."""

    @property
    def unsure(self) -> bool:
        """Whether it is only called like one."""

    def record(
        self, evidence_id: str, listed: int, walked: str | None, sha256: str | None
    ) -> Evidence:
        """The record of what was read.

        `listed` is the bytes of all its files; `walked` the hash of its only file, `sha256` that
        of the archive, where they are known.
        """


class PathOrigin:
    """A folder or file on a disk. `archive` is the file whose hash identifies it."""

    far = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = path.name or path.resolve().name or str(path)
        self._folder = path.is_dir()
        self.volume = self._folder and is_volume_name(path.name)
        self.unsure = self.volume and not _looks_like_a_volume(path)
        self.fingerprint = None if self._folder else fingerprint_at(path.resolve())

    def record(
        self, evidence_id: str, listed: int, walked: str | None, sha256: str | None
    ) -> Evidence:
        """Of an archive, the hash of the file that was handed in; hashed now if need be."""
        if self._folder:
            return Evidence(evidence_id, self._name, None, listed)
        try:
            with self._path.open("rb", buffering=0) as stream:
                size = os.fstat(stream.fileno()).st_size
                sha256 = sha256 or walked or hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            return Evidence(evidence_id, self._name, None, 0)
        return Evidence(evidence_id, self._name, sha256, size)


def _looks_like_a_volume(folder: Path) -> bool:
    """Whether a folder has, or is, one of the top folders of Windows."""
    try:
        names = {folder.name, *(below.name for below in folder.iterdir())}
    except OSError:
        return True
    return any(name.lower() in TOP_FOLDERS for name in names)
