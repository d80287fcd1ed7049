"""Whom to trust is the operator's decision, made by a fingerprint."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import BundleError, UsageError
from alpheus.updates.trust import distrust, publishers, read_root, trust, trusted
from updates.bundles import Desk, edit_json, new_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A publisher with a bundle, whom nobody trusts yet."""
    desk = new_desk(tmp_path)
    desk.publish(desk.pack())
    return desk


def test_the_fingerprint_decides(desk: Desk) -> None:
    """Another fingerprint than the root's is refused; the right one may have colons."""
    found = read_root(desk.bundle / "metadata/1.root.json", "cert")
    with pytest.raises(UsageError, match="not the one that was given"):
        trust(found, "00" * 32, desk.place)
    assert list(publishers(desk.place)) == []
    spelt = ":".join(found.fingerprint.upper()[i : i + 2] for i in range(0, 64, 2))
    trust(found, spelt, desk.place)
    assert list(publishers(desk.place)) == [found]
    assert trusted("", desk.place) == trusted("cert", desk.place)


def test_a_name_has_one_root(desk: Desk, tmp_path: Path) -> None:
    """The root of a trusted name is not replaced in passing."""
    found = read_root(desk.bundle / "metadata/1.root.json", "cert")
    trust(found, found.fingerprint, desk.place)
    other = new_desk(tmp_path / "other")
    second = read_root(other.publish(other.pack()).root, "cert")
    with pytest.raises(UsageError, match="alpheus pack distrust cert"):
        trust(second, second.fingerprint, desk.place)
    distrust("cert", desk.place)
    trust(second, second.fingerprint, desk.place)
    with pytest.raises(UsageError, match="no trusted publisher"):
        distrust("ministry", desk.place)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b"null", b"{" * 2_000])
def test_what_is_no_root_is_refused(tmp_path: Path, content: bytes) -> None:
    """Any other bytes are told as what they are not."""
    (tmp_path / "root.json").write_bytes(content)
    with pytest.raises(BundleError, match="not the root of a publisher"):
        read_root(tmp_path / "root.json", "cert")


def test_other_metadata_is_no_root(desk: Desk) -> None:
    """The wrong file of a bundle, and a root that was changed, are refused."""
    with pytest.raises(BundleError, match="not the root"):
        read_root(desk.bundle / "metadata/timestamp.json", "cert")
    root = desk.bundle / "metadata/1.root.json"
    edit_json(root, {"expires": "2099-01-01T00:00:00Z"})
    with pytest.raises(BundleError, match="not signed by its own keys"):
        read_root(root, "cert")
    with pytest.raises(BundleError, match="No such file"):
        read_root(desk.bundle / "nothing.json", "cert")


@pytest.mark.parametrize("name", ["", "A", "../x", "a b", "x" * 61])
def test_names_of_publishers_are_plain(desk: Desk, name: str) -> None:
    """A name becomes that of a file."""
    with pytest.raises(UsageError, match="no name for a publisher"):
        read_root(desk.bundle / "metadata/1.root.json", name)


def test_a_damaged_root_is_mended_by_the_commands(desk: Desk) -> None:
    """It holds up neither other publishers nor who trusts it again or takes it away."""
    found = read_root(desk.bundle / "metadata/1.root.json", "cert")
    trust(found, found.fingerprint, desk.place)
    damaged = desk.place / "trust" / "ministry.json"
    damaged.write_bytes(b"{")
    assert trusted("cert", desk.place).name == "cert"
    with pytest.raises(BundleError, match=r"ministry.json: damaged; trust the publisher again"):
        trusted("ministry", desk.place)
    listed = list(publishers(desk.place))
    assert isinstance(listed[0], type(found))
    assert isinstance(listed[1], BundleError)
    other = read_root(desk.bundle / "metadata/1.root.json", "ministry")
    trust(other, other.fingerprint, desk.place)
    assert trusted("ministry", desk.place).fingerprint == found.fingerprint
    damaged.write_bytes(b"{")
    distrust("ministry", desk.place)
    assert not damaged.exists()
