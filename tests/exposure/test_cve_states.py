"""States of CVEs for what was learnt of a server."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure import cve_states as module
from alpheus.exposure.cve_states import (
    agreed,
    cve_states,
    every,
    impossible,
    lowest,
    shown_once,
    worst,
)
from alpheus.knowledge import fixes
from alpheus.knowledge.builds import BuildNumber, Builds, parse_build
from alpheus.knowledge.fixes import packs_in_use
from alpheus.knowledge.model import FixedBuild
from alpheus.knowledge.products import EXCHANGE

CVE = "CVE-2021-26855"
LATER = "CVE-2021-34473"
BUILDS = Builds.load()
LISTED = sorted({str(row.build) for row in BUILDS.rows()})


def _states(build: str, **more: bool) -> dict[str, str]:
    found = cve_states(build, None, exchange=True, why="", **more)
    return {cve: entry.state for cve, entry in found.items()}


def test_a_listed_build_has_the_states_of_the_table() -> None:
    """What the table of builds concludes is passed on unchanged, with its reason."""
    for build in LISTED:
        for cve, entry in cve_states(build, 4, exchange=True, why="").items():
            state = BUILDS.patch_state(build, cve)
            assert (entry.state, entry.why) == (state.state.value, state.why)


def test_nothing_for_what_is_no_exchange() -> None:
    """No state at all, not even `not-affected`."""
    assert cve_states(None, None, exchange=False, why="x") == {}


def test_everything_is_undetermined_without_a_build() -> None:
    """Each with what would settle it."""
    for exchange in (True, None):
        found = cve_states(None, None, exchange=exchange, why="ask its owner")
        assert set(found) == set(BUILDS.cves)
        assert {(e.state, e.why) for e in found.values()} == {("undetermined", "ask its owner")}
    assert all(entry.why for entry in cve_states(None, None, exchange=None, why="").values())


def test_maps_are_made_once() -> None:
    """A run asks for few builds, many times."""
    first = cve_states("15.1.2176.9", 4, exchange=True, why="")
    assert cve_states("15.1.2176.9", 4, exchange=True, why="") is first


def test_three_parts_leave_a_mixed_family_open() -> None:
    """And precision 3 cuts a fourth part that is not to be trusted."""
    assert _states("15.1.2176")[CVE] == "undetermined"
    found = cve_states("15.1.2176.9", 3, exchange=True, why="")
    assert found[CVE].state == "undetermined"
    assert _states("15.1.2242")[CVE] == "fixed"


def test_a_lower_bound_settles_a_fix_and_nothing_that_a_later_update_changes() -> None:
    """A manifest may lag behind: what is fixed there stays fixed, what is not may be by now."""
    assert _states("15.1.2176.9", at_least=True)[CVE] == "fixed"
    assert _states("15.1.2176.9", at_least=True)[LATER] == "undetermined"
    assert _states("15.1.2176.4", at_least=True)[CVE] == "undetermined"
    assert _states("15.0.1367.3", at_least=True)[CVE] == "vulnerable"


@given(st.sampled_from(LISTED), st.data())
def test_a_lower_bound_is_never_better_than_what_may_be(build: str, data: st.DataObject) -> None:
    """Whatever update of the family is really there, no state of the bound contradicts it."""
    number = parse_build(build)
    assert number is not None
    later = [r.build for r in BUILDS.rows() if r.build.prefix == number.prefix]
    real = data.draw(st.sampled_from([b for b in later if b >= number]))
    bound = _states(build, at_least=True)
    truth = _states(str(real))
    assert all(state in {"undetermined", truth[cve]} for cve, state in bound.items())


@given(st.lists(st.sampled_from(LISTED), min_size=1, max_size=4), st.booleans())
def test_a_pool_is_as_bad_as_its_worst_member(builds: list[str], unseen: bool) -> None:
    """A fix is said only where every member has it, and all members are known."""
    found = worst(tuple((build, False) for build in builds), "EX02" if unseen else "")
    for cve, entry in found.items():
        states = {_states(build)[cve] for build in builds}
        if "vulnerable" in states:
            assert entry.state == "vulnerable"
        if entry.state == "fixed":
            assert not unseen
            assert states <= {"fixed", "not-affected"}
        assert entry.why


@given(st.lists(st.sampled_from([*LISTED, "15.1.2176", "9.9.9.9"]), min_size=1, max_size=3))
def test_contradictions_settle_only_what_all_agree_on(builds: list[str]) -> None:
    """A server that says two things of itself is believed where it makes no difference."""
    for cve, entry in agreed(tuple(builds)).items():
        states = {_states(build)[cve] for build in builds}
        assert entry.state == (states.pop() if len(states) == 1 else "undetermined")


@pytest.mark.parametrize(
    "build",
    ["15.1.60000.1", "15.1.3000.1", "15.0.9999.9", "14.3.999.9", "15.20.3912.31", "15.9.1.1",
     "16.0.1.1", "15.1.2044.99", "15.0.1.1", "15.2.20000.1", "15.1.1", "15.2.2000.1",
     "15.2.99999.1"],
)  # fmt: skip
def test_builds_that_no_server_can_have_settle_nothing(build: str) -> None:
    """Products and cumulative updates that ended have no later builds."""
    number = parse_build(build)
    assert number is not None
    assert impossible(number)
    assert set(_states(build).values()) == {"undetermined"}


def test_builds_that_may_be_are_possible() -> None:
    """Also those of updates that came after the table was made, and of Exchange 2007."""
    for build in (*LISTED, "15.2.2562.99", "15.2.3100.4", "15.1.2507.99", "8.3.1"):
        number = parse_build(build)
        assert number is not None
        assert impossible(number) == ""


@given(
    st.tuples(st.sampled_from([8, 14, 15, 16]), st.integers(0, 21), st.integers(0, 12_000),
              st.integers(0, 99))
    | st.sampled_from(BUILDS.rows()).flatmap(
        lambda row: st.integers(0, 99).map(lambda last: (*row.build.prefix, last))
    )
)  # fmt: skip
def test_the_probe_and_the_table_agree_on_every_number(parts: tuple[int, ...]) -> None:
    """`alpheus build` and a server that says the same get the same states and reasons."""
    number = BuildNumber(parts)
    for cve, entry in cve_states(str(number), None, exchange=True, why="").items():
        answer = BUILDS.answer(number, cve)
        assert (entry.state, entry.why) == (answer.state.value, answer.why)
        if impossible(number):
            assert entry.state == "undetermined"


def test_an_alias_and_a_conflict() -> None:
    """OWA's own number counts as that of its update; where sources disagree nothing is fixed."""
    assert _states("15.2.858.2")[CVE] == "fixed"
    assert _states("15.1.1415.8")[CVE] == "undetermined"
    assert _states("15.1.1466.13")[CVE] == "undetermined"


@given(st.tuples(*[st.integers(0, 99)] * 2, st.integers(0, 29_999), st.integers(0, 99_999)))
def test_any_number_gives_states_with_reasons(parts: tuple[int, ...]) -> None:
    """Every CVE, none without a reason."""
    found = cve_states(".".join(map(str, parts)), None, exchange=True, why="")
    assert set(found) == set(BUILDS.cves)
    assert all(entry.why for entry in found.values())


def test_nonsense_is_undetermined() -> None:
    """What is no build settles nothing."""
    assert set(_states("nonsense").values()) == {"undetermined"}


def test_a_fix_that_one_connection_showed_says_so() -> None:
    """No state changes, and nothing else is told so; without a fix the map is the same."""
    states = cve_states("15.1.2176.9", None, exchange=True, why="")
    told = shown_once(states)
    for cve, entry in told.items():
        assert entry.state == states[cve].state
        assert ("one connection showed it" in entry.why) is (entry.state == "fixed")
        assert entry.why.startswith(states[cve].why)
    unfixed = every("undetermined", "x")
    assert shown_once(unfixed) is unfixed


def test_a_server_that_was_not_seen_keeps_open_what_contradictory_builds_agree_on() -> None:
    """As in a pool."""
    builds = ("15.1.2176.9", "15.1.2242.4")
    assert agreed(builds)[CVE].state == "fixed"
    assert agreed(builds, "EX02")[CVE].state == "undetermined"
    assert "EX02" in agreed(builds, "EX02")[CVE].why


def test_lowest_compares_integers() -> None:
    """15.1.2176.9 is below 15.1.2176.14; three parts are below all four."""
    assert lowest(("15.1.2176.14", "15.1.2176.9")) == "15.1.2176.9"
    assert lowest(("15.1.2176.9", "15.1.2176")) == "15.1.2176"
    assert lowest(("x",)) == ""
    assert lowest(()) == ""


def test_every_is_shared() -> None:
    """The same words give the same map."""
    assert every("undetermined", "x") is every("undetermined", "x")


def test_a_flaw_that_only_a_pack_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the fixes of packs in use, wherever a state of the table would stand."""
    number = parse_build("15.2.1748.40")
    assert number is not None
    fix = FixedBuild("CVE-2031-12345", number, "May")
    pack = replace(packs_in_use()[0], products=(EXCHANGE,), fixed_builds=(fix,))
    monkeypatch.setattr(fixes, "packs_in_use", lambda: (pack,))
    monkeypatch.setattr(module, "packs_in_use", lambda: (pack,))
    cached = (module._of_build, module.every, module.worst, module.agreed)
    for one in cached:
        one.cache_clear()
    try:
        assert _states("15.2.1748.39")[fix.cve] == "vulnerable"
        assert _states("15.2.1748.40")[fix.cve] == "fixed"
        assert cve_states("15.2.1748.40", 3, exchange=True, why="")[fix.cve].state == "undetermined"
        assert worst((("15.2.1748.39", False), ("15.2.1748.40", False)))[fix.cve].state == (
            "vulnerable"
        )
        assert agreed(("15.2.1748.40", "15.2.1748.41"))[fix.cve].state == "fixed"
        assert every("undetermined", "x")[fix.cve].why == "x"
    finally:
        for one in cached:
            one.cache_clear()
