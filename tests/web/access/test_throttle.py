"""How often somebody may ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.web.access.throttle import MOST, Rate, Throttle, place_of


class _Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_steady_rate() -> None:
    """Three at once, then one in ten seconds; the wait that is told is enough."""
    clock = _Time()
    throttle = Throttle(Rate(3, 6), clock)
    assert [throttle.wait("a") for _ in range(3)] == [0, 0, 0]
    wait = throttle.wait("a")
    assert wait == 10
    clock.now += wait
    assert throttle.wait("a") == 0
    assert throttle.wait("a") == 10


def test_askers_do_not_hold_each_other_up() -> None:
    """Each has a bucket."""
    throttle = Throttle(Rate(1, 1), _Time())
    assert throttle.wait("a") == 0
    assert throttle.wait("b") == 0
    assert throttle.wait("a") > 0


def test_memory_is_bounded() -> None:
    """Who asked longest ago is forgotten."""
    throttle = Throttle(Rate(1, 1), _Time())
    for number in range(MOST + 10):
        throttle.wait(str(number))
    assert len(throttle._buckets) == MOST


@given(st.lists(st.floats(0, 100), max_size=50))
def test_never_more_than_burst_and_rate_together(spans: list[float]) -> None:
    """Whatever the times of asking."""
    clock = _Time()
    throttle = Throttle(Rate(5, 60), clock)
    allowed = 0
    for span in spans:
        clock.now += span
        allowed += throttle.wait("a") == 0
    assert allowed <= 5 + clock.now + 1e-6


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("testclient", "testclient"), ("", ""),
    ],
)  # fmt: skip
def test_whoever_has_an_address_of_ipv6_has_all_beside_it(address: str, place: str) -> None:
    """They count as one asker."""
    assert place_of(address) == place
