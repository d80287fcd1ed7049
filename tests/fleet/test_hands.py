"""Who is of one hand: by what few share, never by a chain, in whatever order."""

from __future__ import annotations

import time
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.fleet import hands as module
from alpheus.fleet.hand_weights import Weights
from alpheus.fleet.hands import Clusters, Seen, find_hands
from strand_filling import fleet, habits, intrusion, pairs, seen, stranger, trait

SECRET, OTHER = trait("secret", "5ec1"), trait("secret", "5ec2")
WAY, NAME, CARRIER = (
    trait("address", "198.51.100.7"), trait("page-name", "xwyud66.aspx"),
    trait("carrier", "/ecp/oeyh72.js"),
)  # fmt: skip
KIT = (trait("structure", "f-1"), trait("request", "a]@{host}"), trait("steps", "1"),
       trait("agent", "curl/7"), trait("commands", "1"), trait("command", "whoami"),
       trait("hour", "2021-03-01T02"))  # fmt: skip
"""What comes with the exploit and with tools that anybody may have."""


def _hands(found: Clusters) -> list[set[str]]:
    return [{found.strands[at].server for at in one.members} for one in found.hands]


def _strands(found: Clusters) -> list[set[tuple[int, int]]]:
    return [
        {(found.strands[at].observation, found.strands[at].number) for at in one.members}
        for one in found.hands
    ]


def _found(*several: Seen) -> Clusters:
    return find_hands(several, Weights())


def test_a_secret_suffices() -> None:
    """Whatever else differs; those without it are of no hand."""
    found = _found(seen(1, SECRET), seen(2, SECRET, WAY), seen(3, OTHER))
    assert _hands(found) == [{"srv00001", "srv00002"}]
    assert len(found.alone) == 1


def test_one_kind_of_evidence_does_not() -> None:
    """Nor do several traits that depend on each other."""
    assert _hands(_found(seen(1, WAY), seen(2, WAY))) == []
    network = trait("network", "198.51.100.0/24")
    assert _hands(_found(seen(1, WAY, network), seen(2, WAY, network))) == []


def test_two_independent_kinds_do() -> None:
    """An address and the name of a page that nobody else has."""
    assert _hands(_found(seen(1, WAY, NAME), seen(2, WAY, NAME))) == [{"srv00001", "srv00002"}]


def test_the_exploit_and_public_tools_say_nothing() -> None:
    """However many of them are the same, and however few servers there are."""
    for number in (2, 3, 20):
        assert _hands(_found(*(seen(at, *KIT) for at in range(1, number)))) == []


def test_what_others_have_too_says_less() -> None:
    """A way and a name that very many have apart from each other tie nobody."""
    two = [seen(1, WAY, NAME), seen(2, WAY, NAME)]
    others = [seen(at, WAY, trait("secret", f"{at}")) for at in range(3, 60)]
    others += [seen(at, NAME, trait("secret", f"{at}")) for at in range(60, 120)]
    assert _hands(_found(*two, *others)) == []


def test_hands_with_secrets_of_their_own_are_not_made_one() -> None:
    """By a way out and a name that both use; that is told."""
    one = [seen(at, SECRET, WAY, NAME) for at in range(1, 5)]
    other = [seen(at, OTHER, WAY, NAME) for at in range(5, 9)]
    found = _found(*one, *other)
    assert [len(each) for each in _hands(found)] == [4, 4]
    assert [(a, b) for a, b, _ in found.between] == [(0, 1)]


def test_hands_with_names_of_their_own_are_not_made_one_by_a_kit() -> None:
    """Not by a way out that both take and the page that the exploit leaves; names in common do."""
    own = trait("page-name", "qm2tn1ki4.aspx"), trait("carrier", "/ecp/c04fb.js")
    shared = (WAY, *KIT)
    one = [seen(at, NAME, CARRIER, *shared) for at in range(1, 4)]
    other = [seen(at, *own, *shared) for at in range(4, 7)]
    found = _found(*one, *other)
    assert [len(each) for each in _hands(found)] == [3, 3]
    assert {(a, b) for a, b, _ in found.between} == {(0, 1)}
    both = [seen(at, NAME, *own, *shared) for at in range(4, 7)]
    assert [len(each) for each in _hands(_found(*one, *both))] == [6]


def test_one_strand_with_the_marks_of_two_hands_joins_them_not() -> None:
    """It belongs to one of them; two such strands, half of the smaller hand, do."""
    one = [seen(at, SECRET) for at in range(1, 6)]
    other = [seen(at, OTHER) for at in range(6, 9)]
    found = _found(*one, *other, seen(9, SECRET, OTHER))
    assert [len(each) for each in _hands(found)] == [6, 3]
    assert [(a, b) for a, b, _ in found.between] == [(0, 1)]
    found = _found(*one, *other, *(seen(at, SECRET, OTHER) for at in range(9, 13)))
    assert [len(each) for each in _hands(found)] == [12]


def test_a_chain_of_weak_links_is_no_hand() -> None:
    """Each like the next, the first and the last with nothing in common."""
    ways = [trait("address", f"198.51.100.{at}") for at in range(30)]
    names = [trait("page-name", f"abcdefg{at}.aspx") for at in range(30)]
    found = _found(*(seen(at, ways[at], ways[at + 1], names[at], names[at + 1])
                     for at in range(20)))  # fmt: skip
    assert max(len(each) for each in _hands(found)) == 2


def test_a_strand_joins_by_what_many_of_a_hand_have() -> None:
    """Without the secret, as its logs keep none."""
    found = _found(*(seen(at, SECRET, WAY, NAME) for at in range(1, 5)), seen(5, WAY, NAME))
    assert [len(each) for each in _hands(found)] == [5]


def test_two_intruders_on_one_server_stay_apart() -> None:
    """As strands of two hands; what is on one server alone ties nobody."""
    here = {"server": "ex01"}
    found = _found(seen(1, SECRET, **here), seen(1, OTHER, place=2, **here),
                   seen(2, SECRET), seen(3, OTHER))  # fmt: skip
    assert _hands(found) == [{"ex01", "srv00002"}, {"ex01", "srv00003"}]
    alone = _found(seen(1, SECRET, **here), seen(2, SECRET, WAY, **here))
    assert alone.hands == []


def test_servers_that_are_called_alike_are_told_apart_by_their_domains() -> None:
    """EX01 is the name of thousands; where a domain is missing, the only one is meant."""
    one, other, again = (
        seen(1, SECRET, server="EX01"), seen(2, SECRET, WAY, server="EX01"),
        seen(3, SECRET, NAME, server="ex01"),
    )  # fmt: skip
    assert _found(one, other, again).hands == []
    one = replace(one, full="ex01.a.example")
    assert _found(one, again).hands == [], "one server, read twice"
    assert len(_found(one, replace(other, full="EX01.b.example")).hands) == 1


def test_the_same_package_twice_changes_nothing() -> None:
    """A server that was read twice and left the same is one."""
    several, _ = fleet(3, 40)
    again = [Seen(one.observation + 1_000, one.number, one.server, one.strand) for one in several]
    first, second = _found(*several), _found(*several, *again)
    assert _hands(first) == _hands(second)
    assert len(first.strands) == len(second.strands)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.randoms(use_true_random=False))
def test_the_order_does_not_matter(seed: int, order: Random) -> None:
    """Of packages, nor of what they hold."""
    several, _ = fleet(seed, 30)
    first = _found(*several)
    order.shuffle(several)
    assert _found(*several) == first


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), more=st.integers(1, 40))
def test_strangers_never_make_two_hands_one(seed: int, more: int) -> None:
    """Whoever comes by the same hole, with the same public tools and names of kits."""
    several, _ = fleet(seed, 40)
    rng = Random(f"{seed}:strangers")
    before = _strands(_found(*several))
    found = _found(*several, *(stranger(rng, 9_000 + at) for at in range(more)))
    for hand in _strands(found):
        assert sum(one <= hand for one in before) <= 1


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), more=st.integers(1, 40))
def test_who_shares_nothing_changes_nothing(seed: int, more: int) -> None:
    """However many more servers there are, each hand stays as it was."""
    several, _ = fleet(seed, 40)
    others = (seen(9_000 + at, trait("address", f"own {at}"), trait("secret", f"own {at}"))
              for at in range(more))  # fmt: skip
    assert _strands(_found(*several, *others)) == _strands(_found(*several))


@pytest.mark.parametrize("servers", [10, 40, 150, 500])
def test_pairs_that_are_told_are_true(servers: int) -> None:
    """On fleets of fresh seeds: hands that share ways out, names of kits, structures, programs."""
    told = [pairs(find_hands(fleet(seed, servers)[0], Weights()), fleet(seed, servers)[1])
            for seed in range(100, 108)]  # fmt: skip
    assert min(precision for precision, _ in told) >= 0.98
    assert sum(recall for _, recall in told) / len(told) >= 0.6


def test_who_has_another_secret_is_not_of_a_hand_that_keeps_its_own() -> None:
    """A stranger may take the same way out, with a kit's name; who shows no secret is of it."""
    key, way = trait("secret", "5ec1"), trait("address", "198.51.100.7")
    kit = trait("page-name", "discover.aspx")
    several = [seen(at, key, way, kit) for at in (1, 2, 3)]
    stranger = seen(4, trait("secret", "5ec2"), way, kit)
    found = _found(*several, stranger, seen(5, way, kit))
    assert _hands(found) == [{f"srv{at:05d}" for at in (1, 2, 3, 5)}]
    assert [found.strands[at].observation for at in found.alone] == [4]


def test_a_stranger_with_the_kit_of_a_hand_spoils_few_pairs() -> None:
    """Of small fleets whose strangers share ways and names of kits, most pairs are true."""
    told = []
    for seed in range(20):
        strands, truth = fleet(seed, 20)
        told.append(pairs(find_hands(strands, Weights()), truth))
    assert sum(precision for precision, _ in told) / len(told) >= 0.99


def test_a_hand_that_takes_a_new_key_each_time_is_found_by_its_habits() -> None:
    """By ways and names that nobody else has."""
    rng = Random(5)
    who = habits(rng, keeps_key=False)
    found = _found(*(intrusion(rng, at, who) for at in range(1, 40)))
    assert len(_hands(found)[0]) >= 25


def test_what_too_many_have_is_passed_over_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the work does not grow with the square of the fleet."""
    monkeypatch.setattr(module, "MOST_FACES", 10)
    many = [seen(at, CARRIER, NAME) for at in range(1, 30)]
    found = _found(*many, seen(50, SECRET), seen(51, SECRET))
    assert _hands(found) == [{"srv00050", "srv00051"}]
    assert {one.kind for one, _ in found.common} == {"carrier", "page-name"}


def test_the_work_grows_with_the_fleet_and_not_with_its_square() -> None:
    """Ten times as many strands take some twelve times as long: by the square, a hundred times."""
    spent = []
    for servers in (600, 6_000):
        several, _ = fleet(1, servers, 20)
        begun = time.process_time()
        _found(*several)
        spent.append(time.process_time() - begun)
    assert spent[1] < 40 * max(spent[0], 0.05)
