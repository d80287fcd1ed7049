"""What keyed hashes stand for, in a file of its own, for those who asked for it."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.errors import EvidenceError
from alpheus.report import Redactor, to_json
from alpheus.report.clear_secrets import read_secrets, write_secrets
from alpheus.report.redact import MOST_PLACES, Clear
from alpheus.report.secret_patterns import SecretKind
from assessments import assessment, cite, compromised_server


def _kept(*quoted: str) -> Redactor:
    server = compromised_server()
    finding = replace(
        server.findings[0],
        citations=tuple(cite("logs/a.log", text, line) for line, text in enumerate(quoted, 1)),
    )
    redactor = Redactor(keep=True)
    redactor.assessment(assessment(replace(server, findings=(finding,))))
    return redactor


@pytest.mark.parametrize(
    ("quoted", "value", "kind"),
    [
        ('eval(Request["orange7"],"unsafe")', "orange7", "parameter"),
        ("net user svc Winter-2021! /add", "Winter-2021!", "password"),
        ('<machineKey validationKey="0A1B2C3D4E5F6071" />', "0A1B2C3D4E5F6071", "key"),
        ("ASP.NET_SessionId=q0x9k2m4; path=/", "q0x9k2m4", "token"),
    ],
)
def test_the_file_says_what_a_hash_stands_for_and_where_it_is(
    tmp_path: Path, quoted: str, value: str, kind: str
) -> None:
    """The hash is the one in the report, and nobody else may read the file."""
    redactor = _kept(quoted)
    file = tmp_path / "secrets.jsonl"
    write_secrets(redactor.clear(), file)
    lines = [json.loads(line) for line in file.read_text("ascii").splitlines()]
    (line,) = [one for one in lines if one["value"] == value]
    assert line["kind"] == kind
    assert line["found"] == [{"evidence": "ev1", "path": "logs/a.log", "line": 1}]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.value for one in read_secrets(file)] == [one["value"] for one in lines]
    assert redactor.mark(value) == line["hash"]


def test_reports_have_the_hash_and_not_the_value() -> None:
    """Also where what it stands for is kept."""
    server = compromised_server()
    told = replace(server.findings[0], citations=(cite("a.log", 'Request["orange7"]', 1),))
    redactor = Redactor(keep=True)
    text = json.dumps(to_json(assessment(replace(server, findings=(told,))), redactor))
    assert "orange7" not in text
    assert redactor.mark("orange7") in text


def test_nothing_is_kept_unless_somebody_asked() -> None:
    """A redactor forgets."""
    redactor = Redactor()
    assert "[secret:" in redactor.text('Request["orange7"]')
    assert redactor.clear() == []


def test_of_a_secret_that_stands_everywhere_the_first_places_are_told() -> None:
    """A log of an intruder's use would else be in the file whole."""
    (one,) = _kept(*['Request["orange7"]'] * 60).clear()
    assert len(one.places) == MOST_PLACES


@given(st.text(min_size=1), st.sampled_from(SecretKind))
def test_whatever_a_secret_is_made_of_the_file_is_lines_of_json(
    value: str, kind: SecretKind
) -> None:
    """Line feeds and halves of characters as well."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "secrets.jsonl"
        write_secrets([Clear("[secret:00000001]", kind, value)], file)
        (line,) = read_secrets(file)
    assert line.value == value.encode("utf-8", "backslashreplace").decode()


def test_another_file_is_refused(tmp_path: Path) -> None:
    """By its name, not that of its folder."""
    file = tmp_path / "other.txt"
    file.write_text("hello")
    with pytest.raises(EvidenceError, match=r"other\.txt: is no file of secrets"):
        read_secrets(file)
