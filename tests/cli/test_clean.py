"""`alpheus clean`: nothing is done without the digest, and all that was done can be undone."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from alpheus.cli import main
from alpheus.respond.disk import locked
from clean_assessments import PAGE, WEB, citation, document, finding, server


@pytest.fixture(autouse=True)
def _here(quick_vault: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """An assessment in `a.json`, and the page that it names on volume C."""
    found = document(server("MX01", finding("page-foreign", citation(f"{WEB}/x.aspx"))))
    (tmp_path / "a.json").write_text(json.dumps(found))
    path = tmp_path / WEB / "x.aspx"
    path.parent.mkdir(parents=True)
    path.write_bytes(PAGE)
    return path


def _run(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert main(["clean", *words]) == status
    printed = capsys.readouterr()
    return printed.out + printed.err


def _digest() -> str:
    digest: str = json.loads(Path("plan.json").read_bytes())["digest"]
    return digest


@pytest.mark.parametrize("name", ["plan.html", "plan.MD", "list.csv"])
@pytest.mark.usefixtures("page")
def test_a_name_that_promises_a_page_is_refused(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is the plan that a program reads; the remedy prints the page."""
    said = _run(capsys, "plan", "a.json", "--format", "html", "-o", name, status=2)
    assert "is JSON" in said
    assert f"> {name}" in said
    assert not Path(name).exists()


def test_from_a_plan_to_a_clean_volume_and_back(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each step says how the next is done."""
    said = _run(capsys, "plan", "a.json", "-o", "plan.json")
    assert "MX01 is compromised." in said
    assert f"digest {_digest()}" in said
    said = _run(capsys, "apply", "plan.json", "--root", "C=C")
    assert "would" in said
    assert f"--execute --digest {_digest()}" in said
    assert page.exists()
    assert not Path("alpheus-vault").exists()
    said = _run(capsys, "apply", "plan.json", "--root", "C=C", "--execute", "--digest", _digest())
    assert "1 done" in said
    assert not page.exists()
    assert PAGE not in b"".join(p.read_bytes() for p in Path("alpheus-vault").rglob("0*"))
    assert "1 already" in _run(capsys, "apply", "plan.json", "--root", "C=C", "--execute",
                               "--digest", _digest())  # fmt: skip
    assert "1 done" in _run(capsys, "undo", "plan.json", "--root", "C=C")
    assert page.read_bytes() == PAGE


@pytest.mark.parametrize(("more", "why"), [
    (("--execute",), "needs --digest"), (("--execute", "--digest", "00"), "not that of this plan"),
])  # fmt: skip
def test_nothing_is_done_without_the_digest(
    page: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], why: str
) -> None:
    """Whoever executes has read this very plan."""
    _run(capsys, "plan", "a.json", "-o", "plan.json")
    assert why in _run(capsys, "apply", "plan.json", "--root", "C=C", *more, status=2)
    assert page.exists()
    assert not Path("alpheus-vault").exists()


def test_a_file_that_was_exchanged_is_told(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the status, too."""
    _run(capsys, "plan", "a.json", "-o", "plan.json")
    page.write_bytes(b"another")
    said = _run(capsys, "apply", "plan.json", "--root", "C=C", "--execute", "--digest", _digest(),
                status=1)  # fmt: skip
    assert "refused" in said
    assert "another file" in said


def test_a_plan_that_was_changed_is_refused(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And a vault on the volume itself, a root that is none, a wrong passphrase."""
    _run(capsys, "plan", "a.json", "-o", "plan.json")
    assert "lies on volume C" in _run(capsys, "apply", "plan.json", "--root", "C=C", "--vault",
                                      "C/v", status=2)  # fmt: skip
    assert "--root C=none" in _run(capsys, "apply", "plan.json", "--root", "C=none", status=2)
    assert "is no vault" in _run(capsys, "undo", "plan.json", "--root", "C=C", status=3)
    text = Path("plan.json").read_text(encoding="utf-8")
    Path("plan.json").write_text(text.replace("x.aspx", "web.config"), encoding="utf-8")
    assert "was changed" in _run(capsys, "apply", "plan.json", "--root", "C=C", status=2)
    assert page.exists()


@pytest.mark.parametrize(("form", "words"), [
    ("json", '"schema": "alpheus.clean-plan/1"'), ("markdown", "# Clean-up of MX01"),
    ("csv", '"number","phase"'), ("text", "REMOVE WHAT WAS PLANTED"),
    ("html", "<title>Clean-up of MX01</title>"),
])  # fmt: skip
def test_a_plan_is_printed_as_asked(
    page: Path, capsys: pytest.CaptureFixture[str], form: str, words: str
) -> None:
    """In each of its forms."""
    assert page.exists()
    assert words in _run(capsys, "plan", "a.json", "--format", form)


def test_a_run_is_told_to_programs(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON: what would happen, what was done, what was taken back."""
    _run(capsys, "plan", "a.json", "-o", "plan.json")
    words = ("plan.json", "--root", "C=C", "--format", "json")
    results = []
    for run in (("apply", *words), ("apply", *words, "--execute", "--digest", _digest()),
                ("undo", *words)):  # fmt: skip
        assert main(["clean", *run]) == 0
        found = json.loads(capsys.readouterr().out)
        results.append((found["what"], found["outcomes"][0]["result"]))
    assert results == [("look", "would"), ("apply", "done"), ("undo", "done")]
    assert page.read_bytes() == PAGE


def test_the_products_own_files_are_put_in_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the hashes of a baseline, from a folder that has them."""
    good, place = b"<%@ Page %> the product's own", "ClientAccess/ecp/x/default.aspx"
    (tmp_path / "media" / place).parent.mkdir(parents=True)
    (tmp_path / "media" / place).write_bytes(good)
    stock = "C/Program Files/Microsoft/Exchange Server/V15/FrontEnd/HttpProxy/owa/auth/logon.aspx"
    media = tmp_path / "media" / "owa" / "auth" / "logon.aspx"
    for path, content in ((tmp_path / stock, PAGE), (media, good)):
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    found = document(server("MX01", finding("page-modified", citation(stock))))
    (tmp_path / "a.json").write_text(json.dumps(found))
    assert main(["baseline", "make", "media", "-o", "b.jsonl"]) == 0
    said = _run(capsys, "plan", "a.json", "--baseline", "b.jsonl", "-o", "plan.json")
    assert "afterwards there: SHA-256" in said
    words = ("apply", "plan.json", "--root", "C=C", "--known-good", "media")
    assert "takes its place" in _run(capsys, *words)
    hand = _by_hand(capsys, *words[:4], "--vault", "v", "--execute", "--digest", _digest())
    assert hand == _by_hand(capsys, *words[:4], "--vault", "v", "--execute", "--digest", _digest())
    assert _run(capsys, "undo", "plan.json", "--root", "C=C", "--vault", "v")
    assert "1 done" in _run(capsys, *words, "--execute", "--digest", _digest())
    assert (tmp_path / stock).read_bytes() == good
    assert hand != _by_hand(capsys, *words, "--execute", "--digest", _digest())
    assert "1 done" in _run(capsys, "undo", "plan.json", "--root", "C=C")
    assert (tmp_path / stock).read_bytes() == PAGE
    assert "--known-good none" in _run(capsys, "apply", "plan.json", "--root", "C=C",
                                       "--known-good", "none", status=2)  # fmt: skip


def test_a_reader_that_leaves_stops_nothing(
    page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun is done, and the status says so."""

    def write(_: str) -> int:
        raise BrokenPipeError

    _run(capsys, "plan", "a.json", "-o", "plan.json")
    digest = _digest()
    monkeypatch.setattr("alpheus.cli.output.drop_output", lambda: None)
    monkeypatch.setattr(sys.stdout, "write", write)
    words = ("apply", "plan.json", "--root", "C=C", "--execute", "--digest", digest)
    assert main(["clean", *words]) == 0
    assert not page.exists()


def test_without_a_passphrase_nothing_is_done(
    page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody can be asked, it says how it is given."""
    _run(capsys, "plan", "a.json", "-o", "plan.json")
    monkeypatch.delenv("ALPHEUS_VAULT_PASSPHRASE")
    said = _run(capsys, "apply", "plan.json", "--root", "C=C", "--execute", "--digest", _digest(),
                status=3)  # fmt: skip
    assert "ALPHEUS_VAULT_PASSPHRASE" in said
    assert page.exists()


def test_a_wrong_volume_or_vault_is_not_success(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty mount, looked at and worked on; a vault that never saw the plan."""
    _run(capsys, "plan", "a.json", "-o", "plan.json")
    Path("empty").mkdir()
    words = ("apply", "plan.json", "--root", "C=empty")
    said = _run(capsys, *words, status=1)
    assert "1 not-found" in said
    assert "--execute" not in said
    said = _run(capsys, *words, "--execute", "--digest", _digest(), "--vault", "v", status=1)
    assert "is C the right volume?" in said
    assert "was taken away is in" not in said
    _run(capsys, "apply", "plan.json", "--root", "C=C", "--execute", "--digest", _digest())
    text = Path("a.json").read_text("utf-8").replace("MX01", "MX02")
    Path("b.json").write_text(text, "utf-8")
    _run(capsys, "plan", "b.json", "-o", "other.json")
    said = _run(capsys, "undo", "other.json", "--root", "C=C", status=3)
    assert "holds nothing of this plan" in said
    assert "put back a copy of it" in said  # the same page is there, by another plan
    assert not page.exists()


def test_two_runs_at_once_are_one_and_a_vault_that_is_in_use(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 3, as the table has it; also before anything is in the vault, and of undo."""
    _run(capsys, "plan", "a.json", "-o", "plan.json")
    words = ("plan.json", "--root", "C=C")
    execute = ("apply", *words, "--execute", "--digest", _digest())
    Path("alpheus-vault").mkdir()
    for command in (execute, execute, ("undo", *words)):
        number = locked(Path("alpheus-vault/lock"), "in use")
        try:
            said = _run(capsys, *command, status=3)
        finally:
            os.close(number)
        assert "alpheus-vault is in use; wait until that has ended" in said
        _run(capsys, *execute)
        assert not page.exists()


def test_a_plan_without_a_file_takes_nothing_and_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Looked at or executed: what remains by hand is named, with an exit status of its own."""
    found = document(server("MX01", finding("webshell-seen", citation("C/log.txt"))))
    Path("a.json").write_text(json.dumps(found))
    said = _run(capsys, "plan", "a.json", "-o", "plan.json")
    assert "0 files" in said
    plan = json.loads(Path("plan.json").read_bytes())
    Path("C").mkdir()
    words = ("apply", "plan.json", "--root", "C=C")
    execute = ("--execute", "--digest", plan["digest"])
    for more in ((), execute):
        said = _run(capsys, *words, *more, status=4)
        assert "there was nothing to take away" in said
        assert all(f"{step['number']}. {step['what'][:30]}" in said for step in plan["steps"])
        assert "was taken away is in" not in said
    assert not Path("alpheus-vault").exists()
    assert "nothing to take" not in _run(capsys, *words, "--execute", "--digest", "00", status=2)
    told = json.loads(_run(capsys, *words, "--format", "json", status=4).splitlines()[0] + "]}")
    assert told["by_hand"] == [step["number"] for step in plan["steps"]]


def test_a_rehearsal_on_a_copy_is_none_of_the_server(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The live run acts; undo is of the volume that it is given, or on purpose of another."""
    _run(capsys, "plan", "a.json", "-o", "plan.json")
    for name in ("copy", "third"):
        shutil.copytree("C", name)
    execute = ("--execute", "--digest", _digest())
    said = _run(capsys, "apply", "plan.json", "--root", "C=copy", *execute)
    assert "1 done" in said
    assert "by hand remain steps 1" in said
    assert "1 done" in _run(capsys, "apply", "plan.json", "--root", "C=C", *execute)
    assert not page.exists()
    third = Path("third") / page.relative_to(Path.cwd() / "C")
    third.unlink()
    said = _run(capsys, "undo", "plan.json", "--root", "C=third", status=2)
    assert "--onto-other-volume" in said
    assert str(Path("C").absolute()) in said
    assert not third.exists()
    said = _run(capsys, "undo", "plan.json", "--root", "C=third", "--onto-other-volume")
    assert "1 done" in said
    assert third.read_bytes() == PAGE
    assert "1 done" in _run(capsys, "undo", "plan.json", "--root", "C=C")
    assert page.read_bytes() == PAGE


def test_a_plan_is_not_written_over_what_it_is_made_from(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By whatever name; the assessment stays."""
    assert page.exists()
    Path("rep").mkdir()
    Path("a.json").rename("rep/assessment.json")
    before = Path("rep/assessment.json").read_bytes()
    for words in (("rep", "-o", "rep/assessment.json"),
                  ("rep/assessment.json", "-o", "rep/../rep/assessment.json")):  # fmt: skip
        assert "name another file" in _run(capsys, "plan", *words, status=2)
    assert Path("rep/assessment.json").read_bytes() == before
    said = _run(capsys, "plan", "rep", "-o", "rep/plan.json")
    assert "1 file to take away" in said


def test_slips_are_told_with_what_to_do(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A volume that is none; a file as vault; the right digest is not given away."""
    _run(capsys, "plan", "a.json", "-o", "plan.json")
    words = ("apply", "plan.json", "--root", "C=C", "--execute", "--digest")
    assert "CC is no volume" in _run(capsys, "apply", "plan.json", "--root", "CC=C", status=2)
    Path("v").touch()
    said = _run(capsys, *words, _digest(), "--vault", "v", status=3)
    assert "v is a file; name a folder" in said
    assert _digest() not in _run(capsys, *words, "0" * 64, status=2)
    assert page.exists()


def test_evidence_is_compared_with_the_assessment(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder with nothing in it shows nothing, and not of whom it is; none at all is an error."""
    assert page.exists()
    Path("empty").mkdir()
    said = _run(capsys, "verify", "a.json", "empty", status=1)
    assert "Not seen: nobody looked there again (1)" in said
    assert "Gone" not in said
    assert "--same-server" in said
    assert "machine keys" in said
    assert "--same-server" not in _run(
        capsys, "verify", "a.json", "empty", "--same-server", status=1
    )
    assert "none is not there" in _run(capsys, "verify", "a.json", "empty", "none", status=3)


def test_a_plan_is_printed_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In another form and language, with the digest that it has."""
    path, made = tmp_path / "assessment.json", tmp_path / "plan.json"
    path.write_text(json.dumps(document(server("MX01", finding("page-foreign", citation(
        f"{WEB}/x.aspx"))))), "utf-8")  # fmt: skip
    assert main(["clean", "plan", str(path), "-o", str(made)]) == 0
    digest = json.loads(made.read_text("utf-8"))["digest"]
    capsys.readouterr()
    for words in (["--format", "html", "--language", "de"], ["--format", "text"]):
        assert main(["clean", "plan", str(made), *words]) == 0
        assert digest in capsys.readouterr().out


def _by_hand(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The steps that remain by hand after a run, as it tells them."""
    told = [line for line in _run(capsys, *words).splitlines() if "by hand remain steps" in line]
    return "".join(told)
