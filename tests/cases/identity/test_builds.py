"""What builds say of servers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.identity import builds
from alpheus.cases.identity.evidence import DAY

_SPANS = st.tuples(st.integers(0, 40), st.integers(0, 10)).map(
    lambda pair: (pair[0] * DAY, (pair[0] + pair[1]) * DAY)
)
_SEEN = st.dictionaries(st.sampled_from(("15.1.2044", "15.1.2176", "15.2.792")), _SPANS)


def test_one_server_has_one_build_at_a_time_but_for_the_clocks_of_lists() -> None:
    """Two builds for days at the same time are two servers; a day is no proof."""
    old, new = {"15.1.2044": (0, 5 * DAY)}, {"15.1.2176": (4 * DAY, 9 * DAY)}
    assert not builds.at_once(old, new)
    assert builds.at_once(old, {"15.1.2176": (2 * DAY, 9 * DAY)})
    assert not builds.at_once(old, {"15.1.2044": (2 * DAY, 9 * DAY)})


def test_builds_only_rise() -> None:
    """What was higher before is another server's; numbers are compared as numbers."""
    assert builds.may_be_one({"15.1.9": (0, DAY)}, {"15.1.10": (5 * DAY, 6 * DAY)})
    assert not builds.may_be_one({"15.1.10": (0, DAY)}, {"15.1.9": (5 * DAY, 6 * DAY)})
    assert not builds.may_be_one({"15.1.9": (0, 9 * DAY)}, {"15.1.10": (2 * DAY, 6 * DAY)})


def test_a_new_build_is_none_that_is_known() -> None:
    """What has shown none, and what shows none, may be anything; a known one must fit in time."""
    old, new = {"15.1.2044": (0, DAY)}, {"15.1.2176": (5 * DAY, 6 * DAY)}
    for one, other in (({}, old), (old, {}), (old, old)):
        assert builds.is_known(one, other)
    assert not builds.is_known(new, old)
    assert builds.is_known(new, {**old, **new})
    assert not builds.is_known({"15.1.2044": (9 * DAY, 9 * DAY)}, {**old, **new})


@given(_SEEN, _SEEN)
def test_builds_are_compared_alike_from_both_sides(one: builds.Seen, other: builds.Seen) -> None:
    """It does not matter which of two is named first; what shows nothing may be anything."""
    assert builds.at_once(one, other) == builds.at_once(other, one)
    assert builds.may_be_one(one, other) == builds.may_be_one(other, one)
    assert builds.may_be_one(one, {})
    assert builds.both(one, other).keys() == one.keys() | other.keys()
