"""What is true of a server."""

from __future__ import annotations

import pytest

from alpheus.lab.internet import MIXES, address_of, behaviour_of, truth
from alpheus.lab.internet.truth import Truth

MIX = MIXES["every-kind"]


def of(kind: str) -> Truth:
    """The truth about a kind."""
    return truth(behaviour_of(address_of(kind, MIX), 1, MIX))


@pytest.mark.parametrize(
    ("kind", "settled", "told"),
    [
        ("exchange-2016", True, ("15.1.2106", "15.1.2106.2")),
        ("exchange-2016-stripped", False, ("15.1.2106",)),
        ("exchange-2016-manifest", False, ("15.1.2106", "15.1.2106.2")),
        ("exchange-2016-fixed-manifest", True, ("15.1.2176", "15.1.2176.9")),
        ("exchange-lagging-manifest", False, ("15.1.2176", "15.1.2176.2")),
        ("exchange-2013-unsupported-stripped", True, ("15.0.1367",)),
        ("exchange-2016-later-stripped", True, ("15.1.2242",)),
        ("exchange-2010-stripped", True, ("14.3.123.4",)),
        ("exchange-2007", False, ("8.3.83.6",)),
        ("exchange-ews-only", True, ("15.1.2176.9",)),
        ("gateway-tmg", False, ()),
        ("other-nginx", True, ()),
        ("liar-escapes", False, ("15.1.2176",)),
        ("trouble-tarpit", False, ()),
    ],
)
def test_what_is_settled(kind: str, settled: bool, told: tuple[str, ...]) -> None:
    """A header settles it, a family that is all one way, and a manifest that shows the fix."""
    found = of(kind)
    assert (found.settled, found.told) == (settled, told)


def test_a_mixed_pool_is_as_bad_as_its_worst() -> None:
    """The lowest build decides."""
    found = of("pool-mixed-request")
    assert (found.build, found.mixed_pool, found.settled) == ("15.1.2176.4", True, True)
    assert found.builds == ("15.1.2176.4", "15.1.2176.9")
    assert set(found.states.values()) == {"vulnerable"}
    assert not of("pool-same-request").mixed_pool
    assert not of("pool-mixed-connection").settled


def test_what_is_no_exchange_has_no_states() -> None:
    """Neither build nor product."""
    found = of("other-zimbra")
    assert (found.exchange, found.build, found.product, dict(found.states)) == (False, None, "", {})


def test_a_hidden_server_has_a_state_all_the_same() -> None:
    """What stands behind a gateway is vulnerable, whether it shows or not."""
    found = of("gateway-f5-apm")
    assert found.exchange
    assert set(found.states.values()) == {"vulnerable"}
    assert found.seen == ("shielded",)


def test_drawn_servers_say_what_they_are() -> None:
    """In words, with product and update."""
    plain = MIXES["plain"]
    found = truth(behaviour_of("127.16.0.9", 1, plain))
    assert found.what.startswith("Exchange Server 20")
    assert found.states
