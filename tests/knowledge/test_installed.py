"""What was installed beside what ships, as the program finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import KnowledgeError
from alpheus.knowledge.installed import (
    CURRENT,
    GENERATIONS,
    NOTHING,
    RECORD,
    VARIABLE,
    Installed,
    InstalledPack,
    InstalledTable,
    installed,
    knowledge_folder,
    record_of,
)

HELD = Installed(
    (InstalledPack("x", "1", "cert", "0" * 64),),
    (InstalledTable("exchange_builds.csv", "cert", "1" * 64),),
    "2026-01-01T00:00:00+00:00",
)


def _write(place: Path) -> Path:
    folder = place / GENERATIONS / "7"
    folder.mkdir(parents=True)
    (folder / RECORD).write_bytes(record_of(HELD))
    (place / CURRENT).write_text("7\n", "ascii")
    return folder


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """The record of a generation comes back as it was, with the folders of what it holds."""
    folder = _write(tmp_path)
    found = installed(tmp_path)
    assert (found.packs, found.tables, found.number) == (HELD.packs, HELD.tables, 7)
    assert found.pack_folder("x") == folder / "packs" / "x"
    assert found.table("exchange_builds.csv") == folder / "tables" / "exchange_builds.csv"
    assert (found.pack_folder("y"), found.table("y.csv")) == (None, None)


def test_nothing_was_ever_installed(tmp_path: Path) -> None:
    """An empty or missing folder holds nothing, and is no error."""
    assert installed(tmp_path) == NOTHING
    assert installed(tmp_path / "missing") == NOTHING


@pytest.mark.parametrize("content", [b"", b"../1", b"x", b"\xff", b"1" * 40])
def test_damage_is_told(tmp_path: Path, content: bytes) -> None:
    """Knowledge that somebody relies on does not go missing in silence."""
    _write(tmp_path)
    (tmp_path / CURRENT).write_bytes(content)
    with pytest.raises(KnowledgeError, match="install the packs again"):
        installed(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"packs": 7}', b'{"other": []}'])
def test_a_damaged_record_is_told(tmp_path: Path, content: bytes) -> None:
    """The message names the file and both remedies."""
    folder = _write(tmp_path)
    (folder / RECORD).write_bytes(content)
    with pytest.raises(KnowledgeError, match=r"installed\.json.*install the packs again"):
        installed(tmp_path)


def test_the_place_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable counts before the folder of the account."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv(VARIABLE, raising=False)
    assert knowledge_folder().parent.name == "alpheus"
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own"))
    assert knowledge_folder() == tmp_path / "own"
