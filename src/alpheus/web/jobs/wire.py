"""What the console and the process that runs a job say to each other: lines of JSON.

Nothing that comes back is believed further than its form: what is read there was written by an
attacker.
"""

from __future__ import annotations

import msgspec

from alpheus.web.jobs.model import Kind, Note, Options, Result, Upload

LONGEST_LINE = 8 << 20


class Bounds(msgspec.Struct, frozen=True):
    """How much a job may take: `seconds` by the clock, the others of each of its processes.

    Bytes of memory and of a file that it writes, seconds of a processor; 0 for no bound.
    """

    seconds: int = 12 * 3_600
    cpu_seconds: int = 12 * 3_600
    memory: int = 4 << 30
    file_bytes: int = 64 << 30


class Task(msgspec.Struct, frozen=True):
    """What a process is to do. `paths` are the files, `password` '' for none.

    `work` is a folder of its own that is removed afterwards, `reports` where reports go, `key`
    where the key of secrets is. `parent` is the number of the process that started it, `job` that
    of the job. `notify` is the file with the settings of notices, '' for none.
    """

    kind: Kind
    database: str
    who: str
    name: str
    organisation: str
    files: tuple[Upload, ...]
    paths: tuple[str, ...]
    options: Options
    work: str
    reports: str
    parent: int
    bounds: Bounds
    processes: int = 1
    password: str = ""
    job: int = 0
    key: str = ""
    notify: str = ""


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far it is: bytes, rows or servers; `of` is 0 where nobody knows."""

    done: int
    of: int


class Phase(msgspec.Struct, frozen=True, tag="phase"):
    """What it does now."""

    note: Note


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """It is done."""

    result: Result


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It could not be done."""

    note: Note


Message = Progress | Phase | Ended | Failed
