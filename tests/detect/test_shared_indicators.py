"""Indicators that others share, from a file to a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.job import TriageOptions
from alpheus.knowledge.shared.model import SharedPaths
from alpheus.model import Assessment, Verdict, Weight
from alpheus.triage import triage

HEAD = (
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip cs(User-Agent)"
    " cs(Referer) sc-status\n"
)
ROWS = (
    "2021-03-03 06:00:00 10.0.0.1 GET /owa/ - 443 45.77.1.1 Mozilla/5.0 - 200\n"
    "2021-03-03 06:00:01 10.0.0.1 GET /owa/ - 443 45.77.1.3 Mozilla/5.0 - 200\n"
    "2021-03-03 06:00:02 10.0.0.1 GET /owa/ - 443 45.77.1.9 Mozilla/5.0"
    " https://c2.evil.example/a 200\n"
    "2021-03-03 06:00:03 10.0.0.1 GET /owa/ - 443 104.16.0.1 Mozilla/5.0 - 200\n"
    "2021-03-03 06:00:04 10.0.0.1 GET /owa/ url=https%3A%2F%2Fc2.hidden.example%2Fa 443 45.77.1.9"
    " Mozilla/5.0 - 200\n"
    "2021-03-03 06:00:05 10.0.0.1 GET /owa/ u=%252F%252Ftwice.example 443 45.77.1.9 x - 200\n"
    "2021-03-03 06:00:06 10.0.0.1 GET /owa/ u=dots%2Eexample%u002f 443 45.77.1.9 x - 200\n"
    "2021-03-03 06:00:07 10.0.0.1 GET /owa/ u=%5B2a03%3A7%3A%3A9%5D%3A443 443 45.77.1.9 x - 200\n"
    "2021-03-03 06:00:08 10.0.0.1 GET /owa/ u=%3D45.77.2.2%26 443 45.77.1.9 x - 200\n"
)


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with requests that say nothing by themselves."""
    place = tmp_path_factory.mktemp("shared") / "EX01"
    logs = place / "inetpub" / "logs" / "LogFiles" / "W3SVC1"
    logs.mkdir(parents=True)
    (logs / "u_ex210303.log").write_text(HEAD + ROWS, "utf-8")
    return place


def _triage(evidence: Path, text: str) -> Assessment:
    path = evidence.parent / "indicators.csv"
    path.write_text(text, "utf-8")
    return triage([evidence], TriageOptions(shared=SharedPaths((path,)), workers=1)).assessment


def test_who_came_is_found(evidence: Path) -> None:
    """An address of the client, and a name in a referer; others raise nothing."""
    found = _triage(
        evidence, "type,value,comment,tlp\nip,45.77.1.1,a scanner,amber\ndomain,evil.example,x,\n"
        "ip,45.77.1.7,not here,\n",
    )  # fmt: skip
    (server,) = found.servers
    told = {one.title: one for one in server.findings}
    assert list(told) == [
        "Shared indicator (ip): a scanner (TLP:AMBER, indicators)",
        "Shared indicator (domain): x (indicators)",
    ]
    assert {one.weight for one in told.values()} == {Weight.INDICATION}
    assert (
        "45.77.1.1"
        in told["Shared indicator (ip): a scanner (TLP:AMBER, indicators)"].citations[0].text
    )


@pytest.mark.parametrize(
    "value", ["hidden.example", "twice.example", "dots.example", "2a03:7::9", "45.77.2.2"]
)
def test_percent_encoding_hides_nothing(evidence: Path, value: str) -> None:
    """A name or address in a query is found however it was encoded."""
    (server,) = _triage(evidence, f"value\n{value}\n").servers
    assert [len(one.citations) for one in server.findings] == [1]


def test_what_many_use_raises_no_verdict(evidence: Path) -> None:
    """A content network alone is context; the verdict is the one without it."""
    before = _triage(evidence, "value\n45.77.1.7\n").servers[0].verdict
    (server,) = _triage(evidence, "value\n104.16.0.1\n").servers
    assert server.verdict is before is Verdict.NOT_DETERMINABLE
    assert {one.weight for one in server.findings} <= {Weight.CONTEXT}


def test_what_has_ended_means_nothing(evidence: Path) -> None:
    """An address that was given up before the request belonged to somebody else."""
    assert not _triage(evidence, "value,until\n45.77.1.1,2021-03-02\n").servers[0].findings
    assert _triage(evidence, "value,until\n45.77.1.1,2021-03-03\n").servers[0].findings


def test_what_is_not_used_is_a_loss(evidence: Path) -> None:
    """Entries that evidence cannot show are told with their file and number."""
    found = _triage(evidence, "type,value\nmutex,a\nmutex,b\nip,45.77.1.1\n")
    (loss,) = [one for one in found.skipped if "indicators not used" in one.reason]
    assert loss.count == 2
    assert loss.path.endswith("indicators.csv")
