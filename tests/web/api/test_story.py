"""The story of an attack for programs."""

from __future__ import annotations

import pytest

from web.programs import Api


@pytest.fixture
def path(api: Api) -> str:
    """The server of the organisation, which has an assessment."""
    return f"/servers/{api.values['own_server']}"


def test_the_story_has_records_that_prove_it(api: Api, path: str) -> None:
    """In the order of time, each with its place in the evidence and what it proves."""
    found = api.get(f"{path}/timeline?size=500")
    assert found["steps"]
    assert found["coverage"]
    records = found["records"]
    assert [one["time"] for one in records] == sorted(one["time"] for one in records)
    assert len(records) == found["records_total"]
    place = records[0]["findings"][0]
    proof = api.get(f"{path}/findings/{place}")
    assert records[0]["citation"]["path"] in {one["path"] for one in proof["citations"]}


def test_a_view_of_time_bounds_the_records(api: Api, path: str) -> None:
    """From when to when, a page at a time."""
    records = api.get(f"{path}/timeline?size=500")["records"]
    middle = records[len(records) // 2]["time"]
    before = api.get(f"{path}/timeline?to={middle}&size=500")["records"]
    assert before
    assert all(one["time"] <= middle for one in before)
    part = api.get(f"{path}/timeline?first=1&size=1")["records"]
    assert part == records[1:2]
    assert api.refused("GET", f"{path}/timeline?from=yesterday")[0] == 400
    assert api.refused("GET", f"{path}/timeline?from=2021-99-99T00:00:00Z")[0] == 422


def test_findings_are_told_by_their_place(api: Api, path: str) -> None:
    """The same by which one of them is asked for."""
    found = api.get(f"{path}/findings?first=1&size=2")
    assert [one["place"] for one in found["findings"]] == [1, 2]
    one = api.get(f"{path}/findings/1")
    assert one["finding"] == found["findings"][0]["finding"]
    assert api.refused("GET", f"{path}/findings/9999") == (404, "not-found")


def test_a_server_without_an_assessment_has_no_story(api: Api) -> None:
    """And says so."""
    other = f"/servers/{api.values['other_server']}"
    assert api.get(f"{other}/timeline")["assessment"] == 0
    assert api.get(f"{other}/findings")["total"] == 0
