"""How long `alpheus --help` takes beside bare Python, as whole processes."""

from __future__ import annotations

import sys

from tools.bench.race import Row, Setting, alpheus, race, run, times

LEAST = 7


def rows(setting: Setting) -> list[Row]:
    """Starts are short: at least seven of each."""
    roads = {
        "python": lambda: run(sys.executable, "-c", "pass"),
        "alpheus --help": lambda: run(*alpheus("--help")),
    }
    bare, ours = race("start", roads, max(LEAST, setting.rounds)).values()
    return [
        Row(
            "start", "`alpheus --help`", f"{ours * 1000:.0f} ms",
            f"bare Python {bare * 1000:.0f} ms", times(bare / ours), "100 ms",
        )
    ]  # fmt: skip
