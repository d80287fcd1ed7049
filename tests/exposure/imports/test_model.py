"""The nouns of imports."""

from __future__ import annotations

from alpheus.exposure.imports.model import KINDS, Listing
from alpheus.exposure.imports.reading import READERS


def test_every_kind_has_a_reader() -> None:
    """In the order in which they are told."""
    assert tuple(READERS) == KINDS


def test_a_listing_claims_nothing_by_itself() -> None:
    """It is not Exchange, open or compromised unless its source says so."""
    plain = Listing(1, "192.0.2.7", "192.0.2.7", 443)
    assert plain.exchange is None
    assert not plain.indicator
    assert (plain.vulnerable, plain.compromised, plain.version) == ((), "", "")
