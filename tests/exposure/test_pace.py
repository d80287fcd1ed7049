"""Never faster than its owner, its network and all together bear."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.pace import Pace
from alpheus.exposure.scope import Rates


def most_in_any_window(moments, seconds):
    """The largest number of moments in any closed span of `seconds`."""
    ordered = sorted(moments)
    return max(
        bisect_right(ordered, start + seconds - 1e-9) - place for place, start in enumerate(ordered)
    )


ADDRESSES = st.one_of(
    st.builds("127.0.{}.{}".format, st.integers(0, 2), st.integers(1, 4)),
    st.builds("2001:db8:{}::{}".format, st.integers(0, 1), st.integers(1, 3)),
)
STEPS = st.lists(st.tuples(ADDRESSES, st.sampled_from([0.0, 0.0, 0.01, 0.3]), st.booleans()))
RATES = st.builds(
    Rates,
    per_host=st.sampled_from([0.5, 1, 3]),
    per_network=st.sampled_from([0.7, 2, 10]),
    total=st.sampled_from([1, 5, 1000]),
    jitter=st.sampled_from([0, 0.25, 1]),
)


@given(RATES, STEPS, st.integers(0, 9))
def test_no_rate_is_exceeded_in_any_window(rates, steps, seed):
    """In `t` seconds at most `rate * t + 1`, per host, per network and in total."""
    pace, now = Pace(rates, seed), 1000.0
    hosts, networks, total = {}, {}, []
    for address, pause, connection in steps:
        now += pause
        moment = pace.when(address, now, connection=connection)
        assert moment >= now
        hosts.setdefault(address, []).append(moment)
        if connection:
            network = address.rpartition("." if "." in address else "::")[0]
            networks.setdefault(network, []).append(moment)
            total.append(moment)
    kinds = [(rates.per_host, hosts.values()), (rates.per_network, networks.values())]
    for rate, groups in [*kinds, (rates.total, [total] if total else [])]:
        for moments in groups:
            for seconds in (0, 1 / rate, 1, 2.5, 60):
                assert most_in_any_window(moments, seconds) <= rate * seconds + 1


def test_a_slow_network_does_not_hold_up_the_others():
    """Who waits for the turn of a network takes no moment from those that need not wait."""
    pace = Pace(Rates(per_host=1, per_network=1, total=100, jitter=0), 0)
    crowded = [pace.when(f"127.0.0.{host}", 0.0) for host in range(1, 60)]
    assert crowded == pytest.approx([float(second) for second in range(59)])
    others = [pace.when(f"127.0.{network}.1", 0.0) for network in range(1, 90)]
    assert max(others) < 1


def test_a_request_on_a_standing_connection_waits_for_its_host_alone():
    """The rates of the network and of all are for new connections."""
    pace = Pace(Rates(per_host=2, per_network=0.1, total=0.1, jitter=0), 0)
    moments = [pace.when("127.0.0.1", 0.0)]
    moments += [pace.when("127.0.0.1", 0.0, connection=False) for _ in range(3)]
    assert moments == [0.0, 0.5, 1.0, 1.5]


def test_jitter_puts_off_and_depends_on_the_seed():
    """Up to its part of the interval of a host; the same seed gives the same moments."""
    rates = Rates(per_host=0.1, per_network=100, total=100_000, jitter=0.5)
    first = [Pace(rates, seed).when("127.0.0.1", 0.0) for seed in (1, 1, 2)]
    assert first[0] == first[1] != first[2]
    assert 0 <= min(first) <= max(first) <= 5
    pace = Pace(rates, 3)
    moments = [pace.when("127.0.0.1", 0.0) for _ in range(20)]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert min(gaps) >= 10
    assert max(gaps) <= 15
    assert len({round(gap, 6) for gap in gaps}) == len(gaps)


def test_what_is_over_is_forgotten():
    """Memory follows what is waited for, not what was asked."""
    pace = Pace(Rates(per_host=10, per_network=10, total=1000), 0)
    for number in range(50_000):
        pace.when(f"127.{number & 255}.{number >> 8 & 255}.{number >> 16}", number / 1000)
    assert len(pace) < 10_000


def test_mapped_addresses_are_the_same_host():
    """An IPv4 address inside an IPv6 one does not get around the rate of its host."""
    pace = Pace(Rates(jitter=0), 0)
    assert [pace.when("127.0.0.1", 0.0), pace.when("::ffff:127.0.0.1", 0.0)] == [0.0, 1.0]
