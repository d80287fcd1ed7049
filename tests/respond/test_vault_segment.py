"""What is put into a segment is there in its order, and what was taken out again is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alpheus.respond import vault_segment
from alpheus.respond.vault_segment import Segment


@pytest.mark.parametrize("held", [0, 4, 1000])
def test_bytes_are_there_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    """Whether they had left the process or not, when some were cut off or set."""
    monkeypatch.setattr(vault_segment, "HELD", held)
    segment = Segment(tmp_path / "s")
    segment.append(b"abc")
    assert segment.end == 3
    segment.append(b"defgh")
    segment.cut(5)
    assert segment.end == 5
    segment.append(b"xyz")
    segment.set(1, b"__")
    segment.append(b".")
    segment.cut(8)
    segment.append(b"!")
    segment.sync()
    assert (tmp_path / "s").read_bytes() == b"a__dexyz!"
    segment.close()
    segment.close()


def test_one_that_is_there_is_not_written_to(tmp_path: Path) -> None:
    """It is somebody else's, or was cut off."""
    Segment(tmp_path / "s").close()
    with pytest.raises(FileExistsError):
        Segment(tmp_path / "s")


def test_what_was_held_is_written_at_the_end(tmp_path: Path) -> None:
    """Where the disk takes it; where not, nothing else fails."""
    segment = Segment(tmp_path / "s")
    segment.append(b"abc")
    segment.close()
    assert (tmp_path / "s").read_bytes() == b"abc"


def test_a_full_disk_is_told_and_can_be_gone_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was half written can be cut off."""
    segment = Segment(tmp_path / "s")
    segment.append(b"whole")
    segment.flush()
    real = os.write

    def write(number: int, data: bytes) -> int:
        if len(data) > 3:
            return real(number, bytes(data[:3]))
        raise OSError(28, "No space left on device")

    segment.append(b"torn")
    monkeypatch.setattr(os, "write", write)
    with pytest.raises(OSError, match="No space"):
        segment.flush()
    monkeypatch.setattr(os, "write", real)
    segment.cut(5)
    segment.append(b"!")
    segment.sync()
    assert (tmp_path / "s").read_bytes() == b"whole!"
    segment.close()
