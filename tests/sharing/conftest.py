"""What the tests of this room share."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.knowledge.shared.model import Tlp
from alpheus.report.assessment_file import Assessment, read_assessment
from alpheus.sharing.policy import Policy
from sharing.shared_samples import write


@pytest.fixture
def assessment(tmp_path: Path) -> Assessment:
    """As it was read, before any policy."""
    return read_assessment(write(tmp_path / "assessment.json"))


@pytest.fixture
def hidden(assessment: Assessment) -> tuple[Policy, list[Assessment]]:
    """For others: the victim has a name that says nothing."""
    policy = Policy(Tlp.AMBER, named=False, key=b"k")
    return policy, list(policy.allowed([assessment]))


@pytest.fixture
def named(assessment: Assessment) -> tuple[Policy, list[Assessment]]:
    """For those who may know all."""
    policy = Policy(Tlp.RED, named=True)
    return policy, list(policy.allowed([assessment]))
