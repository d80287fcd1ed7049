"""`alpheus indicators`: what is understood of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.cli import main


def test_what_is_understood_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Form, kinds, what many use, what is left out; a list of the operator's counts, too."""
    feed, known = tmp_path / "feed.txt", tmp_path / "known.txt"
    feed.write_text("45.77.1.1\n45.77.1.2\n8.8.8.8\nevil.example\n10.0.0.0/8\n", "utf-8")
    known.write_text("45.77.1.2\n", "utf-8")
    assert main(["indicators", "check", str(feed), "--warning-list", str(known)]) == 0
    told = capsys.readouterr().out
    assert "table or list, 4 indicators" in told
    for words in ("3  ip", "1  domain", "alone: public resolver", "alone: known.txt",
                  "left out: a range of addresses"):  # fmt: skip
        assert words in told


def test_nothing_named_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So is a path where nothing is."""
    assert main(["indicators", "check"]) == 2
    assert main(["indicators", "check", str(tmp_path / "no")]) == 2
    assert "no such file or folder" in capsys.readouterr().err
