"""What an outsider sees."""

from __future__ import annotations

from random import Random

import pytest

from alpheus.lab.country.holdings import Country
from alpheus.lab.country.model import Holding
from alpheus.lab.country.sightings import OTHER, VULNERABLE, alive, left_behind, look


@pytest.fixture(scope="module")
def holdings() -> list[Holding]:
    """Some hundred organisations."""
    country = Country(3, 31)
    return [country.holding(index) for index in range(600)]


def test_a_look_shows_the_server_of_the_day(holdings: list[Holding]) -> None:
    """Its certificate, release and names; a gateway shows neither release nor names."""
    rng = Random(1)
    for holding in holdings:
        seen = look(holding, holding.endpoints[0], 0, rng)
        assert seen is not None
        assert seen.server in holding.servers
        assert seen.certificate == seen.server.certificate(0)
        assert (seen.release is None) == bool(seen.server.gateway)
        if seen.server.gateway or seen.server.bare:
            assert seen.server_name == ""
        if seen.claims == VULNERABLE:
            assert seen.release is not None


def test_only_who_names_himself_is_told_from_the_other_members(holdings: list[Holding]) -> None:
    """Behind a balancer a bare answer may be anybody's."""
    rng = Random(1)
    pools = [one for one in holdings if one.servers[0].pool]
    for pool in pools:
        seen = look(pool, pool.endpoints[0], 0, rng)
        assert seen is not None
        assert seen.tells_member == bool(seen.server_name)


def test_what_is_switched_off_does_not_answer(holdings: list[Holding]) -> None:
    """Something else may stand there afterwards, and is no server of the country."""
    rng = Random(1)
    gone = [
        one for one in holdings
        if len(one.servers) == 1 and one.servers[0].history.gone < 31
        and not one.organisation.dynamic
    ]  # fmt: skip
    assert gone
    for holding in gone:
        (server,) = holding.servers
        endpoint, day = holding.endpoints[0], server.history.gone
        assert alive(endpoint, day - 1) == (server,)
        assert look(holding, endpoint, day, rng) is None
        after = left_behind(holding, endpoint, day, rng, 1.0)
        assert after is not None
        assert (after.noise, after.claims, after.server) == ("other-product", OTHER, None)
        assert left_behind(holding, endpoint, day, rng, 0.0) is None
        assert left_behind(holding, endpoint, day - 1, rng, 1.0) is None


def test_an_address_is_looked_at_on_its_days_only(holdings: list[Holding]) -> None:
    """A changing one answers for its customer while he has it."""
    rng = Random(1)
    one = next(holding for holding in holdings if holding.organisation.dynamic)
    first, second = one.endpoints[:2]
    assert look(one, first, first.last, rng) is not None
    assert look(one, first, second.first, rng) is None
