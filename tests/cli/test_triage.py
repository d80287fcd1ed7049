"""`alpheus triage`, in this process."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import py7zr
import pytest

from alpheus.cli import main
from alpheus.cli.triage import EXIT_STATUS, FORMATS
from alpheus.model import Verdict
from timelines import rows_of

Capture = pytest.CaptureFixture[str]
REPORTS = {"report.html", "assessment.json", "report.md", "findings.csv", "servers.csv"}


def _triage(*arguments: str | Path) -> int:
    return main(["triage", *map(str, arguments)])


def _json(capsys: Capture, *arguments: str | Path) -> dict[str, object]:
    capsys.readouterr()
    assert _triage(*arguments, "--format", "json") == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    return document


def _findings(document: dict[str, object]) -> list[dict[str, object]]:
    return [f for server in document["servers"] for f in server["findings"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_printed_whole(tiny: Path, capsys: Capture, form: str) -> None:
    """Each is what its name says, names the page that was used, and standard error is empty."""
    assert _triage(tiny, "--format", form) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "\x1b" not in printed.out
    assert "k3" in printed.out
    begin, end = {
        "text": (" ", "\n"),
        "json": ("{", "}\n"),
        "html": ("<!doctype html>", "</html>\n"),
        "md": ("# ", "\n"),
        "csv": ('"server","verdict"', '"\r\n'),
    }[form]
    assert printed.out.startswith(begin)
    assert printed.out.rstrip("\n").endswith(end.rstrip("\n"))


def test_a_run_without_cache_leaves_none(tiny: Path, no_cache: Path) -> None:
    """`--no-cache` writes nothing outside of the report: not even compiled rules."""
    assert _triage(tiny, "--no-cache") == 0
    assert not no_cache.exists()
    assert _triage(tiny) == 0
    assert no_cache.exists()


def test_tables_and_json_can_be_read_back(tiny: Path, capsys: Capture) -> None:
    """A row per citation in CSV; the same findings in JSON."""
    document = _json(capsys, tiny)
    assert _triage(tiny, "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert {row["rule"] for row in rows} == {f["rule"] for f in _findings(document)}
    assert "page-used-shell" in {row["rule"] for row in rows}


def test_reports_are_written_beside_what_is_printed(
    tiny: Path, tmp_path: Path, capsys: Capture
) -> None:
    """`-o` makes the folder, writes all files and nothing else, and the summary says where."""
    out = tmp_path / "new" / "report"
    assert _triage(tiny, "-o", out) == 0
    assert {path.name for path in out.iterdir()} == REPORTS
    assert "report.html" in capsys.readouterr().out
    assert json.loads((out / "assessment.json").read_text())["schema"] == "alpheus.assessment/1"


@pytest.mark.parametrize(
    ("scenario", "status"),
    [
        ("webshell", 10),
        ("forged-answered", 11),
        ("attempted", 12),
        ("short-logs", 13),
        ("clean", 0),
    ],
)
def test_the_exit_status_is_the_verdict(
    evidence: Callable[[str], Path], capsys: Capture, scenario: str, status: int
) -> None:
    """With `--exit-code`, for pipelines."""
    assert _triage(evidence(scenario), "--exit-code") == status
    assert capsys.readouterr().err == ""


def test_every_verdict_has_a_status_of_its_own() -> None:
    """Only what is no evidence of anything is 0."""
    assert set(EXIT_STATUS) == {verdict.value for verdict in Verdict}
    assert len(set(EXIT_STATUS.values())) == len(EXIT_STATUS)
    assert EXIT_STATUS["no-evidence"] == 0


def test_the_worst_of_many_servers_decides_and_is_asked_for(tiny: Path, tmp_path: Path) -> None:
    """Without `--exit-code` a run that worked ends with 0, whatever it found."""
    (tmp_path / "notes.txt").write_text("nothing")
    assert _triage(tmp_path, tiny) == 0
    assert _triage(tmp_path, tiny, "--exit-code") == 10
    assert _triage(tmp_path, "--exit-code") == 13


def _encrypted_zip(path: Path, source: Path) -> None:
    import pyzipper  # noqa: PLC0415 - only here

    with pyzipper.AESZipFile(path, "w", encryption=pyzipper.WZ_AES) as made:
        made.setpassword(b"infected")
        made.write(source, source.name)


def _encrypted_7z(path: Path, source: Path) -> None:
    with py7zr.SevenZipFile(path, "w", password="infected", header_encryption=True) as made:
        made.write(source, source.name)


@pytest.mark.parametrize("make", [_encrypted_zip, _encrypted_7z], ids=["zip", "7z"])
def test_a_password_opens_an_encrypted_archive(
    tiny: Path, tmp_path: Path, capsys: Capture, make: Callable[[Path, Path], None]
) -> None:
    """Without it, or with a wrong one: exit 3, one line that names the archive and the remedy."""
    archive = tmp_path / "collected.archive"
    make(archive, next(tiny.iterdir()))
    for given in ([], ["--password", "wrong"]):
        assert _triage(archive, *given) == 3
        (line,) = capsys.readouterr().err.splitlines()
        assert str(archive) in line
        assert "password" in line
    assert _triage(archive, "--password", "wrong", "--password", "infected", "--exit-code") == 10
    assert capsys.readouterr().err == ""


def _missing(tmp_path: Path) -> Path:
    return tmp_path / "not-there.zip"


def _device(_tmp_path: Path) -> Path:
    return Path("/dev/null")


def _damaged(tmp_path: Path) -> Path:
    path = tmp_path / "damaged.7z"
    path.write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(200))
    return path


def test_two_archives_of_one_name_are_told_apart(tmp_path: Path, capsys: Capture) -> None:
    """A fleet's archives often have the same name: the line names the path as it was given."""
    for server in ("EX01", "EX02"):
        (tmp_path / server).mkdir()
        _damaged(tmp_path / server)
    assert _triage(*(tmp_path / server / "damaged.7z" for server in ("EX01", "EX02"))) == 3
    lines = capsys.readouterr().err.splitlines()
    assert [line.count("damaged.7z") for line in lines] == [1, 1]
    assert "EX01/damaged.7z: " in lines[0]
    assert "EX02/damaged.7z: " in lines[1]


@pytest.mark.parametrize("make", [_missing, _device, _damaged])
def test_an_input_that_cannot_be_opened_costs_only_itself(
    tiny: Path, tmp_path: Path, capsys: Capture, make: Callable[[Path], Path]
) -> None:
    """Exit 3 and one line; the other packages are done, printed and written, also as JSON."""
    broken, out = make(tmp_path), tmp_path / "report"
    assert _triage(broken, tiny, "--format", "json", "--exit-code", "-o", out) == 3
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith(f"alpheus: {broken}: ")
    document = json.loads(printed.out)
    assert [one["id"] for one in document["evidence"]] == ["E2"]
    assert document["servers"][0]["verdict"] == "compromised"
    assert {path.name for path in out.iterdir()} == REPORTS


def test_a_file_inside_that_cannot_be_read_changes_no_status(
    tiny: Path, tmp_path: Path, capsys: Capture
) -> None:
    """It is a loss: counted and listed, while what was named could be opened."""
    whole = tmp_path / "collected.zip"
    with zipfile.ZipFile(whole, "w") as made:
        made.write(next(tiny.iterdir()), "u_ex210304.log")
        made.writestr("broken.aspx", "<p>page</p>")
    whole.write_bytes(whole.read_bytes().replace(b"<p>page</p>", b"<p>eggs</p>"))
    assert [one["path"] for one in _json(capsys, whole)["skipped"]] == ["broken.aspx"]  # type: ignore[attr-defined]
    assert _triage(whole) == 0
    assert _triage(whole, "--exit-code") == 10


def test_when_nothing_could_be_opened_nothing_is_printed(tmp_path: Path, capsys: Capture) -> None:
    """No verdict on nothing."""
    assert _triage(tmp_path / "a", tmp_path / "b") == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["EVIDENCE", "--format", "pdf"],
        ["EVIDENCE", "--since", "yesterday"],
        ["EVIDENCE", "--timezone", "Nowhere/Town"],
        ["EVIDENCE", "--max-files", "0"],
        ["EVIDENCE", "--max-seconds", "-1"],
        ["EVIDENCE", "--surplus"],
        [""],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(tiny: Path, capsys: Capture, wrong: list[str]) -> None:
    """The last line says what is wrong; nothing is printed as a result."""
    with pytest.raises(SystemExit) as ended:
        main(["triage", *(str(tiny) if one == "EVIDENCE" else one for one in wrong)])
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert ": error: " in printed.err.splitlines()[-1]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--pack", "nope"],
        ["--rules", "/not/there"],
        ["--since", "2021-03-05", "--until", "2021-03-01"],
    ],
    ids=" ".join,
)
def test_what_is_impossible_ends_with_2_in_one_line(
    tiny: Path, capsys: Capture, wrong: list[str]
) -> None:
    """An unknown pack, rules that are nowhere, a span without time."""
    assert _triage(tiny, *wrong) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1


def test_since_and_until_bound_what_counts(tiny: Path, capsys: Capture) -> None:
    """A bare date as `--until` includes its day."""
    assert _findings(_json(capsys, tiny, "--until", "2021-03-04"))
    assert _findings(_json(capsys, tiny, "--since", "2021-03-04T10:00:00Z"))
    for span in (["--until", "2021-03-03"], ["--since", "2021-03-05"]):
        assert _findings(_json(capsys, tiny, *span)) == []


LOCAL = (
    "10.1.2.3, -, 03/04/21, 10:00:00, W3SVC1, EX01, 10.0.0.1, 15, 200, 300, 200, 0, POST, "
    "/aspnet_client/k3y.aspx, -,\n"
)


def test_a_zone_makes_local_times_count(tmp_path: Path, capsys: Capture) -> None:
    """Without `--timezone` local times are unknown; with it they are converted."""
    (tmp_path / "in210304.log").write_text(LOCAL * 5)

    def basis(*more: str) -> tuple[str, str]:
        (server,) = _json(capsys, tmp_path, *more)["servers"]  # type: ignore[misc]
        (coverage,) = server["coverage"]
        return coverage["time_basis"], coverage["first"]

    assert basis()[0] == "unknown"
    assert basis("--timezone", "Europe/Berlin") == ("converted", "2021-03-04T09:00:00Z")


def test_only_the_packs_asked_for_are_used(tiny: Path, capsys: Capture) -> None:
    """The run names them, and what they build on."""
    document = _json(capsys, tiny, "--pack", "proxylogon")
    used = [pack["id"] for pack in document["run"]["packs"]]  # type: ignore[index]
    assert used == ["proxylogon", "exchange-intrusion"]


def test_limits_are_told_as_losses(tiny: Path, tmp_path: Path, capsys: Capture) -> None:
    """A package with more files than allowed is read so far."""
    for name in "abc":
        shutil.copy(next(tiny.iterdir()), tmp_path / f"{name}.log")
    document = _json(capsys, tmp_path, "--max-files", "1")
    assert document["run"]["files_read"] == 1  # type: ignore[index]
    assert document["skipped"]


def test_a_report_that_cannot_be_written_is_one_line_and_the_result_is_printed(
    tiny: Path, tmp_path: Path, capsys: Capture
) -> None:
    """Hours of reading are not lost to a wrong folder."""
    stands_there = tmp_path / "file"
    stands_there.write_text("kept")
    for out in (stands_there, stands_there / "below"):
        assert _triage(tiny, "-o", out) == 1
        printed = capsys.readouterr()
        assert "COMPROMISED" in printed.out
        (line,) = printed.err.splitlines()
        assert line.startswith(f"alpheus: Cannot write {out}: ")
    assert stands_there.read_text() == "kept"


def test_an_archive_in_an_archive_is_the_same_evidence(
    tiny: Path, tmp_path: Path, capsys: Capture
) -> None:
    """Addresses lead through the archives."""
    inner, outer = tmp_path / "inner.zip", tmp_path / "outer.zip"
    for path, source in ((inner, next(tiny.iterdir())), (outer, inner)):
        with zipfile.ZipFile(path, "w") as made:
            made.write(source, source.name)
    document = _json(capsys, outer)
    paths = {c["path"] for f in _findings(document) for c in f["citations"]}  # type: ignore[attr-defined]
    assert paths == {"inner.zip/u_ex210304.log"}


def test_secrets_are_written_in_clear_only_where_somebody_asks(
    tiny: Path, tmp_path: Path, capsys: Capture
) -> None:
    """The hashes are those of what is printed and of the reports; never inside the evidence."""
    file, log = tmp_path / "secrets.jsonl", tmp_path / "u_ex210304.log"
    log.write_text(
        (tiny / "u_ex210304.log").read_text("utf-8").replace(" - ", " orange7=Response.Write(1) ")
    )
    assert _triage(log, "--format", "json", "-o", tmp_path / "out", "--secrets", file) == 0
    printed = capsys.readouterr().out
    report = (tmp_path / "out" / "assessment.json").read_text()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    (one,) = [one for one in lines if one["value"] == "orange7"]
    assert one["kind"] == "parameter"
    assert one["hash"] in printed
    assert one["hash"] in report
    assert "orange7" not in printed + report
    assert file.stat().st_mode & 0o777 == 0o600
    assert _triage(tiny, "--secrets", tiny / "secrets.jsonl") == 2
    assert "lies inside the evidence" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--secrets", "--timeline"])
def test_a_device_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: Capture, option: str
) -> None:
    """It would be replaced by a file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert main(["triage", str(tmp_path / "nothing.zip"), option, str(pipe)]) == 1
    assert f"{pipe} is no file, and would be replaced" in capsys.readouterr().err
    assert pipe.is_fifo()


def test_a_timeline_is_written_where_it_is_asked_for(
    tiny: Path, tmp_path: Path, capsys: Capture
) -> None:
    """Not into the evidence; where it cannot be written, that is told in one line."""
    assert _triage(tiny, "--timeline", tmp_path / "t.parquet") == 0
    capsys.readouterr()
    assert rows_of(tmp_path / "t.parquet", "count(*)") == [(2,)]
    assert _triage(tiny, "--timeline", tiny / "t.parquet") == 2
    assert "lies inside the evidence" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert _triage(tiny, "--timeline", tmp_path / "file" / "t.parquet") == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
