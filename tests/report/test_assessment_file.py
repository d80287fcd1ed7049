"""An assessment is read for what a clean-up needs of it; what is none is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alpheus.errors import EvidenceFormatError, EvidenceNotFoundError
from alpheus.report.assessment_file import Span, of_model, read_assessment
from alpheus.report.json_output import write_json
from assessments import compromised
from clean_assessments import document, server


def _written(folder: Path, content: object) -> Path:
    path = folder / "assessment.json"
    path.write_text(json.dumps(content))
    return path


def test_a_file_and_the_folder_of_a_report_are_one(tmp_path: Path) -> None:
    """Both are read; the digest is that of the file."""
    path = _written(tmp_path, document(server("MX01")))
    assert read_assessment(path) == read_assessment(tmp_path)
    assert len(read_assessment(path).digest) == 64


def test_a_server_is_named_where_there_are_several(tmp_path: Path) -> None:
    """In any case of letters; else they are listed."""
    found = read_assessment(_written(tmp_path, document(server("MX01"), server("MX02"))))
    assert found.server("mx02").name == "MX02"
    for name in ("", "MX03"):
        with pytest.raises(EvidenceFormatError, match="MX01, MX02"):
            found.server(name)
    only = read_assessment(_written(tmp_path, document(server("MX01"))))
    assert only.server().name == "MX01"


@pytest.mark.parametrize("content", ["", "{}", "[]", "\x00", '{"schema": 1}'])
def test_what_is_none_is_told(tmp_path: Path, content: str) -> None:
    """By its name."""
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(EvidenceFormatError, match=r"a\.json is no assessment"):
        read_assessment(tmp_path / "a.json")


def test_another_schema_is_told(tmp_path: Path) -> None:
    """With what is known here; and a file that is not there, too."""
    with pytest.raises(EvidenceFormatError, match="assessment/1"):
        read_assessment(_written(tmp_path, document() | {"schema": "alpheus.assessment/2"}))
    with pytest.raises(EvidenceNotFoundError, match="none"):
        read_assessment(tmp_path / "none")


def test_coverage_is_read_with_its_span_and_the_windows(tmp_path: Path) -> None:
    """What a triage has just found is the same as what it wrote."""
    span = {"from": "2021-02-26T00:00:00Z", "to": "2021-03-20T00:00:00Z"}
    row = {"source": "ews", "first": span["from"], "covers_window": True, "gaps": [span]}
    campaign = {"pack": "proxylogon", "window": span, "assessed": True}
    content = document(server("MX01", coverage=[row], campaigns=[campaign]))
    found = read_assessment(_written(tmp_path, content)).server()
    assert found.coverage[0].covers_window
    assert found.coverage[0].gaps == (Span(span["from"], span["to"]),)
    assert found.campaigns[0].window == Span(span["from"], span["to"])


def test_a_triage_that_was_just_done_is_read_as_its_file_is(tmp_path: Path) -> None:
    """Coverage and campaigns, field by field."""
    done = compromised()
    path = tmp_path / "assessment.json"
    with path.open("w", encoding="utf-8") as stream:
        write_json(done, stream)
    read, made = read_assessment(path).server(), of_model(done).server()
    assert read.coverage == made.coverage
    assert read.campaigns == made.campaigns
