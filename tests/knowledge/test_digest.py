"""One hash over all knowledge: it changes with any of it, and with nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from alpheus.knowledge.digest import knowledge_digest
from alpheus.knowledge.installed import (
    CURRENT,
    GENERATIONS,
    RECORD,
    VARIABLE,
    Installed,
    InstalledTable,
    record_of,
)
from alpheus.knowledge.packs import load_packs, pack_folder, read_whole_pack
from alpheus.knowledge.tables import FOLDER


def test_the_same_content_anywhere(tmp_path: Path) -> None:
    """A copy elsewhere has the same hash; one byte more in any file gives another."""
    here = pack_folder("iis-webshell")
    assert here is not None
    shutil.copytree(here, tmp_path / "iis-webshell")
    before = knowledge_digest([read_whole_pack(here)])
    assert knowledge_digest([read_whole_pack(tmp_path / "iis-webshell")]) == before
    with (tmp_path / "iis-webshell" / "playbook.md").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert knowledge_digest([read_whole_pack(tmp_path / "iis-webshell")]) != before


def test_packs_and_own_rules_count(tmp_path: Path) -> None:
    """Fewer packs, and rules of the operator's own, give another hash."""
    rule = tmp_path / "own.yml"
    rule.write_text(
        "title: own\nlogsource: {category: webserver}\n"
        "detection: {selection: {cs-uri-stem: /x}, condition: selection}\n", "utf-8",
    )  # fmt: skip
    packs = load_packs(["iis-webshell"])
    own = load_packs(["iis-webshell"], [rule])
    rule.write_text(rule.read_text("utf-8").replace("/x", "/y"), "utf-8")
    changed = load_packs(["iis-webshell"], [rule])
    assert len({knowledge_digest(one) for one in (packs, packs[:0], own, changed)}) == 4


def test_an_installed_table_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that stands in for one that ships gives another hash."""
    before = knowledge_digest(())
    folder = tmp_path / GENERATIONS / "1"
    (folder / "tables").mkdir(parents=True)
    content = (FOLDER / "sectors.csv").read_bytes()
    (folder / "tables" / "sectors.csv").write_bytes(content + b"\n")
    held = Installed((), (InstalledTable("sectors.csv", "cert", "0" * 64),))
    (folder / RECORD).write_bytes(record_of(held))
    (tmp_path / CURRENT).write_text("1", "ascii")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert knowledge_digest(()) != before
