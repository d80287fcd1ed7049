"""The JSON of real runs keeps its contract, and every citation can be looked up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from alpheus.cli import main
from alpheus.report import SCHEMA
from alpheus.report.schema import assessment_schema
from samples import SAMPLES, real

SCENARIOS = ("webshell", "utf16", "mail-theft", "two-servers")
PLACES = ("line", "offset", "record_id")
LOGS = (".log", ".csv")
Document = dict[str, Any]


@pytest.fixture(scope="module")
def assessed(
    evidence: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[Path, Document]]:
    """A scenario's evidence and its assessment as written with `-o`."""

    @cache
    def assess(name: str) -> tuple[Path, Document]:
        out = tmp_path_factory.mktemp("report")
        assert main(["triage", str(evidence(name)), "-o", str(out)]) == 0
        return evidence(name), json.loads((out / "assessment.json").read_text("utf-8"))

    return assess


def _check(document: Document) -> None:
    validator = Draft202012Validator(assessment_schema(), format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(document)] == []
    assert document["schema"] == SCHEMA
    for finding in _findings(document):
        assert len(finding["citations"]) <= finding["citations_total"]


def _findings(document: Document) -> Iterator[Document]:
    for server in document["servers"]:
        yield from server["findings"]


def _citations(document: Document) -> list[Document]:
    return [citation for finding in _findings(document) for citation in finding["citations"]]


@cache
def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _lines(path: Path) -> list[str]:
    """The lines of a log, read with nothing of the product."""
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16")
    else:
        text = content.decode("utf-8-sig")
    return [line.rstrip("\r") for line in text.split("\n")]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_it_validates_against_the_shipped_schema(
    assessed: Callable[[str], tuple[Path, Document]], scenario: str
) -> None:
    """Every key is described, every word is one of the contract."""
    _, document = assessed(scenario)
    _check(document)
    assert _citations(document)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_citation_names_one_place_and_the_file_by_its_hash(
    assessed: Callable[[str], tuple[Path, Document]], scenario: str
) -> None:
    """At most one of line, offset and record; the hash is that of the file as it lies there."""
    folder, document = assessed(scenario)
    for citation in _citations(document):
        assert sum(place in citation for place in PLACES) <= 1
        assert citation["sha256"] == _hash(folder / citation["path"]), citation["path"]


def _shown(text: str) -> str:
    """The beginning of a line, up to the first secret that a report would replace."""
    return text.split("[", 1)[0][:200]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_line_that_is_cited_stands_there(
    assessed: Callable[[str], tuple[Path, Document]], scenario: str
) -> None:
    """The text of a citation is the text of that line of that file, in UTF-16 too."""
    folder, document = assessed(scenario)
    cited = [c for c in _citations(document) if c["path"].endswith(LOGS) and "line" in c]
    assert cited
    wide = 0
    for citation in cited:
        line = _lines(folder / citation["path"])[citation["line"] - 1]
        wide += (folder / citation["path"]).read_bytes().startswith(b"\xff\xfe")
        assert citation["text"], citation
        if citation["text"] != line[:4000]:
            assert "[" in citation["text"], (citation, line)
            assert line.startswith(_shown(citation["text"])), (citation, line)
    assert bool(wide) is (scenario == "utf16")


@real
def test_real_evidence_keeps_the_contract(tmp_path: Path) -> None:
    """Real event logs and real IIS logs, damaged ones among them."""
    for name in ("evtx", "iis"):
        out = tmp_path / name
        assert main(["triage", str(SAMPLES / name), "-o", str(out)]) == 0
        document = json.loads((out / "assessment.json").read_text("utf-8"))
        _check(document)
        for citation in _citations(document):
            assert sum(place in citation for place in PLACES) <= 1
            assert citation["sha256"] == _hash(SAMPLES / name / citation["path"])
