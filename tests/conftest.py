"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test remembers anything for another, or in the user's cache."""
    monkeypatch.setenv("ALPHEUS_CACHE", str(tmp_path / "cache-of-alpheus"))
