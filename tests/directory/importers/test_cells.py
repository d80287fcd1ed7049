"""Cells of lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.directory.importers import cells


@pytest.mark.parametrize(
    "cell", ["", " ", "(blank)", "N/A", "NOT AVAILABLE", "-999", "\u2013", "none"]
)
def test_words_for_nothing(cell: str) -> None:
    """They are empty."""
    assert cells.text(cell) == ""
    assert cells.mailbox(cell) == ""


@pytest.mark.parametrize(
    ("cell", "country"),
    [
        ("us", "US"),
        ("USA", "US"),
        ("Deutschland", "DE"),
        ("NA", "NA"),
        ("Atlantis", ""),
        ("1a", ""),
    ],
)
def test_countries(cell: str, country: str) -> None:
    """Two letters; Namibia is a country."""
    assert cells.country(cell) == country


@pytest.mark.parametrize(
    ("cell", "region"), [("Oregon", "OR"), ("or", "OR"), ("Bayern", "Bayern"), ("N/A", "")]
)
def test_regions(cell: str, region: str) -> None:
    """American states have two letters."""
    assert cells.region(cell) == region


@pytest.mark.parametrize(
    ("cell", "domain"),
    [
        ("http://www.LakeView.example/", "lakeview.example"),
        ("lakeview.example", "lakeview.example"),
        ("https://lakeview.example/Pages/default.aspx", "lakeview.example"),
        ("https://city.example/police", ""),
        ("https://www.facebook.com/lakeviewpd", ""),
        ("https://sites.google.com/lakeview", ""),
        ("http://192.0.2.7/", ""),
        ("NOT AVAILABLE", ""),
        ("http://[", ""),
    ],
)
def test_websites(cell: str, domain: str) -> None:
    """An organisation's own site, and neither a page of another's nor one on a shared host."""
    assert cells.website_domain(cell) == domain


def test_domains_and_networks() -> None:
    """Several in a cell, in any spelling; what is none is told."""
    assert cells.domains("A.example; *.b.example, @c.example www.d.example | nowhere") == (
        ["a.example", "b.example", "c.example", "d.example"], ["nowhere"],
    )  # fmt: skip
    good, bad = cells.networks(
        "192.0.2.0/28; 198.51.100.1 - 198.51.100.9 | 2001:db8::/48, 0.0.0.0/0 x"
    )
    assert good == ["192.0.2.0/28", "198.51.100.1-198.51.100.9", "2001:db8::/48"]
    assert bad == ["0.0.0.0/0", "x"]


def test_mailboxes_and_numbers() -> None:
    """The first mailbox; the number of a network with or without AS."""
    assert cells.mailbox("A Person <It@Lakeview.EXAMPLE>") == "It@lakeview.example"
    assert cells.mailbox("mailto:soc@a.example?subject=x") == "soc@a.example"
    assert cells.mailbox("nobody") == cells.mailbox("a@b") == ""
    assert (cells.number("AS64500"), cells.number("64500"), cells.number("4294967296")) == (
        64500, 64500, 0,
    )  # fmt: skip


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """Nothing raises, and what comes out has its form."""
    assert len(cells.text(text)) <= cells.LONGEST
    assert all(name == name.lower() and "." in name for name in cells.domains(text)[0])
    assert all(cells.network(span) == span for span in cells.networks(text)[0])
    assert cells.mailbox(text).count("@") <= 1
    assert len(cells.country(text)) in {0, 2}
    cells.website_domain(text)
    cells.region(text)
    cells.number(text)
