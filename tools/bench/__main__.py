"""`make bench`: every part in one run and one table; or the parts that are named."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.bench import (
    again,
    archive,
    events,
    indicators,
    memory,
    packages,
    prefilter,
    readers,
    start,
    table,
    triage,
)
from tools.bench.race import FailedError, Row, Setting, cores, note, scratch_room

from alpheus.errors import UsageError
from alpheus.lab.size import parse_size

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
PARTS: dict[str, Callable[[Setting], list[Row]]] = {
    "prefilter": prefilter.rows,
    "triage": triage.rows,
    "archive": archive.rows,
    "events": events.rows,
    "memory": memory.rows,
    "packages": packages.rows,
    "again": again.rows,
    "readers": readers.rows,
    "start": start.rows,
    "indicators": indicators.rows,
}
INTERRUPTED = 130


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--size", default="2GB", help="of the lab's evidence (default: 2GB)")
    parser.add_argument("--rounds", type=int, default=3, help="of which medians are taken")
    parser.add_argument("--packages", type=int, default=100, help="in one call (default: 100)")
    parser.add_argument("--folder", type=Path, default=ROOT / "bench", help="keeps the evidence")
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if min(options.rounds, options.packages) < 1:
        parser.error("--rounds and --packages begin at 1")
    try:
        parse_size(options.size)
    except UsageError as error:
        parser.error(str(error))
    return options


def _rows(part: str, setting: Setting) -> list[Row]:
    """A part that fails costs its rows."""
    note(part)
    try:
        return PARTS[part](setting)
    except FailedError as error:
        note(f"  {error}")
        return [Row(part, "failed", "")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; a whole run is written into the documentation."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _options(arguments)
    try:
        with scratch_room(options.folder.resolve()) as scratch:
            setting = Setting(
                options.folder.resolve(), scratch, options.size, options.rounds,
                options.packages, cores(),
            )  # fmt: skip
            rows = [row for part in options.parts or PARTS for row in _rows(part, setting)]
    except KeyboardInterrupt:
        note("stopped; nothing was written")
        exec("")  # noqa: S102 - of nothing; for the exit status, see `alpheus.cli.main`
        return INTERRUPTED
    text = table.render(rows, setting)
    print(text)
    if not options.parts:
        table.write(PAGE, text)
        note(f"written into {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
