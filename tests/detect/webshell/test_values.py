"""What is known of values, and of what is made of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.values import MOST_TEXT, NOTHING, Source, Value, either, joined

VALUES = st.builds(
    Value,
    constant=st.none() | st.text(max_size=4) | st.integers(),
    sources=st.lists(
        st.builds(Source, st.integers(1, 9), st.sampled_from("abc")), max_size=5
    ).map(tuple),
    types=st.frozensets(st.text("abcdef", min_size=1, max_size=3), max_size=20),
    steps=st.lists(st.sampled_from(["base64", "decrypted", "unpacked"]), max_size=3).map(tuple),
    rooted=st.booleans(),
    mixed=st.booleans(),
    computed=st.booleans(),
)  # fmt: skip


def test_a_value_with_a_source_is_tainted() -> None:
    """And only such a one."""
    assert Value(sources=(Source(3, "Request.Form"),)).tainted
    assert not Value("text").tainted
    assert not NOTHING.tainted


def test_text_is_a_constant_text_only() -> None:
    """Numbers and bytes are constants, but no text."""
    assert Value("a").text == "a"
    assert Value(7).text is None
    assert Value(b"a").text is None


def test_the_ending_is_the_constant_or_what_was_added_last() -> None:
    """The end of a file name may be known where its beginning is not."""
    assert Value("a.txt").ending == "a.txt"
    assert Value(tail=".txt").ending == ".txt"
    assert NOTHING.ending == ""


def test_a_step_is_kept_once() -> None:
    """What was undone twice reads as once."""
    value = NOTHING.step("base64").step("decrypted").step("base64")
    assert value.steps == ("base64", "decrypted")


def test_joined_keeps_sources_types_and_steps_but_no_constant() -> None:
    """What is made of several is of a visitor if any of them is."""
    one = Value("a", types=frozenset({"string"}))
    other = Value(sources=(Source(1, "x"),), steps=("base64",), mixed=True)
    both = joined((one, other))
    assert both.constant is None
    assert both.tainted
    assert both.types == {"string"}
    assert both.steps == ("base64",)
    assert both.mixed


def test_a_constant_that_is_too_long_is_given_up() -> None:
    """Memory is bounded: a text that doubles itself stops growing."""
    assert joined((), constant="a" * MOST_TEXT).constant is not None
    assert joined((), constant="a" * (MOST_TEXT + 1)).constant is None
    assert joined((), constant=b"a" * (MOST_TEXT + 1)).constant is None


def test_either_keeps_what_both_agree_on() -> None:
    """A variable that may hold two texts holds no constant."""
    assert either(Value("a"), Value("a")).constant == "a"
    assert either(Value("a"), Value("b")).constant is None
    assert either(Value("a"), NOTHING) == Value("a")
    assert either(NOTHING, Value("b")) == Value("b")
    rooted, free = Value(rooted=True), Value(sources=(Source(1, "Request"),))
    assert not either(rooted, free).rooted
    assert either(rooted, Value("a")).rooted
    assert either(rooted, replace(rooted, mixed=True)).rooted


@given(st.lists(VALUES, max_size=6))
def test_joined_is_bounded_and_loses_no_taint(values: list[Value]) -> None:
    """However many there are."""
    both = joined(values)
    assert both.tainted == any(value.tainted for value in values)
    assert len(both.sources) <= 3
    assert len(both.types) <= 12
    assert len(both.steps) <= 4


@given(VALUES, VALUES)
def test_either_settles(one: Value, other: Value) -> None:
    """Adding the same again changes nothing, or the rounds of the flow would never end."""
    once = either(one, other)
    twice = either(once, other)
    assert either(twice, other) == twice
    assert once.tainted == (one.tainted or other.tainted)
