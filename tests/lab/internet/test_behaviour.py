"""Which server stands where."""

from __future__ import annotations

from collections import Counter

import pytest

from alpheus.lab.internet.behaviour import address_of, behaviour_of, domain_of, is_black_hole
from alpheus.lab.internet.builds import states
from alpheus.lab.internet.kinds import KINDS
from alpheus.lab.internet.mix import MIXES


def test_it_depends_on_address_seed_and_mix_alone() -> None:
    """The same each time; another seed is another country."""
    plain = MIXES["march-2021"]
    addresses = list(plain.addresses(200))
    first = [behaviour_of(address, 1, plain) for address in addresses]
    behaviour_of.cache_clear()
    assert first == [behaviour_of(address, 1, plain) for address in addresses]
    assert first != [behaviour_of(address, 2, plain) for address in addresses]


def test_every_kind_stands_at_its_address() -> None:
    """Each once, then from the beginning."""
    mix = MIXES["every-kind"]
    for name, kind in KINDS.items():
        if not kind.drawn:
            assert behaviour_of(address_of(name, mix), 7, mix).kind is kind
            assert behaviour_of(address_of(name, mix, turn=3), 7, mix).kind is kind
    assert behaviour_of("::1", 7, mix).kind is mix.turn[0]


def test_the_owners_of_every_kind_are_different() -> None:
    """So their names can be told apart."""
    mix = MIXES["every-kind"]
    owners = [behaviour_of(address, 1, mix).domain for address in mix.addresses(len(mix.turn))]
    assert len(set(owners)) == len(mix.turn)
    assert domain_of(0) != domain_of(40) != domain_of(80)


def test_a_country_in_march_2021() -> None:
    """Some four in ten of its Exchange servers are not fixed; most of what answers is Exchange."""
    mix = MIXES["march-2021"]
    found = [behaviour_of(address, 1, mix) for address in mix.addresses(6000)]
    exchange = [one for one in found if one.releases]
    assert 0.75 < len(exchange) / len(found) < 0.95
    vulnerable = sum("vulnerable" in states(one.releases[0]).values() for one in exchange)
    assert 0.35 < vulnerable / len(exchange) < 0.62
    years = Counter(one.releases[0].product for one in exchange)
    assert years.most_common(1)[0][0] == "Exchange Server 2016"


@pytest.mark.parametrize(("name", "share"), [("trouble", 0.125), ("march-2021", 0.015)])
def test_the_share_of_black_holes(name: str, share: float) -> None:
    """It is what the mix says."""
    mix = MIXES[name]
    numbers = range(127 << 24, (127 << 24) + 40_000)
    found = sum(is_black_hole(number, 3, mix) for number in numbers) / len(numbers)
    assert abs(found - share) < share / 5


def test_three_in_ten_are_trouble() -> None:
    """That is what the mix is for."""
    mix = MIXES["trouble"]
    kinds = [behaviour_of(address, 1, mix).kind.name for address in mix.addresses(6000)]
    share = sum(name.startswith("trouble-") for name in kinds) / len(kinds)
    assert 0.27 < share < 0.33
