"""Peak memory and speed of a whole triage over generated evidence; see docs/benchmarks.md."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BENCH = Path(__file__).resolve().parents[1] / "bench"


def measure(*command: str) -> tuple[float, int, str]:
    """Wall seconds, peak resident bytes of the process, and standard output."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        arguments = [sys.executable, "-m", "alpheus", *command]
        process = subprocess.Popen(arguments, stdout=output)  # noqa: S603 - our own command
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(arguments)} ended with {process.returncode}")
        output.seek(0)
        return time.perf_counter() - start, usage.ru_maxrss * 1024, output.read()


def main() -> None:
    """Generate once, triage, print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="2GB")
    parser.add_argument("--scenario", default="webshell")
    options = parser.parse_args()
    out = BENCH / f"{options.scenario}-{options.size}"
    if not (out / "ground-truth.json").exists():
        seconds, peak, _ = measure(
            "lab", str(out), "--scenario", options.scenario, "--size", options.size
        )
        print(f"lab:    {seconds:6.1f} s, peak {peak / 1e6:.0f} MB")
    size = sum(path.stat().st_size for path in (out / "evidence").rglob("*") if path.is_file())
    seconds, peak, printed = measure("triage", str(out / "evidence"), "--format", "json")
    server = json.loads(printed)["servers"][0]
    print(f"triage: {size / 1e9:.2f} GB in {seconds:.1f} s = {size / 1e6 / seconds:.0f} MB/s")
    print(f"        peak resident memory {peak / 1e6:.0f} MB")
    print(f"        verdict {server['verdict']}, stage {server['stage']}")


if __name__ == "__main__":
    main()
