"""Kill a clean-up at drawn moments: `python -m tools.torture --kills 10000 --seed 1`.

Each round draws a small tree of files and a plan, and kills `clean apply` or `clean undo`: half of
the time at a drawn change of the disk (a write is then torn; or that change fails for want of
space, and the run goes on), half of the time by SIGKILL after a drawn while; often another run is
killed after that, of either kind. After each kill no
file may be lost or in two states; the next run must finish; undone, the tree must be byte for byte
and time for time what it was. It goes on until so many kills have hit a run before its end. Exit
status 1 at the first round in which something is not as it must be.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from clean_torture import Round, Wrong


def main() -> int:
    """Go through all rounds; say how many kills hit, and how fast it went."""
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument(
        "--kills", type=int, default=10_000, help="how many must hit (default: 10000)"
    )
    parser.add_argument("--seed", type=int, default=1, help="the first seed (default: 1)")
    options = parser.parse_args()
    begin, hit, rounds = time.perf_counter(), 0, 0
    while hit < options.kills:
        seed = options.seed + rounds
        with tempfile.TemporaryDirectory(prefix="torture-") as folder:
            try:
                hit += Round(Path(folder), seed).run()
            except Wrong as error:
                print(f"seed {seed}: {error}")
                return 1
        rounds += 1
        if rounds % 500 == 0:
            print(f"{rounds:,} rounds, {hit:,} killed", flush=True)
    spent = time.perf_counter() - begin
    print(f"{rounds:,} rounds, {hit:,} killed on the way, none lost, none in two states, "
          f"all finished by the next run; {spent:.0f} s")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
