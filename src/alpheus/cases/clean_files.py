"""Files of a clean-up: runs of `alpheus clean apply` and verifications come in, plans go out."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from io import StringIO
from typing import NamedTuple, TextIO, TypeVar

import msgspec

from alpheus.errors import CleanError
from alpheus.respond import plan_text
from alpheus.respond.model import SCHEMA as PLAN
from alpheus.respond.model import Plan, encode
from alpheus.respond.run_json import SCHEMA as RUN
from alpheus.respond.verification import SCHEMA as VERIFICATION
from alpheus.respond.verification import Verification

LARGEST = 64 << 20
"""Bytes of a file that is taken."""

_LONGEST_WHY = 500
_ID = re.compile(r"[0-9a-f]{32}")
_TOLD = re.compile(rf"\(volume ({_ID.pattern})\)")


class Outcome(msgspec.Struct, frozen=True):
    """What became of a file of a plan; `lacks`: the product's own is not in its place."""

    id: int
    result: str
    why: str = ""
    lacks: bool = False


class Volume(msgspec.Struct, frozen=True):
    """The volume that a run was on; a copy of it has another `id`. `place` is for people."""

    id: str = ""
    place: str = ""


class Run(msgspec.Struct, frozen=True):
    """What `alpheus clean apply --format json` writes. `what` is `look`, `apply` or `undo`.

    `volumes` are those that it was on, by their letters; older runs do not tell.
    """

    schema: str
    what: str
    plan: str
    outcomes: tuple[Outcome, ...]
    volumes: dict[str, Volume] = {}

    @property
    def ids(self) -> frozenset[str]:
        """Which volumes it was on."""
        return frozenset(one.id for one in self.volumes.values() if _ID.fullmatch(one.id))

    @property
    def evidence(self) -> str:
        """What shows a step that it did: the run, and where; `ids_of` reads the volumes again."""
        where = ", ".join(
            f"{letter}: {one.place} (volume {one.id})" for letter, one in self.volumes.items()
        )
        return f"run of alpheus clean {self.what}{f' on {where}' if where else ''}"


class Verified(NamedTuple):
    """A verification, with the SHA-256 of it and its text as it is kept."""

    found: Verification
    digest: str
    content: str


class _Head(msgspec.Struct, frozen=True):
    schema: str


_Kind = TypeVar("_Kind", Run, Verification)
_KINDS = {PLAN: "plan", RUN: "run", VERIFICATION: "verification"}


def kind_of(content: bytes, name: str) -> str:
    """What a file is: `plan`, `run` or `verification`. Raises CleanError for anything else."""
    try:
        found = _KINDS.get(msgspec.json.decode(content, type=_Head).schema)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        found = None
    if found is None:
        raise CleanError(
            f"{name} is no plan, no result of a run and no verification of `alpheus clean`"
        )
    return found


def read_run(content: bytes, name: str) -> Run:
    """A run. Raises CleanError, which begins with `name`, where it is none."""
    run = _decoded(content, name, Run, RUN, "apply")
    if run.what not in {"apply", "undo"}:
        raise CleanError(f"{name}: it only says what would happen; nothing was done by it")
    return run


def _decoded(content: bytes, name: str, kind: type[_Kind], schema: str, command: str) -> _Kind:
    try:
        found = msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        message = f"{name} is no result of `alpheus clean {command} --format json`: {error}"
        raise CleanError(message) from error
    if found.schema != schema:
        raise CleanError(f"{name}: its schema is {found.schema!r}; this program knows {schema!r}")
    return found


def ids_of(evidence: str) -> frozenset[str]:
    """The volumes of the run that `Run.evidence` tells of."""
    return frozenset(_TOLD.findall(evidence)) if evidence.startswith("run of ") else frozenset()


def why_of(outcome: Outcome) -> str:
    """Why a file was not taken, in words of a bounded length."""
    return outcome.why[:_LONGEST_WHY]


def read_verification(content: bytes, name: str) -> Verified:
    """A verification. Raises CleanError, which begins with `name`, where it is none."""
    return verified(_decoded(content, name, Verification, VERIFICATION, "verify"))


def verified(found: Verification) -> Verified:
    """A verification as it is kept: the same content gives the same digest, however it is laid."""
    content = msgspec.json.encode(found)
    return Verified(found, sha256(content).hexdigest(), content.decode())


def plan_as(plan: Plan, form: str) -> str:
    """A plan as `json`, `html`, `markdown` or `csv`, to be handed on."""
    if form == "json":
        return encode(plan).decode()
    stream = StringIO()
    _writer(form)(plan, stream)
    return stream.getvalue()


def _writer(form: str) -> Callable[[Plan, TextIO], None]:
    if form == "html":
        from alpheus.respond.plan_html import write_html  # noqa: PLC0415 - slow to load

        return write_html
    return plan_text.write_markdown if form == "markdown" else plan_text.write_checklist
