"""Sizes as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.errors import UsageError
from alpheus.lab import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GB", 2_000_000_000),
        ("2gb", 2_000_000_000),
        ("500 MB", 500_000_000),
        ("1.5g", 1_500_000_000),
        ("64KiB", 65_536),
        ("4096", 4096),
        ("1T", 10**12),
    ],
)
def test_units(text: str, size: int) -> None:
    """Decimal units, binary units and plain numbers are bytes."""
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "GB", "-1MB", "1XB", "1,5GB", "0", "0.1", "1 2"])
def test_nonsense(text: str) -> None:
    """What is no size above zero is a usage error."""
    with pytest.raises(UsageError):
        parse_size(text)


@given(st.integers(min_value=1, max_value=10**15))
def test_plain_numbers(number: int) -> None:
    """A whole number of bytes is itself."""
    assert parse_size(str(number)) == number
