"""The assessment as JSON keeps the contract exactly."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import msgspec
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from alpheus.model import Assessment, SeenPage, UnlistedCode, UnlistedPages
from alpheus.report import to_json, write_json
from alpheus.report.assessment_file import Pages, of_model
from alpheus.report.schema import assessment_schema
from assessments import HOSTILE, assessments, cite, compromised, fleet, hostile

VALIDATOR = Draft202012Validator(assessment_schema())


def test_fixtures_satisfy_the_schema() -> None:
    """Realistic and hostile assessments alike."""
    for one in (compromised(), fleet(), hostile()):
        VALIDATOR.validate(to_json(one))


@settings(max_examples=30, deadline=None)
@given(assessments())
def test_every_assessment_satisfies_the_schema(one: Assessment) -> None:
    """Whatever the parts hold, and the text form reads back as the same document."""
    document = to_json(one)
    VALIDATOR.validate(document)
    assert json.loads(json.dumps(document)) == document


def test_the_keys_are_those_of_the_contract() -> None:
    """No surprise at any level."""
    document = to_json(compromised())
    assert list(document) == ["schema", "run", "evidence", "servers", "skipped"]
    assert document["schema"] == "alpheus.assessment/1"
    server = document["servers"][0]
    assert list(server) == [
        "name", "aliases", "product", "build", "cves", "verdict", "stage", "confidence", "headline",
        "campaigns", "findings", "story", "coverage", "next_steps", "packages",
    ]  # fmt: skip
    assert list(server["findings"][0]) == [
        "rule", "pack", "title", "stage", "weight", "confidence", "time", "cves", "techniques",
        "citations", "citations_total", "last", "clients", "tlp",
    ]  # fmt: skip
    assert list(server["coverage"][1]) == [
        "source", "files", "rows", "skipped", "first", "last", "time_basis", "gaps", "deciding",
        "covers_window", "days", "silent", "parts",
    ]  # fmt: skip
    days = server["coverage"][1]["days"]
    assert list(days) == sorted(days)
    assert sum(days.values()) == server["coverage"][1]["rows"]
    assert server["coverage"][1]["gaps"] == [
        {"from": "2021-03-04T00:00:00Z", "to": "2021-03-07T00:00:00Z"}
    ]
    assert server["campaigns"][0]["window"] == {
        "from": "2021-02-26T00:00:00Z", "to": "2021-03-20T00:00:00Z",
    }  # fmt: skip
    assert server["campaigns"][1]["window"] is None


def test_an_unknown_build_is_null() -> None:
    """And a known one has its witnesses."""
    builds = {server["name"]: server["build"] for server in to_json(fleet())["servers"]}
    assert builds["ex-clean.contoso.example"] is None
    assert set(builds["EX01.contoso.example"]["witnesses"][0]) == {
        "source", "build", "first", "last",
    }  # fmt: skip


def test_a_citation_has_one_place_at_most_and_a_hash_where_known() -> None:
    """Even if a record were given two places."""
    finding = compromised().servers[0].findings[0]
    two = replace(cite("a", "b", 7), offset=9)
    none = replace(cite("a", "b"), sha256=None)
    base = compromised()
    server = replace(base.servers[0], findings=(replace(finding, citations=(two, none)),))
    shown = to_json(replace(base, servers=(server,)))["servers"][0]["findings"][0]["citations"]
    assert "line" in shown[0]
    assert "offset" not in shown[0]
    assert set(shown[1]) == {"evidence", "path", "text"}


def test_a_cited_page_names_its_structure_and_reads_back() -> None:
    """Where it has one; any other citation says nothing of it."""
    base = compromised()
    finding = replace(base.servers[0].findings[0], citations=(
        replace(cite("a.aspx", "b", 7), structure="f-0a1b2c"), cite("b.log", "c", 1)))  # fmt: skip
    whole = replace(base, servers=(replace(base.servers[0], findings=(finding,)),))
    shown = to_json(whole)["servers"][0]["findings"][0]["citations"]
    assert [one.get("structure") for one in shown] == ["f-0a1b2c", None]
    (server,) = of_model(whole).servers
    assert [one.structure for one in server.findings[0].citations] == ["f-0a1b2c", ""]


def test_pages_and_the_code_beside_them_are_named_and_read_back() -> None:
    """By the schema; code is absent where nothing was said of it."""
    base = compromised()
    page = SeenPage("E1", "C/inetpub/wwwroot/a.aspx", "a" * 64)
    code = UnlistedCode(1, (SeenPage("E1", "C/inetpub/wwwroot/bin/a.dll", "b" * 64),))
    for pages in (UnlistedPages(2, 1, (page,), code), UnlistedPages(2, 1, (page,))):
        whole = replace(base, servers=(replace(base.servers[0], pages=pages),))
        document = to_json(whole)
        VALIDATOR.validate(document)
        shown = document["servers"][0]["pages"]
        assert ("code" in shown) is (pages.code is not None)
        read = msgspec.convert(shown, Pages)
        assert read == of_model(whole).servers[0].pages
        assert (read.code is not None) is (pages.code is not None)


def test_at_most_a_hundred_citations_and_the_total() -> None:
    """Beyond the limit only the number is kept."""
    findings = to_json(hostile())["servers"][0]["findings"]
    assert len(findings[0]["citations"]) == 100
    assert findings[0]["citations_total"] == 100_000


def test_the_text_form_is_plain_ascii() -> None:
    """No escape sequence or direction override reaches a terminal."""
    stream = io.StringIO()
    write_json(hostile(), stream)
    text = stream.getvalue()
    assert text.isascii()
    assert not [one for one in text if ord(one) < 0x20 and one != "\n"]
    texts = [one["reason"] for one in json.loads(text)["skipped"]]
    assert texts[0] == HOSTILE[0]
