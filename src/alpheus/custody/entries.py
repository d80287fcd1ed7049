r"""What stands in a custody log: one JSON object in each line of the chain, in pure ASCII.

Every entry says its kind, when (UTC, ISO 8601, whole seconds), who, on which computer, with which
version of the program, and of which run it is. In names that were no Unicode, `\udc80` is written
out.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar

from alpheus.errors import EvidenceFormatError


@dataclass(frozen=True, slots=True)
class Detail:
    """What is said of one kind. `knows`: it rests on the packs, and says which they were."""

    kind: ClassVar[str] = ""
    knows: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class RunStarted(Detail):
    """A command begins. `inputs` are paths as they were given; `plan` is a digest."""

    kind: ClassVar[str] = "run-started"
    what: str
    inputs: tuple[str, ...] = ()
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Package(Detail):
    """Evidence that was read. `sha256` is of the file that was handed in, '' for a folder.

    `manifest` is the SHA-256 of the list of all its files, which lies beside the log. Of what lies
    in a store, `path` is its address without any secret, `etag` tells which version was read, and
    `identity` stands for its content; '' as `sha256` means that not all of it was read.
    """

    kind: ClassVar[str] = "package"
    knows: ClassVar[bool] = True
    evidence: str
    path: str
    sha256: str
    bytes: int
    files: int = 0
    manifest: str = ""
    etag: str = ""
    identity: str = ""


@dataclass(frozen=True, slots=True)
class File(Detail):
    """A file inside a package that a finding cites."""

    kind: ClassVar[str] = "file"
    evidence: str
    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class RunFinished(Detail):
    """A command has ended: `done`, or why not. `assessment` is the SHA-256 of its JSON.

    `verdicts` are by server; `counts` say how much was done of what.
    """

    kind: ClassVar[str] = "run-finished"
    knows: ClassVar[bool] = True
    outcome: str
    verdicts: dict[str, str] = field(default_factory=dict)
    assessment: str = ""
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan(Detail):
    """A clean-up plan was made of an assessment. `digest` is what is agreed to."""

    kind: ClassVar[str] = "plan"
    knows: ClassVar[bool] = True
    server: str
    digest: str
    assessment: str
    files: int


@dataclass(frozen=True, slots=True)
class Action(Detail):
    """What came of one file of a plan, in a `dry-run`, in `apply` or in `undo`."""

    kind: ClassVar[str] = "action"
    plan: str
    what: str
    path: str
    sha256: str
    result: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verification(Detail):
    """New evidence was compared with an assessment. `since`: when it was cleaned (UTC)."""

    kind: ClassVar[str] = "verification"
    knows: ClassVar[bool] = True
    server: str
    assessment: str
    since: str
    outcome: str
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Export(Detail):
    """A file was written, or printed (`path` is `-`)."""

    kind: ClassVar[str] = "export"
    what: str
    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Taken(Detail):
    """A file that somebody took by hand."""

    kind: ClassVar[str] = "taken"
    path: str
    sha256: str
    bytes: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Note(Detail):
    """What somebody wrote down."""

    kind: ClassVar[str] = "note"
    text: str


_DETAILS: dict[str, type[Detail]] = {
    one.kind: one
    for one in (
        RunStarted, Package, File, RunFinished, Plan, Action, Verification, Export, Taken, Note,
    )
}  # fmt: skip
KINDS = tuple(_DETAILS)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every entry says."""

    time: str
    who: str
    host: str
    program: str
    run: str
    packs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry."""

    frame: Frame
    detail: Detail


def encode(entry: Entry) -> str:
    """As JSON in ASCII; what may be absent and is empty is left out."""
    said: dict[str, object] = {"kind": entry.detail.kind}
    for part in (entry.frame, entry.detail):
        for one in fields(part):
            value = getattr(part, one.name)
            if value or (one.default is MISSING and one.default_factory is MISSING):
                said[one.name] = value
    text = json.dumps(_portable(said), separators=(",", ":"))
    return text.replace("\x7f", "\\u007f")


def decode(text: str) -> Entry | None:
    """An entry from its line; None where it is no entry of a kind that is known here.

    Raises EvidenceFormatError where it is of such a kind, and not as its kind is.
    """
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    kind = said.get("kind") if isinstance(said, dict) else None
    shape = _DETAILS.get(kind) if isinstance(kind, str) else None
    if shape is None:
        return None
    import msgspec  # noqa: PLC0415 - whoever only writes needs none

    try:
        return Entry(msgspec.convert(said, Frame), msgspec.convert(said, shape))
    except msgspec.ValidationError as error:
        message = f"this is no entry of the kind {kind}: {error}"
        raise EvidenceFormatError(message) from error


def _portable(value: Any) -> Any:  # noqa: ANN401 - JSON is what it is
    """The same with half characters written out: every reader of JSON takes it."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_portable(key): _portable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(one) for one in value]
    return value
