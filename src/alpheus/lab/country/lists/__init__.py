"""The lists that others make of a country, each in its source's own form."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from alpheus.lab.country.listing import Listing
from alpheus.lab.country.lists import censys, customers, nmap, probe, shadowserver, shodan

SOURCES: tuple[Callable[[int], Iterator[Listing]], ...] = (
    shadowserver.listings,
    shodan.listings,
    censys.listings,
    nmap.listings,
    probe.listings,
    customers.listings,
)
"""Every source of files; assessments come one a file and are made by `triage`."""


def listings(days: int) -> tuple[Listing, ...]:
    """Every list of a month, in the order in which they are written."""
    return tuple(listing for source in SOURCES for listing in source(days))
