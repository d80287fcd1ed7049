"""A listing is what `sha256sum` would write, whoever read which part of a package."""

from __future__ import annotations

import os
import subprocess
import zlib
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.evidence import listing as module
from alpheus.evidence.listing import Listed, Listing, address, merged, text_line, unpacked


def _listed(*files: tuple[str, str, int]) -> Listed:
    taken = Listing()
    for one in files:
        taken.add(*one)
    return taken.end()


def test_files_come_sorted_from_all_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lines were packed together."""
    monkeypatch.setattr(module, "_LINES", 2)
    monkeypatch.setattr(module, "_BLOCK", 7)
    one = _listed(("b", "02", 2), ("d", "04", 4), ("a", "01", 1))
    two = _listed(("c\tx", "03", 3), ("a", "00", 5))
    assert (one.files, one.size, len(one.runs)) == (3, 7, 2)
    assert list(merged([one, two])) == [
        (b"a", "00", 5), (b"a", "01", 1), (b"b", "02", 2), (b"c\tx", "03", 3), (b"d", "04", 4),
    ]  # fmt: skip
    assert list(merged([two, one])) == list(merged([one, two]))


def test_nothing_was_read() -> None:
    """Then nothing is listed."""
    assert list(merged([Listed(), _listed()])) == []
    assert list(merged([])) == []


@given(name=st.text(min_size=1))
def test_any_name_is_one_line(name: str) -> None:
    """And comes back as itself, with its hash and size."""
    assert not {0x0A, 0x0D} & set(address(name))
    assert list(merged([_listed((name, "00", 1))])) == [(address(name), "00", 1)]
    assert text_line(address(name), "00").count(b"\n") == 1


def test_the_text_is_what_sha256sum_checks(tmp_path: Path) -> None:
    """With names that are no Unicode, hold a line end, a backslash or a tab."""
    found = Listing()
    for name in (b"plain.aspx", b"a b\tc", b"line\nend", b"back\\slash", b"no\xffunicode"):
        (tmp_path / os.fsdecode(name)).write_bytes(name)
        found.add(os.fsdecode(name), sha256(name).hexdigest(), len(name))
    text = b"".join(text_line(name, digest) for name, digest, _ in merged([found.end()]))
    done = subprocess.run(["sha256sum", "-c", "--strict"], input=text, cwd=tmp_path,
                          capture_output=True, check=False, timeout=60)  # fmt: skip
    assert done.returncode == 0, done
    assert done.stdout.count(b": OK\n") == 5


def test_half_a_character_that_no_file_system_has_is_kept() -> None:
    """As its three bytes."""
    assert address("\ud800") == b"\xed\xa0\x80"
    assert address("\udcff") == b"\xff"


def test_what_was_deflated_comes_back_in_pieces() -> None:
    """Never all at once."""
    pieces = list(unpacked(zlib.compress(bytes(1 << 20))))
    assert b"".join(pieces) == bytes(1 << 20)
    assert max(map(len, pieces)) <= 1 << 16
