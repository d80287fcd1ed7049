"""Addresses: clean names, and Windows paths for matching."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.evidence.address import (
    clean_address,
    in_volume,
    is_volume_name,
    on_volume,
    windows_path,
)

_NAMES = st.text(
    st.characters() | st.sampled_from("/\\.%:\x00\udc80\u202eCc"), min_size=0, max_size=60
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("uploads/auto/C%3A/inetpub/wwwroot/x.aspx", "/inetpub/wwwroot/x.aspx"),
        (
            "srv1.zip/D/Exchange/FrontEnd/HttpProxy/owa/auth/a.aspx",
            "/exchange/frontend/httpproxy/owa/auth/a.aspx",
        ),
        ("uploads/ntfs/%5C%5C.%5CC%3A/$MFT", "/$mft"),
        (
            "uploads/ntfs/%5C%5C.%5CC%3A/$Extend/$UsnJrnl%3A$J",
            "/$extend/$usnjrnl:$j",
        ),
        (
            "uploads/ntfs/%5C%5C%3F%5CGLOBALROOT%5CDevice%5CHarddiskVolumeShadowCopy3/Windows/a",
            "/windows/a",
        ),
        (
            "C/Windows/System32/winevt/Logs/Security.evtx",
            "/windows/system32/winevt/logs/security.evtx",
        ),
        ("C:\\inetpub\\wwwroot\\X.ASPX", "/inetpub/wwwroot/x.aspx"),
        ("host/2021/C/C:/inetpub/x", "/inetpub/x"),
        ("p1/inetpub/wwwroot/d/x.aspx", "/inetpub/wwwroot/d/x.aspx"),
        ("p2/vss1/inetpub/x.aspx", "/inetpub/x.aspx"),
        ("case/srv.E01/p3/vss12/Users/a", "/users/a"),
        ("C/inetpub/wwwroot/C%3A/x.aspx", "/inetpub/wwwroot/c:/x.aspx"),
        ("logs/u_ex210303.log", "/logs/u_ex210303.log"),
        ("srv1.zip/inetpub/wwwroot/a%20b.aspx", "/srv1.zip/inetpub/wwwroot/a b.aspx"),
        ("C", "/c"),
        ("", "/"),
    ],
)
def test_windows_path_removes_collection_and_drive(path: str, expected: str) -> None:
    """The path on the volume remains, lower case; without a drive the whole address remains."""
    assert windows_path(path) == expected


@settings(max_examples=200)
@given(_NAMES)
def test_clean_address_never_escapes(name: str) -> None:
    """A clean address is relative, has no `..`, and can be printed and encoded."""
    address = clean_address(name)
    assert address
    assert not address.startswith("/")
    assert not set(address.split("/")) & {"", ".", ".."}
    assert "\\" not in address
    assert all(
        character.isprintable() or character == " " or ord(character) > 0x9F
        for character in address
    )
    address.encode("utf-8")
    assert not set(address) & {"\x00", "\n", "\x1b", "\u202e"}


@settings(max_examples=100)
@given(_NAMES)
def test_clean_address_is_stable(name: str) -> None:
    """Cleaning a clean address changes nothing."""
    assert clean_address(clean_address(name)) == clean_address(name)


@settings(max_examples=100)
@given(_NAMES)
def test_windows_path_takes_anything(name: str) -> None:
    """Any text gives a lower-case path that begins with one slash."""
    path = windows_path(name)
    assert path.startswith("/")
    assert not path.startswith("//")
    assert path == path.lower()


@settings(max_examples=60)
@given(
    st.sampled_from(
        ["C", "d", "C:", "E%3A", "uploads/auto/C%3A", "srv.zip/F", "uploads/ntfs/%5C%5C.%5CC%3A"]
    ),
    st.lists(
        st.text("abcxyz09_- ", min_size=2, max_size=8).map(str.strip).filter(lambda s: len(s) > 1),
        min_size=1,
        max_size=4,
    ),
)
def test_layouts_agree(prefix: str, parts: list[str]) -> None:
    """Whatever the collector and the drive, the same file has the same Windows path."""
    assert windows_path("/".join([prefix, *parts])) == "/" + "/".join(parts)


def test_escaping_names_stay_readable() -> None:
    """What would leave the package is shown, not hidden."""
    assert clean_address("../../etc/passwd") == "__/__/etc/passwd"
    assert clean_address("/etc//./x\n") == "etc/x\ufffd"
    assert clean_address("a\\..\\b") == "a/__/b"
    assert clean_address("") == "unnamed"
    assert len(clean_address("x" * 100_000)) == 4096


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("C/temp/a.zip", True),
        ("uploads/auto/D%3A/a.zip", True),
        ("case/INETPUB/a.zip", True),
        ("x/Program Files/a.zip", True),
        ("p1/a.zip", True),
        ("a.zip", False),
        ("C", False),
        ("Users", False),
        ("srv1/logs/a.zip", False),
    ],
)
def test_archives_inside_a_volume_are_evidence(path: str, inside: bool) -> None:
    """A drive or a well-known top folder among the folders marks the tree of a volume."""
    assert in_volume(path) is inside


def test_the_root_of_a_volume_is_known_by_its_name() -> None:
    """A folder handed in may itself be the volume."""
    assert is_volume_name("C")
    assert is_volume_name("inetpub")
    assert not is_volume_name("srv1")


@pytest.mark.parametrize(("path", "expected"), [
    ("C/inetpub/X.aspx", ("C", ("inetpub", "X.aspx"))),
    ("uploads/auto/D%3A/inetpub/a b.aspx", ("D", ("inetpub", "a b.aspx"))),
    ("case/inetpub/X.aspx", ("C", ("inetpub", "X.aspx"))),
    ("disk.e01/p2/inetpub/x.aspx", ("P2", ("inetpub", "x.aspx"))),
    ("disk.e01/p2/vss1/inetpub/x.aspx", None),
    ("C/HarddiskVolumeShadowCopy2/inetpub/x.aspx", None),
    ("x.aspx", None), ("logs/x.log", None),
])  # fmt: skip
def test_where_a_file_is_on_its_volume(
    path: str, expected: tuple[str, tuple[str, ...]] | None
) -> None:
    """As it is written; what lies in a shadow copy or in no volume is nowhere."""
    assert on_volume(path) == expected
