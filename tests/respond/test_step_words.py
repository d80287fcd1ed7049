"""A plan in another language: its texts, never its values and commands."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from alpheus import report
from alpheus.respond.filling import TOO_LONG, UNKNOWN
from alpheus.respond.plan_text import HEADINGS
from alpheus.respond.planning import plan_of
from alpheus.respond.step_words import WORDS, StepWords, filled, in_english, translated
from clean_assessments import WEB, citation, finding, read, server

TEXTS = StepWords({
    "Plain.": "Einfach.", "Of {name}: {it}": "{it} von {name}", "Twice {it}, {it}": "Zweimal {it}",
    UNKNOWN.strip(): "(kein Name)",
})  # fmt: skip


def test_texts_are_said_with_their_values() -> None:
    """As they stand, or as a template; what is not known is left."""
    assert TEXTS.said("Plain.") == "Einfach."
    assert TEXTS.said("Of a b: 'c: d'") == "'c: d' von a b"
    assert TEXTS.said("Twice x, x") == "Zweimal x"
    assert TEXTS.said("Twice x, y") == "Twice x, y"
    assert TEXTS.said("Of a") == "Of a"


def test_what_is_said_of_names_is_said_behind_them() -> None:
    """Also where no text is known for it."""
    assert TEXTS.said("Of a: NAME-OF-X" + UNKNOWN) == "NAME-OF-X von a   (kein Name)"
    assert TEXTS.said("Plain." + TOO_LONG) == "Einfach." + TOO_LONG


@given(st.text(), st.text())
def test_a_value_is_never_a_word(name: str, value: str) -> None:
    """Whatever is in it."""
    assert filled("{a} {b}", {"a": name, "b": value}) == f"{name} {value}"


@given(st.text(min_size=1).filter(lambda text: ": " not in text))
def test_any_value_comes_through(value: str) -> None:
    """Unchanged."""
    assert TEXTS.said(f"Of x: {value}") == f"{value} von x" or value.endswith((UNKNOWN, TOO_LONG))


def test_a_plan_is_translated_but_for_what_it_names() -> None:
    """Paths, hashes and the digest are those of the plan that was made."""
    found = read(server("MX01", finding("page-foreign", citation(f"{WEB}/x.aspx"))))
    plan = plan_of(found, found.server(), made=datetime(2021, 3, 12, tzinfo=UTC), version="0")
    assert translated(plan, in_english) == plan
    loud = translated(plan, str.upper)
    assert (loud.digest, list(loud.files())) == (plan.digest, list(plan.files()))
    assert loud.steps[0].what == plan.steps[0].what.upper()
    assert loud.headline == plan.headline.upper()


def test_all_that_the_pages_of_a_plan_say_is_listed() -> None:
    """So that every language has it."""
    page = Path(report.__file__).parent / "templates" / "plan.html.j2"
    said = set(re.findall(r'say\("([^"]+)"\)', page.read_text("utf-8")))
    assert said | set(HEADINGS.values()) <= set(WORDS)
