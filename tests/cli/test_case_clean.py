"""`alpheus case plan|step|verify`: from the plan to the proof, on the command line."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from alpheus.cases.cleaning import CleanUp
from alpheus.cases.database import open_database
from alpheus.cases.service import Cases
from alpheus.cli import main
from alpheus.respond.model import Phase, decode
from alpheus.respond.verification import Verification
from clean_filling import CLEANED, attacked, run_of, verification
from server_filling import filled, number_of


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The number of a compromised server, in the database that the environment names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", str(tmp_path / "c.db"))
    with open_database(tmp_path / "c.db") as database:
        return number_of(filled(database, attacked()), "compromised")


def _found(server: int) -> CleanUp:
    with open_database("c.db") as database:
        return Cases(database).cleaning.of(server)


def _numbers(found: CleanUp) -> list[str]:
    assert found.progress is not None
    return [str(one.step.number) for one in found.progress.steps
            if one.step.phase is not Phase.VERIFY]  # fmt: skip


def test_a_plan_is_made_carried_out_and_verified(
    server: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The three commands; `verify` ends with 0 for verified clean alone."""
    number = str(server)
    assert main(["case", "plan", number]) == 0
    assert "no plan of it is kept" in capsys.readouterr().err
    assert main(["case", "plan", number, "--make", "--who", "kim"]) == 0
    found = _found(server)
    assert found.plan is not None
    out = capsys.readouterr().out
    assert f"0 of {len(found.plan.plan.steps)} steps are done" in out
    assert "kept by kim" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    Path("run.json").write_bytes(run_of(found, "apply", "done"))
    assert main(["case", "step", number, "--result", "run.json", "--who", "kim",
                 "--when", CLEANED]) == 0  # fmt: skip
    left = [one for one in _numbers(_found(server)) if not _is_settled(server, one)]
    assert main(["case", "step", number, *left, "--as", "not-needed", "--why", "rebuilt",
                 "--who", "kim", "--when", CLEANED]) == 0  # fmt: skip
    assert ", cleaned, " in capsys.readouterr().err
    Path("v.json").write_bytes(verification(found, "uncovered"))
    assert main(["case", "verify", number, "v.json", "--who", "lee"]) == 1
    Path("v.json").write_bytes(verification(found, "verified-clean"))
    assert main(["case", "verify", number, "v.json", "--who", "lee"]) == 0
    assert "is verified clean" in capsys.readouterr().out
    assert main(["case", "plan", number]) == 0
    out = capsys.readouterr().out
    assert "[-]" in out
    assert "[x]" in out
    assert "not needed, kim" in out
    assert "Verified by lee" in out


def test_a_comparison_goes_into_its_case(
    server: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is made since the server was cleaned there; what follows is told."""
    number, asked = str(server), []
    assert main(["case", "plan", number, "--make", "--who", "kim"]) == 0
    found = _found(server)
    assert main(["case", "step", number, *_numbers(found), "--who", "kim", "--when", CLEANED]) == 0

    def compared(
        _: Path, __: str, ___: list[Path], since: datetime, *____: object, **_____: object
    ) -> tuple[Verification, tuple[str, ...]]:
        asked.append(since)
        return msgspec.json.decode(verification(found, "verified-clean"), type=Verification), ()

    monkeypatch.setattr("alpheus.respond.verify.verify", compared)
    Path("new").mkdir()
    Path("a.json").touch()
    words = ["clean", "verify", "a.json", "new", "--case", number, "--who", "lee"]
    assert main(words) == 0
    assert asked == [datetime.fromisoformat(CLEANED)]
    assert ", verified-clean, " in capsys.readouterr().err
    assert main([*words, "--since", "2021-03-10"]) == 0
    assert asked[1] == datetime(2021, 3, 10, tzinfo=UTC)


def _is_settled(server: int, number: str) -> bool:
    progress = _found(server).progress
    assert progress is not None
    stands = progress.of(int(number))
    return stands is not None and stands.is_settled


def test_a_plan_leaves_in_every_form(server: int, capsys: pytest.CaptureFixture[str]) -> None:
    """As `alpheus clean plan` writes it; what left as JSON comes in again."""
    number = str(server)
    assert main(["case", "plan", number, "--make", "--format", "json"]) == 0
    plan = decode(capsys.readouterr().out.encode(), "it")
    assert main(["case", "plan", number, "--format", "csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == len(plan.steps) + 1
    assert main(["case", "plan", number, "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("# Clean-up of EX01")
    assert main(["case", "plan", number, "--format", "html"]) == 0
    assert capsys.readouterr().out.startswith("<!")
    assert main(["case", "plan", number, "--format", "json"]) == 0
    Path("p.json").write_text(capsys.readouterr().out)
    assert main(["case", "plan", number, "--take", "p.json"]) == 0


def test_what_is_wrong_is_told_in_a_line(server: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Steps or a result, not both nor none; a file that is none names itself."""
    number = str(server)
    main(["case", "plan", number, "--make"])
    capsys.readouterr()
    assert main(["case", "step", number]) == 2
    assert "name steps by their numbers" in capsys.readouterr().err
    Path("x.json").write_text(json.dumps({"schema": "other"}))
    for command in (["verify", number, "x.json"], ["step", number, "--result", "x.json"],
                    ["plan", number, "--take", "x.json"]):  # fmt: skip
        assert main(["case", *command]) != 0
        assert "x.json is no " in capsys.readouterr().err
    assert main(["case", "verify", number, "absent.json"]) != 0
    assert "absent.json cannot be read" in capsys.readouterr().err
