"""Copies of files that were found, by the list of all files that a triage read."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from alpheus.job import TriageOptions
from alpheus.respond.verification_copies import copies_in
from alpheus.triage import triage


@pytest.mark.parametrize("name", [
    b"x.jpg", "é.jpg".encode(), b"a\nb\\c\rd.jpg", b"bad\xff.jpg",
])  # fmt: skip
def test_a_copy_is_found_under_any_name_and_of_any_size(tmp_path: Path, name: bytes) -> None:
    """By the address that its package gives it; others are not told."""
    content = b"the bytes of a page" * (1 << 19)
    folder = tmp_path / "C" / "inetpub" / "wwwroot"
    folder.mkdir(parents=True)
    try:
        Path(os.fsdecode(os.path.join(os.fsencode(folder), name))).write_bytes(content)  # noqa: PTH118
    except OSError:
        pytest.skip("this file system takes no such name")
    (folder / "other.jpg").write_bytes(b"others")
    result = triage([tmp_path], TriageOptions(listing=True, remember=False, workers=1))
    digest = sha256(content).hexdigest()
    found = copies_in(result.manifests, {digest, "0" * 64})
    assert list(found.values()) == [digest]
    ((evidence, path),) = found
    assert evidence == "E1"
    assert path.endswith(".jpg")
    assert not path.endswith("other.jpg")
    assert copies_in(result.manifests, ()) == {}
