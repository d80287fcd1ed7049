"""What leads to a server."""

from __future__ import annotations

import pytest

from alpheus.exposure.imports.whereabouts import NEITHER, here, is_private, no_name


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::"])
def test_the_machine_itself(address: str) -> None:
    """Is nobody's server."""
    assert address in here(address)
    assert not is_private(address)


@pytest.mark.parametrize("address", ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "?"])
def test_addresses_of_servers(address: str) -> None:
    """Are none of these, whatever they look like."""
    assert here(address) == ""
    assert not is_private(address)


@pytest.mark.parametrize("address", ["10.0.0.5", "172.31.0.1", "192.168.1.1", "fd00::1"])
def test_private_addresses(address: str) -> None:
    """May be a server's, in somebody's own network."""
    assert is_private(address)
    assert here(address) == ""
    assert not is_private("172.32.0.1")


def test_names() -> None:
    """One with a dot leads somewhere, unless it is the machine itself."""
    assert no_name(["x", "a.example"]) == ""
    assert no_name(["x"]) == no_name([]) == NEITHER
    assert "localhost" in no_name(["localhost"])
    assert "localhost" in no_name(["localhost.localdomain"])
