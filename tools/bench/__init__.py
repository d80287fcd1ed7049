"""Measurements beside other programs, in one table; see docs/benchmarks.md."""

import sys
from pathlib import Path

# The tests know how to write an event log.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
