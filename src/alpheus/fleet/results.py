"""Where a campaign run puts what it made of each package, beside what goes into cases.

Below the place, a folder or a prefix in a store: `assessments/HASH.json` and
`timelines/HASH.parquet`, HASH being that of the content of the package. Each is there whole or not
at all; what is read again takes the place of the old. Where no place is given, nothing is written.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alpheus.errors import OutputError, StoreError, StoreLostError, UsageError
from alpheus.evidence.place import Place, place_of
from alpheus.scratch import scratch_folder
from alpheus.store.address import WEB, Address
from alpheus.store.opening import open_store
from alpheus.store.patience import Patience
from alpheus.timeline import duck

ASSESSMENTS, TIMELINES = "assessments", "timelines"
_ABOUT = (
    b"Results of alpheus campaign run: assessments/HASH.json and timelines/HASH.parquet of each "
    b"package, HASH being that of its content.\n"
)
_SOON = Patience(seconds=20)


def check_results(text: str) -> None:
    """Raises UsageError where results could not be written there at all."""
    duck.require()
    place = place_of(text)
    if isinstance(place, Address):
        _check_store(place)
        return
    try:
        for below in (ASSESSMENTS, TIMELINES):
            (place / below).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{place}: results cannot be written there: {why}") from None
    if not os.access(place / TIMELINES, os.W_OK):
        raise UsageError(f"{place}: results cannot be written there: see to its permissions")


def _check_store(place: Address) -> None:
    """Write what says what lies there: the rights to it are needed later."""
    if place.scheme in WEB:
        raise UsageError(f"{place}: results cannot be written there: name a folder or a bucket")
    try:
        _put(place, "about.txt", _ABOUT, _SOON)
    except StoreError as error:
        raise UsageError(f"{place}: results cannot be written there: {error}") from None


@contextmanager
def timeline_of(text: str, content: str) -> Iterator[Path | None]:
    """Where the timeline of a package is to be written; at the end it is where it belongs.

    None where no place is given. Raises StoreLostError, OutputError.
    """
    place = place_of(text) if text else None
    if not isinstance(place, Address):
        yield None if place is None else place / TIMELINES / f"{content}.parquet"
        return
    with scratch_folder() as folder:
        made = folder / f"{content}.parquet"
        yield made
        if made.is_file():
            _told(place, f"{TIMELINES}/{made.name}", made)


def keep_assessment(text: str, content: str, assessment: bytes) -> None:
    """Write the assessment of a package. Raises OutputError, StoreLostError."""
    place = place_of(text) if text else None
    if place is None:
        return
    if isinstance(place, Address):
        _told(place, f"{ASSESSMENTS}/{content}.json", assessment)
        return
    target = place / ASSESSMENTS / f"{content}.json"
    made = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(assessment)
        made.replace(target)
    except OSError as error:
        with suppress(OSError):
            made.unlink()
        why = (error.strerror or str(error)).lower()
        raise OutputError(f"{target}: cannot be written: {why}; make room there") from None


def results_place(text: str) -> str:
    """A place as it is kept: an absolute path, or an address. Raises UsageError."""
    place: Place = place_of(text)
    if isinstance(place, Address):
        return str(place)
    return os.path.abspath(text)  # noqa: PTH100 - as it was given


def _told(place: Address, name: str, content: bytes | Path) -> None:
    try:
        _put(place, name, content)
    except StoreLostError:
        raise
    except StoreError as error:
        raise OutputError(f"{error}; results cannot be written there") from None


def _put(
    place: Address, name: str, content: bytes | Path, patience: Patience | None = None
) -> None:
    """In one request, which a store takes whole or not at all. Raises StoreError."""
    store = open_store(place, patience)
    key = f"{place.folder().key}{name}"
    if isinstance(content, bytes):
        store.put(key, content, len(content), hashlib.sha256(content).hexdigest())
        return
    with content.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        store.put(key, stream, content.stat().st_size, digest)
