"""Who held a key when."""

from __future__ import annotations

from alpheus.cases.identity.evidence import NEVER_SEEN, Key
from alpheus.cases.identity.holders import Holders, candidates, overlapping, wider
from alpheus.cases.identity.keys import UNKNOWN_TIME
from cases.identity.identity_build import forest_of, seen


def test_one_holder() -> None:
    """The only holder is the candidate, with the time to its nearest sighting."""
    assert candidates({1: (10, 20)}, (15, 15)) == [(1, 0)]
    assert candidates({1: (10, 20)}, (25, 25)) == [(1, 5)]
    assert candidates({1: (10, 20)}, (5, 6)) == [(1, 4)]
    assert candidates({}, (1, 1)) == []


def test_owners_one_after_the_other() -> None:
    """Within the time of one holder it is that one; another's sighting cuts off who was before."""
    spans = {1: (10, 20), 2: (30, 40), 3: (50, 60)}
    assert candidates(spans, (15, 15)) == [(1, 0)]
    assert candidates(spans, (45, 45)) == [(2, 5), (3, 5)]
    assert candidates(spans, (25, 25)) == [(1, 5), (2, 5)]


def test_holders_in_turn() -> None:
    """Two that hold a key at the same time are both candidates."""
    assert candidates({1: (10, 40), 2: (20, 50)}, (30, 30)) == [(1, 0), (2, 0)]
    assert overlapping((10, 40), (20, 50))
    assert not overlapping((10, 19), (20, 50))


def test_unknown_times() -> None:
    """Where a time is unknown, everybody is a candidate and the distance is not known."""
    unknown = (UNKNOWN_TIME, UNKNOWN_TIME)
    assert candidates({1: (10, 20), 2: (30, 40)}, unknown) == [(1, NEVER_SEEN), (2, NEVER_SEEN)]
    assert overlapping(unknown, (1, 2))
    assert wider(unknown, (5, 9)) == (5, 9)


def test_roots_change() -> None:
    """Holders are told by their present server, with a node that shows it."""
    forest = forest_of(seen(1, "192.0.2.1", 1), seen(2, "192.0.2.2", 9), seen(3, "192.0.2.3", 20))
    holders = Holders(forest)
    for node in (0, 1, 1):
        holders.hold("k", node)
    holders.hold("alone", 2)
    spans = [(forest.first[node], forest.last[node]) for node in (0, 1)]
    assert holders.spans("k") == {0: spans[0], 1: spans[1]}
    root = forest.join(0, 1, Key.HOST, 50, "k")
    assert holders.spans("k") == {root: (spans[0][0], spans[1][1])}
    assert holders.witness("k", root) == 0
    assert holders.witness("k", 2) is None
    assert holders.spans("other") == {}
    assert "k" in holders
    assert holders.values() == ["k"]
