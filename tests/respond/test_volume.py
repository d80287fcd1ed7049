"""Nothing outside a volume is reached, and no name means two files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpheus.errors import CleanError
from alpheus.respond import volume as volumes_of
from alpheus.respond.removal import pieces
from alpheus.respond.volume import (
    AbsentPlaceError,
    LostFolderError,
    RefusedPlaceError,
    Volume,
    exists,
    open_file,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A volume beside a secret that is none of it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.aspx").write_bytes(b"outside")
    root = tmp_path / "c"
    (root / "inetpub" / "wwwroot").mkdir(parents=True)
    (root / "inetpub" / "wwwroot" / "x.aspx").write_bytes(b"page")
    return root


@pytest.fixture
def volume(root: Path) -> Iterator[Volume]:
    """It, open."""
    opened = Volume("C", root)
    yield opened
    opened.close()


def _read(volume: Volume, *parts: str) -> bytes:
    with volume.place(parts) as place:
        number = open_file(place)
        try:
            return b"".join(pieces(number))
        finally:
            os.close(number)


@pytest.mark.parametrize("parts", [
    ("inetpub", "wwwroot", "x.aspx"), ("Inetpub", "WWWROOT", "X.ASPX"),
])  # fmt: skip
def test_a_name_is_found_in_any_case(volume: Volume, parts: tuple[str, ...]) -> None:
    """Windows writes them as it likes; what is found is said as it stands on the disk."""
    assert _read(volume, *parts) == b"page"
    with volume.place(parts) as place:
        assert place.parts == ("inetpub", "wwwroot", "x.aspx")


def test_a_name_as_written_comes_before_one_of_other_case(root: Path, volume: Volume) -> None:
    """And where none is as written, two that fit are refused."""
    (root / "inetpub" / "wwwroot" / "X.aspx").write_bytes(b"other")
    assert _read(volume, "inetpub", "wwwroot", "X.aspx") == b"other"
    with pytest.raises(RefusedPlaceError, match="2 names fit"):
        _read(volume, "inetpub", "wwwroot", "X.ASPX")


@pytest.mark.parametrize("name", ["a\nb.aspx", "a\x1bb.aspx", "a\u202eb.aspx", "a\udcffb.aspx"])
def test_a_name_that_is_no_text_is_found(root: Path, volume: Volume, name: str) -> None:
    """Evidence writes U+FFFD for what is no text."""
    path = root / "inetpub" / name
    try:
        path.write_bytes(b"hidden")
    except UnicodeEncodeError:
        pytest.skip("this file system takes no such name")
    assert _read(volume, "inetpub", "a\ufffdb.aspx") == b"hidden"


@pytest.mark.parametrize("parts", [
    ("..", "outside", "x.aspx"), ("inetpub", "..", "..", "outside", "x.aspx"), (),
    ("inetpub", "", "x.aspx"), (".",), ("inetpub/wwwroot", "x.aspx"), ("a\0b",),
    ("a",) * 2000, ("..",),
])  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(volume: Volume, parts: tuple[str, ...]) -> None:
    """Upwards, nowhere, or too deep."""
    with pytest.raises(RefusedPlaceError):
        _read(volume, *parts)


def test_links_are_not_followed(root: Path, volume: Volume, tmp_path: Path) -> None:
    """Neither a link to a folder on the way, nor to a file at its end, nor one in a circle."""
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "inside").symlink_to(root / "inetpub")
    (root / "circle").symlink_to(root)
    (root / "file.aspx").symlink_to(tmp_path / "outside" / "x.aspx")
    for parts in (("link", "x.aspx"), ("inside", "wwwroot", "x.aspx"), ("file.aspx",),
                  ("circle", "circle", "inetpub", "wwwroot", "x.aspx")):  # fmt: skip
        with pytest.raises(RefusedPlaceError, match="link"):
            _read(volume, *parts)


@pytest.mark.parametrize(("inside", "outside"), [
    (("inetpub", "wwwroot"), ("outside",)),
    (("inetpub", "wwwroot", "x.aspx"), ("outside", "x.aspx")),
])  # fmt: skip
def test_what_is_mounted_in_a_volume_from_the_same_disk_is_none_of_it(
    tmp_path: Path, root: Path, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    """A folder or a file that `mount --bind` has put there: neither read nor taken."""
    here, there = root.joinpath(*inside), tmp_path.joinpath(*outside)
    mounted = subprocess.run(["mount", "--bind", there, here], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    opened = Volume("C", root)
    try:
        with pytest.raises(RefusedPlaceError, match="mounted there"):
            _read(opened, "inetpub", "wwwroot", "x.aspx")
        if inside == ("inetpub", "wwwroot"):
            with pytest.raises(RefusedPlaceError, match="mounted there"), opened.folder(inside):
                pass
    finally:
        opened.close()
        subprocess.run(["umount", here], check=True)


def test_a_mount_of_another_number_is_not_entered(
    volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of a mount tells where the disk is the same."""
    assert _read(volume, "inetpub", "wwwroot", "x.aspx") == b"page"
    monkeypatch.setattr(volumes_of, "mount_number", lambda number: f"another, of {number}")
    with pytest.raises(RefusedPlaceError, match="mounted there"):
        _read(volume, "inetpub", "wwwroot", "x.aspx")


def test_a_folder_exchanged_for_a_link_changes_nothing(
    root: Path, volume: Volume, tmp_path: Path
) -> None:
    """What was found stays what is held."""
    with volume.place(("inetpub", "wwwroot", "x.aspx")) as place:
        (root / "inetpub").rename(root / "moved")
        (root / "inetpub").symlink_to(tmp_path / "outside")
        number = open_file(place)
        assert os.read(number, 10) == b"page"
        os.close(number)


def test_what_is_no_file_is_refused(root: Path, volume: Volume) -> None:
    """A folder, a pipe: and nobody waits for its other end."""
    os.mkfifo(root / "pipe")
    for parts in (("inetpub",), ("pipe",)):
        with pytest.raises(RefusedPlaceError):
            _read(volume, *parts)


def test_what_is_not_there_is_absent(volume: Volume) -> None:
    """A name, or a folder on the way."""
    for parts in (("inetpub", "none.aspx"), ("none", "x.aspx")):
        with pytest.raises(AbsentPlaceError):
            _read(volume, *parts)


def test_a_long_path_is_reached(root: Path, volume: Volume) -> None:
    """Of 32,000 characters, longer than a path may be: it is walked name by name."""
    names = ["d" * 200] * 160
    here = os.open(root, os.O_RDONLY)
    for name in names:
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    number = os.open("x.aspx", os.O_CREAT | os.O_WRONLY, dir_fd=here)
    os.write(number, b"deep")
    os.close(number)
    os.close(here)
    assert _read(volume, *names, "x.aspx") == b"deep"


def test_a_root_that_is_none_is_told(tmp_path: Path) -> None:
    """With its letter, and what to do."""
    (tmp_path / "file").touch()
    for root in (tmp_path / "none", tmp_path / "file"):
        with pytest.raises(CleanError, match="--root C="):
            Volume("C", root)


def test_a_system_that_cannot_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows: nothing is done by weaker means."""
    monkeypatch.setattr(os, "supports_dir_fd", set())
    with pytest.raises(CleanError, match="mount the volume"):
        Volume("C", root)


def test_a_link_counts_as_there(root: Path) -> None:
    """Also one that leads nowhere: nothing is put over it."""
    (root / "dangling").symlink_to("nowhere")
    folder = os.open(root, os.O_RDONLY)
    assert exists(folder, "dangling")
    assert not exists(folder, "nowhere")
    os.close(folder)


def test_a_folder_that_is_not_there_is_told_from_a_file(tmp_path: Path) -> None:
    """In the root of a volume the folders of Windows say whether it is one."""
    (tmp_path / "Data").mkdir()
    volume = Volume("D", tmp_path)
    try:
        with pytest.raises(AbsentPlaceError) as plain, volume.place(("data", "x.aspx")):
            pass
        assert not isinstance(plain.value, LostFolderError)
        for parts in (("web", "x.aspx"), ("x.aspx",)):
            with pytest.raises(LostFolderError), volume.place(parts):
                pass
        (tmp_path / "INETPUB").mkdir()
        with pytest.raises(AbsentPlaceError) as plain, volume.place(("x.aspx",)):
            pass
        assert not isinstance(plain.value, LostFolderError)
    finally:
        volume.close()


_READ = """
import os, sys
from pathlib import Path
from alpheus.respond.volume import Volume, open_file
assert sys.getfilesystemencoding() != "utf-8"
for name in (chr(0xFC) + ".aspx", chr(0xDC) + ".ASPX", chr(0x202E) + ".aspx"):
    with Volume("C", Path(sys.argv[1])).place(("inetpub", name)) as place:
        print(os.read(open_file(place), 9).decode())
"""


def test_names_are_those_of_the_evidence_in_every_locale(root: Path) -> None:
    """What is not ASCII is UTF-8 on the disk, whatever the locale says that it is."""
    for name in ("\u00fc.aspx", "\u202e.aspx"):
        (root / "inetpub" / name).write_bytes(b"page")
    plain = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run([sys.executable, "-c", _READ, root], env=os.environ | plain,
                          check=True, capture_output=True, text=True)  # fmt: skip
    assert done.stdout.split() == ["page"] * 3


def test_a_name_that_no_disk_has_is_refused(volume: Volume) -> None:
    """Half of a character, as a torn record may have it."""
    with pytest.raises(RefusedPlaceError, match="no name"):
        _read(volume, "inetpub", "\ud800.aspx")
