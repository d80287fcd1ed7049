"""A clean-up on a real NTFS volume, mounted with ntfs-3g: what Windows keeps comes back."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from alpheus.respond.apply import look
from alpheus.respond.model import Plan
from alpheus.respond.outcome import Outcome
from alpheus.respond.volumes import opened
from clean_work import applied, plan_of, undone

CONTENT = b"<%@ Page %> a page that is none"
HIDDEN = 2
ATTRIBUTES = ("system.ntfs_acl", "system.ntfs_attrib", "system.ntfs_crtime")

pytestmark = pytest.mark.skipif(
    not (shutil.which("ntfs-3g") and shutil.which("mkntfs")), reason="needs ntfs-3g"
)


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    """A mounted volume with a hidden page, whose ACL names one account alone."""
    image, root = tmp_path / "image", tmp_path / "c"
    root.mkdir()
    with image.open("wb") as stream:
        stream.truncate(8 << 20)
    subprocess.run(["mkntfs", "-F", "-Q", "-q", image], check=True, capture_output=True)
    mounted = subprocess.run(
        ["ntfs-3g", image, root, "-o", "rw,streams_interface=xattr"], check=False,
        capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        page = root / "inetpub" / "x.aspx"
        page.parent.mkdir()
        page.write_bytes(CONTENT)
        os.setxattr(page, "system.ntfs_attrib", struct.pack("<I", HIDDEN | 32))
        os.setxattr(page, "system.ntfs_crtime", struct.pack("<Q", 132_000_000_000_000_000))
        os.setxattr(page, "system.ntfs_acl", _acl())
        os.setxattr(page, "user.Zone.Identifier", b"[ZoneTransfer]")
        os.utime(page, ns=(1_614_500_000_000_000_100, 1_614_600_000_000_000_200))
        os.utime(page.parent, ns=(1_614_500_000_000_000_100, 1_614_600_000_000_000_200))
        yield root
    finally:
        subprocess.run(["umount", root], check=False, capture_output=True)


def _acl() -> bytes:
    """A security descriptor: owned by administrators, who may do all; nobody else may anything."""
    sid = bytes.fromhex("01020000000000052000000020020000")
    entry = struct.pack("<BBHI", 0, 0, 8 + len(sid), 0x1F01FF) + sid
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(entry), 1, 0) + entry
    head = struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 20 + len(sid), 0, 20 + 2 * len(sid))
    return head + sid + sid + acl


def _known(page: Path) -> dict[str, object]:
    found: dict[str, object] = {name: os.getxattr(page, name) for name in ATTRIBUTES}
    found["stream"] = os.getxattr(page, "user.Zone.Identifier")
    known, folder = page.stat(), page.parent.stat()
    return found | {"time": known.st_mtime_ns, "folder": folder.st_mtime_ns,
                    "content": page.read_bytes()}  # fmt: skip


def test_all_that_windows_keeps_of_a_file_comes_back(volume: Path, tmp_path: Path) -> None:
    """ACL, attributes, time of creation, a second stream, and the times of its folder."""
    page = volume / "inetpub" / "x.aspx"
    before = _known(page)
    plan = plan_of([(("Inetpub", "X.ASPX"), CONTENT)])
    (taken,) = applied(plan, volume, tmp_path / "v")
    assert (taken.result.value, page.exists()) == ("done", False)
    (back,) = undone(plan, volume, tmp_path / "v")
    assert (back.result.value, back.why) == ("done", "")
    assert _known(page) == before


def test_a_stream_that_cannot_be_kept_is_not_lost(volume: Path, tmp_path: Path) -> None:
    """More than 64 KB, or shown as a file of its own: the page stays, and the stream is named."""
    page = volume / "inetpub" / "x.aspx"
    plan = plan_of([(("inetpub", "x.aspx"), CONTENT)])
    with _mounted(tmp_path, volume, "windows"):
        Path(f"{page}:hidden").write_bytes(bytes(70_000))
        (shown,) = applied(plan, volume, tmp_path / "v")
        (looked,) = _looked(plan, volume)
    (large,) = applied(plan, volume, tmp_path / "v")
    outcomes = (shown, looked, large, *_looked(plan, volume))
    assert {one.result.value for one in outcomes} == {"refused"}
    assert all("hidden would be lost" in one.why for one in outcomes)
    assert ["64 KB" in one.why for one in outcomes] == [False, False, True, True]
    os.removexattr(page, "user.hidden")
    (taken,) = applied(plan, volume, tmp_path / "v")
    assert taken.result.value == "done"


@contextmanager
def _mounted(tmp_path: Path, root: Path, streams: str) -> Iterator[None]:
    """The volume, mounted so that its streams are shown in another way, and again as before."""
    for way in (streams, "xattr"):
        subprocess.run(["umount", root], check=True, capture_output=True)
        words = f"rw,streams_interface={way}"
        subprocess.run(["ntfs-3g", tmp_path / "image", root, "-o", words], check=True,
                       capture_output=True)  # fmt: skip
        if way == streams:
            yield


def _looked(plan: Plan, root: Path) -> list[Outcome]:
    with opened({"C": root}) as volumes:
        return list(look(plan, volumes))


def test_a_short_name_is_no_other_file(volume: Path, tmp_path: Path) -> None:
    """Windows gives one to every long name; it goes with the file, and undo says so."""
    page = volume / "inetpub" / "x.aspx"
    page.rename(page.with_name("a-long-name.aspx"))
    os.setxattr(page.with_name("a-long-name.aspx"), "system.ntfs_dos_name", b"A-LONG~1.ASP")
    plan = plan_of([(("inetpub", "a-long-name.aspx"), CONTENT)])
    assert page.with_name("a-long-name.aspx").stat().st_nlink == 2
    (taken,) = applied(plan, volume, tmp_path / "v")
    assert (taken.result.value, taken.why) == ("done", "")
    assert list(page.parent.iterdir()) == []
    (back,) = undone(plan, volume, tmp_path / "v")
    assert (back.result.value, back.why) == ("done", "without its short name A-LONG~1.ASP")


def test_a_copy_of_the_image_is_another_volume(volume: Path, tmp_path: Path) -> None:
    """Bit for bit the same, with the same serial; mounted in another place it is itself."""
    copied, other = tmp_path / "copy", tmp_path / "d"
    other.mkdir()
    known = _identity(volume)
    subprocess.run(["umount", volume], check=True, capture_output=True)
    shutil.copyfile(tmp_path / "image", copied)
    keys = []
    for image in (copied, tmp_path / "image"):
        subprocess.run(["ntfs-3g", image, other], check=True, capture_output=True)
        try:
            keys.append(_identity(other))
        finally:
            subprocess.run(["umount", other], check=True, capture_output=True)
    assert keys[0] != known
    assert keys[1] == known


def _identity(root: Path) -> str:
    with opened({"C": root}) as volumes:
        return volumes["C"].identity.key
