"""Short names of builds and CVEs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.output.names import CHIEF, MAIN, campaign, cve_name, in_order, short_name


@pytest.mark.parametrize(
    ("build", "name"),
    [
        ("15.1.2176.9", "2016 CU19 Mar21SU"),
        ("15.1.2176", "2016 CU19, SU unknown"),
        ("15.1.2176.10", "2016 CU19 Mar21SU or later"),
        ("15.2.2562.17", "SE RTM"),
        ("14.3.513.0", "2010 SP3 RU32"),
        ("1.2.3.4", ""),
        ("no build", ""),
        (None, ""),
    ],
)
def test_a_build_is_called_by_what_was_installed(build: str | None, name: str) -> None:
    """Product, cumulative update and security update; a short build says what it leaves open."""
    assert short_name(build) == name


def test_cves_carry_the_name_of_their_campaign() -> None:
    """People know the campaign; the number stands beside it."""
    assert cve_name(CHIEF) == "ProxyLogon (CVE-2021-26855)"
    assert cve_name("CVE-2024-21410") == "CVE-2024-21410"
    assert campaign("CVE-2024-21410") == ""
    assert all(campaign(cve) for cve in MAIN)


@given(st.lists(st.text(max_size=5) | st.sampled_from(MAIN)))
def test_known_cves_come_first_and_none_is_lost(cves: list[str]) -> None:
    """The order of the table, then the others by name."""
    ordered = in_order(cves)
    assert sorted(ordered) == sorted(set(cves))
    known = [cve for cve in ordered if cve in MAIN]
    assert known == [cve for cve in MAIN if cve in known] == ordered[: len(known)]


def test_a_name_out_of_a_list_is_made_visible() -> None:
    """A CVE of an import may be any text."""
    assert "\x1b" not in cve_name("\x1b[2J")
