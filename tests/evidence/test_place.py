"""Where evidence lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import UsageError
from alpheus.evidence.place import each_once, is_folder, place_of, whole
from alpheus.store.address import Address


def test_a_text_is_a_path_or_an_address(tmp_path: Path) -> None:
    """An address by its scheme; everything else is a path."""
    address = place_of("s3://bucket/key")
    assert address == Address("s3", "bucket", "key")
    assert place_of("a/b") == Path("a/b")
    assert (is_folder(tmp_path), is_folder(tmp_path / "x"), is_folder(address)) == (True, False, 0)
    with pytest.raises(UsageError):
        place_of("s3://")


def test_a_place_as_it_is_noted() -> None:
    """Absolute, and without any secret."""
    assert whole(Path("a")) == str(Path("a").absolute())
    assert whole(place_of("https://host/a?sig=hush")) == "https://host/a?…"


def test_every_place_is_read_once(tmp_path: Path) -> None:
    """However it was written; the first is package E1."""
    one, two, address = tmp_path / "a", tmp_path / "x" / ".." / "a", Address("s3", "bucket", "k")
    assert each_once([one, address]) == [one, address]
    assert len(each_once([one, address, two, address])) == 2
