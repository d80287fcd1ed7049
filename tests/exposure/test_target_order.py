"""Neighbours are asked far apart."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.target_order import Order


@given(st.integers(0, 5_000), st.integers(0, 2**32))
def test_every_place_comes_once(n, seed):
    """The order is a permutation, whatever the number and the seed."""
    order = Order(n, seed)
    assert len(order) == n
    assert sorted(order) == list(range(n))


@given(st.integers(2_000, 2**25), st.integers(0, 99), st.integers(0, 2**25))
def test_who_comes_next_is_in_another_network(n, seed, place):
    """Two of a row are more than 256 apart, so they are in different /24s."""
    place %= n - 1
    order = Order(n, seed)
    assert abs(order[place] - order[place + 1]) > 256


def test_every_network_is_asked_evenly():
    """In any stretch of the order each /24 comes about as often as any other."""
    order = Order(65_536, 7)
    for start in range(0, 65_536, 1024):
        blocks = [order[place] >> 8 for place in range(start, start + 1024)]
        counts = [blocks.count(block) for block in range(256)]
        assert set(counts) == {4}


def test_seeds_differ_and_repeat():
    """The same seed gives the same order, another one another."""
    orders = [list(Order(1_000, seed)) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


def test_hosts_of_a_network_come_out_of_order():
    """Inside a /24 hosts are not counted up."""
    order = [item & 255 for item in Order(65_536, 3) if item >> 8 == 17]
    assert sorted(order) == list(range(256))
    ahead = sum(later == earlier + 1 for earlier, later in pairwise(order))
    assert ahead < 32


def test_there_is_no_place_outside():
    """A place that is none is an error, as is a negative number of items."""
    for place in (-1, 10):
        with pytest.raises(IndexError):
            Order(10, 0)[place]
    with pytest.raises(ValueError, match="-1"):
        Order(-1, 0)
