"""How far a plan is: what was said and done of each of its steps, the newest word last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from alpheus.respond.model import Phase, Plan, Step


class Mark(StrEnum):
    """What is said of a step."""

    DONE = "done"
    NOT_NEEDED = "not-needed"
    """For a reason."""
    SAID = "said"
    """By the word of the owner, which somebody of us confirms."""
    BEGUN = "begun"
    """Some of its files are away."""
    OPEN = "open"
    """It is to be done: nothing was said, or it was taken back."""


SETTLED = frozenset({Mark.DONE, Mark.NOT_NEEDED})
_WEAK = frozenset({Mark.SAID, Mark.BEGUN})
"""What takes nothing back from a step that is settled."""

AWAY = frozenset({"done", "already"})
"""What `clean apply` says of a file that is not in its place any more."""
TAKEN = "taken"
"""One that is away, and in whose place the product's own file is missing."""
BACK = "back"
"""A file that `clean undo` put back."""


class Marked(NamedTuple):
    """A mark as it is kept. Times are ISO 8601 UTC: when it was done, and when it was taken down.

    `files` says what became of files, by their numbers.
    """

    step: int
    time: str
    recorded: str
    who: str
    mark: Mark
    why: str = ""
    evidence: str = ""
    files: Mapping[int, str] = {}


@dataclass(frozen=True, slots=True)
class StepStands:
    """A step with the mark that holds, None for none; `files` is what is known of its files."""

    step: Step
    mark: Mark
    by: Marked | None
    files: Mapping[int, str]

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do of it."""
        return self.mark in SETTLED

    @property
    def files_away(self) -> int:
        """How many of its files are away."""
        return sum(self.files.get(one.id, "") in {*AWAY, TAKEN} for one in self.step.files)

    @property
    def files_lacking(self) -> int:
        """In how many places the product's own file is missing."""
        return sum(self.files.get(one.id, "") == TAKEN for one in self.step.files)


@dataclass(frozen=True, slots=True)
class Progress:
    """Every step of a plan as it stands."""

    steps: tuple[StepStands, ...]

    @property
    def done(self) -> int:
        """How many steps are settled."""
        return sum(one.is_settled for one in self.steps)

    @property
    def said(self) -> int:
        """How many steps are done by the word of the owner alone."""
        return sum(one.mark is Mark.SAID for one in self.steps)

    @property
    def open(self) -> tuple[StepStands, ...]:
        """What is left before the server counts as cleaned: to verify comes after that."""
        return tuple(
            one for one in self.steps if not one.is_settled and one.step.phase is not Phase.VERIFY
        )

    def of(self, number: int) -> StepStands | None:
        """A step by its number."""
        return next((one for one in self.steps if one.step.number == number), None)


def progress_of(plan: Plan, marks: Iterable[Marked]) -> Progress:
    """How far a plan is. The marks are in the order in which they were taken down."""
    by_step: dict[int, list[Marked]] = {}
    for one in marks:
        by_step.setdefault(one.step, []).append(one)
    return Progress(tuple(_stands(step, by_step.get(step.number, ())) for step in plan.steps))


def _stands(step: Step, marks: Sequence[Marked]) -> StepStands:
    holds: Marked | None = None
    files: dict[int, str] = {}
    for one in marks:
        files |= one.files
        if holds is None or holds.mark not in SETTLED or one.mark not in _WEAK:
            holds = one
    return StepStands(step, holds.mark if holds else Mark.OPEN, holds, files)


def mark_of(step: Step, files: Mapping[int, str]) -> Mark:
    """What a step is by what became of its files."""
    became = [files.get(one.id, "") for one in step.files]
    if AWAY.issuperset(became):
        return Mark.DONE
    return Mark.BEGUN if not {*AWAY, TAKEN}.isdisjoint(became) else Mark.OPEN
