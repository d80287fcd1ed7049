"""What an index may say."""

from __future__ import annotations

import msgspec
import pytest

from alpheus.updates.model import Index


@pytest.mark.parametrize(
    "pack",
    [
        {"id": "../x", "version": "1", "target": "packs/x.zip"},
        {"id": "X", "version": "1", "target": "packs/x.zip"},
        {"id": "x", "version": "", "target": "packs/x.zip"},
        {"id": "x", "version": "1", "target": "packs/../x.zip"},
        {"id": "x", "version": "1", "target": "/x.zip"},
        {"id": "x", "version": "1", "target": "packs/x.zip", "run": "calc"},
    ],
)
def test_names_are_bound(pack: dict[str, str]) -> None:
    """Ids and targets are of a few plain characters; a key that is not known is refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"format": 1, "packs": [pack]}, Index)


def test_an_index_may_be_empty() -> None:
    """A publisher may take everything back."""
    assert msgspec.convert({"format": 1}, Index).packs == ()
