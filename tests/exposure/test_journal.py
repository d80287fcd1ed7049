"""The folder of a run: nothing is lost by a kill, nothing is said twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alpheus.custody.chain import check_chain, read_chain
from alpheus.errors import OutputError
from alpheus.exposure.call import Call
from alpheus.exposure.journal import (
    AUDIT,
    PENDING,
    RESULTS,
    RUN,
    SCHEMA,
    Journal,
    RunRecord,
    check_audit,
    now_text,
    place_key,
    read_record,
    results_of,
)  # fmt: skip
from alpheus.exposure.model import Answer, Conversation, Endpoint, Observation, ProbeKind
from alpheus.exposure.plan import Step

RECORD = RunRecord(SCHEMA, "1", "2021-03-09T00:00:00Z", "", "owner", "order", "5c", "7a", 7, 2,
                   lists={"opted-out.txt": "0b"})  # fmt: skip


def _journal(folder: Path, heard: list[Observation] | None = None) -> Journal:
    return Journal(
        folder, RECORD, lambda one, line: (heard if heard is not None else []).append(one)
    )


def _call(address: str, *answers: Answer) -> Call:
    conversation = Conversation(Endpoint(address, address, 443), list(answers))
    return Call(1, conversation, Step(ProbeKind.LOGON, ""), 0.0)


ANSWER = Answer(ProbeKind.OWA, "192.0.2.1", 302, signs=("X-FEServer",))


def test_what_is_sent_stands_in_the_audit_log_before(tmp_path: Path) -> None:
    """One chained line per connection and per request, with address, port, host and path."""
    with _journal(tmp_path / "run") as journal:
        journal.write([_call("192.0.2.1")], [_call("192.0.2.2")], [], [])
        lines = [json.loads(one) for one in read_chain(tmp_path / "run" / AUDIT)]
    assert [one["event"] for one in lines] == ["start", "connect", "get"]
    assert lines[0]["authorisation"] == "order"
    assert lines[0]["lists"] == {"opted-out.txt": "0b"}
    assert (lines[1]["address"], lines[1]["port"]) == ("192.0.2.1", 443)
    assert lines[2]["path"] == "/owa/auth/logon.aspx?replaceCurrent=1"
    assert all(one["time"].endswith("Z") for one in lines)
    assert check_chain(tmp_path / "run" / AUDIT).fault is None


def test_a_run_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    """Those with a result are done; answers of the others are kept; a torn line is cut off."""
    folder, heard = tmp_path / "run", []
    with _journal(folder, heard) as journal:
        journal.write([], [_call("192.0.2.1", ANSWER)], [], [_call("192.0.2.2", ANSWER)])
    assert [one.address for one in heard] == ["192.0.2.2"]
    for name in (RESULTS, PENDING):
        with (folder / name).open("ab") as stream:
            stream.write(b'{"target":"192.0.2.3","addr')
    with _journal(folder) as journal:
        assert journal.resumed
        assert journal.record.seed == 7
        assert journal.done == {place_key("192.0.2.2", 443)}
        assert journal.kept[place_key("192.0.2.1", 443)].answers == [ANSWER]
        assert [json.loads(one)["address"] for one in results_of(folder)] == ["192.0.2.2"]


def test_what_ended_is_not_kept(tmp_path: Path) -> None:
    """A result is the last word on an endpoint."""
    with _journal(tmp_path) as journal:
        journal.write([], [_call("192.0.2.1", ANSWER)], [], [])
        journal.write([], [], [], [_call("192.0.2.1", ANSWER)])
    with _journal(tmp_path) as journal:
        assert not journal.kept


def test_a_finished_run_says_so(tmp_path: Path) -> None:
    """With the time; a pause does not."""
    with _journal(tmp_path) as journal:
        journal.pause({"identified": 1})
    record = read_record(tmp_path)
    assert record is not None
    assert not record.finished
    with _journal(tmp_path) as journal:
        journal.finish({"identified": 2})
    record = read_record(tmp_path)
    assert record is not None
    assert record.finished.endswith("Z")
    assert [json.loads(one)["event"] for one in read_chain(tmp_path / AUDIT)] == [
        "start", "pause", "resume", "finish",
    ]  # fmt: skip


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    """A list of vulnerable servers is a list of targets."""
    folder = tmp_path / "run"
    with _journal(folder):
        pass
    assert folder.stat().st_mode & 0o077 == 0
    assert all(one.stat().st_mode & 0o077 == 0 for one in folder.iterdir())


def test_what_is_no_run_is_refused_in_one_line(tmp_path: Path) -> None:
    """And nothing is written over it; nor do two runs write into one folder."""
    (tmp_path / RUN).write_text("a letter")
    with pytest.raises(OutputError, match="no record of a run"):
        _journal(tmp_path)
    folder = tmp_path / "other"
    with _journal(folder), pytest.raises(OutputError, match="another run"):
        _journal(folder)
    (folder / RESULTS).write_text("nonsense\n")
    with pytest.raises(OutputError, match="line 1"):
        _journal(folder)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Cannot write"):
        _journal(tmp_path / "file" / "run")


def test_keys_and_times() -> None:
    """An address and port have one key, in any spelling; times are UTC in whole seconds."""
    assert place_key("::ffff:192.0.2.1", 443) == place_key("192.0.2.1", 443)
    assert len({place_key("192.0.2.1", 443), place_key("192.0.2.1", 444),
                place_key("::c000:201", 443)}) == 3  # fmt: skip
    assert now_text(1615248000.9) == "2021-03-09T00:00:00Z"


@pytest.mark.parametrize("keep", [0, 2])
def test_a_log_that_was_cut_does_not_reach_what_the_record_says(tmp_path: Path, keep: int) -> None:
    """Lines missing at the end leave a chain that holds; the record shows it."""
    with _journal(tmp_path) as journal:
        journal.write([_call("192.0.2.1")], [_call("192.0.2.2")], [], [])
        journal.finish({})
    assert check_audit(tmp_path).fault is None
    log = tmp_path / AUDIT
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:keep]))
    assert check_chain(log).fault is None
    fault = check_audit(tmp_path).fault
    assert fault is not None
    assert "4 lines were noted" in fault.reason
    log.unlink()
    with _journal(tmp_path / "other") as journal:
        for _ in range(9):
            journal.write([_call("192.0.2.9")], [], [], [])
    (tmp_path / "other" / AUDIT).rename(log)
    fault = check_audit(tmp_path).fault
    assert fault is not None
    assert "written anew" in fault.reason
