"""A new pack is in order from the start."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from alpheus.detect.pack_check import check_pack
from alpheus.errors import OutputError, UsageError
from alpheus.knowledge.packs import read_whole_pack
from alpheus.knowledge.scaffold import PRODUCTS, new_pack
from alpheus.lab.scenario_file import read_scenario

BEGINS, ENDS = date(2026, 5, 14), date(2026, 6, 30)


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_is_written_passes_every_check(product: str, tmp_path: Path) -> None:
    """For each product; nothing is left to fill in before it can be tried."""
    folder = new_pack("my-pack", tmp_path, product, BEGINS, ENDS)
    checked = check_pack(folder)
    assert (checked.problems, checked.examples) == ((), 4)
    pack = read_whole_pack(folder)
    assert pack.window is not None
    assert pack.products == (PRODUCTS[product].name,)
    assert read_scenario(folder / "lab" / "answered.yml").name == "my-pack"
    assert not any("@" in path.read_text() for path in folder.rglob("*.y*ml"))


@pytest.mark.parametrize(
    ("pack", "ends", "wrong"),
    [
        ("My Pack", ENDS, "is no id of a pack"),
        ("../x", ENDS, "is no id of a pack"),
        ("my-pack", BEGINS, "is no window"),
        ("there", ENDS, "is there already"),
    ],
)
def test_what_cannot_be_is_refused(pack: str, ends: date, wrong: str, tmp_path: Path) -> None:
    """Nothing is written over, and nothing beside the folder."""
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match=wrong):
        new_pack(pack, tmp_path, "iis", BEGINS, ends)
    assert [one.name for one in tmp_path.iterdir()] == ["there"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """With its name."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        new_pack("my-pack", tmp_path / "file", "iis", BEGINS, ENDS)


def test_a_disk_that_fills_up_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a pack would stand in the way of the next try, which finds it there already."""
    written: list[Path] = []
    write = Path.write_text

    def full(path: Path, text: str, encoding: str) -> int:
        written.append(path)
        if len(written) > 2:
            raise OSError(28, "No space left on device")
        return write(path, text, encoding)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="my-pack: cannot be written: No space left on device"):
        new_pack("my-pack", tmp_path, "iis", BEGINS, ENDS)
    assert len(written) == 3
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert new_pack("my-pack", tmp_path, "iis", BEGINS, ENDS).is_dir()
