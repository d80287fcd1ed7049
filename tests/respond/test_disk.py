"""What must reach the disk does, or it is told; where a platform cannot, it goes on."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from alpheus.errors import VaultError
from alpheus.respond.disk import locked, sync_folder, sync_names


def test_a_folder_that_is_not_there_is_none_of_its_business(tmp_path: Path) -> None:
    """Whoever writes there notices."""
    sync_folder(tmp_path)
    sync_folder(tmp_path / "none")


@pytest.mark.parametrize(("number", "told"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_disk_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: bool
) -> None:
    """But not a file system that cannot do it."""

    def fsync(_: int) -> None:
        raise OSError(number, "no")

    folder = os.open(tmp_path, os.O_RDONLY)
    monkeypatch.setattr(os, "fsync", fsync)
    if told:
        with pytest.raises(OSError, match="no"):
            sync_names(folder)
    else:
        sync_names(folder)
    os.close(folder)


def test_a_lock_is_held_until_it_is_closed(tmp_path: Path) -> None:
    """By one alone."""
    held = locked(tmp_path / "lock", "in use")
    with pytest.raises(VaultError, match="in use"):
        locked(tmp_path / "lock", "in use")
    os.close(held)
    os.close(locked(tmp_path / "lock", "in use"))
