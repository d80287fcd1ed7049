"""What is entered, and what is done to one server or to many."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from alpheus.cases.acts import ActKind
from alpheus.cases.acts import Closing as Endings
from alpheus.cases.hand import VERDICTS as SAID
from alpheus.cli import main
from alpheus.cli.case_acts import ENDINGS, KINDS, VERDICTS
from cases_commanded import filled, listed


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path, monkeypatch)


def test_words_are_those_of_the_service() -> None:
    """None is missing, none is too many."""
    assert {*VERDICTS} == {*SAID}
    assert {*ENDINGS} == {*Endings}
    own = {"assigned", "closed", "reopened", "false-positive", "merged", "split", "kept-apart",
           "revoked", "unreached", "came-back", "not-clean"}  # fmt: skip
    assert {*KINDS} == {*ActKind} - own


def test_an_entry_shows_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """As part of the server that it is of; a second time it is in already."""
    words = ["case", "add", "--name", "mail.org2.example", "--verdict", "compromised",
             "--told-by", "the FBI", "--seen", "2021-03-09", "--country", "us"]  # fmt: skip
    assert main(words) == 0
    assert "server 2 QQ0002XY: vulnerable, reported" in capsys.readouterr().err
    assert main(words) == 0
    assert "that is in already, as observation 5" in capsys.readouterr().err
    assert listed(capsys)[2]["region"] == "US"
    assert main(["case", "show", "2"]) == 0
    assert "the FBI" in capsys.readouterr().out


def test_an_entry_can_wait(capsys: pytest.CaptureFixture[str]) -> None:
    """And is told to."""
    assert main(["case", "add", "--address", "192.0.2.77", "--later"]) == 0
    assert len(listed(capsys)) == 3
    assert main(["case", "list"]) == 0
    assert "1 observation is not in yet" in capsys.readouterr().err


def test_an_entry_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """Ends with 2 and what is wrong."""
    for words, said in (
        ([], "needs an address"),
        (["--address", "1.2.3"], "no address such as"),
        (["--address", "192.0.2.1", "--verdict", "suspicious"], "by whose word"),
    ):
        assert main(["case", "add", *words]) == 2
        assert said in capsys.readouterr().err


def test_several_servers_by_their_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    """What is refused is told with its reason, and the others are done; status 2 says so."""
    assert main(["case", "assign", "1", "2", "lou"]) == 0
    assert main(["case", "close", "1", "3", "99", "--as", "done", "--why", "so"]) == 2
    said = capsys.readouterr().err
    assert "closed: 1 server; 2 not" in said
    assert "server 1: closed: it is vulnerable" in said
    assert "there is no server 99" in said
    found = listed(capsys)
    assert [found[n]["assignee"] for n in (1, 2, 3)] == ["lou", "lou", ""]
    assert found[3]["work"] == "closed"
    assert main(["case", "note", "1", "2", "--why", "called"]) == 0
    assert main(["case", "reopen", "3", "--why", "so"]) == 0


def test_who_when_why_and_evidence_of_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """Of an assignment, too, where a reason may be left out."""
    said = ["--who", "noa", "--why", "on duty", "--evidence", "rota 7", "--when", "2021-03-09"]
    assert main(["case", "assign", "1", "lou", *said]) == 0
    assert main(["case", "close", "1", "--as", "gone", *said]) == 0
    assert main(["case", "reopen", "1", *said]) == 0
    capsys.readouterr()
    assert main(["case", "show", "1", "--format", "json"]) == 0
    acts = json.loads(capsys.readouterr().out)["acts"]
    assert [(one["kind"], one["to"]) for one in acts] == [
        ("assigned", "lou"), ("closed", "gone"), ("reopened", ""),
    ]  # fmt: skip
    assert {(one["who"], one["why"], one["evidence"], one["time"]) for one in acts} == {
        ("noa", "on duty", "rota 7", "2021-03-09T00:00:00Z")
    }


def test_all_that_match_after_a_look(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing happens before the code of the preview is given, nor to more than it showed."""
    ask = ["case", "note", "--why", "told by telephone", "--as", "notified", "--all-matching",
           "--patch", "vulnerable"]  # fmt: skip
    assert main(ask) == 0
    shown = capsys.readouterr()
    assert "QQ0001XY" in shown.out
    assert "QQ0003XY" not in shown.out
    assert "2 servers fit, and nothing has been done" in shown.err
    code = re.search(r"--yes (\S+)", shown.err)
    assert code is not None
    assert {one["work"] for one in listed(capsys).values()} == {"new"}
    assert main([*ask, "--yes", "2-00000000"]) == 2
    assert "nothing was done: look at them again" in capsys.readouterr().err
    assert main([*ask, "--yes", code[1]]) == 0
    assert "notified: 2 servers; 0 not" in capsys.readouterr().err
    assert {n: one["work"] for n, one in listed(capsys).items()} == {
        1: "notified", 2: "notified", 3: "new",
    }  # fmt: skip
    assert main(["case", "assign", "lou", "--all-matching", "--patch", "regressed"]) == 0
    assert "no server fits; nothing to do" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["note", "--why", "x"], ["note", "1", "--all-matching", "--why", "x"],
     ["note", "1", "--why", "x", "--patch", "fixed"], ["note", "1", "--why", "x", "--yes", "1-a"]],
)  # fmt: skip
def test_numbers_or_filters(words: list[str]) -> None:
    """One of them, and not both."""
    assert main(["case", *words]) == 2


def test_many_refusals_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """The first are told one by one."""
    numbers = [str(n) for n in range(100, 130)]
    assert main(["case", "note", *numbers, "--why", "x"]) == 2
    said = capsys.readouterr().err
    assert "0 servers; 30 not" in said
    assert "and 10 more" in said
