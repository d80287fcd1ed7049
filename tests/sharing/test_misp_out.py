"""A MISP event, read by the project's own library."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from pymisp import MISPEvent

from alpheus.knowledge.shared.misp import read_misp
from alpheus.knowledge.shared.model import Tlp
from alpheus.report.assessment_file import Assessment
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
    found = [one for one in read_misp(content, "x") if not isinstance(one, str)]
    assert {(one.type, one.value, one.source, one.tlp) for one in found} == {
        ("ip", "45.77.252.175", "A CERT", Tlp.RED), ("ip", "2a03:2880::7", "A CERT", Tlp.RED),
        ("sha256", "a" * 64, "A CERT", Tlp.RED),
    }  # fmt: skip


def test_nothing_of_the_victim(hidden: tuple[Policy, list[Assessment]]) -> None:
    """The event for others names no server."""
    assert "EX01" not in json.dumps(to_misp(hidden[1], hidden[0], "A CERT", NOW))
