"""Events for IntelMQ."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from alpheus.knowledge.shared.model import Tlp
from alpheus.report.assessment_file import Assessment
from alpheus.sharing.intelmq_out import COLUMNS
from alpheus.sharing.policy import Policy
from sharing.listed_samples import are_as_told, are_of_the_sender, read_again, written


def _events(assessment: Assessment, policy: Policy) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written("intelmq", assessment, policy).splitlines()]


def test_an_event_for_each_state(assessment: Assessment) -> None:
    """A break-in and open flaws of one server are two; who has neither has none, and is counted."""
    policy = Policy(Tlp.AMBER_STRICT, named=True)
    events = _events(assessment, policy)
    assert [(one["source.fqdn"], one["classification.type"], one["classification.identifier"])
            for one in events] == [
        ("ex01.corp.example", "system-compromise", "proxylogon"),
        ("ex01.corp.example", "vulnerable-system", "server-vulnerable"),
        ("mail.b.example", "undetermined", "proxylogon"),
        ("mail.c.example", "vulnerable-system", "server-vulnerable"),
    ]  # fmt: skip
    assert {one["tlp"] for one in events} == {"RED"}
    assert {one["extra.tlp"] for one in events} == {"TLP:AMBER+STRICT"}
    assert policy.told()[-1] == "1 server is neither broken into nor open to a flaw: not listed"


def test_a_page_is_its_hash_its_url_and_its_place(assessment: Assessment) -> None:
    """With when it was found, by which rule, and from where it was used."""
    first = _events(assessment, Policy(Tlp.RED, named=True))[0]
    assert first["malware.name"] == "webshell"
    assert first["malware.hash.sha256"] == "a" * 64
    assert first["source.url"] == "https://ex01.corp.example/aspnet_client/x.aspx"
    assert first["extra.page"] == "EX01/inetpub/wwwroot/aspnet_client/x.aspx"
    assert first["event_description.text"] == "Title of page"
    assert first["time.source"] == "2021-03-03T07:00:00+00:00"
    assert first["time.observation"] == "2021-03-10T00:00:00+00:00"
    assert first["extra.attackers"] == "45.77.252.175 2a03:2880::7"
    assert first["source.local_hostname"] == "EX01"


def test_the_table_has_every_field(assessment: Assessment) -> None:
    """As columns in one order; nothing that is in an event is lost in it."""
    policy = Policy(Tlp.RED, named=True)
    rows = list(csv.DictReader(io.StringIO(written("intelmq-csv", assessment, policy).decode())))
    events = _events(assessment, policy)
    assert [{name: cell for name, cell in row.items() if cell} for row in rows] == [
        {name: value for name, value in one.items() if name != "__type"} for one in events
    ]
    assert set(COLUMNS) >= {name for one in events for name in one} - {"__type"}


@pytest.mark.parametrize("form", ["intelmq", "intelmq-csv"])
def test_there_and_back(form: str, assessment: Assessment, tmp_path: Path) -> None:
    """`alpheus import` understands the same servers in the same state, under the same label."""
    content = written(form, assessment, Policy(Tlp.GREEN, named=True))
    found, file = read_again(content, tmp_path)
    assert (file.kind, file.tally.lost) == ("intelmq", 0)
    victim, opened, doubtful, other = found
    assert (victim.names, victim.servers) == (("ex01.corp.example",), ("EX01",))
    assert victim.flags == ("compromised-reported",)
    assert victim.attributes["url"] == "https://ex01.corp.example/aspnet_client/x.aspx"
    assert (doubtful.names, doubtful.flags) == (("mail.b.example",), ())
    assert (other.names, other.flags, opened.flags) == (("mail.c.example",), (), ())
    are_as_told((opened, other))
    are_of_the_sender(found)


def test_a_hidden_victim_has_no_place(assessment: Assessment, tmp_path: Path) -> None:
    """Its state is told under a name that says nothing, which nobody takes for a server."""
    content = written("intelmq", assessment, Policy(Tlp.GREEN, named=False))
    assert b"EX01" not in content
    assert b"example" not in content
    events = [json.loads(line) for line in content.splitlines()]
    assert len({one["extra.server"] for one in events}) == 3
    assert events[0]["extra.page"] == "x.aspx"
    found, file = read_again(content, tmp_path)
    assert (found, file.tally.lost) == ([], 4)
