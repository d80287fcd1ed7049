"""Releases before and after the fix."""

from __future__ import annotations

from random import Random

import pytest

from alpheus.lab.country import releases
from alpheus.lab.internet.builds import RELEASES


def test_nothing_starts_with_the_fix() -> None:
    """On 1 March it is not out."""
    found = {releases.STARTS.at(place / 2000) for place in range(2000)}
    assert len(found) > 40
    assert {releases.state(one) for one in found} == {"vulnerable", "not-affected"}


@pytest.mark.parametrize(
    ("build", "same", "latest"),
    [
        ("15.1.2106.2", "15.1.2106.13", "15.1.2176.9"),
        ("15.0.1367.3", None, "15.0.1497.12"),
        ("14.3.496.0", None, "14.3.513.0"),
        ("8.3.83.6", None, None),
    ],
)
def test_where_a_fix_leads(build: str, same: str | None, latest: str | None) -> None:
    """The first of the same update that has it, and the product's current one."""
    fixed, current = releases.fixed(RELEASES[build]), releases.latest(RELEASES[build])
    assert (fixed and fixed.build, current and current.build) == (same, latest)


def test_a_later_update_may_lack_the_fix() -> None:
    """It is later and vulnerable; after the last one there is none."""
    rng = Random(1)
    found = releases.regression(RELEASES["15.1.2044.13"], rng)
    assert found is not None
    assert found.parts > RELEASES["15.1.2044.13"].parts
    assert releases.state(found) == "vulnerable"
    assert releases.regression(RELEASES["15.1.2176.9"], rng) is None
    assert releases.regression(RELEASES["15.0.1497.12"], rng) is None
