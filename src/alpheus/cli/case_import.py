"""Files into the database of cases, with what became of each."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alpheus.cli.output import say

if TYPE_CHECKING:
    from alpheus.cases.database import Database
    from alpheus.exposure.imports import ImportOptions

STANDARD_INPUT = Path("-")
NOTHING_TAKEN = 3
"""Status of a program that rejected every line of a file."""

LISTED = 20
"""Lines of a file that are told one by one because they could not be read."""


def import_all(
    database: Database, files: Iterable[Path], who: str, options: ImportOptions | None = None
) -> int:
    """Import all; 3 if one could not be read at all, or nothing of it was taken, else 0."""
    from alpheus.errors import EvidenceError  # noqa: PLC0415 - keeps --help fast

    status = 0
    for file in files:
        try:
            with _readable(file) as (place, name):
                if not _import(database, place, name, who, options):
                    status = NOTHING_TAKEN
        except EvidenceError as error:
            say(error)
            status = error.exit_status
    return status


def _import(
    database: Database, file: Path, name: str, who: str, options: ImportOptions | None
) -> bool:
    """Import one; False where every line of it was rejected."""
    from alpheus.cases.observations_import import import_file  # noqa: PLC0415 - keeps --help fast

    done = import_file(database, file, who, options=options, name=name)
    if done.before:
        said = (
            ""
            if options is None or options == type(options)()
            else (", as it was understood then: what is said of it now changes nothing")
        )
        say(f"{name}: is in already{said}")
        return True
    for note in done.notes:
        say(f"{name}: {note}")
    resumed = f", {done.resumed:,} by an earlier run" if done.resumed else ""
    say(f"{name}: {done.added:,} new, {done.known:,} known, {done.lost:,} not{resumed}")
    for line, reason in done.losses[:LISTED]:
        say(f"{name}: {f'line {line:,}' if line else 'the file'}: {reason}")
    if done.lost > LISTED:
        say(f"{name}: and {done.lost - LISTED:,} more lines that could not be read")
    return not done.lost or bool(done.added or done.known or done.resumed)


@contextmanager
def _readable(file: Path) -> Iterator[tuple[Path, str]]:
    """A file with its name; what comes by standard input is laid down first, to be read twice."""
    if file != STANDARD_INPUT:
        yield file, str(file)
        return
    from alpheus.scratch import scratch_folder  # noqa: PLC0415 - keeps --help fast

    with scratch_folder() as folder:
        held = folder / "input.jsonl"
        with held.open("xb") as stream:
            shutil.copyfileobj(sys.stdin.buffer, stream)
        yield held, "standard input"
