"""One server judged from beginning to end, with the packs that ship."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from alpheus.detect.collector import Collector
from alpheus.detect.kit import Kit
from alpheus.detect.model import FileMatch, Origin
from alpheus.judge.assess import Judge
from alpheus.knowledge.builds import Builds
from alpheus.knowledge.packs import load_packs
from alpheus.model import (
    BuildWitness,
    Citation,
    Evidence,
    ServerAssessment,
    Stage,
    Verdict,
    Weight,
)
from alpheus.parsers.base import ReadOptions
from making import T0, event, hours, origin, rule

PACKAGE = (Evidence("E1", "collection.zip", "a" * 64, 1),)
WHOLE_WINDOW = ("2021-01-01", "2021-04-15")


@pytest.fixture(scope="module")
def judge() -> Judge:
    """All knowledge that ships."""
    return Judge(Kit.compile(load_packs(), ReadOptions()), Builds.load())


def _covered(host: str = "EX01") -> Collector:
    collector = Collector()
    whose = origin(host, folder=host)
    for label in ("httpproxy", "iis-site-1", "iis-site-2", "ecp-server", "msexchange-management"):
        collector.cover(whose, label).merge(hours(*WHOLE_WINDOW))
    collector.witness(BuildWitness("httpproxy", "15.1.2176.2", host, T0, T0), whose)
    return collector


def _only(judge: Judge, collector: Collector) -> ServerAssessment:
    (server,) = judge.servers(collector, PACKAGE)
    return server


def test_nothing_found_where_everything_was_seen(judge: Judge) -> None:
    """Logs over the whole window and no finding: no evidence, at stage none."""
    server = _only(judge, _covered())
    assert (server.verdict, server.stage) == (Verdict.NO_EVIDENCE, Stage.NONE)
    assert (server.findings, server.story) == ((), ())
    assert server.product.startswith("Microsoft Exchange Server 2016")
    assert server.build is not None
    assert server.build.value == "15.1.2176.2"


def test_proof_beyond_exploited_compromises(judge: Judge) -> None:
    """Verdict, stage, story, headline and next steps all speak of the finding."""
    collector = _covered()
    shell = rule("shell", Stage.OPERATED, Weight.PROOF, pack="proxylogon", summary="it was used")
    collector.hit(shell, origin(folder="EX01"), event(line=7))
    cited = event().citation
    collector.hashed(cited.evidence, cited.path, "d" * 64)
    server = _only(judge, collector)
    assert (server.verdict, server.stage) == (Verdict.COMPROMISED, Stage.OPERATED)
    assert [step.summary for step in server.story] == ["it was used"]
    assert [c.sha256 for f in server.findings for c in f.citations] == ["d" * 64]
    assert min(step.priority for step in server.next_steps) == 1
    assert "EX01" in server.headline


def test_context_changes_no_verdict(judge: Judge) -> None:
    """It is reported, and tells no story."""
    collector = _covered()
    collector.hit(rule("c", Stage.SPREAD, Weight.CONTEXT), origin(folder="EX01"), event())
    server = _only(judge, collector)
    assert server.verdict is Verdict.NO_EVIDENCE
    assert [f.rule for f in server.findings] == ["c"]
    assert server.story == ()


def test_the_gravest_finding_and_the_gravest_server_come_first(judge: Judge) -> None:
    """Who comes first is who needs help first, then by name."""
    collector = _covered("EX02")
    for host in ("EX03", "EX01"):
        collector.cover(origin(host, folder=host), "httpproxy").merge(hours(*WHOLE_WINDOW))
    whose = origin("EX03", folder="EX03")
    collector.hit(rule("a", Stage.ATTEMPTED), whose, event(host="EX03"))
    collector.hit(rule("p", Stage.IMPLANTED, Weight.PROOF), whose, event(host="EX03"))
    servers = judge.servers(collector, PACKAGE)
    assert servers[0].name == "EX03"
    assert [f.rule for f in servers[0].findings] == ["p", "a"]
    assert {one.name for one in servers[1:]} == {"EX01", "EX02"}


def test_a_known_malicious_file_is_a_finding_of_its_server(judge: Judge) -> None:
    """A file whose hash was published is cited by its path and hash."""
    collector = _covered()
    citation = Citation("E1", "EX01/x.aspx", sha256="e" * 64)
    whose = origin(folder="EX01")
    collector.file_matches.append(
        FileMatch(rule("hash", Stage.IMPLANTED, Weight.PROOF), whose, citation, None)
    )
    server = _only(judge, collector)
    assert server.verdict is Verdict.COMPROMISED
    assert [(f.rule, f.citations, f.detail) for f in server.findings] == [
        ("hash", (citation,), "EX01/x.aspx")
    ]


def test_a_finding_says_to_whom_its_hash_may_be_told(judge: Judge) -> None:
    """The label of whoever shared an indicator goes with every finding that rests on it."""
    collector = _covered()
    told = replace(rule("hash", Stage.IMPLANTED, pack="shared"), tlp="TLP:RED")
    cited = Citation("E1", "EX01/x.aspx", sha256="e" * 64)
    collector.file_matches.append(FileMatch(told, origin(folder="EX01"), cited, None))
    assert [one.tlp for one in _only(judge, collector).findings] == ["TLP:RED"]


def test_a_package_in_which_nothing_was_understood_gets_an_answer(judge: Judge) -> None:
    """It is not determinable, under the name of the package, and never silently left out."""
    server = _only(judge, Collector())
    assert (server.name, server.verdict) == ("collection.zip", Verdict.NOT_DETERMINABLE)
    assert server.product == "unknown"


def test_what_is_no_exchange_is_not_called_one(judge: Judge) -> None:
    """IIS without Exchange is IIS; event logs alone are Windows."""
    for label, product in (("iis-site-1", "Microsoft IIS"), ("windows-security", "Windows")):
        collector = Collector()
        collector.cover(Origin("E1", "WEB", "", ""), label).merge(hours(*WHOLE_WINDOW))
        assert _only(judge, collector).product == product


PACK_OF_AN_APPLIANCE = """
id: spill
version: "1"
title: An attack on gateways
products: [Mail Gateway]
product_signs: [{product: Mail Gateway, kind: rule, value: spill-seen}]
window: {from: 2021-02-01T00:00:00Z, to: 2021-03-01T00:00:00Z}
deciding: [{name: front-end, any_of: ["iis-site-*"]}]
"""

SEEN = """
title: The logon page of the gateway
name: spill-seen
id: 0b6f5fd0-58a3-4cf4-9d0c-9f6f1b0f4f11
status: test
logsource: {category: webserver}
detection: {selection: {cs-uri-stem: /gw/login.do}, condition: selection}
level: informational
alpheus: {stage: none, weight: context, confidence: high}
"""


def test_a_product_is_shown_by_a_rule_of_its_pack(tmp_path: Path) -> None:
    """Then its campaign is judged, and what only tells the product is no finding."""
    (tmp_path / "spill" / "sigma").mkdir(parents=True)
    (tmp_path / "spill" / "pack.yaml").write_text(PACK_OF_AN_APPLIANCE)
    (tmp_path / "spill" / "sigma" / "seen.yml").write_text(SEEN)
    kit = Kit.compile(load_packs([], [tmp_path / "spill"]), ReadOptions(), keep=False)
    judge, whose = Judge(kit, Builds.load()), origin("GW01", folder="GW01")
    collector = Collector()
    collector.cover(whose, "iis-site-1").merge(hours(*WHOLE_WINDOW))
    assert _only(judge, collector).verdict is Verdict.NOT_DETERMINABLE
    collector.hit(kit.infos["spill-seen"], whose, event("iis", host="GW01"))
    server = _only(judge, collector)
    assert (server.verdict, server.product) == (Verdict.NO_EVIDENCE, "Mail Gateway")
    assert server.findings == ()
