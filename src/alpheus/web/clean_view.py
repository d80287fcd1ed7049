"""What the page of a clean-up shows: steps in phases, with their proofs as links, and the proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from alpheus.cases.assessment_model import Citation
from alpheus.cases.assessments import Kept
from alpheus.cases.clean_progress import Progress, StepStands
from alpheus.cases.clean_store import KeptVerification
from alpheus.cases.cleaning import CleanUp
from alpheus.respond.model import Cited
from alpheus.respond.plan_text import place_of
from alpheus.respond.verification import Fate, Item

CITATIONS = 25
"""Records of a finding on one page."""
FILES = 50
"""Files of a step that are named; the plan has all."""
ITEMS = 50
"""Items of a kind that are listed; the file has all."""

_ORDER = (Fate.BACK, Fate.NEW, Fate.LEFT, Fate.UNSEEN, Fate.GONE, Fate.PAST)


class Proof(NamedTuple):
    """What speaks for a step: its title, its place, and where the record is shown, '' for none."""

    title: str
    place: str
    href: str


class Shown(NamedTuple):
    """A step as it stands, with its proofs."""

    stands: StepStands
    proofs: tuple[Proof, ...]
    more_proofs: int


class Group(NamedTuple):
    """The steps of a phase."""

    phase: str
    steps: tuple[Shown, ...]


class Found(NamedTuple):
    """Items of a verification of one fate: the first of them, and how many there are."""

    fate: str
    number: int
    items: tuple[Item, ...]


def groups(found: CleanUp, kept: Kept | None) -> list[Group]:
    """The steps of the newest plan by phase; `kept` is the assessment that it was made from."""
    if found.progress is None or found.plan is None:
        return []
    links = _Links(found.server, found.plan.observation, kept)
    return [
        Group(phase.value, tuple(_shown(one, links) for one in steps))
        for phase, steps in groupby(found.progress.steps, key=lambda one: one.step.phase)
    ]


def fates(one: KeptVerification) -> list[Found]:
    """What a verification found, the gravest first."""
    return [
        Found(fate.value, len(items), items[:ITEMS])
        for fate in _ORDER if (items := one.found.of(fate))
    ]  # fmt: skip


def next_step(progress: Progress) -> StepStands | None:
    """What is to be done now."""
    return next((one for one in progress.steps if not one.is_settled), None)


def _shown(stands: StepStands, links: _Links) -> Shown:
    cited = stands.step.cited
    proofs = tuple(Proof(one.title, place_of(one), links.to(one)) for one in cited)
    return Shown(stands, proofs, max(stands.step.cited_total - len(cited), 0))


class _Links:
    """Where the records that steps cite are shown."""

    def __init__(self, server: int, observation: int, kept: Kept | None) -> None:
        self._here = f"/servers/{server}/findings"
        self._observation = observation
        self._kept = kept
        self._places = dict(_placed(kept)) if kept is not None else {}
        self._citations: dict[int, Sequence[Citation]] = {}

    def to(self, cited: Cited) -> str:
        place = self._places.get((cited.rule, cited.title))
        if place is None or self._kept is None:
            return ""
        if place not in self._citations:
            self._citations[place] = self._kept.citations(place)
        address = f"{self._here}/{place}?assessment={self._observation}"
        for number, one in enumerate(self._citations[place]):
            if _is_it(cited, one):
                first = number - number % CITATIONS
                return f"{address}{f'&first={first}' if first else ''}#record-{number + 1}"
        return address


def _placed(kept: Kept) -> Iterator[tuple[tuple[str, str], int]]:
    for number, one in enumerate(kept.outline.findings):
        yield (one.rule, one.title), number


def _is_it(cited: Cited, one: Citation) -> bool:
    return (cited.evidence, cited.path, cited.line, cited.offset, cited.record_id) == (
        one.evidence, one.path, one.line, one.offset, one.record_id,
    )  # fmt: skip
