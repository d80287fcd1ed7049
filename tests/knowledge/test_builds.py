"""Patch state per build and CVE."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.knowledge.build_number import read_build
from alpheus.knowledge.builds import BuildNumber, Builds, parse_build
from alpheus.model import PatchState

SSRF = "CVE-2021-26855"
MARCH = (SSRF, "CVE-2021-26857", "CVE-2021-26858", "CVE-2021-27065")
BUILDS = Builds.load()
EXPECTED = {
    "fixed": PatchState.FIXED,
    "vulnerable": PatchState.VULNERABLE,
    "vulnerable_no_fix_for_this_cu": PatchState.VULNERABLE,
    "not_affected": PatchState.NOT_AFFECTED,
}


def state(build: str, cve: str = SSRF, **options: int) -> PatchState:
    """The state alone."""
    return BUILDS.patch_state(build, cve, **options).state


def test_every_row_gives_back_its_own_state():
    """What the table says of a build and a CVE is what is answered, with a reason."""
    for row in BUILDS.rows():
        for cve, word in row.states.items():
            answer = BUILDS.patch_state(row.build, cve)
            assert answer.state is EXPECTED.get(word, PatchState.UNDETERMINED), (row.build, cve)
            assert str(row.build) in answer.why


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        ("15.1.2176.2", PatchState.VULNERABLE),
        ("15.1.2176.4", PatchState.VULNERABLE),
        ("15.1.2176.9", PatchState.FIXED),
        ("15.01.2176.009", PatchState.FIXED),
        ("15,1,2176,9", PatchState.FIXED),
        ("15.1.2242.4", PatchState.FIXED),
        ("15.2.858.5", PatchState.FIXED),
        ("15.0.1497.10", PatchState.VULNERABLE),
        ("15.0.1497.12", PatchState.FIXED),
        ("15.1.1913.10", PatchState.VULNERABLE),
        ("15.1.1913.12", PatchState.FIXED),
        ("15.1.1261.39", PatchState.VULNERABLE),
        ("15.2.2562.17", PatchState.FIXED),
        ("14.3.509.0", PatchState.NOT_AFFECTED),
    ],
)
def test_known_servers(build, expected):
    """Builds whose state is published are judged as published."""
    assert state(build) is expected


def test_an_old_server_is_affected_by_one_flaw_only():
    """Of the four flaws, Exchange 2010 has that of unified messaging."""
    assert [state("14.3.509.0", cve) for cve in MARCH] == [
        PatchState.NOT_AFFECTED, PatchState.VULNERABLE, PatchState.NOT_AFFECTED,
        PatchState.NOT_AFFECTED,
    ]  # fmt: skip
    assert state("14.3.513.0", "CVE-2021-26857") is PatchState.FIXED
    assert state("14.3.510.2", "CVE-2021-26857") is PatchState.VULNERABLE


def test_an_out_of_band_update_fixes_only_the_four_flaws():
    """The update of March 2021 for an old cumulative update holds no later fix."""
    assert all(state("15.1.1713.10", cve) is PatchState.FIXED for cve in MARCH)
    assert state("15.1.1713.10", "CVE-2021-34473") is PatchState.VULNERABLE


def test_a_later_cumulative_update_can_lack_a_fix_again():
    """CU19 with the update of April 2021 was fixed; CU20 as released was vulnerable again."""
    assert state("15.1.2176.12", "CVE-2021-34473") is PatchState.FIXED
    assert state("15.1.2242.4", "CVE-2021-34473") is PatchState.VULNERABLE
    assert parse_build("15.1.2242.4") > parse_build("15.1.2176.12")


def test_no_fix_for_a_cumulative_update_names_the_way_out():
    """A server that cannot be patched as it is must be told what to install."""
    why = BUILDS.patch_state("15.1.1261.35", SSRF).why
    assert "no fix for this cumulative update" in why
    assert "install CU23" in why


def test_a_vulnerable_build_names_the_first_fixed_one():
    """The reason holds the build to reach."""
    assert "15.1.2176.9" in BUILDS.patch_state("15.1.2176.4", SSRF).why
    assert BUILDS.first_fixed("15.1.2176", SSRF) == parse_build("15.1.2176.9")
    assert BUILDS.first_fixed("15.1.1261.35", SSRF) is None


@pytest.mark.parametrize("build", ["15.1.2176", "15.1.1415", "15.0.1497", "15.2.792"])
def test_a_short_build_of_a_mixed_family_is_undetermined(build):
    """Three parts do not tell whether the security update is in; the reason says what would."""
    answer = BUILDS.patch_state(build, SSRF)
    assert answer.state is PatchState.UNDETERMINED
    assert "four-part build settles it" in answer.why


@pytest.mark.parametrize(
    ("build", "expected"),
    [("15.1.2242", PatchState.FIXED), ("15.1.2375", PatchState.FIXED),
     ("15.1.1261", PatchState.VULNERABLE), ("15.1.225", PatchState.VULNERABLE)],
)  # fmt: skip
def test_a_short_build_is_enough_where_the_family_agrees(build, expected):
    """Where all builds are in one state, the fourth part does not matter."""
    assert state(build) is expected


def test_precision_can_be_taken_back():
    """A four-part number whose last part is not to be trusted counts as three-part."""
    assert state("15.1.2176.9", precision=3) is PatchState.UNDETERMINED
    assert state("15.1.2176.9", precision=4) is PatchState.FIXED


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        ("15.1.2176.5", PatchState.VULNERABLE),
        ("15.1.2176.8", PatchState.VULNERABLE),
        ("15.1.2176.10", PatchState.FIXED),
        ("15.1.2507.99", PatchState.FIXED),
        ("15.1.2176.1", PatchState.VULNERABLE),
        ("15.1.2242.1", PatchState.UNDETERMINED),
        ("15.1.1415.9", PatchState.UNDETERMINED),
        ("15.1.1261.36", PatchState.VULNERABLE),
    ],
)
def test_unlisted_builds_follow_their_family(build, expected):
    """The nearest lower build decides; below a fixed first build nothing is known."""
    answer = BUILDS.patch_state(build, SSRF)
    assert answer.state is expected
    assert "not listed" in answer.why


def test_a_conflict_of_the_sources_is_shown():
    """Where the sources disagree about the fix the state is open; elsewhere it is only told."""
    conflict = BUILDS.patch_state("15.1.1415.8", SSRF)
    assert conflict.state is PatchState.UNDETERMINED
    assert "CONFLICT" in conflict.why
    harmless = BUILDS.patch_state("15.1.1466.9", SSRF)
    assert harmless.state is PatchState.VULNERABLE
    assert "CONFLICT" in harmless.why


def test_a_build_of_the_future_keeps_what_the_newest_one_has():
    """Cumulative updates hold all earlier fixes; of later flaws the table knows nothing."""
    assert state("15.2.9999.1") is PatchState.FIXED
    assert state("15.2.3100") is PatchState.FIXED
    unfixed = [cve for cve in BUILDS.cves if BUILDS.rows()[-1].states[cve].startswith("fixed_if")]
    assert {state("15.2.9999.1", cve) for cve in unfixed} == {PatchState.UNDETERMINED}


@pytest.mark.parametrize(
    "build",
    ["15.0.9999.1", "15.1.9999.1", "15.1.9999", "15.1.2176.50", "15.1.1415.11", "15.1.1261.99",
     "15.2.2000.1", "15.2.99999.1", "14.3.999.0"],
)  # fmt: skip
def test_a_build_that_no_server_can_have_is_undetermined(build):
    """Above a product or a cumulative update that ended there is nothing: no state is claimed."""
    assert BUILDS.impossible(build)
    assert BUILDS.describe(build) is None
    for cve in BUILDS.cves:
        found = BUILDS.answer(build, cve)
        assert found.state is PatchState.UNDETERMINED
        assert "no server has such a build" in found.why
        assert "ExSetup.exe" in found.settles
        assert found.fixed_from is None


@pytest.mark.parametrize(
    "build", ["15.1.2200.1", "15.20.1.1", "13.0.1.1", "8.3.485.1", "nonsense", ""]
)
def test_an_unknown_build_is_undetermined(build):
    """What the table does not know is not guessed."""
    assert state(build) is PatchState.UNDETERMINED


def test_an_unknown_flaw_is_undetermined():
    """A CVE that the table does not cover is said so."""
    answer = BUILDS.patch_state("15.1.2176.9", "CVE-1999-0001")
    assert answer.state is PatchState.UNDETERMINED
    assert "CVE-1999-0001" in answer.why


@pytest.mark.parametrize(
    ("build", "cve", "words"),
    [("15.1.2507.72", "CVE-2024-21410", "Extended Protection"),
     ("15.1.2507.72", "CVE-2025-53786", "hybrid"),
     ("15.1.2176.9", "CVE-2025-53786", "out of support")],
)  # fmt: skip
def test_a_conditional_state_names_its_condition(build, cve, words):
    """A state that hangs on configuration is open, and says which observation settles it."""
    answer = BUILDS.patch_state(build, cve)
    assert answer.state is PatchState.UNDETERMINED
    assert words in answer.why


def test_a_fix_stays_within_its_family():
    """Within a family a fixed build is never followed by a vulnerable one."""
    for low, high in pairwise(BUILDS.rows()):
        if low.family != high.family:
            continue
        for cve in BUILDS.cves:
            if low.states[cve] == "fixed":
                assert high.states[cve] == "fixed", (low.build, high.build, cve)


@given(st.sampled_from(BUILDS.rows()), st.integers(0, 400), st.sampled_from(BUILDS.cves))
@settings(max_examples=150)
def test_between_rows_the_state_is_monotone(row, revision, cve):
    """From the first fixed build of a family on every build of it is fixed, listed or not."""
    number = BuildNumber((*row.build.prefix, revision))
    first = BUILDS.first_fixed(number, cve)
    found = BUILDS.patch_state(number, cve).state
    if BUILDS.impossible(number):
        assert found is PatchState.UNDETERMINED
    elif first is not None and number >= first:
        assert found is PatchState.FIXED
    elif first is not None:
        assert found is not PatchState.FIXED


@given(st.tuples(*[st.integers(0, 40_000)] * 4))
@settings(max_examples=100)
def test_no_number_breaks_the_answers(parts):
    """Any number gets a state, a reason and perhaps a description."""
    number = BuildNumber((14 + parts[0] % 3, parts[1] % 4, *parts[2:]))
    for cve in (SSRF, "CVE-2024-21410"):
        assert BUILDS.patch_state(number, cve).why
        assert BUILDS.patch_state(number, cve, precision=3).why
    BUILDS.describe(number)


ON_PREMISES = [row for row in BUILDS.rows() if row.build.parts[0] == 15]
SETTLED = [row for row in ON_PREMISES if state(row.build) is not PatchState.UNDETERMINED]


def _families():
    families = defaultdict(set)
    for row in ON_PREMISES:
        families[str(BuildNumber(row.build.prefix))].add(state(row.build))
    return families


def test_a_short_build_cannot_decide_25_of_67_families():
    """Of the builds in three parts 30 are vulnerable, 12 fixed, and 25 mixed: nearly all in use."""
    families = _families()
    mixed = {family for family, states in families.items() if len(states) > 1}
    assert len(families) == 67
    assert sum(states == {PatchState.VULNERABLE} for states in families.values()) == 30
    assert sum(states == {PatchState.FIXED} for states in families.values()) == 12
    assert len(mixed) == 25
    assert {"15.0.1497", "15.1.2106", "15.1.2176", "15.2.721", "15.2.792"} <= mixed


def test_a_short_build_is_undetermined_where_its_family_is_mixed_and_only_there():
    """Precision 3 settles what the whole family settles, for each of the families."""
    for family, states in _families().items():
        found = BUILDS.answer(family, SSRF)
        assert found.state is (states.pop() if len(states) == 1 else PatchState.UNDETERMINED)
        assert bool(found.settles) is (found.state is PatchState.UNDETERMINED)


def test_126_of_338_builds_above_the_lowest_fixed_one_are_vulnerable():
    """A comparison of numbers alone would call them patched."""
    lowest = {}
    for row in SETTLED:
        if state(row.build) is PatchState.FIXED:
            lowest.setdefault(row.product, row.build)
    above = [
        row for row in SETTLED
        if row.build > lowest[row.product] and state(row.build) is PatchState.VULNERABLE
    ]  # fmt: skip
    assert (len(SETTLED), len(above)) == (338, 126)


@given(st.sampled_from(ON_PREMISES), st.sampled_from(ON_PREMISES), st.sampled_from(BUILDS.cves))
@settings(max_examples=300)
def test_a_fix_is_kept_within_a_family_and_nowhere_else_promised(low, high, cve):
    """A higher build of the same update keeps the fix; of another one it is asked for itself."""
    low, high = sorted((low, high), key=lambda row: row.build)
    if low.family == high.family and state(low.build, cve) is PatchState.FIXED:
        assert state(high.build, cve) is PatchState.FIXED
    assert state(high.build, cve) is EXPECTED.get(high.states[cve], PatchState.UNDETERMINED)


def test_there_are_regressions_by_later_updates():
    """For most flaws some higher build of a later update lacks a fix that a lower build has."""
    found = {
        cve
        for cve in BUILDS.cves
        for low, high in pairwise(ON_PREMISES)
        if low.product == high.product
        and state(low.build, cve) is PatchState.FIXED
        and state(high.build, cve) is PatchState.VULNERABLE
    }
    assert {SSRF, "CVE-2021-34473", "CVE-2022-41040"} <= found


def _spellings(number):
    major, minor, build, revision = number.parts
    yield from (str(number), ",".join(map(str, number.parts)), f" {number} ")
    yield f"{major:02}.{minor:02}.{build:04}.{revision:03}"
    yield f"Version {major}.{minor} (Build {build}.{revision})"
    yield f"Version {major}.{minor} (Build {build + 30_000}.{revision})"
    yield f"X-OWA-Version: {number}"
    yield f"X-ServerApplication: Exchange/{major:02}.{minor:02}.{build:04}.{revision:03}"
    yield f"/ecp/{number}/exporttool/"


def test_every_row_is_found_by_every_spelling():
    """Each listed build, in each form in which Exchange writes it, is that build."""
    for row in BUILDS.rows():
        for text in _spellings(row.build):
            assert read_build(text) == row.build, text
        major, minor, build = row.build.prefix
        packed = 7 << 28 | major << 22 | minor << 16 | 0x8000 | build
        for text in (str(packed), f"{packed:08X}", f"0x{packed:x}"):
            assert read_build(text) == BuildNumber(row.build.prefix), text


@given(st.tuples(st.integers(6, 16), st.integers(0, 21), st.integers(0, 3000), st.integers(0, 99)),
       st.booleans(), st.sampled_from(BUILDS.cves))  # fmt: skip
@settings(max_examples=150)
def test_what_is_open_says_what_settles_it(parts, short, cve):
    """An undetermined state names an observation; a settled one names none."""
    found = BUILDS.answer(BuildNumber(parts[:3] if short else parts), cve)
    assert bool(found.settles) is (found.state is PatchState.UNDETERMINED)
    assert found.why


def test_an_answer_names_the_first_fixed_build():
    """Of the same cumulative update; none where there is none or the product is not affected."""
    assert BUILDS.answer("15.1.2176.4", SSRF).fixed_from == parse_build("15.1.2176.9")
    assert BUILDS.answer("15.1.1261.39", SSRF).fixed_from is None
    assert BUILDS.answer("14.3.509.0", SSRF).fixed_from is None
    assert BUILDS.answer("nonsense", SSRF).settles


def test_a_build_is_described():
    """Product, cumulative update, update, KB and date of a listed build."""
    found = BUILDS.describe("15.1.2176.9")
    assert found is not None
    assert (found.product, found.cu, found.su, found.kb, found.exact) == (
        "Microsoft Exchange Server 2016", "CU19", "Mar21SU", "KB5000871", True,
    )  # fmt: skip


def test_a_short_or_unlisted_build_is_described_by_its_family():
    """The cumulative update is known, the security update is not claimed."""
    short = BUILDS.describe("15.1.2176")
    between = BUILDS.describe("15.1.2176.5")
    unknown = BUILDS.describe("15.1.2200.1")
    assert short is not None
    assert between is not None
    assert unknown is not None
    assert (short.cu, short.su, short.exact) == ("CU19", "", False)
    assert (between.cu, between.su, between.exact) == ("CU19", "Feb21SU", False)
    assert (unknown.product, unknown.cu) == ("Microsoft Exchange Server 2016", "")
    assert BUILDS.describe("15.20.1.1") is None


@pytest.mark.parametrize(
    ("build", "product"),
    [("14.3.509.0", "2010"), ("15.0.1497.12", "2013"), ("15.1.2375", "2016"),
     ("15.2.1748.10", "2019"), ("15.2.2562.17", "SE"), ("15.2.3000.1", "SE")],
)  # fmt: skip
def test_the_product_follows_from_the_number(build, product):
    """2019 and SE share their first two parts; the third tells them apart."""
    assert BUILDS.product_of(build) == f"Microsoft Exchange Server {product}"
