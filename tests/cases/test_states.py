"""The words of states fit together."""

from __future__ import annotations

from alpheus.cases.states import (
    BREACHED,
    CLEANABLE,
    DOUBTS,
    ENDED,
    HEALTHY,
    OPEN_COMPROMISE,
    OPEN_PATCH,
    Compromise,
    Patch,
    Work,
)
from alpheus.model import PatchState, Verdict


def test_every_verdict_and_patch_state_has_its_word() -> None:
    """The same one that an assessment and a build use."""
    assert {verdict.value for verdict in Verdict} <= {*Compromise}
    assert {state.value for state in PatchState} - {"undetermined"} <= {*Patch}


def test_groups_do_not_contradict() -> None:
    """What is open is not well; what was cleaned is open until it is verified."""
    assert OPEN_PATCH.isdisjoint(HEALTHY)
    assert CLEANABLE < OPEN_COMPROMISE
    assert BREACHED < CLEANABLE
    assert Compromise.COMPROMISED not in DOUBTS
    assert {Work.CLOSED, Work.FALSE_POSITIVE} == ENDED
