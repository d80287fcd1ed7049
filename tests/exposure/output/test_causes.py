"""Why a state stays open."""

from __future__ import annotations

import pytest

from alpheus.exposure.model import Status
from alpheus.exposure.output.causes import cause_of, cause_text
from alpheus.exposure.output.names import CHIEF
from exposure_runs import CLOSED, SHORT


@pytest.mark.parametrize(
    ("status", "build", "flags", "pool", "key"),
    [
        (Status.SHIELDED, None, (), False, "shielded"),
        (Status.IDENTIFIED, CLOSED, ("conflict",), False, "conflict"),
        (Status.IDENTIFIED, CLOSED, ("inconsistent",), False, "contradiction"),
        (Status.BUILD_UNKNOWN, None, ("impossible-build",), False, "contradiction"),
        (Status.ONLINE, None, (), False, "cloud"),
        (Status.LISTED, None, (), False, "listed"),
        (Status.BUILD_UNKNOWN, None, (), False, "no-build"),
        (Status.IDENTIFIED, SHORT, (), False, "three-part"),
        (Status.IDENTIFIED, CLOSED, (), True, "pool"),
        (Status.IDENTIFIED, CLOSED, (), False, "at-least"),
        (Status.IDENTIFIED, "nonsense", (), False, "contradiction"),
    ],
)
def test_every_open_state_has_a_cause_and_a_way_out(
    status: Status, build: str | None, flags: tuple[str, ...], pool: bool, key: str
) -> None:
    """Nobody is left with an open state and nothing to do."""
    found = cause_of(CHIEF, status, build, flags, pool=pool)
    assert found == key
    why, settles = cause_text(found)
    assert why
    assert settles


def test_what_the_table_leaves_open_says_what_it_waits_for() -> None:
    """Two sources that disagree, or a setting that no build shows."""
    found = cause_of(CHIEF, Status.IDENTIFIED, "15.1.1415.8", (), pool=False)
    assert cause_text(found).settles == "the list of installed updates on the server"
    setting = cause_of("CVE-2024-21410", Status.IDENTIFIED, CLOSED, (), pool=False)
    assert cause_text(setting).settles
