"""Temporary copies."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest

from alpheus.errors import LimitError
from alpheus.evidence.spool import Spool


def test_copy_is_private_and_goes_away() -> None:
    """The folder has mode 0700, and neither copy nor folder outlives its block."""
    with Spool(100) as spool:
        with spool.copy(io.BytesIO(b"x" * 100)) as path:
            assert path.read_bytes() == b"x" * 100
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert not path.exists()
    assert not path.parent.exists()


def test_bound_holds_over_all_copies() -> None:
    """Copies that exist at the same time share the bound; deleted ones give it back."""
    with Spool(150) as spool:
        with (
            spool.copy(io.BytesIO(b"x" * 100)),
            pytest.raises(LimitError, match="spool_bytes"),
            spool.copy(io.BytesIO(b"x" * 51)),
        ):
            pass
        with spool.copy(io.BytesIO(b"x" * 150)) as path:
            assert path.stat().st_size == 150


def test_failure_leaves_nothing() -> None:
    """An exception in the block removes the folder as well."""
    seen: list[Path] = []

    def fail() -> None:
        with Spool(10) as spool, spool.copy(io.BytesIO(b"x")) as path:
            seen.append(path)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not seen[0].parent.exists()
