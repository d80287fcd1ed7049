"""The nouns of a clean-up: a plan is what is decided, its digest is what is agreed to."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from enum import StrEnum
from hashlib import sha256

import msgspec

from alpheus.errors import CleanError

SCHEMA = "alpheus.clean-plan/1"
_HASH = re.compile(r"[0-9a-f]{64}").fullmatch


class Phase(StrEnum):
    """In which order things are done; out of order, new secrets go to the same intruder.

    The hole is closed before secrets are changed: through it the new ones would be read.
    """

    CONTAIN = "contain"
    PRESERVE = "preserve"
    REMOVE = "remove"
    RESTORE = "restore"
    PATCH = "patch"
    ROTATE = "rotate"
    REBUILD = "rebuild"
    VERIFY = "verify"


class Cited(msgspec.Struct, frozen=True, omit_defaults=True):
    """What speaks for a step: a finding, and where its proof stands."""

    rule: str
    title: str
    evidence: str = ""
    path: str = ""
    line: int | None = None
    offset: int | None = None
    record_id: int | None = None


class FileAction(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file that is taken away into the vault.

    `parts` are its names from the root of volume `volume` (`C`), as the evidence has them; `sha256`
    is what the assessment saw: another file in its place is not touched. `path` is for people:
    where two look the same, what differs is written out (`{U+00E9}`).

    `good` are the hashes of which the product's own file in this place must have one. With
    `exchanged` it is taken only where such a file can be put there at once.
    """

    id: int
    volume: str
    parts: tuple[str, ...]
    sha256: str
    path: str
    why: str = ""
    good: tuple[str, ...] = ()
    exchanged: bool = False


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to do. `files` are done by `clean apply`; all else is done by hand, as said.

    `by_hand`: one line or command each. `breaks`: what stops working; `undo`: how to go back;
    `decides`: whose decision it is. `repeats`: it must be seen to on every server.
    """

    number: int
    phase: Phase
    what: str
    why: str
    by_hand: tuple[str, ...] = ()
    breaks: str = ""
    undo: str = ""
    decides: str = ""
    cited: tuple[Cited, ...] = ()
    cited_total: int = 0
    files: tuple[FileAction, ...] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do with one server. `made` is UTC, ISO 8601.

    `assessment` is the SHA-256 of the file that it was made from; `beyond` says what clean-up
    cannot repair, and why. `digest` is over all else but `made`.
    """

    schema: str = SCHEMA
    server: str
    product: str
    verdict: str
    stage: str
    headline: str
    made: str
    version: str
    packs: dict[str, str]
    assessment: str
    steps: tuple[Step, ...]
    beyond: tuple[str, ...] = ()
    digest: str = ""

    def files(self) -> Iterator[FileAction]:
        """What `clean apply` does, in this order."""
        for step in self.steps:
            yield from step.files

    @property
    def has_files(self) -> bool:
        """Whether there is anything that `clean apply` does."""
        return any(step.files for step in self.steps)

    def by_hand(self) -> tuple[Step, ...]:
        """What it does not."""
        return tuple(step for step in self.steps if not step.files)


def digest_of(plan: Plan) -> str:
    """SHA-256 (hex) over what is to be done: keys sorted, no spaces, UTF-8.

    When the plan was made is no part of it: the same assessment gives the same plan on any day.
    """
    bare = msgspec.structs.replace(plan, digest="", made="")
    return sha256(msgspec.json.encode(bare, order="sorted")).hexdigest()


def signed(plan: Plan) -> Plan:
    """The plan with its digest."""
    return msgspec.structs.replace(plan, digest=digest_of(plan))


def encode(plan: Plan) -> bytes:
    """As JSON, two spaces deep, with a line feed at the end."""
    return msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n"


def decode(content: bytes, name: str) -> Plan:
    """A plan from JSON. Raises CleanError, which begins with `name`, where it is none."""
    try:
        plan = msgspec.json.decode(content, type=Plan)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"{name} is no plan of `alpheus clean plan`: {error}"
        raise CleanError(message) from error
    if plan.schema != SCHEMA:
        message = f"{name}: its schema is {plan.schema!r}; this program knows {SCHEMA!r}"
        raise CleanError(message)
    if not hmac.compare_digest(plan.digest, digest_of(plan)):
        message = f"{name} was changed after it was made: its digest does not fit; make it anew"
        raise CleanError(message)
    _check(plan, name)
    return plan


def _check(plan: Plan, name: str) -> None:
    numbers = [action.id for action in plan.files()]
    hashes = all(_HASH(word) for one in plan.files() for word in (one.sha256, *one.good))
    if len(set(numbers)) != len(numbers) or not hashes:
        message = f"{name} is no plan of `alpheus clean plan`: its files are not named rightly"
        raise CleanError(message)
