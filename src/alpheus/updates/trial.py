"""Tries what is about to be installed, in a process of its own, as a triage would use it.

A pack or table that is signed and still breaks the program is found here, before it counts.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

from alpheus.errors import AlpheusError, BundleError
from alpheus.knowledge.installed import CURRENT, GENERATIONS, RECORD, VARIABLE, Installed, record_of
from alpheus.scratch import scratch_folder

COMMAND = ("-P", "-c", f"from {__name__} import main; main()")
"""Without the current folder, which may be a stranger's, in the places of Python's modules."""

_LONGEST = 300
_SECONDS = 600
_NO_MEMORY = ("allocate memory", "out of memory", "failed to map segment", "start new thread")
_MEMORY = 2 << 30
"""Bytes that loading may take: all that ships needs less than a tenth of it."""


def try_out(folder: Path, content: Installed, source: str) -> None:
    """Load everything with what is in `folder` in use. Raises BundleError with what went wrong."""
    (folder / RECORD).write_bytes(record_of(content))
    with scratch_folder() as place:
        (place / GENERATIONS).mkdir()
        (place / GENERATIONS / "1").symlink_to(folder.resolve(), target_is_directory=True)
        (place / CURRENT).write_text("1\n", "ascii")
        try:
            found = subprocess.run(  # noqa: S603 - this program, with what it was asked to check
                [sys.executable, *COMMAND, str(_MEMORY)],
                env=os.environ | {VARIABLE: str(place)}, capture_output=True, text=True,
                errors="replace", timeout=_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            message = f"{source}: it cannot be used: loading it takes more than {_SECONDS} seconds"
            raise BundleError(message) from error
    if found.returncode:
        said = (found.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        said = said.replace(f"{place / GENERATIONS / '1'}/", "").replace(f"{folder}/", "")
        raise BundleError(f"{source}: it cannot be used: {said[:_LONGEST]}")


def main() -> None:
    """Load and compile what a triage uses; end with one line and 1 where that fails."""
    from alpheus.engine.bounds import bound  # noqa: PLC0415 - as below

    most = int(sys.argv[1])
    bound(memory=most)
    try:
        _load()
    except (MemoryError, OSError, ImportError, RuntimeError) as error:
        if not _is_lack_of_memory(error):
            raise
        sys.exit(f"loading it takes more than {most >> 20} MiB of memory")


def _is_lack_of_memory(error: Exception) -> bool:
    """Whatever asks for memory in vain says so in words of its own."""
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return True
    return any(one in str(error).lower() for one in _NO_MEMORY)


def _load() -> None:
    from alpheus.job import TriageOptions  # noqa: PLC0415 - heavy
    from alpheus.knowledge.pack_texts import read_texts  # noqa: PLC0415 - as below
    from alpheus.knowledge.packs import pack_folder, pack_ids  # noqa: PLC0415 - as below
    from alpheus.pipeline import Prepared  # noqa: PLC0415 - heavy

    try:
        kit = Prepared.of(TriageOptions(), keep=False).kit
        for pack in pack_ids():
            for path in sorted(((pack_folder(pack) or Path()) / "texts").glob("*.csv")):
                read_texts(path)
    except AlpheusError as error:
        sys.exit(str(error))
    broken = [(str(one.path), one.place, one.reason) for one in kit.rules.rejected]
    broken += [(one.path, one.place, one.reason) for one in kit.yara.rejected]
    if broken:
        sys.exit(": ".join(part for part in broken[0] if part))
