"""Tests of `alpheus.detect.sigma.translate`: the shape of the trees that pySigma's become."""

from __future__ import annotations

from typing import Any

import pytest

from alpheus.detect.sigma.conditions import AllOf, AnyOf, FieldTest, Node, cost
from alpheus.detect.sigma.values import Contains, EndsWith, Equals, Glob, Present, StartsWith
from detect.sigma.building import rule

EWS = {"product": "exchange", "service": "ews"}


def tree(detection: dict[str, Any]) -> Node:
    """The condition of a rule."""
    return rule(detection, EWS).condition


@pytest.mark.parametrize(
    ("key", "wanted", "value"),
    [
        ("f", "Text", Equals(("text",))),
        ("f|cased", "Text", Equals(("Text",), cased=True)),
        ("f|contains", ["A", "b"], Contains(("a", "b"))),
        ("f|startswith", "a", StartsWith(("a",))),
        ("f|endswith", "a", EndsWith(("a",))),
        ("f", "*a*", Contains(("a",))),
        ("f", "**a**", Contains(("a",))),
        ("f", "a*b", Glob(((("a",), ("b",)),))),
        ("f", ["a*b", "c?"], Glob(((("a",), ("b",)), (("c", None),)))),
        ("f|contains", "a?b", Glob((((), ("a", None, "b"), ()),))),
        ("f", "**", Present()),
        ("f", "", Present(wanted=False)),
    ],
)
def test_cheapest_value(key: str, wanted: Any, value: object) -> None:
    """A text with wildcards becomes the cheapest test that says the same."""
    found = tree({key: wanted})
    assert isinstance(found, FieldTest)
    assert found.value == value


def test_alternatives_of_a_field_are_one_test() -> None:
    """Texts that are alternatives for the same field are tested together."""
    found = tree(
        {
            "a": {"f|contains": "x"},
            "b": {"f|contains": ["y", "z"]},
            "c": {"g|contains": "x"},
            "condition": "1 of them",
        }
    )
    assert isinstance(found, AnyOf)
    assert {node.value.texts for node in found.nodes if isinstance(node, FieldTest)} == {
        ("x", "y", "z"),
        ("x",),
    }


def test_texts_that_must_all_be_there_stay_apart() -> None:
    """`all` is never merged."""
    found = tree({"f|contains|all": ["x", "y"]})
    assert isinstance(found, AllOf)
    assert len(found.nodes) == 2


def test_cheap_tests_come_first() -> None:
    """Regular expressions wait until everything else holds."""
    found = tree(
        {"a": {"f|re": "x.y"}, "b": {"g": "z"}, "k": ["word"], "condition": "a and k and b"}
    )
    assert isinstance(found, AllOf)
    assert [type(node).__name__ for node in found.nodes] == ["FieldTest", "FieldTest", "Keyword"]
    assert [cost(node) for node in found.nodes] == sorted(cost(node) for node in found.nodes)
