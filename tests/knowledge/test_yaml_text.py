"""Loading YAML that others wrote."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.knowledge.yaml_text import (
    DEPTH_LIMIT,
    SIZE_LIMIT,
    YamlError,
    load_documents,
    load_nodes,
)


def test_documents_come_one_after_another():
    """Empty documents are left out."""
    assert load_documents("a: 1\n---\n---\n[2]\n") == [{"a": 1}, [2]]
    assert load_documents("") == []


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, "{a: " * 50_000, "- " * 50_000 + "x", "? " * 50_000 + "x"],
)
def test_deep_nesting_is_refused(text):
    """It would overflow the stack of the C library and end the whole run."""
    with pytest.raises(YamlError, match=r"nested deeper|did not find"):
        load_documents(text)


def test_an_ordinary_depth_is_read():
    """The bound is far above any rule, also in a text with many brackets."""
    deep = "[" * (DEPTH_LIMIT - 1) + "]" * (DEPTH_LIMIT - 1)
    assert len(load_documents(f"{deep}\n---\n" + "[1, [2], {a: b}]\n---\n" * 800)) == 801


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: [\n", 3), ("!!python/object:os.system {}", 1), ("a: \x01", None),
     ("a: 1\nb: \ud800", None), ("a: 1\nb:\n  - 2021-99-99", 3),
     ("---\na: 1\n---\nb: 2021-02-30T00:00:00Z", 4), ("? {a: b}\n: c", 1), ("a: *b", 1)],
)  # fmt: skip
def test_what_is_wrong_has_a_place(text, line):
    """Syntax, foreign types, control characters, impossible dates, unknown references."""
    with pytest.raises(YamlError) as caught:
        load_documents(text)
    assert caught.value.line == line
    assert caught.value.reason


@given(st.text(alphabet="[]{}-:? ,abc\n&*!|>'\"#%@", max_size=60))
@settings(max_examples=150)
def test_any_text_is_read_or_refused(text):
    """No text raises anything but YamlError."""
    with contextlib.suppress(YamlError):
        load_documents(text)


def test_nodes_keep_what_was_written_and_where():
    """A time is no number in base 60, and a key that stands twice is seen twice."""
    (document,) = load_nodes("from: 20:00\nfrom: 2021-99-99\n")
    pairs = [(key.value, value.value, value.start_mark.line) for key, value in document.value]
    assert pairs == [("from", "20:00", 0), ("from", "2021-99-99", 1)]


@given(st.text(alphabet="[]{}-:? ,abc\n&*!|>'\"#%@", max_size=60))
@settings(max_examples=100)
def test_any_text_has_nodes_or_is_refused(text):
    """Reading nodes raises nothing but YamlError either."""
    with contextlib.suppress(YamlError):
        load_nodes(text)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "aliases stand for more than 200,000 values"),
        ("a: &a [*a]", "stands within what it names"),
        ("a: &a {b: {c: *a}}", "stands within what it names"),
        ("".join(f"- &a{n} [*a{n - 1}]\n" if n else "- &a0 [x]\n" for n in range(200)),
         "nested deeper"),
        ("x" * (SIZE_LIMIT + 1), "longer than 4 MiB"),
    ],
)  # fmt: skip
def test_what_stands_for_too_much_is_refused(text, reason):
    """A few lines of aliases would fill any memory as soon as somebody looks at all of it."""
    with pytest.raises(YamlError, match=reason):
        load_documents(text)


def test_aliases_are_read():
    """As long as they stand for no more than a person would write."""
    assert load_documents("a: &a [1, 2]\nb: {<<: {c: *a}, d: *a}\n") == [
        {"a": [1, 2], "b": {"c": [1, 2], "d": [1, 2]}}
    ]
