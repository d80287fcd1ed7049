"""`make bench-exposure`: probing and lists, all in one run and one table; or the parts named."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.bench.race import FailedError, Row, note, scratch_room
from tools.bench_exposure import cost, kills, lists, scale, table, trouble
from tools.bench_exposure.setting import Setting

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
PARTS: dict[str, Callable[[Setting], list[Row]]] = {
    "probe": cost.rows,
    "trouble": trouble.rows,
    "kills": kills.rows,
    "import": lists.rows,
    "scale": scale.rows,
}
INTERRUPTED = 130


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench_exposure", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--hosts", type=int, default=400_000, help="of the large run")
    parser.add_argument("--few", type=int, default=6_000, help="hosts of the other parts")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the list to import")
    parser.add_argument("--kills", type=int, default=20, help="of one run")
    parser.add_argument("--rounds", type=int, default=3, help="of which medians are taken")
    parser.add_argument("--aiohttp", default="", help="an interpreter that has aiohttp")
    parser.add_argument("--folder", type=Path, default=ROOT / "bench", help="keeps what is made")
    options = parser.parse_args(arguments)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if min(options.hosts, options.few, options.rows, options.kills, options.rounds) < 1:
        parser.error("--hosts, --few, --rows, --kills and --rounds begin at 1")
    if min(options.hosts, options.few) < 40:
        parser.error("fewer than 40 hosts tell nothing")
    if options.aiohttp and not cost.has_aiohttp(options.aiohttp):
        parser.error(f"{options.aiohttp} has no aiohttp; see docs/benchmarks.md")
    return options


def _rows(part: str, setting: Setting) -> list[Row]:
    """A part that fails costs its rows."""
    note(part)
    try:
        return PARTS[part](setting)
    except FailedError as error:
        note(f"  {error}")
        return [Row(part, "failed", "")]


def _aiohttp(options: argparse.Namespace, folder: Path) -> str:
    """The interpreter that was named, or that of the folder, if there is one."""
    if options.aiohttp:
        return str(options.aiohttp)
    own = str(folder / "aiohttp" / "bin" / "python")
    return own if cost.has_aiohttp(own) else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; a whole run is written into the documentation."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _options(arguments)
    folder = options.folder.resolve()
    try:
        with scratch_room(folder) as scratch:
            setting = Setting(
                folder, scratch, options.hosts, options.few, options.rows, options.kills,
                options.rounds, _aiohttp(options, folder),
            )  # fmt: skip
            rows = [row for part in options.parts or PARTS for row in _rows(part, setting)]
    except KeyboardInterrupt:
        note("stopped; nothing was written")
        return INTERRUPTED
    text = table.render(rows, setting)
    print(text)
    if not options.parts:
        table.write(PAGE, text)
        note(f"written into {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
