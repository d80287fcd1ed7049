"""What a build is, whether it is looked after, and what to install next."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.knowledge.build_advice import Action, describe_build
from alpheus.knowledge.build_number import BuildNumber, parse_build
from alpheus.knowledge.builds import Builds
from alpheus.model import PatchState

TODAY = date(2026, 11, 26)
ROWS = Builds.load().rows()
SE = [row for row in ROWS if row.product.endswith(" SE")]


def ask(build, today=TODAY):
    """The answer of a day when all but SE is out of support."""
    return describe_build(parse_build(build), today)


def test_a_listed_build_has_all_its_facts():
    """Product, cumulative update, update, KB, date, name and sources stand in the answer."""
    found = ask("15.1.2176.9")
    assert (found.product, found.cu, found.su, found.kb, found.released, found.listed) == (
        "Microsoft Exchange Server 2016", "CU19", "Mar21SU", "KB5000871", "2021-03-02", True,
    )  # fmt: skip
    assert found.name == "Exchange Server 2016 CU19 Mar21SU"
    assert "CSS-Exchange" in found.sources
    assert found.conflict is None


@pytest.mark.parametrize("build", ["15.1.2176", "15.1.2176.5"])
def test_what_is_not_listed_claims_no_update(build):
    """The cumulative update is known; security update, KB and date are not made up."""
    found = ask(build)
    assert (found.cu, found.su, found.kb, found.released, found.name) == (
        "CU19", None, None, None, None,
    )  # fmt: skip
    assert not found.listed


@pytest.mark.parametrize("build", ["15.1.1415.8", "15.1.1415.10", "15.1.1415"])
def test_a_conflict_names_both_sources(build):
    """Who says what, and from whom the build itself is known."""
    conflict = ask(build).conflict
    assert conflict is not None
    assert "CSS-Exchange" in conflict
    assert "Microsoft" in conflict
    assert "15.1.1415.8" in conflict
    assert "15.1.1415.10" in conflict


@pytest.mark.parametrize(
    ("build", "words"),
    [("15.1.2176.5", "nearest lower build that is listed is 15.1.2176.4"),
     ("15.1.2200.1", "no cumulative update is known"),
     ("15.1.2200", "no cumulative update is known"),
     ("15.2.3000.1", "newer than every build"), ("15.1.225", "builds of Preview and RTM begin so"),
     ("8.2.176", "no build of it is listed"), ("9.9.9.9", "no product"),
     ("15.20.1.1", "run and updated by Microsoft"), ("15.2.858.2", "OwaVersion")],
)  # fmt: skip
def test_the_note_says_what_else_there_is_to_know(build, words):
    """Of a number that no table has it is said how far it is known."""
    assert words in ask(build).note


@pytest.mark.parametrize("build", ["15.1.9999.1", "15.1.2176.50", "15.2.99999.1", "15.2.2000.1"])
def test_a_build_that_no_server_can_have_is_nothing(build):
    """No product, nothing to install: why not, and what to read instead."""
    found = ask(build)
    assert (found.product, found.cu, found.listed) == (None, None, False)
    assert (found.advice.action, found.advice.target) == (Action.UNKNOWN, None)
    assert "ExSetup.exe" in found.advice.why
    assert f"{build} is above the last" in found.note
    assert found.end_of_life.supported is None
    assert {one.state for one in found.cves.values()} == {PatchState.UNDETERMINED}


@pytest.mark.parametrize("build", ["15.1.2176.4", "15.2.1118.7", "15.2.1748.49", "15.1.2507.72"])
def test_a_product_that_was_followed_is_upgraded(build):
    """After the end of support 2016 and 2019 lead to the newest build of SE in the table."""
    advice = ask(build).advice
    assert advice.action is Action.UPGRADE
    assert advice.target is not None
    assert advice.target.build == str(SE[-1].build)
    assert not advice.target.paid


@pytest.mark.parametrize("build", ["15.0.1497.48", "14.3.513.0", "8.2.176"])
def test_a_product_that_cannot_be_upgraded_is_left(build):
    """2007, 2010 and 2013 are migrated: SE cannot be added to their organisation."""
    advice = ask(build).advice
    assert advice.action is Action.MIGRATE
    assert "Exchange Online" in advice.why


def test_until_then_the_quickest_comes_first():
    """The last update of its own update, the last of the product, the last that is paid for."""
    steps = ask("15.1.2176.4").advice.until_then
    assert [step.build for step in steps] == ["15.1.2176.14", "15.1.2507.61", "15.1.2507.72"]
    assert [step.paid for step in steps] == [False, False, True]
    assert "CVE-2021-26855" in steps[0].fixes
    assert set(steps[0].fixes) < set(steps[1].fixes) < set(steps[2].fixes)


def test_a_cumulative_update_that_is_served_keeps_its_own():
    """CU14 of 2019 got the same last updates as CU15: no other one is needed until then."""
    steps = ask("15.2.1544.25").advice.until_then
    assert [step.build for step in steps] == ["15.2.1544.36", "15.2.1544.44"]


def test_nothing_is_recommended_that_is_doubted_or_never_came():
    """No misprint, no preview, no build of a conflict, none that only a file list knows."""
    for row in ROWS:
        advice = describe_build(row.build, TODAY).advice
        for step in (*advice.until_then, *([advice.target] if advice.target else [])):
            assert step.build not in {"14.3.328.5", "15.1.1415.8", "15.1.1466.13", "15.1.225.17"}
            assert step.released
            assert parse_build(step.build) > row.build


def test_an_update_of_the_same_cumulative_update_while_it_is_served():
    """In support, the newest update of the same cumulative update is the next step."""
    advice = ask("15.2.2562.20").advice
    assert advice.action is Action.UPDATE
    assert advice.target is not None
    assert advice.target.build == str(SE[-1].build)
    short = ask("15.2.2562").advice
    assert short.action is Action.UPDATE
    assert "unless it is in already" in short.why


def test_a_newer_cumulative_update_where_the_old_one_was_left_out():
    """In support, a cumulative update without updates leads to the newest one."""
    advice = ask("15.1.2176.4", date(2021, 8, 1)).advice
    assert advice.action is Action.CUMULATIVE_UPDATE
    assert advice.target is not None
    assert advice.target.name.startswith("Exchange Server 2016 CU23")
    assert [step.build for step in advice.until_then] == ["15.1.2176.14"]


@pytest.mark.parametrize("build", [str(SE[-1].build), "15.2.3000.1", "15.2.2562.999"])
def test_nothing_newer_says_how_far_the_table_reaches(build):
    """The newest listed build is not called the newest there is."""
    advice = ask(build).advice
    assert (advice.action, advice.target) == (Action.NONE, None)
    assert SE[-1].release_date in advice.why


def test_a_build_of_nothing_is_told_so():
    """No product, no end of life, no advice but to find out."""
    found = ask("9.9.9.9")
    assert (found.product, found.cu, found.end_of_life.supported) == (None, None, None)
    assert found.advice.action is Action.UNKNOWN
    assert {one.state for one in found.cves.values()} == {PatchState.UNDETERMINED}


@pytest.mark.parametrize(
    ("build", "last", "since"),
    [("15.1.2176.4", "15.1.2176.14", "2021-07-13"), ("15.1.2242.12", "15.1.2242.12", "2021-10-12"),
     ("15.1.2507.6", "15.1.2507.72", None), ("15.0.1395.4", "15.0.1395.12", "2021-04-13"),
     ("14.2.247.5", "14.2.390.3", "2014-02-24")],
)  # fmt: skip
def test_the_end_of_a_cumulative_update_follows_from_the_table(build, last, since):
    """Its last build, and the first updates that left it out."""
    life = ask(build).end_of_life
    assert life.last_update is not None
    assert (life.last_update.build, life.left_out_since) == (last, since)
    assert life.supported is False


def test_the_day_decides_what_is_supported():
    """On its last day 2016 CU23 is supported, on the next it is not; SE is, without an end."""
    assert ask("15.1.2507.61", date(2025, 10, 14)).end_of_life.supported is True
    assert ask("15.1.2507.61", date(2025, 10, 15)).end_of_life.supported is False
    life = ask("15.2.2562.46").end_of_life
    assert (life.supported, life.ended) == (True, None)


@given(st.sampled_from(ROWS), st.dates(date(2015, 1, 1), date(2030, 1, 1)))
@settings(max_examples=100)
def test_every_listed_build_gets_an_answer_on_any_day(row, today):
    """A product, every flaw, a support sentence; what is fixed is never said to be fixed again."""
    found = describe_build(row.build, today)
    assert (found.product, found.cu, found.su) == (row.product, row.cu, row.su)
    assert found.cves.keys() == row.states.keys()
    assert found.end_of_life.summary
    for step in found.advice.until_then:
        for cve in step.fixes:
            assert found.cves[cve].state in {PatchState.VULNERABLE, PatchState.UNDETERMINED}


@given(st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(0, 40_000)] * 2), st.booleans())
@settings(max_examples=100)
def test_no_number_breaks_the_advice(parts, short):
    """Any number is answered."""
    found = describe_build(BuildNumber(parts[:3] if short else parts), TODAY)
    assert found.end_of_life.summary
    assert found.advice.why


def test_another_product_is_told_by_packs():
    """Its flaws and the newest update that a pack lists, and nothing of Exchange."""
    found = ask("16.0.10417.20027")
    assert found.product == "Microsoft SharePoint Server 2019"
    assert found.cves["CVE-2025-53770"].state is PatchState.VULNERABLE
    assert str(found.cves["CVE-2025-53770"].fixed_from) == "16.0.10417.20037"
    assert found.advice.action is Action.UPDATE
    assert found.advice.target.build == "16.0.10417.20037"
    assert set(found.advice.target.fixes) == {"CVE-2025-53770", "CVE-2025-53771"}
    newer = ask("16.0.0.19127")
    assert (str(newer.build), newer.advice.action) == ("16.0.19127", Action.NONE)
    assert newer.cves["CVE-2025-49704"].settles == "the vendor's advisory"
    assert "CVE-2021-26855" not in newer.cves
