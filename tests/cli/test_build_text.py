"""What is known of builds, on a terminal of 80 columns."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.cli.build_text import build_lines, sentence
from alpheus.knowledge.build_advice import describe_build
from alpheus.knowledge.build_number import BuildNumber, parse_build
from alpheus.knowledge.builds import Builds

TODAY = date(2026, 11, 26)


def told(build: str) -> str:
    """The sentence that comes first."""
    return sentence(describe_build(parse_build(build), TODAY))


def screen(build: str, given: str | None = None) -> list[str]:
    """The lines without their styles."""
    answer = describe_build(parse_build(build), TODAY)
    return ["".join(text for text, _ in line) for line in build_lines(given or build, answer)]


def test_the_first_sentence_says_what_it_is_how_bad_and_what_to_do():
    """Product, update, flaws, and the step: nobody has to read on."""
    assert told("15.1.2176.4") == (
        "15.1.2176.4 is Exchange Server 2016 CU19 with Feb21SU, vulnerable to 13 of 18 tracked"
        " flaws, 4 undetermined: upgrade to Exchange Server SE RTM with Aug26SU (15.2.2562.46,"
        " KB5121573)."
    )


@pytest.mark.parametrize(
    ("build", "words"),
    [
        ("15.1.2176", "CU19, its security update unknown, vulnerable to 5 of 18"),
        ("15.1.2176.5", "is not listed, but belongs to Exchange Server 2016 CU19"),
        ("15.1.2200.1", "Exchange Server 2016, its cumulative update unknown"),
        ("15.1.1415.8", "with Mar21SU (the sources disagree)"),
        ("15.2.2562.46", "not vulnerable to 16 of 18 tracked flaws, 2 undetermined: nothing to"),
        ("14.3.513.0", "migrate to Exchange Server SE"),
        ("15.2.2562.20", "vulnerable to 1 of 18 tracked flaws, 2 undetermined: install Exchange"),
        ("9.9.9.9", "no build of any Exchange that is known"),
        ("15.1.9999.1", "is undetermined: read the file version of ExSetup.exe"),
        ("8.2.176", "whether it has any of 18 tracked flaws is undetermined"),
    ],
)
def test_the_sentence_claims_no_more_than_is_known(build, words):
    """What is unknown, disputed or unlisted is said so."""
    assert words in told(build)


def test_the_worst_flaws_stand_first():
    """Vulnerable before undetermined before fixed before not affected."""
    states = [line[16:30].strip() for line in screen("14.3.495.0") if line.startswith("CVE-")]
    order = ["vulnerable", "undetermined", "fixed", "not-affected"]
    assert states == sorted(states, key=order.index)
    assert len(states) == 18


def test_flaws_that_are_all_alike_take_one_line():
    """A number that no table knows needs no table."""
    assert [line for line in screen("9.9.9.9") if line.startswith("all 18")]
    assert not [line for line in screen("9.9.9.9") if line.startswith("CVE-")]


def test_conflict_support_and_steps_are_told():
    """Both sources, the end of support, and what helps until then."""
    text = " ".join(" ".join(screen("15.1.1415.8")).split())
    assert "CSS-Exchange calls this Mar21SU, but Microsoft gives 15.1.1415.10" in text
    assert "was supported until 2025-10-14" in text
    assert "CU8 got no update after 15.1.1415.10" in text
    assert "Until then Exchange Server 2016 CU8 with Mar21SU" in text


def test_what_was_given_is_shown_and_harmless():
    """Another spelling is named beside the build; an escape in it is written out."""
    assert "Given      73C1808B" in screen("15.1.139", "73C1808B")
    shown = "\n".join(screen("15.1.2176.4", "15.1.2176.4\x1b\u202e\u00e9"))
    assert "{ESC}{U+202E}" in shown
    assert shown.isascii()


ROWS = Builds.load().rows()
ANY = st.one_of(
    st.sampled_from(ROWS).map(lambda row: row.build),
    st.sampled_from(ROWS).map(lambda row: BuildNumber(row.build.prefix)),
    st.tuples(*[st.integers(0, 99)] * 2, *[st.integers(0, 99_999)] * 2).map(BuildNumber),
)


@given(ANY)
@settings(max_examples=150)
def test_no_line_is_wider_than_the_terminal(number):
    """Eighty columns of ASCII, without blanks at the end."""
    for line in screen(str(number)):
        assert len(line) <= 80
        assert line.isascii()
        assert line == line.rstrip()
