"""Which names become events."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.filesystem_names import RELEVANT_EXTENSIONS, is_relevant, may_be_relevant


@pytest.mark.parametrize("name", ["x.aspx", "X.ASPX", "a.b.Zip", "web.config", ".pst"])
def test_relevant(name: str) -> None:
    """By the last extension, in any case."""
    assert is_relevant(name)


@pytest.mark.parametrize("name", ["x.txt", "aspx", "x.aspx.log", "", "x."])
def test_not_relevant(name: str) -> None:
    """Everything else is counted only."""
    assert not is_relevant(name)


@settings(max_examples=50)
@given(st.text(max_size=10), st.sampled_from(sorted(RELEVANT_EXTENSIONS)), st.booleans())
def test_the_quick_test_never_misses(stem: str, extension: str, upper: bool) -> None:
    """What is relevant may be relevant."""
    name = f"{stem}.{extension.upper() if upper else extension}"
    assert is_relevant(name)
    assert may_be_relevant(name.encode("utf-16-le", "surrogatepass"))
