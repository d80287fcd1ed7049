"""The timeline picture."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

from hypothesis import given, settings

from alpheus.model import ServerAssessment
from alpheus.report.timeline import Mark, pictures
from alpheus.report.views import chronological
from assessments import HOSTILE, at, compromised_server, servers


def _marks(server: ServerAssessment) -> list[Mark]:
    return [
        Mark(number, f"f{number}", finding, finding.time)
        for number, finding in enumerate(chronological(server.findings), 1)
        if finding.time is not None
    ]


def test_every_finding_is_a_mark_that_links_to_it() -> None:
    """In the overview; the close-up shows the first hours once more."""
    server = compromised_server()
    overview, close = pictures(server, _marks(server))
    links = re.findall(r'href="#(f\d+)"', overview.svg)
    assert sorted(links) == sorted(f"f{n}" for n in range(1, 12))
    assert overview.left_out == 0
    assert 'class="window"' in overview.svg
    assert close.caption.startswith("Close-up of the first hours, 2021-03-03 06:59")
    assert len(re.findall(r'href="#f', close.svg)) == 6


def test_all_stages_are_lanes() -> None:
    """Empty ones too: that nothing was found there is a statement."""
    server = compromised_server()
    svg = pictures(server, _marks(server)[:2])[0].svg
    for stage in ("probed", "attempted", "exploited", "implanted", "operated", "spread"):
        assert f">{stage}</text>" in svg


def test_a_mark_far_away_is_left_out_and_counted() -> None:
    """A file of 1601 must not squeeze the attack into one point."""
    server = compromised_server()
    marks = _marks(server)
    odd = replace(marks[0], time=at("1601-01-01 00:00:00"))
    overview = pictures(server, [odd, *marks[1:]])[0]
    assert overview.left_out == 1
    assert overview.caption.startswith("Overview, 2021-02")


def test_no_time_means_no_picture() -> None:
    """There is nothing to draw."""
    assert pictures(compromised_server(), []) == []


def test_many_marks_are_bounded_and_the_rest_counted() -> None:
    """A thousand findings still make a picture."""
    server = compromised_server()
    first = _marks(server)[1]
    marks = [replace(first, number=n, time=first.time + timedelta(minutes=n)) for n in range(1000)]
    overview = pictures(server, marks)[0]
    assert overview.left_out == 700
    assert len(overview.svg) < 400_000


@settings(max_examples=20, deadline=None)
@given(servers())
def test_the_picture_is_well_formed_for_any_server(server: ServerAssessment) -> None:
    """Whatever times and titles there are."""
    for picture in pictures(server, _marks(server)):
        ElementTree.fromstring(picture.svg)


def test_hostile_titles_are_escaped() -> None:
    """In attributes and in text."""
    server = compromised_server()
    for text in HOSTILE:
        finding = replace(server.findings[1], title=text)
        for picture in pictures(server, [Mark(1, "f1", finding, at("2021-03-03 07:00:00"))]):
            assert "<script" not in picture.svg
            ElementTree.fromstring(picture.svg)
