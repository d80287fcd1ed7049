"""Reading tables of what to collect."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import KnowledgeError
from alpheus.knowledge.collection import Collection
from alpheus.knowledge.collection_file import (
    FOLDER,
    OF_PACK,
    beside,
    formats,
    read_collection,
    shipped,
    with_packs,
)

ENTRY = """\
  - {{id: uls, title: Logs, products: [sharepoint], source: exchange-log, why: w, size: s, kept: k,
     paths: ['{path}']}}
"""
PLACES = "places: {Hive: {path: 'C:\\Hive\\16', what: SharePoint}}\n"


def _table(folder: Path, *paths: str, places: str = PLACES) -> Path:
    path = folder / OF_PACK
    path.write_text(places + "entries:\n" + "".join(ENTRY.format(path=one) for one in paths))
    return path


def test_a_pack_adds_entries_and_places(tmp_path: Path) -> None:
    """Places that ship count as well; a pack without the file adds nothing."""
    assert beside(tmp_path) == Collection()
    _table(tmp_path, "%Hive%\\LOGS\\*.log")
    added = beside(tmp_path)
    assert [one.id for one in added.entries] == ["uls"]
    whole = with_packs([added])
    assert whole.paths_of("exchange-log").endswith("C:\\Hive\\16\\LOGS\\*.log")
    assert "sharepoint" in whole.products()
    _table(tmp_path, "%SystemRoot%\\Tasks\\**\\*.job")
    assert beside(tmp_path).entries[0].log


@pytest.mark.parametrize(
    "path",
    [
        "C:\\x\\*.log", "%Nowhere%\\*.log", "%Hive%", "%Hive%\\", "%Hive%\\a/b",
        "%Hive%\\{a,b}.log",
        "%Hive%\\[a].log", "%Hive%\\a;b", "%Hive%\\**\\a\\*.log", "%Hive%\\**", "%Hive%\\a**\\b",
        "%Hive%\\é.log", '%Hive%\\a".log', "%Hive%\\a,b.log",
    ],
)  # fmt: skip
def test_a_path_that_a_collector_might_misread_is_refused(tmp_path: Path, path: str) -> None:
    """With file and entry."""
    with pytest.raises(KnowledgeError, match=rf"{OF_PACK}: uls: "):
        read_collection(_table(tmp_path, path), shipped())


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ("entries: {", "line"), ("entries: 3", "entries"), ("", "Expected"), ("x: 1", "x"),
        ("places: {Hive: {path: 'logs', what: w}}", "Hive"), ("entries: [{id: a}]", "title"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named(tmp_path: Path, content: str, wrong: str) -> None:
    """With what is wrong; one that is not there, too."""
    path = tmp_path / OF_PACK
    path.write_text(content)
    with pytest.raises(KnowledgeError, match=rf"{OF_PACK}:.*{wrong}"):
        beside(tmp_path)
    with pytest.raises(KnowledgeError, match=r"none\.yaml"):
        read_collection(tmp_path / "none.yaml", Collection())


def test_an_id_is_given_once(tmp_path: Path) -> None:
    """In one file, and over all."""
    with pytest.raises(KnowledgeError, match="uls: the id is given twice"):
        read_collection(_table(tmp_path, "%Hive%\\a", "%Hive%\\b"), shipped())


def test_what_ships_is_explained_whole() -> None:
    """Sentences end as such, paths fit a line of the list, and a place is used."""
    table = shipped()
    for one in table.entries:
        assert one.why.rstrip().endswith("."), one.id
        assert all(len(table.shown(path)) <= 76 for path in one.paths), one.id
        assert one.triage == bool(one.source), one.id
    used = {path.split("%")[1] for one in table.entries for path in one.paths}
    assert used == set(table.places)
    assert all(one.file and one.label for one in formats().values())
    assert {path.name for path in FOLDER.iterdir()} == {"sources.yaml", "formats.yaml"}
