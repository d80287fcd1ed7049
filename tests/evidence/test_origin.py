"""The own record of a package on a disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

from alpheus.evidence.origin import PathOrigin


def test_an_archive_is_known_by_its_hash(tmp_path: Path) -> None:
    """Hashed if nobody knows it; what is known is not hashed again."""
    path = tmp_path / "p.zip"
    path.write_bytes(b"content")
    origin = PathOrigin(path)
    assert origin.fingerprint is not None
    record = origin.record("E1", 3, None, None)
    assert (record.name, record.bytes) == ("p.zip", 7)
    assert record.sha256 == hashlib.sha256(b"content").hexdigest()
    assert origin.record("E1", 3, "walked", None).sha256 == "walked"
    assert origin.record("E1", 3, "walked", "known").sha256 == "known"
    path.unlink()
    assert origin.record("E1", 3, None, None).sha256 is None


def test_a_folder_has_the_bytes_of_its_files(tmp_path: Path) -> None:
    """And no hash; it is a volume if it is called like one, for sure if it looks like one."""
    (tmp_path / "C").mkdir()
    origin = PathOrigin(tmp_path / "C")
    assert origin.fingerprint is None
    assert (origin.volume, origin.unsure) == (True, True)
    (tmp_path / "C" / "Windows").mkdir()
    assert not PathOrigin(tmp_path / "C").unsure
    record = origin.record("E1", 12, None, None)
    assert (record.sha256, record.bytes, record.store) == (None, 12, None)
