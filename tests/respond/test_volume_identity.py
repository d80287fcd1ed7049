"""A volume is the same however it is mounted, and a copy of it is another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alpheus.respond import volume_identity
from alpheus.respond.volume_identity import Identity, identity_of


def _of(root: Path) -> Identity:
    number = os.open(root, os.O_RDONLY)
    try:
        return identity_of(number, root)
    finally:
        os.close(number)


def test_a_folder_is_itself_whatever_is_in_it(tmp_path: Path) -> None:
    """By any path; also after work in it."""
    root = tmp_path / "c"
    root.mkdir()
    before = _of(root)
    (root / "web").mkdir()
    (tmp_path / "other-name").symlink_to(root)
    assert _of(root) == before
    assert _of(tmp_path / "other-name").key == before.key
    assert str(root) in before.place


def test_a_copy_is_another(tmp_path: Path) -> None:
    """Beside it, and in its very place once it is gone."""
    root = tmp_path / "c"
    root.mkdir()
    first = _of(root)
    (tmp_path / "copy").mkdir()
    assert _of(tmp_path / "copy").key != first.key
    root.rmdir()
    root.mkdir()
    assert _of(root).key != first.key


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this system says what is mounted, and what a disk is."""
    for name, folder in (("PROC", "proc"), ("SYS", "sys"), ("BY_ID", "by-id")):
        (tmp_path / folder).mkdir()
        monkeypatch.setattr(volume_identity, name, tmp_path / folder)
    (tmp_path / "proc" / "self" / "fdinfo").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    return tmp_path


def _mounted(machine: Path, source: str) -> Identity:
    number = os.open(machine / "c", os.O_RDONLY)
    try:
        (machine / "proc" / "self" / "fdinfo" / str(number)).write_text("pos:\t0\nmnt_id:\t77\n")
        (machine / "proc" / "self" / "mountinfo").write_text(
            f"22 1 0:1 / /proc rw - proc proc rw\n77 1 0:2 / /mnt rw - fuseblk {source} rw\n"
        )
        return identity_of(number, machine / "c")
    finally:
        os.close(number)


def test_the_same_image_in_two_files_is_two_volumes(machine: Path) -> None:
    """Through the same loop device, or mounted from the files themselves."""
    (machine / "one.img").write_bytes(bytes(512))
    (machine / "two b.img").write_bytes(bytes(512))
    one, two = (_mounted(machine, f"{machine}/{name}").key for name in ("one.img", "two\\040b.img"))
    assert one != two
    assert _mounted(machine, f"{machine}/one.img").key == one
    backing = machine / "sys" / "loop0" / "loop" / "backing_file"
    backing.parent.mkdir(parents=True)
    keys = set()
    for name in ("one.img", "two b.img", "one.img"):
        backing.write_text(f"{machine / name}\n")
        keys.add(_mounted(machine, "/dev/loop0").key)
    assert len(keys) == 2


def test_a_disk_is_known_by_the_name_that_it_keeps(machine: Path) -> None:
    """Another letter after a restart is the same disk; the same letter may be another one."""
    for name in ("sdb1", "sdc1"):
        (machine / "sys" / name).mkdir()
    link = machine / "by-id" / "wwn-0x5000-part1"
    link.symlink_to("/dev/sdb1")
    first = _mounted(machine, "/dev/sdb1").key
    link.unlink()
    link.symlink_to("/dev/sdc1")
    assert _mounted(machine, "/dev/sdc1").key == first
    assert _mounted(machine, "/dev/sdb1").key != first


def test_a_network_disk_is_known_by_what_serves_it(machine: Path) -> None:
    """The same nbd device may be another image."""
    (machine / "sys" / "nbd0").mkdir()
    (machine / "sys" / "nbd0" / "pid").write_text("12\n")
    (machine / "proc" / "12").mkdir()
    keys = set()
    for image in ("live.qcow2", "copy.qcow2"):
        (machine / "proc" / "12" / "cmdline").write_text(f"qemu-nbd\0{image}\0")
        keys.add(_mounted(machine, "/dev/nbd0").key)
    assert len(keys) == 2


def test_the_serial_of_ntfs_tells_two_disks_in_one_slot(machine: Path) -> None:
    """Where nothing else does."""
    image = machine / "disk"
    keys = set()
    for serial in (b"SERIAL-1", b"SERIAL-2"):
        image.write_bytes((bytes(3) + b"NTFS    ").ljust(72, b"\0") + serial.ljust(440, b"\0"))
        keys.add(_mounted(machine, str(image)).key)
    assert len(keys) == 2


def test_a_share_is_known_by_its_name(machine: Path) -> None:
    """The server and what it shows."""
    live, copy = (_mounted(machine, f"//{name}/C$") for name in ("MX01", "LAB"))
    assert live.key != copy.key
    assert "//MX01/C$, fuseblk" in live.place
    assert _mounted(machine, "//MX01/C$") == live


def test_where_nothing_is_known_a_folder_is_enough(machine: Path) -> None:
    """As on systems that have no list of mounts."""
    known = _of(machine / "c")
    assert known.place == str(machine / "c")
    assert known.key == _of(machine / "c").key
