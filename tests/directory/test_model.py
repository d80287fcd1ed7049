"""The nouns of the directory."""

from __future__ import annotations

import msgspec

from alpheus.directory.model import Layer, Organisation
from directory_samples import CLINIC


def test_a_record_survives_its_file() -> None:
    """What is written as msgpack comes back the same."""
    raw = msgspec.msgpack.encode(CLINIC)
    assert msgspec.msgpack.decode(raw, type=Organisation) == CLINIC


def test_the_title_names_the_part() -> None:
    """A department is named with its organisation; claims are what a record is by default."""
    one = Organisation("City of Springfield", unit="Police Department")
    assert one.title == "City of Springfield, Police Department"
    assert Organisation("A").title == "A"
    assert Organisation("A").layer is Layer.CLAIM
