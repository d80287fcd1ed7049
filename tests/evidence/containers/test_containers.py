"""The registry of readers."""

from __future__ import annotations

import io

import pytest

from alpheus.errors import AlpheusError
from alpheus.evidence.base import Limits
from alpheus.evidence.budget import Budget
from alpheus.evidence.containers import open_container
from alpheus.evidence.magic import Kind
from alpheus.evidence.members import Access, Source


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_reader(kind: Kind) -> None:
    """A source that cannot seek and holds nothing is refused by every reader but that of tar."""
    access = Access(Budget(Limits()))
    source = Source("x.zip", io.BytesIO)
    if kind is Kind.TAR:
        assert len(list(open_container(kind, source, access).members())) == 1
        return
    with pytest.raises(AlpheusError, match=r"x\.zip"):
        open_container(kind, source, access)
