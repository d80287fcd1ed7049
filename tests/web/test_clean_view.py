"""What the page of a clean-up shows: steps in phases, proofs as links, and what was verified."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.cases.assessments import Kept, read
from alpheus.cases.cleaning import CleanUp
from alpheus.cases.database import open_database
from alpheus.web import clean_view
from clean_filling import cleaned, verification


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[CleanUp, Kept]:
    """A clean-up with a verification, and the assessment of its plan."""
    place: Path = tmp_path_factory.mktemp("view") / "c.db"
    with open_database(place) as database:
        cases, server = cleaned(database)
        clean = cases.cleaning.of(server)
        cases.cleaning.take_verification(server, verification(clean, "not-clean"), "v", who="kim")
        clean = cases.cleaning.of(server)
        assert clean.plan is not None
        with database.read() as connection:
            kept = read(connection, clean.plan.observation)
        assert kept is not None
        return clean, kept


def test_steps_stand_in_their_phases(found: tuple[CleanUp, Kept]) -> None:
    """In the order of the plan; each once."""
    clean, kept = found
    assert clean.plan is not None
    groups = clean_view.groups(clean, kept)
    numbers = [one.stands.step.number for group in groups for one in group.steps]
    assert numbers == [step.number for step in clean.plan.plan.steps]
    assert [group.phase for group in groups][-1] == "verify"
    assert all(one.stands.step.phase == group.phase for group in groups for one in group.steps)


def test_a_proof_leads_to_the_very_record(found: tuple[CleanUp, Kept]) -> None:
    """Also to one on a later page of its finding; without the assessment there is no link."""
    clean, kept = found
    proofs = [proof for group in clean_view.groups(clean, kept) for one in group.steps
              for proof in one.proofs]  # fmt: skip
    assert proofs
    assert all("#record-" in proof.href for proof in proofs)
    later = [proof for proof in proofs if "&first=25" in proof.href]
    for proof in later:
        assert 25 < int(proof.href.rpartition("-")[2]) <= 50
    bare = clean_view.groups(clean, None)
    assert not any(proof.href for group in bare for one in group.steps for proof in one.proofs)


def test_what_is_left_comes_before_what_is_gone(found: tuple[CleanUp, Kept]) -> None:
    """The gravest first, with how many there are."""
    clean, _ = found
    assert [(one.fate, one.number) for one in clean_view.fates(clean.verifications[0])] == [
        ("left", 1), ("gone", 1),
    ]  # fmt: skip


def test_what_comes_next_is_the_first_step_that_is_left(found: tuple[CleanUp, Kept]) -> None:
    """After the cleaning that is to verify."""
    clean, _ = found
    assert clean.progress is not None
    step = clean_view.next_step(clean.progress)
    assert step is not None
    assert step.step.phase == "verify"
    assert clean_view.groups(CleanUp(1, None, None, (), (), (), 0), None) == []
