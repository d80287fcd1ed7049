"""How long `alpheus --help` takes against bare Python, as whole processes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15


def once(*command: str) -> float:
    """Seconds of one process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    return time.perf_counter() - start


def main() -> None:
    """Interleave both commands and print medians."""
    once("-m", "alpheus", "--help")
    pairs = [(once("-c", "pass"), once("-m", "alpheus", "--help")) for _ in range(RUNS)]
    bare, helped = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"python -c pass   {bare * 1000:6.1f} ms")
    print(f"alpheus --help   {helped * 1000:6.1f} ms   ratio {helped / bare:.1f}")


if __name__ == "__main__":
    main()
