"""Where a campaign run puts what it made of each package, beside what goes into cases.

Below the place: `assessments/HASH.json` and `timelines/HASH.parquet`, HASH being that of the
content of the package. Each is there whole or not at all; what is read again takes the place of
the old. Where no place is given, nothing is written.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alpheus.errors import OutputError, UsageError
from alpheus.timeline import duck

ASSESSMENTS, TIMELINES = "assessments", "timelines"


def check_results(place: str) -> None:
    """Raises UsageError where results could not be written there at all."""
    duck.require()
    folder = Path(place)
    try:
        for below in (ASSESSMENTS, TIMELINES):
            (folder / below).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{place}: results cannot be written there: {why}") from None
    if not os.access(folder / TIMELINES, os.W_OK):
        raise UsageError(f"{place}: results cannot be written there: see to its permissions")


@contextmanager
def timeline_of(place: str, content: str) -> Iterator[Path | None]:
    """Where the timeline of a package is to be written; at the end it is where it belongs.

    None where no place is given.
    """
    yield None if not place else Path(place) / TIMELINES / f"{content}.parquet"


def keep_assessment(place: str, content: str, text: bytes) -> None:
    """Write the assessment of a package. Raises OutputError."""
    if not place:
        return
    target = Path(place) / ASSESSMENTS / f"{content}.json"
    made = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(text)
        made.replace(target)
    except OSError as error:
        with suppress(OSError):
            made.unlink()
        why = (error.strerror or str(error)).lower()
        raise OutputError(f"{target}: cannot be written: {why}; make room there") from None
