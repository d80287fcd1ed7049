"""`alpheus baseline`."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from alpheus.cli import main


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small clean site."""
    folder = tmp_path / "site"
    (folder / "Bin").mkdir(parents=True)
    (folder / "Default.aspx").write_text("<p>page</p>")
    (folder / "Bin" / "x.dll").write_bytes(b"MZ")
    (folder / "picture.png").write_bytes(b"PNG")
    return folder


def test_it_lists_a_clean_site(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON lines with a heading, in the order of paths; twice the same."""
    assert main(["baseline", "make", str(site)]) == 0
    printed = capsys.readouterr().out
    heading, *rows = map(json.loads, printed.splitlines())
    assert heading == {"schema": "alpheus.baseline/1"}
    assert [row["path"] for row in rows] == ["bin/x.dll", "default.aspx"]
    assert rows[0]["size"] == 2
    main(["baseline", "make", str(site)])
    assert capsys.readouterr().out == printed


def test_an_archive_is_listed_as_its_content(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Media need not be unpacked."""
    with zipfile.ZipFile(tmp_path / "media.zip", "w") as archive:
        for name in ("Default.aspx", "Bin/x.dll"):
            archive.write(site / name, name)
    main(["baseline", "make", str(tmp_path / "media.zip")])
    packed = capsys.readouterr().out
    main(["baseline", "make", str(site)])
    assert capsys.readouterr().out == packed


def test_it_writes_a_file(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That is read again; how many files are listed is said."""
    output = tmp_path / "out" / "clean.jsonl"
    assert main(["baseline", "make", str(site), "-o", str(output)]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "2 files listed" in printed.err
    assert main(["webshell", str(site), "--baseline", str(output), "--all"]) == 0
    assert "2 known-good" in capsys.readouterr().out


def test_losses_are_said(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, and their number."""
    (site / "link.aspx").symlink_to("/etc/hostname")
    assert main(["baseline", "make", str(site)]) == 0
    printed = capsys.readouterr()
    assert "link.aspx: symbolic link" in printed.err
    assert "1 files or parts could not be read" in printed.err
    assert "link" not in printed.out


def test_media_of_which_nothing_can_be_read_make_no_baseline(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """That is 3: an input that might as well not have been opened, and no wrong usage."""
    media = tmp_path / "media.zip"
    with zipfile.ZipFile(media, "w") as archive:
        archive.write(site / "Default.aspx", "Default.aspx")
    whole = media.read_bytes()
    media.write_bytes(whole.replace(b"<p>page</p>", b"<p>eggs</p>"))
    assert main(["baseline", "make", str(media)]) == 3
    assert "nothing in it could be read" in capsys.readouterr().err


def test_mistakes_are_said(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing there, nothing to list, and a place inside what is read."""
    assert main(["baseline", "make", str(tmp_path / "none")]) == 3
    (tmp_path / "empty").mkdir()
    assert main(["baseline", "make", str(tmp_path / "empty")]) == 2
    assert main(["baseline", "make", str(site), "-o", str(site / "x.jsonl")]) == 2
    said = capsys.readouterr().err
    assert "nothing is there" in said
    assert "no page, assembly" in said
    assert "lies inside" in said
