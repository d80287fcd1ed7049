"""A program that searches blocks of lines, so that the instructions of each search are counted.

It is run under callgrind, which writes and resets its counts at every call of `getppid`.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
from pathlib import Path

import hyperscan

from alpheus.scan import needles as scan


def main() -> None:
    """Search each block for its needles: once to warm up, once to be counted."""
    work = pickle.loads(Path(sys.argv[1]).read_bytes())
    gc.disable()
    for listed, compiled, block in work:
        database = hyperscan.loadb(compiled, hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
        needles = scan.Needles.__new__(scan.Needles)
        needles._needles, needles._left, needles._names = listed, [], None
        needles._engine = scan._Hyperscan(database)
        needles.search(block)
        os.getppid()
        needles.search(block)
        os.getppid()


if __name__ == "__main__":
    main()
