"""By what records are found."""

from __future__ import annotations

from alpheus.directory.file_format import (
    AS_NUMBER,
    DOMAIN,
    LABEL,
    NAME,
    key_hash,
    keys_of,
    table_name,
)
from alpheus.directory.file_format import (
    TEAM as TEAM_KEY,
)
from alpheus.directory.model import Organisation
from directory_samples import CLINIC, HOLDER, TEAM


def test_keys() -> None:
    """A record is found by its domains, their labels, its name; networks and teams by theirs."""
    found = set(keys_of(CLINIC))
    assert key_hash(DOMAIN, "lakeviewclinic.example") in found
    assert key_hash(LABEL, "lakeviewclinic") in found
    assert key_hash(NAME, "lakeview clinic") in found
    assert key_hash(AS_NUMBER, "64500") in set(keys_of(HOLDER))
    assert key_hash(TEAM_KEY, "US") in set(keys_of(TEAM))
    unit = Organisation("City", unit="Police Department")
    assert key_hash(NAME, "police department") in set(keys_of(unit))
    assert list(keys_of(Organisation(""))) == []


def test_kinds_are_apart() -> None:
    """The same text is found as what it is."""
    assert key_hash(NAME, "a") != key_hash(LABEL, "a")
    assert table_name("claim", 4) != table_name("claim", 6)
