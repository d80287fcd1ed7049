"""`alpheus lab`."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus import lab
from alpheus.cli import main


def test_the_list_names_every_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with what happened, in lines that a terminal holds."""
    assert main(["lab", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    begin = [line for line in lines if not line.startswith(" ")]
    assert [line.split()[0] for line in begin] == [one.name for one in lab.SCENARIOS]
    assert all(len(line.split()) > 2 for line in begin)
    assert max(map(len, lines)) <= 80


def test_it_writes_evidence_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The two paths printed are there; the same seed writes the same."""
    for out in ("a", "b"):
        assert main(["lab", str(tmp_path / out), "--scenario", "exported-csv", "--seed", "3"]) == 0
    printed = capsys.readouterr().out
    contents = []
    for out in ("a", "b"):
        evidence = tmp_path / out / "evidence"
        assert str(evidence) in printed
        assert str(tmp_path / out / "ground-truth.json") in printed
        contents.append(
            {p.relative_to(evidence): p.read_bytes() for p in evidence.rglob("*") if p.is_file()}
        )
    assert contents[0] == contents[1] != {}


@pytest.mark.parametrize(
    "arguments",
    [[], ["OUT", "--scenario", "nope"], ["OUT", "--size", "0"], ["OUT", "--size", "much"]],
    ids=["no folder", "no such scenario", "no size", "not a size"],
)
def test_wrong_usage_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Exit 2, one line, no folder."""
    out = tmp_path / "out"
    assert main(["lab", *(str(out) if one == "OUT" else one for one in arguments)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not out.exists()


def test_evidence_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that holds evidence already is refused."""
    (tmp_path / "evidence").mkdir()
    assert main(["lab", str(tmp_path), "--scenario", "exported-csv"]) == 2
    assert "exists already" in capsys.readouterr().err
