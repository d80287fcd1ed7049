"""A timeline is put together: the rows of all parts of a package in one Parquet file.

They stand by source, and by time within it: a hunt passes over what cannot fit, and what most hunts
ask for is of one source.
"""

from __future__ import annotations

import glob
import json
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from alpheus.errors import OutputError
from alpheus.timeline import duck, surrogates
from alpheus.timeline.columns import COLUMNS, FORMAT, MARK
from alpheus.timeline.parts import Part

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ROWS_TOGETHER = 20_480
"""Rows of a row group: the least that a hunt reads of a column."""

MEMORY = 1_024
"""MiB that DuckDB may take while it sorts; what is more goes to a folder beside the timeline."""

_FORGOTTEN = 24 * 3_600
ServerOf = Callable[[str, str | None, str, str], str]
"""The server that a row is of: evidence, host as written, folder and scope of its file."""


@dataclass(frozen=True, slots=True)
class Written:
    """A timeline that was written. Rows and torn lines are all of what it holds."""

    path: Path
    rows: int
    torn: int
    bytes: int


class Workshop:
    """A folder beside the timeline that parts are put aside in; it is gone at the end."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.folder = target.with_name(f".{target.name}.{secrets.token_hex(4)}.parts")

    def __enter__(self) -> Self:
        """Make it. Raises OutputError."""
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
            self._remove_forgotten()
            self.folder.mkdir(mode=0o700)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise OutputError(
                f"{self.folder}: cannot be made: {why}; choose another place"
            ) from None
        return self

    def _remove_forgotten(self) -> None:
        """What a writer of the same timeline left that was ended long ago."""
        for left in self.target.parent.glob(f".{glob.escape(self.target.name)}.*.parts"):
            if left.stat().st_mtime < time.time() - _FORGOTTEN:
                shutil.rmtree(left, ignore_errors=True)

    def __exit__(self, *_: object) -> None:
        """Remove it."""
        shutil.rmtree(self.folder, ignore_errors=True)


def write_timeline(
    workshop: Workshop, parts: Sequence[tuple[str, str, Part]], server_of: ServerOf,
    *, threads: int = 1,
) -> Written:  # fmt: skip
    """Put parts together; each with the id and the name of its package.

    The file is there whole or not at all, and its owner alone may read it. Raises OutputError.
    """
    import duckdb  # noqa: PLC0415 - an extra

    made = workshop.folder / "whole.parquet"
    connection = duck.connect(workshop.folder, memory=MEMORY, threads=threads)
    try:
        _Merge(connection, server_of).write(parts, made)
        made.chmod(0o600)
        made.replace(workshop.target)
        size = workshop.target.stat().st_size
    except duckdb.Error as error:
        why = str(error).partition("\n")[0]
        raise OutputError(f"{workshop.target}: timeline cannot be written: {why}") from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OutputError(f"{workshop.target}: timeline cannot be written: {why}") from None
    finally:
        connection.close()
    places = [place for _, _, part in parts for place in part.places if place.kept]
    rows, torn = sum(place.rows for place in places), sum(place.torn for place in places)
    return Written(workshop.target, rows, torn, size)


class _Merge:
    """The rows of several parts, and what is known of their files."""

    def __init__(self, connection: DuckDBPyConnection, server_of: ServerOf) -> None:
        self._connection = connection
        self._server_of = server_of

    def write(self, parts: Sequence[tuple[str, str, Part]], made: Path) -> None:
        for table in _TABLES:
            self._connection.execute(table)
        reads = [self._add(number, *part) for number, part in enumerate(parts)]
        selects = [
            f"SELECT {number} AS part, * FROM {read}"  # noqa: S608 - our own files
            for number, read in enumerate(reads) if read
        ]  # fmt: skip
        self._connection.execute(
            f"COPY (SELECT {_SELECTED} FROM ({' UNION ALL '.join(selects or [_NOTHING])}) r "  # noqa: S608 - as above
            "JOIN places p USING (part, place) "
            "LEFT JOIN servers s ON s.part = r.part AND s.place = r.place "
            "AND s.host IS NOT DISTINCT FROM r.host "
            "ORDER BY r.source, r.time NULLS LAST, p.package, p.path, r.line, r.record, r.part) "
            f"TO {duck.quoted(made)} (FORMAT parquet, COMPRESSION zstd, "
            f"ROW_GROUP_SIZE {ROWS_TOGETHER}, KV_METADATA {{{MARK}: {duck.quoted(_told(parts))}}})"
        )

    def _add(self, number: int, evidence: str, package: str, part: Part) -> str:
        """Take in where the rows of a part come from; what reads them."""
        self._fill("places", [
            (number, at, surrogates.escape(package), surrogates.escape(place.path))
            for at, place in enumerate(part.places) if place.kept
        ])  # fmt: skip
        if not part.files:
            return ""
        read = f"read_parquet([{', '.join(map(duck.quoted, part.files))}])"
        query = f"SELECT DISTINCT place, host FROM {read}"  # noqa: S608 - our own files
        named = []
        for at, host in self._connection.execute(query).fetchall():
            place = part.places[at]
            written = None if host is None else surrogates.restore(host)
            name = self._server_of(evidence, written, place.folder, place.scope)
            named.append((number, at, host, surrogates.escape(name)))
        self._fill("servers", named)
        return read

    def _fill(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        import numpy as np  # noqa: PLC0415 - heavy

        filling = {
            f"c{at}": np.array(column, dtype=np.int64 if isinstance(column[0], int) else object)
            for at, column in enumerate(zip(*rows, strict=True))
        }
        self._connection.register("filling", filling)
        self._connection.execute(f"INSERT INTO {table} SELECT * FROM filling")  # noqa: S608 - ours
        self._connection.unregister("filling")


def _told(parts: Sequence[tuple[str, str, Part]]) -> str:
    """What the file says of itself."""
    names: dict[str, set[str] | None] = {}
    for _, _, part in parts:
        for source, found in part.names.items():
            known = names.setdefault(source, set())
            names[source] = None if known is None or found is None else known | {*found}
    told = {source: None if found is None else sorted(map(surrogates.escape, found))
            for source, found in sorted(names.items())}  # fmt: skip
    return json.dumps({"format": FORMAT, "names": told}, ensure_ascii=False)


_TABLES = (
    "CREATE TABLE places (part INTEGER, place INTEGER, package VARCHAR, path VARCHAR)",
    "CREATE TABLE servers (part INTEGER, place INTEGER, host VARCHAR, name VARCHAR)",
)
_OF_ROWS = {
    "server": "coalesce(s.name, p.package)", "package": "p.package", "path": "p.path",
}  # fmt: skip
_SELECTED = ", ".join(f"""{_OF_ROWS.get(name, f'r."{name}"')} AS "{name}\"""" for name in COLUMNS)
_NOTHING = "SELECT 0 AS part, 0 AS place, {} WHERE false".format(
    ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in COLUMNS.items() if name not in _OF_ROWS)
)
