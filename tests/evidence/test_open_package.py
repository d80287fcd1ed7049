"""Opening what was handed in; what cannot be opened says what to do in one line."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from alpheus.errors import EvidenceError, EvidenceFormatError, EvidenceNotFoundError
from alpheus.evidence import open_package
from evidence_reading import options, read_package


def _one_line(error: pytest.ExceptionInfo[EvidenceError], path: Path) -> None:
    assert path.name in str(error.value)
    assert "\n" not in str(error.value)
    assert ";" in str(error.value), "the remedy follows a semicolon"


def test_nothing_there(tmp_path: Path) -> None:
    """A path without a file is EvidenceNotFoundError, which ends with status 3."""
    with pytest.raises(EvidenceNotFoundError) as error:
        open_package(tmp_path / "absent.zip", "E1", options())
    _one_line(error, tmp_path / "absent.zip")
    assert error.value.exit_status == 3


def test_a_pipe_is_not_evidence(tmp_path: Path) -> None:
    """A pipe is refused without waiting for it."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(EvidenceFormatError) as error:
        open_package(tmp_path / "pipe", "E1", options())
    _one_line(error, tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable(tmp_path: Path) -> None:
    """A file without permission is said to be so."""
    path = tmp_path / "a.log"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(EvidenceFormatError) as error:
        open_package(path, "E1", options())
    _one_line(error, path)


def test_a_lone_log(tmp_path: Path) -> None:
    """A plain file is a package of one file with its own hash."""
    (tmp_path / "u_ex210303.log").write_bytes(b"row\n")
    contents = read_package(tmp_path / "u_ex210303.log")
    assert contents.files == {"u_ex210303.log": b"row\n"}
    assert contents.evidence is not None
    assert contents.evidence.bytes == 4


@pytest.mark.parametrize(
    ("ending", "encode"),
    [
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
        (".zst", zstandard.ZstdCompressor().compress),
    ],
)
def test_a_compressed_log(tmp_path: Path, ending: str, encode: object) -> None:
    """The content decides, also under a misleading name; the name loses its ending."""
    packed = encode(b"row\n" * 1000)  # type: ignore[operator]
    for name in (f"u.log{ending}", "u.dat"):
        (tmp_path / name).write_bytes(packed)
        expected = "u.dat" if name == "u.dat" else "u.log"
        assert read_package(tmp_path / name).files == {expected: b"row\n" * 1000}


def test_no_time_to_open(tmp_path: Path) -> None:
    """A limit that is reached while opening is an error of this input alone."""
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"x"))
    with pytest.raises(EvidenceFormatError, match="raise the limit `seconds`"):
        open_package(tmp_path / "a.gz", "E1", options(seconds=-1))


def test_an_empty_file_and_an_empty_folder(tmp_path: Path) -> None:
    """Nothing to read is no error."""
    (tmp_path / "empty.log").write_bytes(b"")
    assert read_package(tmp_path / "empty.log").files == {"empty.log": b""}
    (tmp_path / "folder").mkdir()
    assert read_package(tmp_path / "folder").files == {}


def test_readers_are_loaded_on_demand() -> None:
    """Importing the room loads no reader and no heavy library."""
    code = (
        "import sys, alpheus.evidence; "
        "heavy = {'py7zr', 'pyzipper', 'dfvfs', 'zstandard', 'lzma'} & set(sys.modules); "
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
