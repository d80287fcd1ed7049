"""Reads a scenario that is data: `lab/*.yml` in the folder of a pack.

What the keys mean is told in docs/guides/packs.md. `{word}` in a text stands for something of the
simulated server or of the scenario's own `words`; any other brace is taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

from alpheus.errors import KnowledgeError
from alpheus.model import Stage, Verdict

PACKS = Path(__file__).parents[1] / "knowledge" / "packs"
"""Where the packs that ship lie; only their folders `lab` are read from here."""

SIZE_LIMIT = 1 << 20
DEPTH_LIMIT = 50
"""Nested deeper than this, a text would overflow the stack of the library that loads it."""
_SPAN = re.compile(r"(\d{1,6})(ms|s|m|h|d)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
_Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Record(msgspec.Struct, forbid_unknown_fields=True):
    """Every key must be known: a misspelt one would be lost silently."""


class Back(_Record):
    """What the front end asked of the back end."""

    stem: _Text
    query: str = ""
    user: str = "{account}"
    client: str = "{address}"
    status: int = 200
    method: str = "POST"


class Asked(_Record):
    """A request; the fields are those of `alpheus.lab.request.Request`."""

    stem: _Text
    protocol: str = ""
    method: str = "GET"
    query: str = ""
    client: str = "{attacker}"
    agent: str = "{tool}"
    user: str = ""
    host: str = ""
    status: int = 200
    backend_status: int | None = None
    anchor: str = ""
    hint: str = ""
    target: str = ""
    action: str = ""
    referer: str = ""
    request_bytes: int = 412
    response_bytes: int = 903
    port: int = 443
    back: Back | None = None


class Ran(_Record):
    """A cmdlet of Exchange that succeeded."""

    name: _Text
    parameters: dict[str, str] = {}
    user: str = "{admin}"
    application: str = ""
    process: str = "w3wp#MSExchangePowerShellAppPool"


class Happened(_Record):
    """A Windows event; `data` has names, or is a bare list."""

    channel: _Text
    provider: _Text
    id: int
    data: dict[str, str] | list[str]
    level: int = 4


class Started(_Record):
    """A command that the worker of an application pool ran through a shell."""

    line: _Text
    image: _Text
    pool: str = ""


class Written(_Record):
    """A file that a process wrote."""

    path: _Text
    image: str = "System"


class Told(_Record):
    """A row of SharePoint's trace log."""

    message: _Text
    category: str = "Logging Correlation Data"
    event: str = "xmnv"
    level: str = "Medium"


class Step(_Record):
    """One thing that happens, `at` so long after the beginning; exactly one kind of it.

    `first`: an attacker's first act at `attempted` or beyond. `implanted`: a page is there now.
    """

    at: str
    times: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1
    every: str = "1s"
    first: bool = False
    implanted: bool = False
    request: Asked | None = None
    cmdlet: Ran | None = None
    event: Happened | None = None
    command: Started | None = None
    written: Written | None = None
    trace: Told | None = None
    remote_shell: dict[str, str] | None = None


class File(_Record):
    """A file of the evidence: joined `pieces` behind a `head` in hexadecimal.

    Or, with `compiled`, what ASP.NET leaves of the page at that address.
    """

    path: str = ""
    pieces: list[str] = []
    head: str = ""
    compiled: str = ""


class Truth(_Record):
    """What the evidence deserves. `campaign` is that of the pack where it is not given."""

    verdict: Verdict
    stage: Stage = Stage.NONE
    campaign: str | None = None
    notes: str = ""
    shells: list[str] = []


class ScenarioFile(_Record):
    """A whole scenario. `span` are first and last day; `begins` is the zero of every `at`."""

    name: _Id
    title: _Text
    span: tuple[datetime, datetime]
    begins: datetime
    truth: Truth
    product: Literal["exchange", "sharepoint", "iis"] = "exchange"
    within: str = "2h"
    builds: list[str] = []
    patched: datetime | None = None
    collected: list[str] = []
    words: dict[str, str | list[str]] = {}
    steps: list[Step] = []
    files: list[File] = []
    size: Annotated[int, msgspec.Meta(ge=0, le=1 << 30)] = 1_000_000


def read_scenario(path: Path) -> ScenarioFile:
    """The scenario of a file. Raises KnowledgeError naming file and place."""
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise KnowledgeError(f"{path}: longer than {SIZE_LIMIT >> 20} MiB")
        text = path.read_text("utf-8")
        _check_depth(path, text)
        document = yaml.load(text, Loader=yaml.CSafeLoader)
        found = msgspec.convert(document, ScenarioFile)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise KnowledgeError(f"{path}:{line}: {error.problem}") from error
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise KnowledgeError(f"{path}: {error}") from error
    _check(path, found)
    return found


def _check_depth(path: Path, text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH_LIMIT:
            raise KnowledgeError(f"{path}: nested deeper than {DEPTH_LIMIT} levels")


def span_of(text: str) -> timedelta:
    """`90s`, `5m`, `2h`, `3d`, also `1h30m`. Raises ValueError for anything else."""
    parts = _SPAN.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is no span of time such as 90s or 1h30m")
    spans = (timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts)
    return sum(spans, timedelta())


def filled(text: str, words: Mapping[str, str]) -> str:
    """A text with the words put in that are known."""
    return re.sub(r"\{([a-z_]+)\}", lambda m: words.get(m[1], m[0]), text)


def files_of(folders: tuple[Path, ...] = ()) -> list[tuple[str, Path]]:
    """Every scenario file with the id of its pack: of packs that ship, then of these folders."""
    shipped = sorted(folder for folder in PACKS.glob("*") if (folder / "lab").is_dir())
    return [
        (folder.name, path)
        for folder in (*shipped, *folders)
        for path in sorted((folder / "lab").glob("*.yml"))
    ]


def _check(path: Path, found: ScenarioFile) -> None:
    for name, time in (("begins", found.begins), ("patched", found.patched)):
        if time is not None and time.tzinfo is None:
            raise KnowledgeError(f"{path}: {name}: no time zone: write it in UTC, with a Z")
    if any(day.tzinfo is None for day in found.span) or found.span[0] >= found.span[1]:
        raise KnowledgeError(f"{path}: span: two times in UTC, the earlier first")
    for number, step in enumerate(found.steps):
        place = f"{path}: steps[{number}]"
        kinds = (step.request, step.cmdlet, step.event, step.command, step.written, step.trace,
                 step.remote_shell)  # fmt: skip
        if sum(one is not None for one in kinds) != 1:
            raise KnowledgeError(f"{place}: one thing that happens is expected, such as request")
        try:
            ends = found.begins.astimezone(UTC) + span_of(step.at) + span_of(found.within)
            ends += span_of(step.every) * step.times
        except ValueError as error:
            raise KnowledgeError(f"{place}: {error}") from error
        if not found.span[0] <= ends <= found.span[1]:
            raise KnowledgeError(f"{place}: it happens outside the span")
