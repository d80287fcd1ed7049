"""`alpheus engine`: certificates, scheduler and workers of a cluster."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from alpheus.cli import main


def test_certificates_are_made_and_it_is_said_how_long_they_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One folder for each role, what to keep, and how to renew."""
    folder = tmp_path / "certs"
    assert main(["engine", "certs", str(folder), "--days", "30"]) == 0
    said = capsys.readouterr().err
    assert f"{folder / 'worker'}: for each worker" in said
    assert "valid until 20" in said
    assert f"alpheus engine certs {folder} --renew" in said
    assert f"keep {folder / 'authority'}" in said
    assert main(["engine", "certs", str(folder), "--renew"]) == 0
    assert main(["engine", "certs", str(folder)]) == 2
    (tmp_path / "file").write_text("x")
    assert main(["engine", "certs", str(tmp_path / "file" / "below")]) == 1
    assert "name a folder that can be made" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["worker", "tcp://scheduler:8786"], 2, "use tls://"),
        (["worker", "tls://scheduler:8786"], 3, "alpheus engine certs has made"),
        (["scheduler", "--listen", "x://y"], 2, "is no address to listen at"),
        (["scheduler"], 3, "name the folder scheduler"),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str
) -> None:
    """In one line, before anything is begun."""
    assert main(["engine", *words, "--certs", str(tmp_path)]) == status
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", [["scheduler"], ["worker", "tls://scheduler"]])
def test_without_the_extra_the_remedy_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    words: list[str],
) -> None:  # fmt: skip
    """In one line."""
    assert main(["engine", "certs", str(tmp_path / "certs")]) == 0
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "alpheus.engine.services", raising=False)
    assert main(["engine", *words, "--certs", str(tmp_path / "certs")]) == 3
    assert "pip install 'alpheus[cluster]'" in capsys.readouterr().err
