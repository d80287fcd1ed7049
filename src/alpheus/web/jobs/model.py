"""What a job is: what was handed in, who did so, how far it is, and what came of it.

    waiting → running → done | failed | cancelled

A job whose worker died waits again. Sentences for people are kept as a text in English with places
for values, so that each reader has them in their language.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec


class Kind(StrEnum):
    """What a job does."""

    IMPORT = "import"
    TRIAGE = "triage"
    REBUILD = "rebuild"
    PLAN = "plan"
    """Works out who is to be told, as a batch of notices."""
    SEND = "send"
    """Hands approved notices over to the mail server."""


OF_NOTICES = frozenset({Kind.PLAN, Kind.SEND})
"""What is asked for, and has no files; seen by who asked, and by those with a role everywhere."""


class State(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (State.WAITING.value, State.RUNNING.value)

Value = str | int


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence: English, with `%(name)s` where a value goes, and the values."""

    text: str = ""
    values: dict[str, Value] = {}

    def __str__(self) -> str:
        """In English."""
        return self.text % self.values if self.values else self.text


class Entry(msgspec.Struct, frozen=True):
    """A line of a job's log. `time` is ISO 8601 UTC."""

    time: str
    note: Note


class Upload(msgspec.Struct, frozen=True):
    """A file that came in: its name in the folder of uploads, and what the browser called it."""

    id: str
    name: str
    size: int


class Options(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was asked for with it.

    `timezone` is that of logs in local time, '' for none. `keep`: evidence stays after it was read.
    `locked`: a password was given, which is kept in the memory of one process alone. `source` is
    who a list comes from, in the operator's words. `accept`: what a constituent's evidence says is
    taken in, whatever servers it names. `verify` is the server whose clean-up the evidence is
    compared with, 0 for none, and `complete` are its folders of which all was collected by the word
    of who hands it in, and `own` hashes of pages that are right by it; `renamed` is the name that
    it has since, '' for the same. `batch` is what is sent, 0 for none. `filters` (JSON) are the
    servers of a plan, and `within` the organisations that it is bounded to, None for all.
    """

    timezone: str = ""
    keep: bool = False
    locked: bool = False
    source: str = ""
    accept: bool = False
    verify: int = 0
    complete: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    renamed: str = ""
    batch: int = 0
    filters: str = ""
    within: tuple[str, ...] | None = None


class Judged(msgspec.Struct, frozen=True, omit_defaults=True):
    """A server in evidence. `observation` is its number in cases, 0 while it is not there."""

    name: str
    verdict: str = ""
    stage: str = ""
    headline: str = ""
    observation: int = 0


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of a job.

    Of a list: `added`, `known` and `lost` of its rows, those that an earlier try had done in
    `resumed`; `before`: it was in already; `notes`: how it was understood. Of evidence: the
    servers, files read and losses; whether it went into cases (`stored`) or waits for somebody to
    look at it, and whether there are reports; `verified` is the outcome of the comparison with what
    had been found before a clean-up, '' where none was made, for the reason in `uncompared`. Of a
    rebuild: observations and servers, and whether a decision needs another (`again`).
    Of notices: the `batch`, how many were planned or handed over (`notices`), of how many
    organisations and servers; refused, `left` for another run, and those of which nobody knows
    whether they went out, by reference; why it ended early (`stopped`), '' where it did not.
    `import_id` is the line of the ledger.
    """

    sha256: tuple[str, ...] = ()
    added: int = 0
    known: int = 0
    lost: int = 0
    resumed: int = 0
    notes: tuple[str, ...] = ()
    before: bool = False
    import_id: int = 0
    judged: tuple[Judged, ...] = ()
    files: int = 0
    skipped: int = 0
    unopened: tuple[str, ...] = ()
    stored: bool = False
    reports: bool = False
    verified: str = ""
    uncompared: str = ""
    observations: int = 0
    servers: int = 0
    conflicts: tuple[str, ...] = ()
    again: bool = False
    batch: int = 0
    notices: int = 0
    organisations: int = 0
    refused: int = 0
    left: int = 0
    uncertain: tuple[str, ...] = ()
    stopped: str = ""


class Job(msgspec.Struct, frozen=True):
    """A job as it stands; the names are those of its table. Times are ISO 8601 UTC."""

    id: int
    kind: Kind
    name: str
    who: str
    organisation: str
    state: State
    made: str
    started: str
    finished: str
    note: Note
    result: Result
    files: tuple[Upload, ...]
    options: Options
    store: str
    worker: str
    beat: str
    stopped: str
    log: tuple[Entry, ...]
    done: int
    of: int
    attempts: int

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.state.value in OPEN

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(one.size for one in self.files)


COLUMNS = tuple(one.name for one in msgspec.structs.fields(Job))
_READ: dict[str, Any] = {
    "note": Note, "result": Result, "files": tuple[Upload, ...], "options": Options,
    "log": tuple[Entry, ...],
}  # fmt: skip
_EMPTY = {"note": Note(), "result": Result(), "files": (), "options": Options(), "log": ()}


def read_job(row: Any) -> Job:  # noqa: ANN401 - a row of the table
    """A job from its row; what an older program wrote otherwise is left empty."""
    values = {name: getattr(row, name) for name in COLUMNS}
    for name, kind in _READ.items():
        values[name] = _read(values[name], kind, _EMPTY[name])
    values["kind"], values["state"] = Kind(values["kind"]), State(values["state"])
    return Job(**values)


def written(value: object) -> str:
    """A note, a result and the like as they are kept."""
    return msgspec.json.encode(value).decode()


def _read(text: str, kind: Any, empty: object) -> object:  # noqa: ANN401 - a type
    if not text:
        return empty
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError:
        return empty
