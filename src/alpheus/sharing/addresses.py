"""Addresses of the internet, and those of a network of one's own."""

from __future__ import annotations

import ipaddress


def is_outside(address: str) -> bool:
    """Whether it is an address of the internet, so not one of the victim's network."""
    try:
        return ipaddress.ip_address(address.strip("[]")).is_global
    except ValueError:
        return False


def is_inside(address: str) -> bool:
    """Whether it is an address, and not one of the internet."""
    try:
        return not ipaddress.ip_address(address.strip("[]")).is_global
    except ValueError:
        return False
