"""Postal addresses have their lines in the order of their country."""

from __future__ import annotations

import re

import pytest

from alpheus.directory.importers import postal
from alpheus.directory.importers.postal import ROLES, address


def _said(street: str = "", city: str = "", region: str = "", code: str = "") -> dict[str, str]:
    return dict(zip(ROLES, (street, city, region, code), strict=True))


@pytest.mark.parametrize(("country", "said", "expected"), [
    ("US", _said("12 Main St, Suite 4", "Springfield", "IL", "62701"),
     "12 Main St, Suite 4; Springfield, IL 62701"),
    ("", _said("12 Main St", "Springfield", "IL", "62701-1234"),
     "12 Main St; Springfield, IL 62701-1234"),
    ("DE", _said("Weg 1", "Dorf", "Bayern", "01234"), "Weg 1; 01234 Dorf"),
    ("", _said("Weg 1", "Dorf", "", "01234"), "Weg 1; 01234 Dorf"),
    ("ES", _said("Calle Mayor 1", "Madrid", "", "28001"), "Calle Mayor 1; 28001 Madrid"),
    ("MX", _said("Calle 1", "Oaxaca", "Oax.", "68000"), "Calle 1; 68000 Oaxaca, Oax."),
    ("GB", _said("1 High Street", "London", "England", "SW1A 2AA"),
     "1 High Street; London; SW1A 2AA"),
    ("ZZ", _said("Road 1", "Town", "North", "99"), "Road 1; 99 Town; North"),
])  # fmt: skip
def test_the_order_is_that_of_the_country(
    country: str, said: dict[str, str], expected: str
) -> None:
    """Town, state and code stand where who delivers there looks for them."""
    assert address(country, said) == expected


def test_what_is_missing_is_left_out() -> None:
    """With the mark before it; without a street there is no address."""
    assert address("US", _said("Main St 1", "", "IL", "62701")) == "Main St 1; IL 62701"
    assert address("US", _said("Main St 1", "Springfield")) == "Main St 1; Springfield"
    assert address("DE", _said("Weg 1; Haus 2")) == "Weg 1, Haus 2"
    assert address("DE", _said("", "Dorf", "", "1")) == ""


def test_the_table_names_known_parts_alone() -> None:
    """Each country once, every line with a part."""
    for country, lines in postal._orders().items():
        assert re.fullmatch(r"[A-Z]{2}|\*", country)
        parts = re.findall(r"\{([a-z]+)\}", lines)
        assert {"street", "city", "zip"} <= set(parts) <= set(ROLES)
        assert all("{" in line for line in lines.split("|"))
