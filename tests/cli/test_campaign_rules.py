"""`alpheus campaign rules`."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.cli import main
from alpheus.lab.fleet import generate_fleet


def test_rules_of_a_fleet_are_made_and_hold_in_another_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They load, hit the packages that they were made of, and leave clean ones alone."""
    generate_fleet(tmp_path, 5, seed=4)
    database, rules = str(tmp_path / "c.db"), tmp_path / "rules"
    packages = tmp_path / "packages"
    assert main(["campaign", "run", str(packages), "--database", database, "--later"]) == 0
    made = ["campaign", "rules", "--database", database, "-o", str(rules), "--tlp", "green"]
    assert main(made) == 0
    assert "alpheus rules check" in capsys.readouterr().err
    files = sorted(rules.iterdir())
    assert {one.suffix for one in files} == {".yar", ".yml"}
    assert all("tlp" in one.read_text().lower() for one in files)
    assert main(["rules", "check", str(rules), "--strict"]) == 0
    assert "0 rejected" in capsys.readouterr().out
    words = ["triage", "--rules", str(rules), "--format", "json", "--pack", "iis-webshell"]
    assert main([*words, str(packages / "p00001")]) == 0
    assert "shell family" in capsys.readouterr().out


def test_where_no_page_is_shared_nothing_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And that is said."""
    generate_fleet(tmp_path, 1, seed=4)
    database, rules = str(tmp_path / "c.db"), tmp_path / "rules"
    run = ["campaign", "run", str(tmp_path / "packages"), "--database", database, "--later"]
    assert main(run) == 0
    assert main(["campaign", "rules", "--database", database, "-o", str(rules)]) == 0
    assert "no web shell was found on 2 servers or more" in capsys.readouterr().err
    assert not rules.exists()
