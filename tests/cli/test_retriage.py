"""`alpheus retriage`: from stored results to what moved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alpheus.cli import main

LOG = """#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip sc-status
2021-03-03 06:00:00 192.0.2.1 GET /owa/ - 443 198.51.100.7 200
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evidence and its result, which rests on knowledge of another day and says otherwise."""
    place = tmp_path_factory.mktemp("retriage")
    logs = place / "EX01" / "inetpub" / "logs" / "LogFiles" / "W3SVC1"
    logs.mkdir(parents=True)
    (logs / "u_ex210303.log").write_text(LOG, "utf-8")
    assert main(["triage", str(place / "EX01"), "-o", str(place / "old"), "--format", "csv"]) == 0
    path = place / "old" / "assessment.json"
    content = json.loads(path.read_text("utf-8"))
    content["run"]["knowledge"] = ""
    content["servers"][0]["verdict"] = "suspicious"
    path.write_text(json.dumps(content), "utf-8")
    return place


def test_what_moved_is_told(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As text and JSON; new reports are written where they were wanted, old ones stay."""
    before = (place / "old" / "assessment.json").read_bytes()
    words = ["retriage", str(place / "old"), "--changed", "--evidence", str(place)]
    assert main([*words, "-o", str(tmp_path / "new")]) == 0
    told = capsys.readouterr().out
    assert "suspicious -> not-determinable" in told
    assert told.endswith("1 results: 1 moved.\n")
    assert (tmp_path / "new" / "0001-old" / "report.html").is_file()
    assert (place / "old" / "assessment.json").read_bytes() == before
    assert main([*words, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["results"][0]["servers"][0]["after"]["verdict"] == "not-determinable"
    assert main(["retriage", str(tmp_path / "new"), "--changed"]) == 0
    assert "1 rest on the knowledge of today" in capsys.readouterr().out


def test_indicators_of_others_are_given_as_for_a_triage(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A result that rests on them is judged with them, and not without."""
    listed = tmp_path / "list.txt"
    listed.write_text("198.51.100.7\n", "utf-8")
    given = ["--indicators", str(listed)]
    words = ["triage", str(place / "EX01"), "-o", str(tmp_path / "r"), "--format", "csv", *given]
    assert main(words) == 0
    words = ["retriage", str(tmp_path / "r"), "--changed", "--evidence", str(place)]
    assert main(words) == 3
    assert "--indicators PATH" in capsys.readouterr().err
    assert main([*words, *given]) == 0
    assert "1 rest on the knowledge of today" in capsys.readouterr().out
    assert main([*words, "--indicators", str(tmp_path / "nix")]) == 2


@pytest.mark.parametrize("option", ["--since", "--until"])
def test_times_are_those_of_the_result(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is judged as it was asked for then; a time that would be ignored is not accepted."""
    with pytest.raises(SystemExit):
        main(["retriage", "results", option, "2021-03-03"])
    assert option in capsys.readouterr().err


def test_failures_are_told(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Evidence that is gone ends with 3 and the remedy; a folder without results with 2."""
    (tmp_path / "empty").mkdir()
    words = ["retriage", str(place / "old"), "--evidence", str(tmp_path / "empty")]
    assert main(words) == 3
    assert "--evidence PATH" in capsys.readouterr().err
    assert main(["retriage", str(tmp_path / "empty")]) == 2
    assert "no result of alpheus triage" in capsys.readouterr().err
