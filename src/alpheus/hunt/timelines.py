"""Which timelines a hunt is over: files and folders as they are named, each looked at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alpheus.errors import EvidenceFormatError, EvidenceNotFoundError, UsageError
from alpheus.timeline import duck
from alpheus.timeline.columns import FORMAT, MARK

SUFFIX = ".parquet"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Timeline:
    """One timeline: `names` are those that stand in `fields`, by source; None: too many to list."""

    path: Path
    names: Mapping[str, tuple[str, ...] | None]


@dataclass(slots=True)
class Found:
    """Timelines, and files beside them that are none, each with the reason."""

    timelines: list[Timeline] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def find_timelines(places: Iterable[Path]) -> Found:
    """The timelines at some places, in the order of names. What is named itself has to be one.

    Raises EvidenceNotFoundError, EvidenceFormatError, UsageError where there is none at all.
    """
    duck.require()
    found, known = Found(), set[Path]()
    for place in places:
        if place.is_dir():
            fresh = [path for path in sorted(_below(place)) if _is_new(path, known)]
            for part in _parts(fresh):
                _read(part, found)
        elif place.is_file():
            if _is_new(place, known):
                _read([place], found)
            if found.others:
                raise EvidenceFormatError(found.others[0])
        elif place.exists():
            raise EvidenceFormatError(f"{place}: is neither a file nor a folder; name a timeline")
        else:
            raise EvidenceNotFoundError(f"{place}: is not there; name a timeline, or their folder")
    if not found.timelines:
        raise UsageError(
            found.others[0]
            if found.others
            else "no timeline is there; they are written by alpheus triage --timeline and "
            "alpheus campaign run --results"
        )
    return found


def _is_new(path: Path, known: set[Path]) -> bool:
    """Whether a file was not met by another name; from now on it was."""
    real = path.resolve()
    is_new = real not in known
    known.add(real)
    return is_new


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob(f"*{SUFFIX}"):
        if path.is_file() and not any(
            one.startswith(".") for one in path.relative_to(folder).parts
        ):
            yield path


def _parts(paths: Sequence[Path]) -> Iterator[Sequence[Path]]:
    return (paths[at : at + _AT_ONCE] for at in range(0, len(paths), _AT_ONCE))


def _read(paths: Sequence[Path], found: Found) -> None:
    """What files say of themselves; all at once, and one by one where one cannot be read."""
    import duckdb  # noqa: PLC0415 - an extra

    listed = ", ".join(duck.quoted(path) for path in paths)
    query = (
        f"SELECT file_name, value FROM parquet_kv_metadata([{listed}]) "  # noqa: S608 - paths alone
        f"WHERE key = {duck.quoted(MARK)}::BLOB"
    )
    try:
        with duckdb.connect(config={**duck.SHUT}) as connection:
            marks = dict(connection.execute(query).fetchall())
    except duckdb.Error as error:
        if len(paths) > 1:
            for path in paths:
                _read([path], found)
        else:
            first = str(error).partition("\n")[0]
            found.others.append(f"{paths[0]}: cannot be read, and is left out: {first}")
        return
    for path in paths:
        timeline = _timeline(path, marks.get(str(path)))
        if timeline is None:
            found.others.append(f"{path}: is no timeline of this program; it is left out")
        else:
            found.timelines.append(timeline)


def _timeline(path: Path, mark: bytes | None) -> Timeline | None:
    try:
        told = json.loads(mark or b"{}")
        if told.get("format") != FORMAT:
            return None
        names = {
            str(source): None if some is None else tuple(map(str, some))
            for source, some in told["names"].items()
        }
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return Timeline(path, names)
