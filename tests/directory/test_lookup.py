"""Reading a directory."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.directory import lookup
from alpheus.directory.lookup import Directory, is_directory, open_directory
from alpheus.directory.model import Layer, Organisation
from alpheus.errors import EvidenceError, EvidenceFormatError, EvidenceNotFoundError
from alpheus.exposure.addresses import read_address, read_range
from directory_samples import (
    BAKERY,
    CARRIER,
    CLINIC,
    ENTRIES,
    HOLDER,
    ROUTE,
    SPRINGFIELD,
    TEAM,
    made,
    write,
)


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    """One of each kind of record."""
    return made(tmp_path / "a.directory")


def test_by_domain_and_host(directory: Directory) -> None:
    """A domain exactly; a host by the nearest domain above it that is known."""
    assert directory.by_domain("springfieldor.gov") == (SPRINGFIELD,)
    assert directory.by_domain("mail.springfieldor.gov") == ()
    assert directory.by_host("a.mail.springfieldor.gov") == ("springfieldor.gov", (SPRINGFIELD,))
    assert directory.by_host("mail.elsewhere.gov") == ("", ())
    assert directory.by_host("server.local") == ("", ())


def test_by_name_and_label(directory: Directory) -> None:
    """Names in any spelling; a domain by its label."""
    assert directory.by_name("LAKEVIEW CLINIC") == (CLINIC,)
    assert directory.by_name("LAKEVIEW CLINIC") == (CLINIC,)
    assert directory.by_name("") == ()
    assert directory.by_label("lakeviewclinic") == (CLINIC,)


def test_by_address(directory: Directory) -> None:
    """The smallest range of each layer, claims first; a network by its number."""
    found = directory.by_address(*read_address("192.0.2.7"))
    assert [holder.layer for holder in found] == [Layer.CLAIM, Layer.ASSIGNMENT, Layer.ROUTE]
    assert [holder.organisation for holder in found] == [CLINIC, CARRIER, HOLDER]
    assert found[2].as_number == 64500
    assert [h.organisation for h in directory.by_address(*read_address("198.51.100.9"))] == [BAKERY]
    assert directory.by_address(*read_address("203.0.113.1")) == []
    assert directory.by_address(*read_address("2001:db8::1")) == []


def _assigned(name: str, network: str) -> Organisation:
    return Organisation(name, "rpsl", networks=(network,), layer=Layer.ASSIGNMENT)


def test_who_carries_an_assigned_range(tmp_path: Path) -> None:
    """The holder of the range around it, unless that is the same or a registry."""
    entries = [
        _assigned("Some Registry", "0.0.0.0/0"), _assigned("Carrier", "192.0.2.0/24"),
        _assigned("Shop", "192.0.2.16/28"), _assigned("CARRIER", "192.0.2.32/28"),
        _assigned("Lone", "198.51.100.0/24"),
    ]  # fmt: skip
    directory = made(tmp_path / "a.directory", entries)
    found = {one.name: directory.carrier(read_range(one.networks[0])) for one in entries}
    assert {name: one and one.name for name, one in found.items()} == {
        "Some Registry": None, "Carrier": None, "Shop": "Carrier", "CARRIER": None, "Lone": None,
    }  # fmt: skip
    assert Directory().carrier(read_range("192.0.2.0/24")) is None


def test_teams_and_networks(directory: Directory) -> None:
    """The CERT of a country; the holder of a number."""
    assert directory.teams("US") == (TEAM,)
    assert directory.teams("FR") == ()
    assert directory.by_as(64500) == HOLDER
    assert directory.by_as(1) is None


def test_all_entries(directory: Directory) -> None:
    """Everything that was put in comes out for another directory."""
    assert set(map(str, directory.entries())) == set(map(str, ENTRIES))
    assert ROUTE in list(directory.entries())
    assert directory.heading.sources == ["made up"]


def test_a_directory_without_a_file() -> None:
    """It answers, and knows nobody."""
    nobody = Directory()
    assert len(nobody) == 0
    assert nobody.by_name("a") == nobody.by_domain("a.example") == ()
    assert nobody.by_address(4, 1) == []


def test_what_is_no_directory(tmp_path: Path) -> None:
    """It is said, with the remedy."""
    other = tmp_path / "other"
    other.write_text("name,domain\n")
    assert not is_directory(other)
    assert not is_directory(tmp_path)
    with pytest.raises(EvidenceFormatError, match="alpheus directory import"):
        open_directory(other)
    with pytest.raises(EvidenceNotFoundError, match="no such file"):
        open_directory(tmp_path / "nothing")
    with pytest.raises(EvidenceError):
        open_directory(tmp_path)


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_file_does_no_harm(tmp_path: Path, data: st.DataObject) -> None:
    """Cut off or with bytes changed, it is refused, or answers with what is left."""
    path = write(tmp_path / "a.directory")
    raw = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        raw = raw[: data.draw(st.integers(0, len(raw)))]
    else:
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(raw)
    try:
        directory = open_directory(path)
        directory.by_host("mail.springfieldor.gov")
        directory.by_name("Lakeview Clinic")
        directory.by_address(*read_address("192.0.2.7"))
    except EvidenceError:
        pass


def test_what_is_kept_of_answers_is_bounded(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many questions fill no memory, and answers stay the same."""
    monkeypatch.setattr(lookup, "_REMEMBERED", 2)
    for _ in range(2):
        for number in range(5):
            assert directory.by_domain(f"nobody{number}.example") == ()
        assert directory.by_domain("springfieldor.gov") == (SPRINGFIELD,)
        assert directory.by_name("Lakeview Clinic") == (CLINIC,)
    assert len(directory._domains) <= 2
