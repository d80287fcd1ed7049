"""What is wrong with a pack is gathered from all of its files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from alpheus.cli.pack_problems import problems_of
from alpheus.detect.pack_check import check_pack
from alpheus.knowledge.scaffold import new_pack


def test_problems_of_every_kind_of_file_are_gathered(tmp_path: Path) -> None:
    """Of what a triage reads, of clean-up steps, of scenarios, and of what no bundle takes."""
    folder = new_pack("mine", tmp_path, "iis", date(2026, 5, 14), date(2026, 6, 30))
    assert problems_of(folder) == []
    (folder / "playbook.md").unlink()
    (folder / "clean.yaml").write_text("- id: x\n")
    (folder / "lab" / "answered.yml").write_text("name: [\n")
    (folder / "run.py").write_text("pass\n")
    found = problems_of(folder)
    assert [Path(one.split(":", 1)[0]).name for one in found] == [
        "playbook.md", "clean.yaml", "answered.yml", "run.py",
    ]  # fmt: skip
    assert problems_of(folder, check_pack(folder)) == found
