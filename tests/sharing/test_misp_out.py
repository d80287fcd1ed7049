"""A MISP event, read by the project's own library."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
from pymisp import MISPEvent

from alpheus.knowledge.shared.misp import read_misp
from alpheus.knowledge.shared.model import Shared, Tlp
from alpheus.model import Stage, Verdict
from alpheus.report.assessment_file import Assessment, Campaign
from alpheus.sharing.misp_out import to_misp
from alpheus.sharing.policy import Policy

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_library_reads_it(hidden: tuple[Policy, list[Assessment]]) -> None:
    """Attributes for detection, tags, and an object for each file."""
    event = MISPEvent()
    event.load(json.dumps(to_misp(hidden[1], hidden[0], "A CERT", NOW)))
    assert {(one.type, one.value, one.to_ids) for one in event.attributes} == {
        ("ip-src", "45.77.252.175", True), ("ip-src", "2a03:2880::7", True),
        ("vulnerability", "CVE-2021-26855", False),
    }  # fmt: skip
    (file,) = event.objects
    assert file.get_attributes_by_relation("sha256")[0].value == "a" * 64
    assert {one.name for one in event.tags} >= {"tlp:amber", "mitre-attack:T1190"}


def test_there_and_back(named: tuple[Policy, list[Assessment]]) -> None:
    """What is written is read again as the same indicators, with the same mark."""
    content = json.dumps(to_misp(named[1], named[0], "A CERT", NOW)).encode()
    found = [one for one in read_misp(content, "x") if isinstance(one, Shared)]
    assert {(one.type, one.value, one.source, one.tlp) for one in found} == {
        ("ip", "45.77.252.175", "A CERT", Tlp.RED), ("ip", "2a03:2880::7", "A CERT", Tlp.RED),
        ("sha256", "a" * 64, "A CERT", Tlp.RED),
    }  # fmt: skip


def test_nothing_of_the_victim(hidden: tuple[Policy, list[Assessment]]) -> None:
    """The event for others names no server."""
    assert "EX01" not in json.dumps(to_misp(hidden[1], hidden[0], "A CERT", NOW))


def test_every_server_of_a_value_is_kept(assessment: Assessment) -> None:
    """Seen on several servers, it has all their names and sightings, and the widest times."""
    first = assessment.servers[0]
    later = tuple(
        msgspec.structs.replace(one, time="2021-03-02T00:00:00Z", last="2021-03-09T00:00:00Z")
        for one in first.findings
    )
    other = msgspec.structs.replace(first, name="EX02", findings=later)
    both = msgspec.structs.replace(assessment, servers=(first, other))
    made = to_misp([both], Policy(Tlp.AMBER, named=True), "A CERT", NOW)
    event = MISPEvent()
    event.load(json.dumps(made))
    seen = next(one for one in event.attributes if one.value == "45.77.252.175")
    assert seen.comment == "Title of forged (EX01.corp.example, EX02)"
    assert (str(seen.first_seen)[:10], str(seen.last_seen)[:10]) == ("2021-03-02", "2021-03-09")
    assert [one.source for one in seen.sightings] == ["EX01.corp.example", "EX02"]
    (file,) = event.objects
    assert file.comment == "Title of page (EX01.corp.example, EX02)"


def test_a_comment_stays_short(assessment: Assessment) -> None:
    """Beyond ten servers it says how many more; each has its sighting."""
    server = assessment.servers[0]
    servers = tuple(msgspec.structs.replace(server, name=f"S{n}") for n in range(12))
    many = msgspec.structs.replace(assessment, servers=servers)
    event = to_misp([many], Policy(Tlp.AMBER, named=True), "A CERT", NOW)["Event"]
    assert event["Attribute"][0]["comment"].endswith("S8, S9 and 2 more)")
    assert len(event["Attribute"][0]["Sighting"]) == 12


def test_what_fits_no_campaign_is_no_title(assessment: Assessment) -> None:
    """The event is then of an intrusion."""
    odd = Campaign("uncategorised", None, True, Verdict.COMPROMISED, Stage.IMPLANTED)
    server = msgspec.structs.replace(assessment.servers[0], campaigns=(odd,))
    given = msgspec.structs.replace(assessment, servers=(server,))
    made = to_misp([given], Policy(Tlp.AMBER, named=True), "A CERT", NOW)
    assert made["Event"]["info"] == "Traces of an intrusion on a server"
