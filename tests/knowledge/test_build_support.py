"""How long each product is supported."""

from __future__ import annotations

from datetime import date

import pytest

from alpheus.errors import KnowledgeError
from alpheus.knowledge import build_support
from alpheus.knowledge.build_number import BuildNumber
from alpheus.knowledge.build_support import read_support, support_of
from alpheus.knowledge.builds import Builds

ENDS = {
    "2007": date(2017, 4, 11),
    "2010": date(2020, 10, 13),
    "2013": date(2023, 4, 11),
    "2016": date(2025, 10, 14),
    "2019": date(2025, 10, 14),
    "SE": None,
}


@pytest.mark.parametrize("product", ENDS)
def test_the_days_are_those_that_were_published(product):
    """Each product has its last supported day, and says where that is from."""
    found = support_of(f"Microsoft Exchange Server {product}", BuildNumber((0, 0, 0)))
    assert found is not None
    assert found.support_ends == ENDS[product]
    assert found.source.startswith("https://")


def test_the_last_day_is_still_supported():
    """Support ends after that day."""
    found = support_of("Microsoft Exchange Server 2016", BuildNumber((15, 1, 2507)))
    assert found is not None
    assert found.supported(date(2025, 10, 14))
    assert not found.supported(date(2025, 10, 15))


def test_every_product_of_the_table_of_builds_has_a_row():
    """And so has every successor."""
    products = {row.product for row in read_support()}
    assert {row.product for row in Builds.load().rows()} <= products
    assert {row.successor for row in read_support()} - {""} <= products


@pytest.mark.parametrize(
    ("parts", "product"),
    [((8, 2, 176), "Microsoft Exchange Server 2007"),
     ((6, 5, 7638, 1), "Microsoft Exchange Server 2003"),
     ((15, 20, 1, 1), "Microsoft Exchange Online"), ((9, 9, 9), None)],
)  # fmt: skip
def test_a_product_without_listed_builds_is_known_by_its_first_parts(parts, product):
    """The number says which it is, although no build of it is listed."""
    found = support_of(None, BuildNumber(parts))
    assert (found.product if found else None) == product


@pytest.mark.parametrize(
    ("change", "message"),
    [({"support_ends": "soon"}, "line 2: Invalid isoformat"), ({"version": "x"}, "line 2: invalid"),
     ({"step": "leap"}, "line 2: 'leap' is not a known step")],
)  # fmt: skip
def test_a_wrong_row_is_named(change, message, monkeypatch):
    """A wrong date, version or step is refused, with its line."""
    row = {
        **dict.fromkeys(("product", "paid_updates_until", "successor", "way", "source"), "x"),
        "version": "15.1",
        "support_ends": "2025-10-14",
        "step": "upgrade",
        **change,
    }
    monkeypatch.setattr(build_support, "read_table", lambda *_: [row])
    with pytest.raises(KnowledgeError, match=message):
        read_support.__wrapped__()
