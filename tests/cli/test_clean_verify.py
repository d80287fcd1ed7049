"""What `alpheus clean verify` is given, and passes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from alpheus.cli import main
from alpheus.custody.entries import Note
from alpheus.job import TriageOptions
from alpheus.respond.verification import Outcome, Verification
from alpheus.respond.verification_server import Renamed

SHOWN = "c:/x: by word of the operator: --complete c:/x"


def _found(shown: str) -> Verification:
    return Verification(
        server="A", since="", assessment="0" * 64, outcome=Outcome.CLEAN, files=Outcome.CLEAN,
        items=(), uncovered=(), shown_by=(shown,),
    )  # fmt: skip


@pytest.mark.parametrize(("shown", "notes"), [(SHOWN, [f"A: {SHOWN}"]), ("c:/x: by pages", [])])
def test_evidence_is_read_as_the_first_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: str, notes: list[str]
) -> None:
    """By the same rules, passwords and zone; a word of the operator stands in the custody log."""
    heard: dict[str, Any] = {}
    added: list[object] = []

    def verify(*_: object, **named: Any) -> tuple[Verification, tuple[str, ...]]:
        heard.update(named)
        return _found(shown), ()

    monkeypatch.setattr("alpheus.respond.verify.verify", verify)
    monkeypatch.setattr(
        "alpheus.cli.custody_record.Record.add", lambda _, *given: added.extend(given)
    )
    for name in ("a.json", "rules", "list"):
        (tmp_path / name).write_text("x")
    monkeypatch.chdir(tmp_path)
    status = main([
        "clean", "verify", "a.json", ".", "--password", "infected", "--rules", "rules", "--pack",
        "proxylogon", "--indicators", "list", "--warning-list", "list", "--timezone",
        "Europe/Berlin", "--complete", "C:\\x", "--renamed", "MX01 = MX02",
    ])  # fmt: skip
    assert status == 0
    how: TriageOptions = heard["how"]
    assert how.opening.passwords == ("infected",)
    assert (how.packs, how.rules) == (["proxylogon"], [Path("rules")])
    assert how.shared.indicators == how.shared.warning_lists == (Path("list"),)
    assert str(how.reading.timezone) == "Europe/Berlin"
    assert heard["complete"] == ["C:\\x"]
    assert heard["renamed"] == Renamed("MX01", "MX02")
    assert [one.text for one in added if isinstance(one, Note)] == notes


def test_a_list_that_is_not_there_is_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of triage."""
    monkeypatch.chdir(tmp_path)
    assert main(["clean", "verify", "a.json", ".", "--indicators", "none"]) == 2


@pytest.mark.parametrize("written", ["MX02", "=MX02", "MX01=", "A=B=C"])
def test_a_new_name_without_the_old_one_is_wrong_usage(
    written: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With how it is written."""
    assert main(["clean", "verify", "a.json", ".", "--renamed", written]) == 2
    assert "write OLD=NEW, such as MX01=MX02" in capsys.readouterr().err
