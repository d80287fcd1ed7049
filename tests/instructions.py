"""Counts the processor's instructions, which are the same in every run on every busy machine."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import hyperscan

from alpheus.scan.needles import Needles
from system import find

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(__file__).with_name("counted_search.py")


def searches(work: Sequence[tuple[Needles, bytes]], folder: Path) -> list[int]:
    """How many instructions each prefilter's search of its block takes; needs valgrind.

    Prefilters of hyperscan only. Compiling them is not counted, nor is the start of Python.
    """
    given = folder / "given"
    assert not any(one._left for one, _ in work)
    compiled = [
        (one._needles, hyperscan.dumpb(one._engine._database), block) for one, block in work
    ]
    given.write_bytes(pickle.dumps(compiled))
    program = find("valgrind")
    assert program is not None
    command = [
        program, "--quiet", "--tool=callgrind", "--dump-before=getppid",
        f"--callgrind-out-file={folder / 'counts'}",
        sys.executable, str(PROGRAM), str(given),
    ]  # fmt: skip
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    # Order in sets and dicts of texts follows the seed.
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # Dumps are numbered; each second one stands behind a search that was not the first.
    return [_total(folder / f"counts.{2 * number + 2}") for number in range(len(compiled))]


def _total(path: Path) -> int:
    found = re.search(r"^totals: (\d+)$", path.read_text(), re.MULTILINE)
    assert found, path
    return int(found[1])
