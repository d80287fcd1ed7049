"""A kill at any moment leaves the old generation or the new one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alpheus.errors import OutputError
from alpheus.knowledge.installed import NOTHING, Installed, InstalledPack, installed
from alpheus.updates import generations
from alpheus.updates.generations import KEPT, drafting


def _pack(version: str) -> Installed:
    return Installed((InstalledPack("x", version, "cert", "0" * 64),), (), "2026-01-01T00:00:00")


def _install(place: Path, version: str) -> None:
    with drafting(place) as draft:
        (draft.folder / "packs").mkdir()
        (draft.folder / "packs" / "x").write_text(version, "utf-8")
        draft.take_into_use(_pack(version))


def test_the_newest_counts(tmp_path: Path) -> None:
    """Each generation is whole, the newest is in use, and of the older ones a few are kept."""
    for number in range(1, KEPT + 3):
        _install(tmp_path, str(number))
        assert installed(tmp_path).packs[0].version == str(number)
    kept = sorted(int(one.name) for one in (tmp_path / "generations").iterdir())
    assert kept == [3, 4, 5]


def test_what_was_not_finished_leaves_nothing(tmp_path: Path) -> None:
    """An error in between changes nothing."""
    _install(tmp_path, "1")
    with pytest.raises(ZeroDivisionError), drafting(tmp_path) as draft:
        (draft.folder / "half").write_text("half", "utf-8")
        raise ZeroDivisionError
    assert installed(tmp_path).packs[0].version == "1"
    assert [one.name for one in (tmp_path / "generations").iterdir()] == ["1"]


@pytest.mark.parametrize("moment", range(12))
def test_a_kill_leaves_one_state_whole(
    tmp_path: Path, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever write, sync or rename is the last: the state is the old one or the new one."""
    _install(tmp_path, "1")
    left = [moment]

    class Killed(BaseException):
        pass

    def counted(real: object) -> object:
        def call(*arguments: object, **named: object) -> object:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return real(*arguments, **named)  # type: ignore[operator]

        return call

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", counted(os.fsync))
        patch.setattr(Path, "rename", counted(Path.rename))
        patch.setattr(Path, "replace", counted(Path.replace))
        patch.setattr(generations.shutil, "rmtree", lambda *_, **__: None)
        try:
            with drafting(tmp_path) as draft:
                (draft.folder / "packs").mkdir()
                draft.take_into_use(_pack("2"))
        except Killed:
            pass
    assert installed(tmp_path).packs[0].version in {"1", "2"}
    _install(tmp_path, "3")
    assert installed(tmp_path).packs[0].version == "3"


@pytest.mark.skipif(os.name != "posix", reason="locks of files are tried on POSIX systems")
def test_one_at_a_time(tmp_path: Path) -> None:
    """A second program is told to wait, and harms nothing."""
    with drafting(tmp_path) as draft:
        with pytest.raises(OutputError, match="another program is installing"), drafting(tmp_path):
            pass
        assert draft.folder.is_dir()
    assert installed(tmp_path) == NOTHING


@pytest.mark.parametrize("damage", [b"", b"x", b"\xff", b"7", None])
def test_a_damaged_state_is_mended_by_the_next(tmp_path: Path, damage: bytes | None) -> None:
    """What is installed next goes on from the newest state that is whole, and says so."""
    for number in ("1", "2"):
        _install(tmp_path, number)
    current = tmp_path / "current"
    if damage is None:
        current.unlink()
        current.mkdir()
    else:
        current.write_bytes(damage)
    with drafting(tmp_path) as draft:
        assert draft.before.packs[0].version == "2"
        assert draft.mended.startswith(str(tmp_path))
        assert draft.mended.endswith("; went on from state 2")
        assert "\n" not in draft.mended
        draft.take_into_use(_pack("3"))
    assert installed(tmp_path).number == 3
    assert (tmp_path / "generations" / "2").is_dir()


def test_where_nothing_is_whole_it_begins_anew(tmp_path: Path) -> None:
    """Under a number that was never used, so that nothing of before is overwritten."""
    _install(tmp_path, "1")
    (tmp_path / "generations" / "1" / "installed.json").write_bytes(b"{")
    with drafting(tmp_path) as draft:
        assert (draft.before.packs, draft.before.folder) == ((), Path())
        assert draft.mended.endswith("; began anew")
        draft.take_into_use(_pack("2"))
    assert installed(tmp_path).number == 2
    assert (tmp_path / "generations" / "1").is_dir()
