"""Losses as CSV."""

from __future__ import annotations

import io

from alpheus.exposure.imports.losses import Losses
from alpheus.exposure.imports.model import Loss


def test_one_row_each_and_no_formula() -> None:
    """A file's name is a stranger's word, too."""
    stream = io.StringIO(newline="")
    Losses(stream).add("=x.csv", Loss(7, "no address"))
    assert stream.getvalue().splitlines() == [
        '"file","record","reason"', '"\'=x.csv","7","no address"',
    ]  # fmt: skip
