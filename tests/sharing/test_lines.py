"""Lines for Timesketch, ECS and OCSF."""

from __future__ import annotations

from datetime import datetime

from alpheus.report.assessment_file import Assessment
from alpheus.sharing.lines import to_ecs, to_ocsf, to_timesketch
from alpheus.sharing.policy import Policy


def test_timesketch_has_its_three_fields(named: tuple[Policy, list[Assessment]]) -> None:
    """Each line has message, time and what the time is of; what has no time is not on the line."""
    lines = list(to_timesketch(named[1]))
    assert {one["rule"] for one in lines} == {"forged", "page-modified", "told", "usual"}
    for one in lines:
        assert {"message", "datetime", "timestamp_desc"} <= set(one)
        assert datetime.fromisoformat(one["datetime"]).utcoffset() is not None


def test_ecs_says_who_what_and_where(named: tuple[Policy, list[Assessment]]) -> None:
    """Fields of the schema, with addresses, hash, technique; every finding has a line."""
    lines = list(to_ecs(named[1]))
    assert len(lines) == 5
    first = lines[0]
    assert first["event"]["kind"] == "alert"
    assert first["source"]["ip"] == "45.77.252.175"
    assert first["related"]["ip"] == ["45.77.252.175", "2a03:2880::7"]
    assert first["threat"]["technique"]["id"] == ["T1190"]
    assert first["file"]["hash"]["sha256"] == "b" * 64
    assert lines[1]["@timestamp"] == "2021-03-10T00:00:00.000Z"


def test_ocsf_is_a_detection_finding(named: tuple[Policy, list[Assessment]]) -> None:
    """The required attributes of class 2004, with numbers that belong together."""
    for one in to_ocsf(named[1]):
        assert one["type_uid"] == one["class_uid"] * 100 + one["activity_id"]
        assert {"finding_info", "metadata", "severity_id", "time", "category_uid"} <= set(one)
        assert {"uid", "title"} <= set(one["finding_info"])
        for attack in one["finding_info"]["attacks"]:  # libraries ask for both
            assert attack["technique"]["name"] == attack["technique"]["uid"]
        assert isinstance(one["time"], int)
