"""Writing a directory."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.directory import build
from alpheus.directory.build import DirectoryWriter
from alpheus.directory.model import Layer, Organisation, Route
from alpheus.errors import OutputError
from directory_samples import CLINIC, ENTRIES, made, write

TEXT = st.text(max_size=20)


def test_a_directory_is_its_owners_alone(tmp_path: Path) -> None:
    """Mode 0600, also in a folder that is new; nothing else is left."""
    path = write(tmp_path / "new" / "a.directory")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    """The earlier file stays as it was, and no part of a new one."""
    path = write(tmp_path / "a.directory")
    before = path.read_bytes()
    with pytest.raises(KeyError), DirectoryWriter(path) as writer:
        writer.add(CLINIC)
        raise KeyError
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_record_is_found_once(tmp_path: Path) -> None:
    """A list that is imported twice changes no answer."""
    once, twice = made(tmp_path / "1"), made(tmp_path / "2", [*ENTRIES, *ENTRIES])
    assert once.by_domain("lakeviewclinic.example") == twice.by_domain("lakeviewclinic.example")
    assert len(twice.by_name("Lakeview Clinic")) == 1


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    """It is one clear error."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Cannot write"), DirectoryWriter(tmp_path / "file" / "a"):
        pass


def test_there_is_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records and ranges beyond it are refused, and nothing is left."""
    monkeypatch.setattr(build, "MOST", 1)
    with pytest.raises(OutputError, match="more than 1 records"):
        write(tmp_path / "a", [Organisation("a"), Organisation("b")])
    with pytest.raises(OutputError, match="more than 1 ranges"):
        write(tmp_path / "a", [Route("192.0.2.0/24", 1), Route("198.51.100.0/24", 1)])
    assert list(tmp_path.iterdir()) == []


def test_an_empty_directory(tmp_path: Path) -> None:
    """It is a directory; networks that are none are left out."""
    assert len(made(tmp_path / "a", [])) == 0
    strange = made(tmp_path / "b", [Organisation("a", networks=("nowhere",))])
    assert strange.by_address(4, 0) == []


@settings(max_examples=30)
@given(
    st.lists(
        st.builds(
            Organisation, TEXT, domains=st.lists(TEXT, max_size=3).map(tuple),
            layer=st.sampled_from(list(Layer)), attributes=st.dictionaries(TEXT, TEXT, max_size=3),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_every_record_is_found_again(tmp_path: Path, entries: list[Organisation]) -> None:
    """Whatever its texts: by each of its domains, and by its name."""
    directory = made(tmp_path / "a", entries)
    assert list(directory) == entries
    for one in entries:
        assert all(one in directory.by_domain(domain) for domain in one.domains)
        assert not one.name.isalnum() or one in directory.by_name(one.name)
