"""The simulator's own table of builds."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from alpheus.lab.internet.builds import CHAIN, MESSAGING, RELEASES, release, states


def test_two_tables_that_know_nothing_of_each_other_agree() -> None:
    """Written down apart, the table and the knowledge pack say the same of every common build."""
    text = files("alpheus.knowledge").joinpath("tables/exchange_builds.csv").read_text("utf-8")
    known = {row["build"]: row for row in csv.DictReader(text.splitlines())}
    differing = []
    for build, one in RELEASES.items():
        if one.parts[0] == 8:
            continue
        for cve, state in states(one).items():
            other = known[build][cve].replace("_", "-")
            if other != state and not (state == "vulnerable" and other.startswith("vulnerable-no")):
                differing.append((build, cve, state, other))
    assert differing == []


@pytest.mark.parametrize(
    ("build", "chain", "messaging"),
    [
        ("8.3.83.6", "not-affected", "not-affected"),
        ("14.2.390.3", "not-affected", "vulnerable"),
        ("14.3.509.0", "not-affected", "vulnerable"),
        ("14.3.513.0", "not-affected", "fixed"),
        ("15.0.1367.3", "vulnerable", "vulnerable"),
        ("15.1.1415.10", "fixed", "fixed"),
        ("15.1.2176.4", "vulnerable", "vulnerable"),
        ("15.1.2176.9", "fixed", "fixed"),
        ("15.2.858.5", "fixed", "fixed"),
        ("15.2.2562.17", "fixed", "fixed"),
    ],
)
def test_the_states_of_march_2021(build: str, chain: str, messaging: str) -> None:
    """A fix belongs to a cumulative update: a higher number is not a better one."""
    found = states(release(build))
    assert {found[cve] for cve in CHAIN} == {chain}
    assert found[MESSAGING] == messaging


def test_a_family_is_mixed_where_the_fix_came_later() -> None:
    """Three numbers leave it open only where the update of March 2021 was for that family."""
    assert release("15.1.2176.9").family_is_mixed
    assert not release("15.1.2242.4").family_is_mixed
    assert not release("15.0.1367.3").family_is_mixed
    assert len({one.family for one in RELEASES.values() if one.family_is_mixed}) == 25


def test_spellings_of_a_build() -> None:
    """With padding, as a family, and as numbers."""
    one = release("15.1.2176.9")
    assert (one.padded, one.family, one.parts) == ("15.01.2176.009", "15.1.2176", (15, 1, 2176, 9))
    assert (one.product, one.label) == ("Exchange Server 2016", "CU19 Mar21")
