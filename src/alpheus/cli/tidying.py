"""What killed runs left among temporary files goes when the next one begins: it may be evidence."""

from __future__ import annotations

import tempfile

from alpheus.cli.output import say
from alpheus.scratch import sweep


def tidy() -> None:
    """Remove it, and say so where anything was in it."""
    left = sweep()
    if left.bytes:
        folders = "folder" if left.folders == 1 else f"{left.folders:,} folders"
        size, place = f"{left.bytes / 1e6:,.1f} MB", tempfile.gettempdir()
        say(f"removed the {folders} ({size}) that killed runs had left in {place}")
