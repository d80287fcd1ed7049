"""`alpheus serve` as of the end of a campaign: its clock goes on from there.

History is March 2021. With the clock of today every notice would be years overdue, and the picture
of the days would have years of nothing. All else is as the command has it, with its options.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial

from tools.demo_console.filling import END

from alpheus.cli import main as alpheus
from alpheus.web import serving
from alpheus.web.app import create_app


def main() -> int:
    """Serve until a signal says to stop; the status of `alpheus serve`."""
    began = datetime.now(UTC)
    made = partial(create_app, clock=lambda: END + (datetime.now(UTC) - began))
    serving.create_app = made  # type: ignore[assignment]
    return alpheus(["serve", *sys.argv[1:]])


if __name__ == "__main__":
    raise SystemExit(main())
