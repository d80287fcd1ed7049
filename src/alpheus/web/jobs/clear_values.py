"""Clear values of secrets in evidence: from the file that a triage writes into the sealed table.

A job keeps the file in its private folder for as long as what it found is not in cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from alpheus.cases import secret_rows
from alpheus.cases.database import Database
from alpheus.cases.secret_key import SecretKey, secret_key
from alpheus.cases.secret_rows import Sealed
from alpheus.report.clear_secrets import Line, read_secrets
from alpheus.web.jobs.wire import Task

FILE = "secrets.jsonl"

_MARK = re.compile(rb"\[secret:[0-9a-f]{8}\]")


class _Document(msgspec.Struct):
    servers: tuple[msgspec.Raw, ...] = ()


def keep(task: Task, database: Database, document: bytes, observations: Sequence[int]) -> int:
    """Seal what the hashes of an assessment stand for, and remove the file; how many.

    `observations` are those of its servers, in their order; 0 for one that is not in cases.
    Raises EvidenceError, UsageError, DatabaseError.
    """
    file = Path(task.reports) / FILE
    if not file.exists():
        return 0
    by_mark: dict[str, list[Line]] = {}
    for line in read_secrets(file):
        by_mark.setdefault(line.hash, []).append(line)
    key = secret_key(Path(task.key))
    rows = list(_sealed(key, task.job, document, observations, by_mark))
    with database.write() as connection:
        kept = secret_rows.add(connection, rows)
    file.unlink()
    return kept


def _sealed(
    key: SecretKey,
    job: int,
    document: bytes,
    observations: Sequence[int],
    by_mark: dict[str, list[Line]],
) -> Iterator[Sealed]:
    servers = msgspec.json.decode(document, type=_Document).servers
    for server, observation in zip(servers, observations, strict=False):
        if not observation:
            continue
        for mark in dict.fromkeys(one.decode() for one in _MARK.findall(server)):
            if lines := by_mark.get(mark):
                values = [one.value for one in lines]
                sealed = key.seal(observation, mark, values)
                yield Sealed(observation, mark, lines[0].kind, job, sealed)
