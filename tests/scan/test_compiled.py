"""What was compiled before is found again, and never instead of something else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from alpheus.detect.memory import Memory
from alpheus.scan import needles as needles_module
from alpheus.scan.compiled import cache_folder, keep_compiled, recall_compiled
from alpheus.scan.needles import Needles

pytestmark = pytest.mark.usefixtures("no_cache")

PATTERNS = [f"/folder{number}/page\\.aspx" for number in range(40)]


def test_the_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`ALPHEUS_CACHE` names it."""
    monkeypatch.setenv("ALPHEUS_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


def test_kept_content_comes_back_under_its_key_alone() -> None:
    """Another key has other content, or none."""
    keep_compiled("one", b"1" * 100)
    keep_compiled("two", b"2")
    found = [recall_compiled(key) for key in ("one", "two", "three")]
    assert found == [b"1" * 100, b"2", None]


@pytest.mark.parametrize("damage", [b"", b"\0", b"\xff" * 200])
def test_damaged_content_is_not_used(damage: bytes) -> None:
    """A torn or altered file is as good as none, and is replaced."""
    keep_compiled("one", b"1" * 100)
    (kept,) = (cache_folder() / "compiled").iterdir()
    kept.write_bytes(kept.read_bytes()[:40] + damage)
    assert recall_compiled("one") is None
    keep_compiled("one", b"1" * 100)
    assert recall_compiled("one") == b"1" * 100


def test_the_oldest_makes_room_and_nobody_else_may_read() -> None:
    """The folder does not grow without end."""
    for number in range(80):
        keep_compiled(str(number), b"x")
        place = max((cache_folder() / "compiled").iterdir(), key=lambda path: path.stat().st_ctime)
        os.utime(place, (number, number))
    kept = list((cache_folder() / "compiled").iterdir())
    assert len(kept) == 64
    assert recall_compiled("3") is None
    assert recall_compiled("79") == b"x"
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}


def test_without_a_folder_all_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where nothing can be written, nothing is kept."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ALPHEUS_CACHE", str(tmp_path / "file"))
    keep_compiled("one", b"1")
    assert recall_compiled("one") is None
    assert Needles(PATTERNS).search(b"GET /folder7/page.aspx\n")


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    """As in a container under a number that no user has."""
    for name in ("ALPHEUS_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(Path, "home", _no_home)
    keep_compiled("one", b"1")
    assert recall_compiled("one") is None
    assert Memory.open() is None


def _no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_what_somebody_put_into_the_folder_is_left_alone() -> None:
    """A folder that is older than all that was kept keeps nothing from being kept."""
    strange = cache_folder() / "compiled" / "strange"
    strange.mkdir(parents=True)
    os.utime(strange, (0, 0))
    for number in range(70):
        keep_compiled(str(number), b"x")
    assert recall_compiled("69") == b"x"
    assert strange.is_dir()
    assert len(list(strange.parent.iterdir())) == 65


def test_a_search_may_be_compiled_for_once() -> None:
    """A run that shall leave nothing behind reads what was kept, and keeps nothing."""
    pytest.importorskip("hyperscan")
    Needles(PATTERNS, keep=False)
    assert not cache_folder().exists()


def test_a_search_that_was_compiled_before_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time nothing is compiled; content of another kind is refused and made anew."""
    pytest.importorskip("hyperscan")
    line = b"GET /folder39/page.aspx\n"
    before = Needles(PATTERNS).search(line)
    kept: list[str] = []
    monkeypatch.setattr(needles_module, "keep_compiled", lambda key, _: kept.append(key))
    assert Needles(PATTERNS).search(line) == before != []
    assert not kept
    monkeypatch.setattr(needles_module, "recall_compiled", lambda _: b"no database")
    assert Needles(PATTERNS).search(line) == before
    assert kept
