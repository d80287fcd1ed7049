"""Decisions about servers, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.cli import main
from cases_commanded import filled, listed


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path, monkeypatch)


def test_there_and_back(capsys: pytest.CaptureFixture[str]) -> None:
    """Merged, taken back by the number that show tells, and all is as before."""
    before = listed(capsys)
    assert main(["case", "merge", "1", "2", "--why", "same rack"]) == 0
    assert len(listed(capsys)) == 2
    assert main(["case", "show", "1"]) == 0
    assert main(["case", "revoke", "1", "--why", "it was not"]) == 0
    assert "server 2 QQ0002XY" in capsys.readouterr().err
    assert listed(capsys) == before
    assert main(["case", "revoke", "1", "--why", "it was not"]) == 2
    assert "taken back already" in capsys.readouterr().err


def test_kept_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """A merge says who decided that, and how to take it back."""
    assert main(["case", "apart", "1", "2", "--who", "kim", "--why", "two firms"]) == 0
    assert main(["case", "merge", "1", "2", "--why", "so"]) == 2
    assert "decision 1 of kim" in capsys.readouterr().err
    assert main(["case", "show", "2"]) == 0
    said = capsys.readouterr().out
    assert "kim keeps apart 1, 2: two firms" in said
    assert "kept apart from 1 by decision 1 of kim" in said


def test_taken_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Both servers are told, and what they were before."""
    assert main(["case", "split", "1", "4", "--why", "two boxes"]) == 0
    said = capsys.readouterr().err
    assert "server 1 " in said
    assert "server 4 " in said
    assert main(["case", "show", "4"]) == 0
    assert "would be one server because" in " ".join(capsys.readouterr().out.split())
