"""Numbers that no Exchange Server can have."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.knowledge.build_bounds import why_impossible
from alpheus.knowledge.build_number import BuildNumber, parse_build
from alpheus.knowledge.builds import Builds

ROWS = Builds.load().rows()


def why(build):
    """Why no server can have the build, or ''."""
    return why_impossible(parse_build(build), ROWS)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        ("15.0.9999.1", "above the last build of Microsoft Exchange Server 2013 (15.0.1497."),
        ("15.1.9999.1", "above the last build of Microsoft Exchange Server 2016 (15.1.2507."),
        ("15.1.2508", "above the last build of Microsoft Exchange Server 2016"),
        ("15.2.2000.1", "above the last build of Microsoft Exchange Server 2019 (15.2.1748."),
        ("15.2.99999.1", "above the last build of Microsoft Exchange Server SE"),
        ("14.2.999.1", "above the last build of Microsoft Exchange Server 2010 SP2 (14.2.390.3)"),
        ("15.1.2176.50", "above the last update of CU19 (15.1.2176.14)"),
        ("15.1.2044.99", "above the last update of CU17"),
        ("15.1.1", "below the first build of Microsoft Exchange Server 2016"),
        ("15.20.1.1", "no Exchange Server has builds that begin 15.20"),
        ("16.0.1.1", "no Exchange Server has builds that begin 16.0"),
    ],
)
def test_the_reason_says_what_the_number_is_beyond(build, words):
    """A product or a cumulative update that ended, or no product at all."""
    assert words in why(build)
    assert why(build).startswith(build) or "no Exchange Server" in why(build)


@pytest.mark.parametrize(
    "build",
    ["15.2.2562.99", "15.2.3100.4", "15.2.9999.1", "15.2.1748.99", "15.2.1544.99", "15.2.1258.99",
     "15.1.2507.99", "15.0.1497.99", "15.1.2176.8", "15.1.2200.1", "8.3.1", "14.3.420.0"],
)  # fmt: skip
def test_later_updates_of_what_is_looked_after_are_possible(build):
    """And numbers between listed ones, and what is older than the table."""
    assert why(build) == ""


def test_every_listed_build_is_possible():
    """In four parts and in three."""
    for row in ROWS:
        assert why_impossible(row.build, ROWS) == ""
        assert why_impossible(BuildNumber(row.build.prefix), ROWS) == ""


@settings(deadline=None)
@given(st.sampled_from(ROWS), st.integers(0, 400))
def test_what_is_below_an_update_that_came_is_possible(row, revision):
    """Only numbers above the last update of a family are judged by the fourth part."""
    number = BuildNumber((*row.build.prefix, revision))
    last = max(one.build for one in ROWS if one.build.prefix == row.build.prefix)
    if number <= last:
        assert why_impossible(number, ROWS) == ""


@given(st.tuples(*[st.integers(0, 99)] * 2, *[st.integers(0, 99_999)] * 2), st.booleans())
def test_any_number_is_judged(parts, short):
    """Without an error."""
    assert isinstance(why_impossible(BuildNumber(parts[:3] if short else parts), ROWS), str)
