"""`alpheus custody`: what was done is shown, checked, exported, and added to by hand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from alpheus.cli import custody_text, main, output
from alpheus.custody.who import account

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _case(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the folder of a case that has a log."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ALPHEUS_CUSTODY")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def _run(capsys: Capture, *words: str, status: int = 0) -> str:
    capsys.readouterr()
    assert main(["custody", *words]) == status
    printed = capsys.readouterr()
    return printed.out + printed.err


def _head(said: str) -> str:
    return said.strip().rpartition(" ")[2]


def test_a_case_has_a_log_of_its_own(tmp_path: Path, capsys: Capture) -> None:
    """Begun by a note in its folder; elsewhere the account's own is used."""
    _run(capsys, "note", "case 17 opened", "--log", "custody.log")
    said = _run(capsys, "note", "disk handed over by B. Ortiz", "--who", "Kim")
    assert said.startswith("alpheus: custody: custody.log has 2 lines; note its head: ")
    shown = _run(capsys, "show")
    assert "case 17 opened" in shown
    assert f"Kim (account {account()})" in shown
    assert not (tmp_path / "state").exists()
    Path("custody.log").rename("custody-17.log")
    _run(capsys, "note", "of no case")
    assert (tmp_path / "state/alpheus/custody.log").is_file()


def test_files_taken_by_hand_stand_with_their_hash(capsys: Capture) -> None:
    """All of them, or none where one cannot be read."""
    Path("a.e01").write_bytes(b"image")
    said = _run(capsys, "add", "a.e01", "--why", "from rack 3", "--log", "custody.log")
    assert (
        "5 bytes, SHA-256 6105d6cc76af400325e94d588ce511be5bfdbb73b437dc51eca43917d7a43e3d" in said
    )
    assert "from rack 3" in _run(capsys, "show", "--kind", "taken")
    assert "cannot be read" in _run(capsys, "add", "a.e01", "gone", status=3)
    assert "is no file" in _run(capsys, "add", "a.e01", ".", status=2)
    assert len(_run(capsys, "show").splitlines()) == 1


def test_a_reader_who_has_read_enough_ends_it(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `head` does: no error, and nothing is said of the rest."""
    _run(capsys, "note", "case 17 opened", "--log", "custody.log")

    def closed(*_: object) -> str:
        raise BrokenPipeError

    monkeypatch.setattr(custody_text, "write_lines", closed)
    monkeypatch.setattr(output, "drop_output", lambda: None)
    assert _run(capsys, "show") == ""


def test_a_log_is_checked_against_a_head_that_was_noted(capsys: Capture) -> None:
    """Whole or its first characters; a change names its line; the status says it, too."""
    _run(capsys, "note", "one", "--log", "custody.log")
    head = _head(_run(capsys, "note", "two"))
    assert f"holds: 2 lines, head {head}" in _run(capsys, "verify")
    assert "holds" in _run(capsys, "verify", "--head", head[:16].upper())
    path = Path("custody.log")
    whole = path.read_bytes()
    path.write_bytes(whole.splitlines(keepends=True)[0])
    assert "show only against a head" in _run(capsys, "verify")
    assert "lines were cut off" in _run(capsys, "verify", "--head", head, status=1)
    path.write_bytes(whole.replace(b"two", b"too"))
    said = _run(capsys, "verify", status=1)
    assert "does not hold: line 2: its hash does not fit" in said
    assert "1 line is whole; the last" in said
    assert "does not hold from here on: line 2" in _run(capsys, "show")


def test_an_emptied_log_does_not_hold(capsys: Capture) -> None:
    """Not as if all of nothing were right."""
    _run(capsys, "note", "one", "--log", "custody.log")
    Path("custody.log").write_bytes(b"")
    assert "does not hold: it is empty" in _run(capsys, "verify", status=1)


@pytest.mark.parametrize("head", ["", "abc", "x" * 64, "a" * 65])
def test_what_is_no_head_is_refused(capsys: Capture, head: str) -> None:
    """A few characters could be those of any line."""
    with pytest.raises(SystemExit):
        main(["custody", "verify", "--head", head])
    assert "is no head" in capsys.readouterr().err


def test_an_export_is_whole_and_is_taken_down(capsys: Capture) -> None:
    """As a folder or an archive; the log says by whom and with which hash."""
    _run(capsys, "note", "one", "--log", "custody.log")
    said = _run(capsys, "export", "-o", "court.zip", "--who", "Kim")
    assert "written: court.zip" in said
    with zipfile.ZipFile("court.zip") as archive:
        assert archive.read("custody.log").count(b"\n") == 1
        page = archive.read("custody.html").decode()
    assert f"Exported by Kim (account {account()})" in page
    assert "The log holds: 1 line" in page
    shown = json.loads(_run(capsys, "show", "--kind", "export", "--format", "json"))
    assert shown[0]["what"] == "custody export"
    assert shown[0]["bytes"] == Path("court.zip").stat().st_size
    _run(capsys, "export", "-o", "court")
    assert Path("court/custody.log").read_bytes().count(b"\n") == 2
    assert "is there already" in _run(capsys, "export", "-o", "court", status=1)


def test_a_log_that_does_not_hold_is_exported_as_it_is(capsys: Capture) -> None:
    """The page says so, and nothing is added to it any more."""
    _run(capsys, "note", "one", "--log", "custody.log")
    _run(capsys, "note", "two")
    path = Path("custody.log")
    path.write_bytes(path.read_bytes().replace(b"two", b"too"))
    changed = path.read_bytes()
    assert "does not hold: line 2" in _run(capsys, "export", "-o", "court", status=1)
    assert "does not hold: line 2" in Path("court/custody.html").read_text("utf-8")
    assert path.read_bytes() == Path("court/custody.log").read_bytes() == changed


def test_what_cannot_be_done_is_one_line(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """No log, an empty note, no name, a file that is no log."""
    assert "cannot be read" in _run(capsys, "show", "--log", "none.log", status=3)
    assert "cannot be read" in _run(capsys, "export", "--log", "none.log", "-o", "x", status=3)
    assert "the note is empty" in _run(capsys, "note", " ", status=2)
    assert "--who is empty" in _run(capsys, "note", "x", "--who", " ", status=2)
    Path("letter").write_text("dear\n")
    assert "none of this log" in _run(capsys, "note", "x", "--log", "letter", status=1)
    monkeypatch.setenv("ALPHEUS_CUSTODY", "-")
    assert "name one by --log FILE" in _run(capsys, "show", status=2)
    with pytest.raises(SystemExit):
        main(["custody", "show", "--kind", "other"])
