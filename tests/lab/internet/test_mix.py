"""Compositions."""

from __future__ import annotations

import pytest

from alpheus.errors import UsageError
from alpheus.lab.internet.mix import MIXES, Shares, find_mix


def test_shares_are_kept() -> None:
    """Each thing is drawn from as much of the line as it has."""
    shares = Shares([("a", 1.0), ("b", 3.0)])
    assert [shares.draw(at / 8) for at in range(8)] == ["a"] * 2 + ["b"] * 6


def test_addresses_are_hosts_of_the_loopback_network() -> None:
    """As many as wanted, each once, none the first or last of its network."""
    found = list(MIXES["plain"].addresses(1000))
    assert len(set(found)) == 1000
    assert found[0] == "127.16.0.1"
    assert found[254] == "127.16.1.1"
    assert not {"0", "255"} & {address.rpartition(".")[2] for address in found}


def test_every_kind_fits_into_one_network() -> None:
    """Their addresses are known beforehand, and are those of hosts."""
    mix = MIXES["every-kind"]
    found = list(mix.addresses(len(mix.turn)))
    assert found[0] == "127.77.0.1"
    assert found[-1] == f"127.77.0.{len(mix.turn)}"
    assert len(mix.turn) < 255


@pytest.mark.parametrize("hosts", [0, -1, 10**9])
def test_too_many_or_none(hosts: int) -> None:
    """127.0.0.0/8 has an end."""
    with pytest.raises(UsageError, match="hosts"):
        next(MIXES["plain"].addresses(hosts))


def test_an_unknown_mix_is_answered_with_the_list() -> None:
    """The message names those that there are."""
    assert find_mix("plain").name == "plain"
    with pytest.raises(UsageError, match="march-2021, every-kind"):
        find_mix("april")
