"""`alpheus lab country`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alpheus.cli import main


@pytest.mark.parametrize(
    "words",
    [
        ["country", "--organisations", "30", "--seed", "3", "--days", "9", "OUT"],
        ["country", "OUT", "--organisations", "30", "--seed", "3", "--days", "9"],
        ["--organisations", "30", "--days", "9", "country", "OUT", "--seed", "3"],
    ],
)
def test_options_may_stand_anywhere(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It writes, and says what there is and where."""
    out = tmp_path / "out"
    assert main(["lab", *(str(out) if word == "OUT" else word for word in words)]) == 0
    printed = capsys.readouterr().out
    assert str(out / "lists") in printed
    assert str(out / "truth.jsonl") in printed
    assert "30 organisations" in printed
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["organisations"], summary["seed"], summary["days"]) == (30, 3, 9)


def test_it_can_be_thinned_out(tmp_path: Path) -> None:
    """To about so many observations."""
    out = tmp_path / "out"
    words = ["country", str(out), "--organisations", "100", "--observations", "600"]
    assert main(["lab", *words]) == 0
    assert 300 < json.loads((out / "summary.json").read_text())["observations"] < 1000


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["country"], "needs a folder"),
        (["country", "OUT", "--days", "400"], "62 days"),
        (["internet", "OUT"], "one word or folder"),
        (["OUT", "OUT"], "one word or folder"),
    ],
)
def test_wrong_usage(
    words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, one line, nothing written."""
    out = tmp_path / "out"
    assert main(["lab", *(str(out) if word == "OUT" else word for word in words)]) == 2
    captured = capsys.readouterr().err
    assert says in captured
    assert len(captured.splitlines()) == 1
    assert not out.exists()
