"""Timelines to hunt in: those of one simulated server, as many times as wanted, each of its own.

The first is written by a triage. Others are it with another server, other addresses from outside,
other times and other identifiers in queries, so that no two hold the same.
"""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

from alpheus import lab
from alpheus.job import TriageOptions
from alpheus.timeline import duck
from alpheus.timeline.columns import MARK
from alpheus.timeline.writing import ROWS_TOGETHER
from alpheus.triage import triage

BASE = ".base.parquet"
_BYTES_PER_ROW = 560
"""Bytes of evidence for each row of a simulated server, about."""

_INSIDE = "regexp_matches(client, '^(10|127|192[.]168)[.]|:')"


def make(folder: Path, timelines: int, rows: int, processes: int) -> None:
    """Write what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / BASE).exists():
        _base(folder, rows)
    missing = [at for at in range(timelines) if not _path(folder, at).exists()]
    parts = [missing[at::processes] for at in range(processes)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.starmap(_copies, [(folder, part, rows) for part in parts])


def address(at: int, number: int) -> str:
    """An address that only one timeline has."""
    return f"100.{64 + at % 64}.{at // 64 % 256}.{number}"


def _base(folder: Path, rows: int) -> None:
    evidence = folder / "evidence"
    lab.generate(evidence, "webshell", size=rows * _BYTES_PER_ROW, seed=1)
    triage([evidence], TriageOptions(timeline=folder / BASE))


def _path(folder: Path, at: int) -> Path:
    return folder / f"{at:06d}.parquet"


def _copies(folder: Path, numbers: list[int], rows: int) -> None:
    with duck.connect(folder, memory=1_024, threads=1) as connection:
        base = duck.quoted(folder / BASE)
        told = connection.execute(
            f"SELECT value FROM parquet_kv_metadata({base}) WHERE key = {duck.quoted(MARK)}::BLOB"  # noqa: S608
        ).fetchone()
        assert told is not None
        mark = duck.quoted(json.dumps(json.loads(told[0])))
        connection.execute(
            f"CREATE TABLE base AS SELECT * FROM {base} "  # noqa: S608
            f"ORDER BY hash(path, line, record) LIMIT {rows}"
        )
        connection.execute("CREATE TABLE sorted AS SELECT * FROM base ORDER BY source, time")
        for at in numbers:
            made = folder / f".{at}.part"
            connection.execute(
                f"COPY (SELECT * REPLACE ({_changed(at)}) FROM sorted) TO {duck.quoted(made)} "  # noqa: S608
                f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_TOGETHER}, "
                f"KV_METADATA {{{MARK}: {mark}}})"
            )
            made.rename(_path(folder, at))


def _changed(at: int) -> str:
    name = f"MAIL{at:06d}"
    return (
        f"time + INTERVAL ({at * 37 % 86_400}) SECOND AS time, '{name}' AS server, "
        f"'{name}' AS host, 'package-{at}' AS package, "
        f"CASE WHEN client IS NULL OR {_INSIDE} THEN client "
        f"ELSE '100.{64 + at % 64}.{at // 64 % 256}.' || (hash(client) % 256) END AS client, "
        f"left(query, 24) || to_hex(hash(line, {at}) & 65535) || substr(query, 29) AS query"
    )
