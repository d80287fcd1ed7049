"""What people decide."""

from __future__ import annotations

from itertools import pairwise

from alpheus.cases.identity.decisions import Decided, Decision, DecisionKind, decide
from alpheus.cases.identity.model import Link

MERGE, SPLIT, NEVER, REVOKE = DecisionKind
GROUPS = [(1, 2, 3), (4, 5), (6,)]


def _links(weakest: int = 0) -> list[Link]:
    return [
        Link(a, b, "host", "", 0.5 if a == weakest else 0.9, "")
        for group in GROUPS
        for a, b in pairwise(group)
    ]


def _by(number: int, kind: DecisionKind, *sightings: int, revokes: int = 0) -> Decision:
    when = f"2021-03-{number:02}T00:00:00Z"
    return Decision(number, kind, "anna", when, "she knows", sightings, revokes)


def _decided(*decisions: Decision, weakest: int = 0) -> Decided:
    return decide(GROUPS, _links(weakest), decisions)


def test_without_decisions() -> None:
    """What was worked out stays."""
    assert _decided().groups == tuple(GROUPS)


def test_merge() -> None:
    """Servers become one, and the link says who decided and why."""
    found = _decided(_by(1, MERGE, 2, 5))
    assert found.groups == ((1, 2, 3, 4, 5), (6,))
    assert found.links[0].reason == "anna decided so on 2021-03-01: she knows"
    assert found.applied == (1,)


def test_split_keeps_the_rest_together() -> None:
    """What is named is a server of its own; the others stay one, even without their link."""
    found = _decided(_by(1, SPLIT, 2))
    assert found.groups == ((1, 3), (2,), (4, 5), (6,))
    assert len(found.cut) == 2
    assert _decided(_by(1, SPLIT, 1, 4)).groups == ((1, 4), (2, 3), (5,), (6,))


def test_never_merge_cuts_the_weakest_link() -> None:
    """Two sightings of one server are taken apart where least holds them together."""
    assert _decided(_by(1, NEVER, 1, 3), weakest=2).groups == ((1, 2), (3,), (4, 5), (6,))
    assert _decided(_by(1, NEVER, 1, 3), weakest=1).groups == ((1,), (2, 3), (4, 5), (6,))
    assert _decided(_by(1, NEVER, 1, 6)).groups == tuple(GROUPS)


def test_decisions_are_taken_back() -> None:
    """Merge then unmerge restores; a revocation can be revoked."""
    merge, back = _by(1, MERGE, 2, 5), _by(2, REVOKE, revokes=1)
    assert _decided(merge, back).groups == tuple(GROUPS)
    assert _decided(merge, back, _by(3, REVOKE, revokes=2)).groups == ((1, 2, 3, 4, 5), (6,))
    assert _decided(_by(1, SPLIT, 2), back).groups == tuple(GROUPS)


def test_the_later_of_two_that_contradict_holds() -> None:
    """And the conflict is told, directly or through others."""
    found = _decided(_by(1, MERGE, 1, 6), _by(2, NEVER, 1, 6))
    assert found.groups == tuple(GROUPS)
    assert [(one.holds, one.overruled) for one in found.conflicts] == [(2, 1)]
    assert _decided(_by(1, NEVER, 1, 6), _by(2, MERGE, 1, 6)).groups == ((1, 2, 3, 6), (4, 5))
    chain = _decided(_by(1, NEVER, 1, 6), _by(2, MERGE, 1, 4), _by(3, MERGE, 4, 6))
    assert (chain.groups, chain.conflicts[0].overruled) == (((1, 2, 3, 4, 5, 6),), 1)


def test_a_merge_that_would_join_what_is_never_one() -> None:
    """Never-merge is later and holds against a chain of merges: the last of them gives way."""
    found = _decided(_by(1, MERGE, 1, 4), _by(2, MERGE, 4, 6), _by(3, NEVER, 1, 6))
    assert [(one.holds, one.overruled) for one in found.conflicts] == [(3, 1)]
    assert found.groups == ((1, 2, 3), (4, 5, 6))


def test_splits_and_merges() -> None:
    """What was split may be merged with another server, and not with the rest of its own."""
    assert _decided(_by(1, SPLIT, 3), _by(2, MERGE, 3, 6)).groups == ((1, 2), (3, 6), (4, 5))
    found = _decided(_by(1, SPLIT, 3), _by(2, MERGE, 1, 3))
    assert (found.groups, found.conflicts[0].overruled) == (tuple(GROUPS), 1)
    found = _decided(_by(1, MERGE, 1, 3), _by(2, SPLIT, 3))
    assert (found.groups, found.conflicts[0].overruled) == (((1, 2), (3,), (4, 5), (6,)), 1)


def test_decisions_are_carried_out_in_their_order() -> None:
    """Taken out of a server that was put together, the rest stays together, and the other way."""
    joined, out = _by(1, MERGE, 1, 4, 6), _by(2, SPLIT, 6)
    assert _decided(joined, out).groups == ((1, 2, 3, 4, 5), (6,))
    assert _decided(joined, out, _by(3, SPLIT, 1, 4)).groups == ((1, 4), (2, 3, 5), (6,))
    assert _decided(joined, out, _by(3, MERGE, 1, 6)).groups == ((1, 2, 3, 4, 5, 6),)
    assert _decided(joined, out, _by(3, REVOKE, revokes=2)).groups == ((1, 2, 3, 4, 5, 6),)
    parted = _by(1, SPLIT, 3)
    again = _decided(parted, _by(2, MERGE, 1, 3, 6), _by(3, SPLIT, 3))
    assert again.groups == ((1, 2, 6), (3,), (4, 5))


def test_never_merge_holds_on_top_of_a_merge_of_whole_servers() -> None:
    """A merge of two servers leaves out what is never to be with the other."""
    found = _decided(_by(1, MERGE, 1, 4), _by(2, NEVER, 2, 5))
    assert not any({2, 5} <= set(group) for group in found.groups)
    assert any({1, 4} <= set(group) for group in found.groups)
    assert found.conflicts == ()


def test_unknown_sightings() -> None:
    """A decision about a sighting that is not there is told, and changes nothing."""
    found = _decided(_by(1, MERGE, 1, 99))
    assert (found.groups, found.unknown, found.applied) == (tuple(GROUPS), (1,), ())
