"""The steps that ship, and what is wrong with a file of somebody else."""

from __future__ import annotations

import re

import pytest

from alpheus.errors import KnowledgeError
from alpheus.respond.catalogue import read_steps, step_kinds
from alpheus.respond.model import Phase

STEP = """
- id: one
  phase: remove
  when: [compromised and rule:x*]
  what: a
  why: b
  by_hand: []
  breaks: c
  undo: d
  decides: e
"""


def test_every_phase_has_its_steps_in_order() -> None:
    """Nothing is rotated before what was planted is gone; verification is last."""
    kinds = step_kinds()
    phases = [kind.phase for kind in kinds]
    assert phases == sorted(phases, key=list(Phase).index)
    assert set(phases) == set(Phase)
    assert len({kind.id for kind in kinds}) == len(kinds)
    rotated = [kind.id for kind in kinds if kind.phase is Phase.ROTATE]
    assert rotated[0] == "machine-keys"
    assert rotated[-1] == "kerberos"


@pytest.mark.parametrize("kind", step_kinds(), ids=lambda kind: kind.id)
def test_every_step_says_all_that_a_person_needs(kind: object) -> None:
    """Why, how, what it breaks, how to go back, and who decides; its words are known."""
    for name in ("what", "why", "breaks", "undo", "decides", "by_hand"):
        assert getattr(kind, name), name
    words = {word for text in kind.by_hand for word in re.findall(r"\{(\w+)\}", text)}  # type: ignore[attr-defined]
    assert words - {"HTTP_COOKIE"} <= set(kind.names)  # type: ignore[attr-defined]


def test_a_step_is_read_as_it_is_written() -> None:
    """By somebody who writes no Python."""
    (kind,) = read_steps(STEP, "steps.yaml")
    assert (kind.id, kind.phase, kind.when) == ("one", Phase.REMOVE, ("compromised and rule:x*",))


@pytest.mark.parametrize(("text", "why"), [
    ("a: [", "line"), ("a: b", "no list"), ("- 1", "steps.yaml"), (STEP + "  more: x\n", "more"),
    (STEP.replace("compromised and", "compromized and"), "step one: 'compromized'"),
    (STEP.replace("phase: remove", "phase: destroy"), "destroy"),
    (STEP.replace("  why: b\n", ""), "why"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, why: str) -> None:
    """File, and step or line."""
    with pytest.raises(KnowledgeError, match=why):
        read_steps(text, "steps.yaml")
