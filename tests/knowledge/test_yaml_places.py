"""An error in a YAML file is told with its line."""

from __future__ import annotations

import pytest

from alpheus.knowledge.yaml_places import given_twice, line_of
from alpheus.knowledge.yaml_text import SIZE_LIMIT

TEXT = """a: 1
window:
  from: x
list:
  - when: one
    what: two
  - when: three
---
second: 1
alpheus: {stage: x}
"""


@pytest.mark.parametrize(
    ("place", "document", "line"),
    [
        ("a", 1, 1), ("window.from", 1, 3), ("list[1].when", 1, 7), ("list[0].what", 1, 6),
        ("", 1, 1), ("window.nothing", 1, 2), ("list[9]", 1, 4), ("a.b.c", 1, 1),
        ("alpheus.stage", 2, 10), ("second", 2, 9), ("a", 3, 1),
    ],
)  # fmt: skip
def test_a_place_has_a_line(place: str, document: int, line: int) -> None:
    """The nearest one above it where it is not there."""
    assert line_of(TEXT, place, document) == line


def test_what_is_no_yaml_has_the_line_of_its_error() -> None:
    """Or the first."""
    assert line_of("a: 1\nb: [", "b") >= 2
    assert line_of("", "b") == 1


def test_a_text_that_is_too_long_is_not_read_for_a_line() -> None:
    """It is refused anyway, and reading it would take a minute."""
    assert line_of("\na: 1\n" + "#" * SIZE_LIMIT, "a") == 1


def test_a_key_that_is_given_twice_has_its_line() -> None:
    """At any depth, in each document; an alias is looked at once, and what is no YAML never."""
    text = "a: &x\n  b: 1\n  b: 2\nc: [*x, *x, {d: 1, d: 2}]\n---\ne: 1\nf: 2\ne: 3\n"
    assert sorted(given_twice(text)) == [("b", 3), ("d", 4), ("e", 8)]
    assert list(given_twice("base: &a {b: 1}\nc:\n  <<: *a\n  b: 2\n")) == []
    for unread in ("a: [", "a: 1\na: 2\n" + "#" * SIZE_LIMIT):
        assert list(given_twice(unread)) == []
