"""Sightings that are reduced elsewhere give the same servers."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.identity import Resolver, Sighting
from alpheus.cases.identity.portions import portion_of

_TIMES = st.sampled_from(["", "2021-03-01T00:00:00Z", "2021-03-09T10:00:00Z", "nonsense"])
_SIGHTINGS = st.lists(
    st.builds(
        Sighting, id=st.integers(1, 40), source=st.sampled_from(["a", "b"]), first_seen=_TIMES,
        last_seen=_TIMES, address=st.sampled_from(["", "192.0.2.1", "192.0.2.2"]),
        port=st.sampled_from([0, 443]), certificate=st.sampled_from(["", "a" * 64]),
        servers=st.sampled_from([(), ("QQ1XY",), ("RR2XY",)]),
        build=st.sampled_from(["", "15.1.2176.4", "15.2.792.3"]), compromised=st.booleans(),
    ),
    max_size=30,
)  # fmt: skip


@given(_SIGHTINGS, st.integers(1, 7))
def test_portions_through_a_pipe_make_the_same_servers(seen: list[Sighting], size: int) -> None:
    """In whatever portions, and whatever numbers come twice."""
    whole, parts = Resolver(seen), Resolver()
    for begin in range(0, len(seen), size):
        sent = pickle.dumps(portion_of(seen[begin : begin + size]))
        parts.take(pickle.loads(sent))
    assert parts.clusters() == whole.clusters()
    assert len(parts) == len(whole) == len({one.id for one in seen})


def test_the_first_of_one_number_counts() -> None:
    """Also across portions; a time that is unknown is that which is known."""
    first = Sighting(1, "a", last_seen="2021-03-01T00:00:00Z", servers=("QQ1XY",))
    portion = portion_of([first, Sighting(1, "b", servers=("RR2XY",))])
    assert (list(portion.ids), portion.sources) == ([1], ["a"])
    assert portion.first == portion.last
    resolver = Resolver()
    assert (resolver.take(portion), resolver.take(portion)) == (1, 0)
    assert portion.without([2]) is portion
    assert len(portion.without([1]).said) == 0
