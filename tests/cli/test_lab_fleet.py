"""`alpheus lab fleet`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alpheus.cli import main


def test_it_writes_packages_and_says_who_was_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As many servers as were asked for."""
    assert main(["lab", "fleet", str(tmp_path), "--servers", "2", "--seed", "3"]) == 0
    printed = capsys.readouterr().out
    assert str(tmp_path / "packages") in printed
    assert "3 intrusions by 3 hands" in printed
    truth = json.loads((tmp_path / "fleet-truth.json").read_text())
    assert truth["seed"] == 3
    assert {one["package"] for one in truth["intrusions"]} == {"p00000", "p00001"}


def test_it_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """And says so."""
    assert main(["lab", "fleet"]) == 2
    assert "needs a folder" in capsys.readouterr().err
