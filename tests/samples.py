"""Where the public samples are that `real` tests read, if they are here at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

_DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "samples"
SAMPLES = Path(os.environ.get("ALPHEUS_SAMPLES", _DEFAULT))

_needs_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="public samples are absent (set ALPHEUS_SAMPLES to their folder)"
)

_Test = TypeVar("_Test", bound=Callable[..., object])


def real(function: _Test) -> _Test:
    """Mark a test that reads public samples; it is skipped when they are absent."""
    return pytest.mark.real(_needs_samples(function))
