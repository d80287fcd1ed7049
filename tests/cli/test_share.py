"""`alpheus share`: from an assessment to what others read."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from alpheus.cli import main
from alpheus.cli.share import FORMATS
from alpheus.sharing.forms import FORMS
from sharing.shared_samples import NOW, document, write


@pytest.fixture
def assessment(tmp_path: Path) -> Path:
    """The JSON of a triage."""
    return write(tmp_path / "assessment.json")


def test_victims_are_hidden_from_others(
    assessment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By default in what is made for others, named in what is for one's own tools."""
    for form in FORMATS[:-1]:
        named = form not in {"stix", "misp"}
        assert main(["share", str(assessment), "--format", form]) == 0
        shown = capsys.readouterr()
        assert ("ex01.corp.example" in shown.out.casefold()) is named, form
        assert "1 finding rests on what is TLP:RED" in shown.err
    assert main(["share", str(assessment), "--format", "misp", "--victims", "named"]) == 0
    assert "EX01.corp.example" in capsys.readouterr().out


def test_every_form_is_offered() -> None:
    """Those that can be written, and no other."""
    assert tuple(FORMS) == FORMATS


def test_lines_are_json(assessment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document in each; the table begins with the columns that Timesketch needs."""
    main(["share", str(assessment), "--format", "ecs"])
    for line in capsys.readouterr().out.splitlines():
        json.loads(line)
    main(["share", str(assessment), "--format", "timesketch-csv"])
    heading = next(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert heading[:3] == ["message", "datetime", "timestamp_desc"]


def test_a_package_is_a_file(
    assessment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is written whole, for this account alone; without a file it is refused."""
    target = tmp_path / "p.zip"
    assert main(["share", str(assessment), "--format", "package"]) == 2
    assert main(["share", str(assessment), "--format", "package", "-o", str(target)]) == 0
    assert target.read_bytes().startswith(b"PK")
    words = ["share", str(assessment), "--format", "package", "-o", str(tmp_path / "no" / "p.zip")]
    assert main(words) == 1
    assert "choose another place" in capsys.readouterr().err


def test_custody_names_the_victim(assessment: Path, tmp_path: Path) -> None:
    """So it goes only into a package in which the victim is named."""
    log = tmp_path / "custody.log"
    log.write_text("", "utf-8")
    words = ["share", str(assessment), "--format", "package", "--custody-log", str(log),
             "-o", str(tmp_path / "p.zip")]  # fmt: skip
    assert main(words) == 2
    assert main([*words, "--victims", "named"]) == 0


def test_a_custody_log_that_is_not_there_is_named(
    assessment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, before anything is written."""
    target = tmp_path / "p.zip"
    words = ["share", str(assessment), "--format", "package", "--victims", "named",
             "-o", str(target)]  # fmt: skip
    for place, why in (("no.log", "is not there"), (".", "is no file")):
        assert main([*words, "--custody-log", str(tmp_path / place)]) == 3
        (line,) = capsys.readouterr().err.splitlines()
        assert why in line
    assert not target.exists()


def test_a_folder_is_no_file(
    assessment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is refused in one line, and nothing is left beside it."""
    folder = tmp_path / "out"
    folder.mkdir()
    assert main(["share", str(assessment), "--format", "ecs", "-o", str(folder)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "is a folder" in line
    assert sorted(tmp_path.iterdir()) == [assessment, folder]
    assert list(folder.iterdir()) == []


def test_what_cannot_be_written_leaves_nothing(
    assessment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No part of a file under another name."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    target = tmp_path / "out.json"
    assert main(["share", str(assessment), "--format", "ecs", "-o", str(target)]) == 1
    assert list(tmp_path.iterdir()) == [assessment]


def test_a_device_stays_what_it_is(
    assessment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`-o` of a pipe or of /dev/stdout replaces nothing, and says so."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (pipe, Path("/dev/stdout")):
        assert main(["share", str(assessment), "--format", "ecs", "-o", str(place)]) == 1
        assert f"{place} is no file, and would be replaced" in capsys.readouterr().err
    assert pipe.is_fifo()


def test_the_same_result_twice_is_one(
    assessment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its content: the folder of a report and the file in it, and a copy; that is said."""
    copy = tmp_path / "copy.json"
    copy.write_bytes(assessment.read_bytes())
    assert main(["share", str(assessment), "--format", "ecs"]) == 0
    once = capsys.readouterr().out
    words = ["share", str(tmp_path), str(assessment), str(copy), "--format", "ecs"]
    assert main(words) == 0
    shown = capsys.readouterr()
    assert shown.out == once
    assert shown.err.count("is the same result as") == 2


def test_a_key_keeps_names(
    assessment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ids of two outputs are the same with one key, others without; it names nobody by itself."""
    key = ["--key-file", str(tmp_path / "names.key")]
    ids = []
    for more in (key, key, []):
        assert main(["share", str(assessment), "--format", "stix", *more]) == 0
        ids.append({one["id"] for one in json.loads(capsys.readouterr().out)["objects"]})
    assert ids[0] == ids[1] != ids[2]
    assert main(["share", str(assessment), "--format", "ecs", *key]) == 2


_NAMES = ("EX01.corp.acme.example", "EX01", "corp.acme.example", "acme", "10.11.12.13", "fd00::7")


def _everywhere(value: object, name: str, key: str = "") -> object:
    """A document in which a name stands in every text that is not one of a few words."""
    if isinstance(value, dict):
        return {each: _everywhere(one, name, each) for each, one in value.items()}
    if isinstance(value, list):
        return [_everywhere(one, name, key) for one in value]
    if not isinstance(value, str) or key in _WORDS:
        return value
    return f"{name}/{name}-{value}" if key == "path" else f"{value} {name}"


_WORDS = frozenset({
    "schema", "stage", "weight", "confidence", "verdict", "state", "time", "last", "finished",
    "sha256", "tlp",
})  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_a_hidden_victim_is_named_nowhere(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever field has its name, its domain or an address of its network, no format tells it."""
    whole = document()
    whole["servers"][0] |= {
        "name": "EX01.corp.acme.example", "aliases": ["EX01"], "packages": ["E1"],
        "build": {"value": "15.1.2106.6"}, "coverage": [{"source": "iis", "last": NOW}],
        "cves": {"CVE-2021-26855": {"state": "vulnerable", "why": "its build"}},
    }  # fmt: skip
    whole |= {"evidence": [{"name": "c.zip", "id": "E1"}],
              "skipped": [{"path": "C/x.evtx", "reason": "damaged"}]}  # fmt: skip
    for number, name in enumerate(_NAMES):
        given = tmp_path / f"{number}.json"
        given.write_text(json.dumps(_everywhere(whole, name)), "utf-8")
        target = tmp_path / f"{number}.out"
        words = ["share", str(given), "--format", form, "--victims", "hidden", "-o", str(target)]
        assert main(words) == 0
        shown = _shown(target)
        assert "server-" in shown
        assert [one for one in _NAMES if one.casefold() in shown] == []
    assert "Traceback" not in capsys.readouterr().err


def _shown(file: Path) -> str:
    """What a file holds, and each file of an archive, in lower case."""
    content = file.read_bytes()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(file) as archive:
            content = b"".join(archive.read(one) for one in archive.namelist())
    return content.decode().casefold()
