"""The coverage picture."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from hypothesis import given, settings

from alpheus.model import ServerAssessment
from alpheus.report.coverage_chart import coverage_picture
from assessments import compromised_server, coverage, servers


def test_deciding_sources_come_first_with_gaps_and_window() -> None:
    """Every strip shades the window; only gaps are hatched."""
    picture = coverage_picture(compromised_server())
    assert picture is not None
    names = [strip.coverage.source for strip in picture.strips]
    assert names[:4] == ["ecp-server", "httpproxy", "iis-site-1", "msexchange-management"]
    assert all('class="window"' in strip.svg for strip in picture.strips)
    gaps = {strip.coverage.source for strip in picture.strips if 'class="gap"' in strip.svg}
    assert gaps == {"httpproxy", "oabgenerator"}
    assert picture.caption == "2021-01-29 to 2021-03-29"
    assert not picture.clipped


def test_each_day_with_rows_is_a_cell() -> None:
    """57 of 60 days for a gap of three; the words say it too."""
    picture = coverage_picture(compromised_server())
    assert picture is not None
    strip = picture.strips[1]
    assert strip.svg.count("h.88v16") == 57
    assert "rows on 57 days" in strip.svg
    assert "gaps: 2021-03-04 00:00:00 to 2021-03-07 00:00:00" in strip.svg


def test_years_of_logs_are_cut_to_the_window_and_around() -> None:
    """Days stay days; that it is cut is said."""
    server = compromised_server()
    long = coverage("iis-site-1", "2019-01-01", 1000, deciding=True)
    picture = coverage_picture(replace(server, coverage=(long,)))
    assert picture is not None
    assert picture.clipped
    assert picture.caption == "2021-01-12 to 2021-05-04"
    without = coverage_picture(replace(server, coverage=(long,), campaigns=()))
    assert without is not None
    assert without.strips[0].svg.count("h.88v16") <= 201


def test_rows_without_days_are_a_line() -> None:
    """From the first to the last."""
    one = replace(coverage("ews", "2021-03-01", 10), days={})
    picture = coverage_picture(replace(compromised_server(), coverage=(one,)))
    assert picture is not None
    assert 'class="full"' in picture.strips[0].svg


def test_a_thin_day_is_told_apart() -> None:
    """Less than a tenth of a usual day."""
    one = coverage("ews", "2021-03-01", 10)
    picture = coverage_picture(
        replace(compromised_server(), coverage=(replace(one, days={**one.days, "2021-03-04": 3}),))
    )
    assert picture is not None
    assert 'class="thin" d="M' in picture.strips[0].svg


def test_nothing_to_draw() -> None:
    """Without a source there is no picture."""
    assert coverage_picture(replace(compromised_server(), coverage=())) is None


@settings(max_examples=20, deadline=None)
@given(servers())
def test_the_picture_is_well_formed_for_any_server(server: ServerAssessment) -> None:
    """Whatever times there are, it stays small."""
    picture = coverage_picture(server)
    if picture is not None:
        for part in (picture.axis, *(strip.svg for strip in picture.strips)):
            ElementTree.fromstring(part)
            assert len(part) < 20_000
