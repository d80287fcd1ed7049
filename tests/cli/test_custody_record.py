"""What other commands take down, and what happens where they cannot."""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

import pytest

from alpheus.cli import custody_record, main
from alpheus.cli.custody_record import add_custody_to, hash_of, recorded
from alpheus.custody.entries import (
    Action,
    Detail,
    Export,
    File,
    Note,
    Package,
    Plan,
    RunFinished,
    RunStarted,
    Verification,
)
from alpheus.custody.reading import check, entries_of, read_lines
from alpheus.errors import EvidenceNotFoundError, OutputError, UsageError
from clean_assessments import PAGE, WEB, citation, document, finding, server

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The log that commands write."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "case/custody.log"
    monkeypatch.setenv("ALPHEUS_CUSTODY", str(path))
    return path


def _options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_custody_to(parser)
    return parser.parse_args(words)


def _details(log: Path) -> list[Detail]:
    assert not check(log).fault
    return [line.entry.detail for line in read_lines(log) if line.entry]


def _of(log: Path, *kinds: type[Detail]) -> list[Detail]:
    return [one for one in _details(log) if isinstance(one, kinds)]


def test_a_run_is_taken_down_from_its_begin_to_its_end(log: Path, capsys: Capture) -> None:
    """With its inputs as whole paths, and how long the log is."""
    with recorded(_options(), "triage", inputs=[Path("a"), "C=/c"]) as record:
        assert record.kept
        record.add(Note("x"))
        record.verdicts["MX01"] = "compromised"
    assert _details(log) == [
        RunStarted("triage", (str(log.parents[1] / "a"), "C=/c")), Note("x"),
        RunFinished("done", {"MX01": "compromised"}),
    ]  # fmt: skip
    assert f"has 3 lines; note its head: {check(log).head}" in capsys.readouterr().err


@pytest.mark.parametrize(("error", "outcome"), [
    (OutputError("no room"), "failed: no room"), (KeyboardInterrupt(), "interrupted"),
    (ValueError("a secret"), "failed: ValueError"),
    (BrokenPipeError(), "ended: nobody read its output any more"),
])  # fmt: skip
def test_a_run_that_ends_otherwise_says_how(
    log: Path, error: BaseException, outcome: str
) -> None:  # fmt: skip
    """And the error goes on."""
    with pytest.raises(type(error)), recorded(_options(), "triage"):
        raise error
    assert _details(log)[-1] == RunFinished(outcome)


def test_without_a_log_work_goes_on(log: Path, capsys: Capture) -> None:
    """It is said once, with the remedy; `-` says nothing at all."""
    log.parent.write_bytes(b"")
    with recorded(_options(), "triage") as record:
        assert not record.kept
        record.add(Note("x"))
        record.wrote("report", Path("gone"))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "no custody log is kept: Cannot write" in said
    assert "--custody FILE" in said
    with recorded(_options("--custody", "-"), "triage", must=True) as record:
        assert not record.kept
    assert capsys.readouterr().err == ""


def test_what_must_be_taken_down_is_not_begun_without(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor goes on without."""
    log.parent.write_bytes(b"")
    with pytest.raises(OutputError, match="nothing was done: no custody log is kept: Cannot"):
        recorded(_options(), "clean apply", must=True).__enter__()
    monkeypatch.delenv("ALPHEUS_CUSTODY")
    monkeypatch.setenv("XDG_STATE_HOME", str(log.parents[1]))
    with pytest.raises(OutputError, match=r"nothing was done: no custody .*evidence"):
        recorded(_options(), "clean apply", must=True, outside=[log.parents[1]]).__enter__()
    monkeypatch.setattr(custody_record, "_TOGETHER", 2)
    own = log.parents[1] / "own.log"
    with (
        pytest.raises(OutputError, match="no custody log is kept"),
        recorded(_options("--custody", str(own)), "clean apply", must=True) as record,
    ):
        own.unlink()
        own.mkdir()
        record.add(Note("1"))
        record.add(Note("2"))


def test_no_log_is_written_into_evidence(log: Path) -> None:
    """One that was named there is refused."""
    with pytest.raises(UsageError, match="inside the evidence"):
        recorded(_options(), "triage", outside=[log.parent]).__enter__()
    assert not log.parent.exists()


def test_what_was_written_and_printed_stands_with_its_hash(log: Path, capsys: Capture) -> None:
    """What is gone again is said; an assessment is known by the hash of its JSON."""
    Path("assessment.json").write_bytes(b"{}")
    shown = io.StringIO()
    with recorded(_options(), "triage") as record:
        record.wrote("report", Path("assessment.json"), Path("gone"))
        with record.printing("html", shown) as stream:
            stream.writelines(["<p>", "\u00e9"])
    assert shown.getvalue() == "<p>\u00e9"
    sha256, _ = hash_of(Path("assessment.json"))
    written, printed = _of(log, Export)
    assert written == Export("report", str(log.parents[1] / "assessment.json"), sha256, 2)
    assert isinstance(printed, Export)
    assert (printed.what, printed.path, printed.bytes) == ("html", "-", 5)
    assert _details(log)[-1] == RunFinished("done", {}, sha256)
    assert "not taken down in the custody log: gone cannot be read" in capsys.readouterr().err
    with pytest.raises(EvidenceNotFoundError):
        hash_of(Path("gone"))


def test_a_triage_takes_down_packages_files_verdicts_and_reports(
    log: Path, tiny: Path, capsys: Capture
) -> None:
    """With packs, and a list of all files beside the log; again from memory it says the same."""
    again = []
    for name in ("one", "two"):
        assert main(["triage", str(tiny), "-o", name, "--format", "csv", "--who", "Kim"]) == 0
        again.append(_of(log, Package, File))
    assert again[1] == again[0] * 2
    package, file = again[0]
    assert isinstance(package, Package)
    assert isinstance(file, File)
    assert package.path == str(tiny)
    assert package.files == 1
    text = (log.parent / f"custody-manifests/{package.manifest}.txt").read_text()
    assert text == f"{file.sha256}  u_ex210304.log\n"
    assert file.bytes == (tiny / "u_ex210304.log").stat().st_size
    ended = _of(log, RunFinished)[0]
    assert isinstance(ended, RunFinished)
    assert list(ended.verdicts.values()) == ["compromised"]
    assert ended.counts["files read"] == 1
    assert ended.assessment == hash_of(Path("one/assessment.json"))[0]
    assert len(_of(log, Export)) == 12
    packs = [one.entry.frame.packs for one in read_lines(log) if one.entry]
    assert "proxylogon" in packs[1]
    assert len(entries_of(log, ended.assessment)) == len(_details(log)) / 2
    capsys.readouterr()


def test_triage_goes_on_without_and_says_so(log: Path, tiny: Path, capsys: Capture) -> None:
    """Its result is the same."""
    assert main(["triage", str(tiny), "--custody", "-", "--format", "csv"]) == 0
    without = capsys.readouterr()
    assert without.err == ""
    log.parent.write_bytes(b"")
    assert main(["triage", str(tiny), "--format", "csv"]) == 0
    printed = capsys.readouterr()
    assert printed.out == without.out
    assert "no custody log is kept" in printed.err


def _clean(*words: str) -> int:
    return main(["clean", *words])


def test_a_clean_up_is_taken_down_from_plan_to_undo(
    log: Path, quick_vault: None, capsys: Capture
) -> None:
    """Each file with what came of it; without a log nothing is executed, and a look goes on."""
    found = document(server("MX01", finding("page-foreign", citation(f"{WEB}/x.aspx"))))
    Path("a.json").write_text(json.dumps(found))
    page = Path(WEB, "x.aspx")
    page.parent.mkdir(parents=True)
    page.write_bytes(PAGE)
    assert _clean("plan", "a.json", "-o", "plan.json") == 0
    (plan,) = _of(log, Plan)
    assert isinstance(plan, Plan)
    assert (plan.server, plan.files, plan.assessment) == ("MX01", 1, hash_of(Path("a.json"))[0])
    does = ("apply", "plan.json", "--root", "C=C")
    execute = (*does, "--execute", "--digest", plan.digest)
    aside = log.rename("aside")
    log.mkdir()
    assert _clean(*does) == 0
    capsys.readouterr()
    assert _clean(*execute) == 1
    assert "nothing was done: no custody log is kept" in capsys.readouterr().err
    assert page.exists()
    assert not Path("alpheus-vault").exists()
    log.rmdir()
    aside.rename(log)
    whole = log.read_bytes()
    log.write_bytes(whole.replace(b"run-started", b"run-startet", 1))
    capsys.readouterr()
    assert _clean(*execute) == 1
    said = capsys.readouterr().err
    assert "does not hold from line 1 on" in said
    assert "--custody FILE" in said
    assert page.exists()
    log.write_bytes(whole)
    assert _clean(*execute, "--custody", "C/custody.log") == 2
    assert _clean(*does) == 0
    assert _clean(*execute) == 0
    assert _clean("undo", "plan.json", "--root", "C=C") == 0
    actions = [one for one in _details(log) if isinstance(one, Action)]
    assert [(one.what, one.result) for one in actions] == [
        ("dry-run", "would"), ("apply", "done"), ("undo", "done"),
    ]  # fmt: skip
    assert {one.plan for one in actions} == {plan.digest}
    sha256, _ = hash_of(page)
    assert {one.sha256 for one in actions} == {sha256}
    started = [one for one in _details(log) if isinstance(one, RunStarted)]
    assert [one.what for one in started] == [
        "clean plan", "clean apply", "clean apply --execute", "clean undo",
    ]  # fmt: skip
    assert len(entries_of(log, plan.assessment)) == len(_details(log))


def test_a_verification_is_taken_down_with_its_evidence(log: Path, tiny: Path) -> None:
    """What was read, and the answer."""
    assert main(["triage", str(tiny), "-o", "r", "--custody", "-"]) == 0
    assert _clean("verify", "r", str(tiny)) == 1
    (found,) = _of(log, Verification)
    assert isinstance(found, Verification)
    assert found.assessment == hash_of(Path("r/assessment.json"))[0]
    assert found.outcome == "uncovered"
    assert found.counts
    assert len(_of(log, Package)) == 1


def test_a_search_for_web_shells_is_taken_down(log: Path, tmp_path: Path) -> None:
    """How many pages were judged how, and what was written."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "a.aspx").write_text("<p>hello</p>")
    assert main(["webshell", str(site), "-o", "found.html", "--format", "html"]) == 0
    ended = _of(log, RunFinished)[-1]
    assert isinstance(ended, RunFinished)
    assert sum(ended.counts.values()) == 1
    (written,) = _of(log, Export)
    assert isinstance(written, Export)
    assert written.sha256 == hash_of(Path("found.html"))[0]
