"""Names and addresses."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from random import Random
from uuid import UUID

from alpheus.lab import names

_DOCUMENTATION = [ip_network(one) for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]


def test_same_seed_same_names() -> None:
    """Names follow from the seed alone."""
    first, second = (names.person(Random(9)) for _ in range(2))
    assert first == second
    assert first != names.person(Random(10))


def test_host_name_fits_netbios() -> None:
    """A host's name has at most 15 characters, upper case."""
    for seed in range(50):
        name = names.host_name(Random(seed))
        assert 4 <= len(name) <= 15
        assert name == name.upper()


def test_page_names_are_half_random() -> None:
    """About every other page name comes from no list."""
    rng = Random(1)
    pages = [names.page_name(rng) for _ in range(200)]
    listed = sum(page in names.LOOK_ALIKES for page in pages)
    assert 60 < listed < 140
    assert all(page.endswith(".aspx") for page in pages)


def test_addresses() -> None:
    """Public addresses look global; the others lie in documentation ranges."""
    rng = Random(2)
    for _ in range(100):
        assert ip_address(names.public_address(rng)).is_global
        documented = ip_address(names.documentation_address(rng))
        assert any(documented in network for network in _DOCUMENTATION)


def test_identifiers() -> None:
    """GUIDs parse; hexadecimal strings and letters have the length asked for."""
    rng = Random(3)
    assert str(UUID(names.guid(rng))).count("-") == 4
    assert len(names.hexadecimal(rng, 26)) == 26
    assert 1 <= len(names.letters(rng, 1, 6)) <= 6
    assert names.sid(rng, 500).endswith("-500")
