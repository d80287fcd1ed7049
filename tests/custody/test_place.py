"""Where a custody log lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.custody.place import VARIABLE, manifest_name, manifests_beside, place_of
from alpheus.errors import OutputError, UsageError


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.chdir(tmp_path)


def test_the_nearest_word_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option, a variable, the log of this folder, the log of this account."""
    assert place_of(None) == tmp_path / "state/alpheus/custody.log"
    Path("custody.log").touch()
    assert place_of(None) == Path("custody.log")
    monkeypatch.setenv(VARIABLE, "other.log")
    assert place_of(None) == Path("other.log")
    assert place_of("mine.log") == Path("mine.log")


def test_none_is_kept_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` stands for none, as an option and as a variable."""
    assert place_of("-") is None
    monkeypatch.setenv(VARIABLE, "-")
    assert place_of(None) is None
    assert place_of("x.log") == Path("x.log")


def test_a_link_in_this_folder_is_not_followed(tmp_path: Path) -> None:
    """It may be the evidence's; so may a log in a folder that is evidence."""
    Path("custody.log").symlink_to("elsewhere")
    Path("elsewhere").touch()
    own = tmp_path / "state/alpheus/custody.log"
    assert place_of(None) == own
    Path("custody.log").unlink()
    Path("custody.log").touch()
    assert place_of(None, [tmp_path / "x"]) == Path("custody.log")
    with pytest.raises(OutputError, match="inside the evidence"):
        place_of(None, [tmp_path])


def test_nothing_is_written_into_evidence(tmp_path: Path) -> None:
    """A log that was named there is refused."""
    with pytest.raises(UsageError, match=r"keep the custody log outside"):
        place_of("x/../a/custody.log", [tmp_path / "a"])


@pytest.mark.parametrize(("system", "place"), [
    ("darwin", "Library/Application Support"), ("win32", "AppData/Local"),
    ("linux", ".local/state"),
])  # fmt: skip
def test_each_system_has_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, place: str
) -> None:
    """For what a program keeps."""
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert place_of(None) == tmp_path / place / "alpheus/custody.log"


def test_an_account_without_a_home_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can name a place."""
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    with pytest.raises(OutputError, match="no folder for it"):
        place_of(None)


def test_lists_lie_beside_their_log() -> None:
    """By the name of the log and their hash."""
    assert manifests_beside(Path("a/case-17.log")) == Path("a/case-17-manifests")
    assert manifest_name("00") == "00.txt"
