"""Programs of Exchange witness its build."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.model import BuildWitness, Skipped
from alpheus.parsers import pe_version
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.pe_version import ProgramVersion
from evidence_file import FileOnDisk

_PATH = "C/Program Files/Microsoft/Exchange Server/V15/Bin/ExSetup.exe"


def _info(*parts: int) -> bytes:
    major, minor, build, revision = parts
    version = struct.pack("<II", major << 16 | minor, build << 16 | revision)
    return struct.pack("<II", 0xFEEF04BD, 0x00010000) + version + bytes(36)


def _read(content: bytes, folder: Path) -> list[object]:
    path = folder / "program"
    path.write_bytes(content)
    return list(ProgramVersion().parse(FileOnDisk(path, _PATH), ReadOptions()))


@settings(max_examples=30)
@given(
    st.tuples(st.integers(1, 0xFFFF), *[st.integers(0, 0xFFFF)] * 3),
    st.integers(0, 200),
    st.integers(16, 64),
)
def test_the_version_is_found_wherever_it_stands(
    tmp_path: Path, version: tuple[int, int, int, int], place: int, block: int
) -> None:
    """Also across the end of a block; without padding."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pe_version, "_BLOCK", block)
        found = _read(b"MZ" + bytes(place) + _info(*version), tmp_path)
    build = ".".join(str(part) for part in version)
    assert found == [BuildWitness("file-version", build, None, None, None)]


def test_an_empty_version_is_passed_over(tmp_path: Path) -> None:
    """The signature may stand elsewhere in a program that searches for it."""
    (witness,) = _read(b"MZ" + _info(0, 0, 0, 0) + _info(15, 1, 2176, 9), tmp_path)
    assert isinstance(witness, BuildWitness)
    assert witness.build == "15.1.2176.9"


@pytest.mark.parametrize("content", [b"MZ", b"MZ" + _info(15, 1, 2, 3)[:14]])
def test_a_program_without_a_version_is_a_loss(tmp_path: Path, content: bytes) -> None:
    """Cut off or stripped."""
    (loss,) = _read(content, tmp_path)
    assert isinstance(loss, Skipped)


@pytest.mark.parametrize(
    ("head", "path", "recognised"),
    [
        (b"MZ", _PATH, True),
        (b"MZ", "D\\EX\\bin\\Microsoft.Exchange.Data.dll", True),
        (b"MZ", "bin/Microsoft.Exchange.Diagnostics.dll", True),
        (b"MZ", "V15/bin/Microsoft.Exchange.Net.dll", False),
        (b"MZ", "Downloads/ExSetup.exe", False),
        (b"PK", _PATH, False),
    ],
)
def test_only_programs_that_carry_the_servers_build(
    head: bytes, path: str, recognised: bool
) -> None:
    """An installer that was downloaded is not what runs."""
    assert ProgramVersion().recognise(head, path) is recognised


def test_the_program_of_sharepoint_witnesses_its_build(tmp_path: Path) -> None:
    """Under a name of its own: it shows no Exchange server."""
    path = "C/Program Files/Common Files/microsoft shared/Web Server Extensions/16/ISAPI"
    path += "/Microsoft.SharePoint.dll"
    assert ProgramVersion().recognise(b"MZ", path)
    assert not ProgramVersion().recognise(b"MZ", path.replace("/ISAPI", "/BIN"))
    (tmp_path / "program").write_bytes(b"MZ" + _info(16, 0, 10417, 20037))
    (found,) = ProgramVersion().parse(FileOnDisk(tmp_path / "program", path), ReadOptions())
    assert found == BuildWitness("sharepoint-version", "16.0.10417.20037", None, None, None)
