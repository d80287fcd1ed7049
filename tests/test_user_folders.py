"""Where this system keeps what programs remember for a user."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from alpheus.user_folders import Kept, user_folder


@pytest.mark.parametrize(
    ("system", "kept", "place"),
    [
        ("linux", Kept.CACHE, ".cache/alpheus"), ("linux", Kept.STATE, ".local/state/alpheus"),
        ("linux", Kept.DATA, ".local/share/alpheus"),
        ("darwin", Kept.CACHE, "Library/Caches/alpheus"),
        ("darwin", Kept.DATA, "Library/Application Support/alpheus"),
        ("win32", Kept.STATE, "AppData/Local/alpheus"),
    ],
)  # fmt: skip
def test_each_system_has_its_places(
    system: str, kept: Kept, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below the home, unless the system's own variable names another place."""
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("LOCALAPPDATA", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert user_folder(kept) == tmp_path / place


def test_a_variable_names_another_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As XDG has it."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert user_folder(Kept.DATA) == tmp_path / "alpheus"


def test_an_account_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is told as a place that is not there."""

    def none() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", none)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    with pytest.raises(FileNotFoundError, match="no home"):
        user_folder(Kept.STATE)
