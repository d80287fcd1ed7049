"""Lines over days are drawn where they belong, and say in words what they show."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from alpheus.web.pictures.lines import HEIGHT, Line, lines_chart

HOSTILE = '"><script>alert(1)</script>'
NUMBERS = st.integers(0, 10**9)


def _chart(*lines: Line, first: str = "2021-03-01", last: str = "2021-03-31") -> str:
    return str(lines_chart(lines, first, last, HOSTILE, number=lambda n: f"{n:.0f}", day=str))


def test_what_it_shows_is_said_and_inert() -> None:
    """A label is text, whatever it holds; the picture is well formed."""
    text = _chart(Line("flaw", [("2021-03-01", 5), ("2021-03-31", 1)]))
    assert "<script" not in text
    root = ET.fromstring(text)
    assert root.get("aria-label") == HOSTILE
    assert "style=" not in text


def test_a_line_goes_down_as_its_numbers_do() -> None:
    """From the left edge to the right one."""
    found = re.search(r'class="line flaw" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"',
                      _chart(Line("flaw", [("2021-03-01", 8), ("2021-03-31", 0)])))  # fmt: skip
    assert found
    x1, y1, x2, y2 = map(float, found.groups())
    assert (x1, x2) == (0, 1000)
    assert y1 == 0 < y2


def test_points_that_are_marked_lie_inside() -> None:
    """What of a line is before or after is not marked."""
    points = [("2021-02-01", 9.0), ("2021-03-05", 5.0), ("2021-06-01", 1.0)]
    assert _chart(Line("reference", points, dots=True)).count("<circle") == 1


@given(st.lists(NUMBERS, min_size=1, max_size=40), st.dates())
def test_any_numbers_are_drawn_inside(numbers: list[int], first: object) -> None:
    """Also a single day, and days at the end of the calendar."""
    days = ["2021-03-01", "2021-03-02"]
    text = _chart(Line("flaw", [(days[0], numbers[0]), (days[1], numbers[-1])]),
                  first=days[0], last=days[0])  # fmt: skip
    for y in re.findall(r'class="line flaw" d="M[\d.]+ ([\d.]+)', text):
        assert 0 <= float(y) <= HEIGHT
    assert first is not None


def test_nothing_is_drawn_of_no_line() -> None:
    """The axes are there."""
    assert "<path" not in _chart(Line("flaw", []))
