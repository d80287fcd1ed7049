"""Lines as SVG that fill any width."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.campaign.line_chart import Line, days_chart, share_chart
from campaign_series import day


def _points(svg: str) -> list[list[float]]:
    (path,) = re.findall(r'd="M([^"]*)"', svg)
    return [[float(n) for n in point.split()] for point in path.split("L")]


def test_a_line_ends_where_its_last_value_is() -> None:
    """From one edge to the other, the greatest below the top."""
    svg = str(
        days_chart([day(n) for n in range(5)], [Line("left", "x", [0, 10, 20, 40, 20])], "so")
    )
    points = _points(svg)
    assert (points[0][0], points[-1][0]) == (0, 1000)
    assert min(y for _, y in points) == points[3][1] >= 0
    assert points[-1][1] == pytest.approx(points[2][1])
    assert 'aria-label="so"' in svg
    assert "03-01" in svg


def test_without_days_there_is_no_chart() -> None:
    """Nothing is drawn."""
    assert days_chart([], [], "x") == ""


def test_shares_go_from_none_to_all() -> None:
    """Of days from 0 on, in steps."""
    (path,) = re.findall(r' d="([^"]*)"', share_chart(2, [Line("told", "x", [1, 0.5, 0])], "x"))
    begin, half, end = (float(n) for n in re.fullmatch(r"M0.0 (.+)H.+V(.+)H.+V(.+)", path).groups())
    assert (begin, half) == (0, end / 2)


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=40), st.text())
def test_any_chart_is_xml(values: list[int], label: str) -> None:
    """Whatever it is called; characters that XML has none for are not told."""
    shown = "".join(c for c in label if c.isprintable())
    svg = days_chart([day(n) for n in range(len(values))], [Line("left", "x", values)], shown)
    assert ET.fromstring(str(svg)).attrib["class"] == "lines"
