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
                  "left out: a range of more than 256"):  # fmt: skip
        assert words in told


def test_nothing_named_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So is a path where nothing is."""
    assert main(["indicators", "check"]) == 2
    assert main(["indicators", "check", str(tmp_path / "no")]) == 2
    assert "no such file or folder" in capsys.readouterr().err


def test_what_is_to_be_known_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Markings that were not understood, what has ended, where what is left out stands."""
    feed, known = tmp_path / "feed.csv", tmp_path / "known.json"
    feed.write_text(
        "value,tlp,until\n45.77.1.1,purple,2021-03-03\n45.77.1.2,,soon\n,,\n45.77.1.3,,\n", "utf-8"
    )
    known.write_text('{"name": "\\u001b[1mours", "type": "regex", "list": ["^45"]}', "utf-8")
    assert main(["indicators", "check", str(feed), "--warning-list", str(known)]) == 0
    told = capsys.readouterr().out
    for words in (
        "known.json: warning list (regex), 1 values", "2 indicators",
        "1  under a marking that is not known: taken as TLP:RED", "1  have ended",
        r"2  decide nothing alone: \x1b[1mours",
        "1  left out: its end cannot be read as a time (line 3)",
        "1  left out: an empty value (line 4)",
    ):  # fmt: skip
        assert words in told


def test_what_would_have_no_effect_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without a file of indicators; a warning list without indicators."""
    (tmp_path / "known.txt").write_text("a.example\n", "utf-8")
    (tmp_path / "feed").mkdir()
    assert main(["indicators", "check", str(tmp_path / "feed")]) == 2
    said = capsys.readouterr().err
    assert "no file of indicators in this folder" in said
    assert said.count("\n") == 1
    assert main(["triage", str(tmp_path), "--warning-list", str(tmp_path / "known.txt")]) == 2
    assert "name --indicators" in capsys.readouterr().err
    assert main(["triage", str(tmp_path), "--indicators", str(tmp_path / "feed")]) == 2
    assert "no file of indicators in this folder" in capsys.readouterr().err
