"""Pages as SARIF."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import jsonschema
import msgspec

from alpheus.knowledge.shared.model import Tlp
from alpheus.report.assessment_file import Assessment, Finding
from alpheus.sharing.policy import Policy
from alpheus.sharing.sarif_out import to_sarif
from sarif_shape import SHAPE
from sharing.shared_samples import citation, finding


def _run(known: list[Assessment], policy: Policy) -> Any:
    document = to_sarif(known, policy, "A CERT")
    jsonschema.validate(document, SHAPE)
    (run,) = document["runs"]
    return run


def test_a_result_for_every_page(named: tuple[Policy, list[Assessment]]) -> None:
    """The worst first, with rule, level, hash and place; logs are no pages."""
    run = _run(named[1], named[0])
    shell, changed = run["results"]
    assert (shell["ruleId"], shell["level"]) == ("page", "error")
    assert (changed["ruleId"], changed["level"]) == ("page-modified", "warning")
    assert [one["properties"]["planted"] for one in run["results"]] == [True, False]
    assert shell["fingerprints"] == {"sha256/v1": "a" * 64}
    assert shell["message"]["text"] == "Title of page (EX01.corp.example)"
    rules = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert [rules[one["ruleIndex"]] for one in run["results"]] == ["page", "page-modified"]
    assert run["properties"] == {"tlp": "TLP:RED", "producer": "A CERT"}


def test_places_are_relative_to_their_server(named: tuple[Policy, list[Assessment]]) -> None:
    """Every base is declared, and every index leads to the same place and its hash."""
    run = _run(named[1], named[0])
    for one in run["results"]:
        place = one["locations"][0]["physicalLocation"]["artifactLocation"]
        assert place["uriBaseId"] in run["originalUriBaseIds"]
        artifact = run["artifacts"][place["index"]]
        assert artifact["location"]["uri"] == place["uri"]
        assert artifact["hashes"]["sha-256"] == one["fingerprints"]["sha256/v1"]


def test_a_page_stands_once_however_often_it_is_cited(assessment: Assessment) -> None:
    """By two rules, with the line and what stands there; in two places it is two."""
    cited = citation("/w/a b.aspx", sha256="a" * 64, line=3, text="an\x1bline")
    found = [
        finding("one", stage="implanted", citations=[cited]),
        finding("two", stage="implanted", citations=[cited, citation("w/c.aspx", sha256="a" * 64)]),
    ]  # fmt: skip
    server = msgspec.structs.replace(
        assessment.servers[0], findings=tuple(msgspec.convert(one, Finding) for one in found)
    )
    given = msgspec.structs.replace(assessment, servers=(server,))
    run = _run([given], Policy(Tlp.RED, named=True))
    assert [one["location"]["uri"] for one in run["artifacts"]] == ["w/a%20b.aspx", "w/c.aspx"]
    assert len(run["results"]) == 3
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "snippet": {"text": "an{ESC}line"}}


def test_a_page_without_a_name_stands_under_its_hash(assessment: Assessment) -> None:
    """Where its name would give the victim away; and nothing is quoted."""
    page = finding("page", stage="implanted",
                   citations=[citation("w/ex01.aspx", sha256="A" * 64, line=2)])  # fmt: skip
    server = msgspec.structs.replace(
        assessment.servers[0], findings=(msgspec.convert(page, Finding),)
    )
    policy = Policy(Tlp.RED, named=False)
    given = msgspec.structs.replace(assessment, servers=(server,))
    run = _run(list(policy.allowed([given])), policy)
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == "a" * 64 + ".aspx"
    assert place["artifactLocation"]["uriBaseId"].startswith("server-")
    assert place["region"] == {"startLine": 2}


def test_what_was_left_out_is_told(hidden: tuple[Policy, list[Assessment]]) -> None:
    """As a notification of the run."""
    (invocation,) = _run(hidden[1], hidden[0])["invocations"]
    (note,) = invocation["toolExecutionNotifications"]
    assert note["message"]["text"] == "1 finding rests on what is TLP:RED and was left out"


def test_nothing_found_is_an_empty_run() -> None:
    """And a valid one."""
    run = _run([], Policy(Tlp.AMBER, named=True))
    assert (run["results"], run["artifacts"]) == ([], [])
