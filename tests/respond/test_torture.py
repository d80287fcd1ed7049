"""A hundredth of `make torture`: kills at drawn moments lose nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from clean_torture import Round


@pytest.mark.parametrize("tenth", range(10))
def test_killed_at_drawn_moments(tmp_path: Path, tenth: int) -> None:
    """No file is lost, none is in two states, and the next run finishes."""
    killed = 0
    for seed in range(tenth * 10, tenth * 10 + 10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        killed += Round(folder, seed).run()
    assert killed >= 2
