"""Hands for a terminal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.strands import TraitKind
from alpheus.fleet import hands, hands_told
from alpheus.fleet.hands_text import WIDTH, hands_lines
from alpheus.fleet.hands_told import tell_hands
from assessments import HOSTILE
from strand_filling import fleet, seen, trait

SECRET, OTHER = trait("secret", "5ec1"), trait("secret", "5ec2")


def test_nothing_is_said_where_there_is_no_intruder() -> None:
    """The rest of the report says it."""
    assert list(hands_lines(tell_hands([]))) == []


def test_a_hand_is_told_with_its_reasons() -> None:
    """How many servers, how sure, since when, what they share, what does not fit, where."""
    way = trait("address", "198.51.100.7")
    several = [seen(at, SECRET, way) for at in range(1, 8)] + [seen(8, OTHER), seen(9, SECRET)]
    text = " ".join(" ".join(hands_lines(tell_hands(several))).split())
    assert "9 intrusions on 9 servers: 1 hand" in text
    assert "Hand 1: 8 servers, high confidence, 2021-03-01 to 2021-03-01; first srv00001" in text
    assert "same secret on 8 (5ec1); same address on 7 (198.51.100.7)" in text
    assert "on: srv00001, srv00002, srv00003, srv00004, srv00005 and 3 more" in text
    assert "fit none: srv00008" in text


def test_victims_of_whom_nothing_tells_are_counted() -> None:
    """As those that an older version judged."""
    found = tell_hands([seen(1, SECRET)], broken_into=[1, 2, 3])
    text = " ".join(" ".join(hands_lines(found)).split())
    assert "of 2 servers that are broken into nothing tells by whom" in text
    assert any("of 1 server " in line for line in hands_lines(tell_hands([], broken_into=[4])))


def test_how_many_hands_there_are_is_told_though_fewer_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And how many traits were passed over."""
    monkeypatch.setattr(hands_told, "MOST_HANDS", 2)
    monkeypatch.setattr(hands_told, "MOST_COMMON", 1)
    monkeypatch.setattr(hands, "MOST_FACES", 5)
    shared = trait("carrier", "/ecp/a.js"), trait("page-name", "a.aspx")
    several = [seen(at, trait("secret", f"{at // 2:04d}"), *shared) for at in range(20)]
    text = " ".join(" ".join(hands_lines(tell_hands(several))).split())
    assert "20 intrusions on 20 servers: 10 hands" in text
    assert "2 traits were passed over" in text


def test_no_hand_is_said_as_well() -> None:
    """So that nobody takes silence for an oversight."""
    text = " ".join(hands_lines(tell_hands([seen(1, SECRET), seen(2, OTHER)])))
    assert "no two of them are by one hand" in text


def test_several_hands_on_one_server_are_kept_apart_and_named() -> None:
    """And what two hands share without being one."""
    several = [seen(1, SECRET, server="ex01"), seen(1, OTHER, server="ex01", place=2),
               seen(2, SECRET), seen(3, OTHER)]  # fmt: skip
    text = " ".join(hands_lines(tell_hands(several)))
    assert "ex01: 2 intrusions, kept apart: hand 1, hand 2" in text


@given(seed=st.integers(0, 500), servers=st.integers(1, 60))
def test_every_line_fits(seed: int, servers: int) -> None:
    """80 columns, whatever was found."""
    for line in hands_lines(tell_hands(fleet(seed, servers)[0])):
        assert len(line) <= WIDTH


def test_what_an_intruder_wrote_reaches_no_terminal() -> None:
    """Values are shown as they can be seen."""
    for value in HOSTILE:
        several = [seen(at, SECRET, *(trait(kind.value, value) for kind in TraitKind))
                   for at in (1, 2)]  # fmt: skip
        for line in hands_lines(tell_hands(several)):
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line)
