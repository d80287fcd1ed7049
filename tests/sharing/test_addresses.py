"""Addresses of the internet, and of one's own network."""

from __future__ import annotations

import pytest

from alpheus.sharing.addresses import is_inside, is_outside


@pytest.mark.parametrize(
    ("address", "outside", "inside"),
    [("45.77.252.175", True, False), ("10.1.1.1", False, True), ("fe80::1", False, True),
     ("[2a03:2880::7]", True, False), ("127.0.0.1", False, True), ("no address", False, False),
     ("", False, False)],
)  # fmt: skip
def test_addresses_inside_stay_inside(address: str, outside: bool, inside: bool) -> None:
    """Only addresses of the internet are an intruder's; what is no address is neither."""
    assert is_outside(address) is outside
    assert is_inside(address) is inside
