"""Targets as ranges and names."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.addresses import Range, read_range, write_address
from alpheus.exposure.scope import Scope
from alpheus.exposure.scope_entries import Entries
from alpheus.exposure.target_list import (
    LISTED,
    Outside,
    Place,
    RangeSet,
    Target,
    TargetList,
    divide,
)

HERE = Place(None, "https")
OTHER = Place(8443, "https")


def ranges(*texts):
    """A set of ranges."""
    spans = RangeSet()
    for text in texts:
        spans.add(read_range(text))
    return spans


def scope(allow, deny=(), **fields):
    """A scope with these entries."""
    permitted, denied = Entries(allowed=True), Entries(allowed=False)
    for text in allow:
        permitted.add(text, "in scope", "file")
    for text in deny:
        denied.add(text, "denied", "file")
    return Scope(
        "scope.yaml", "", "owner", "order", "a@b.example", "agent",
        permitted.listing(), denied.listing(), **fields,
    )  # fmt: skip


SPANS = st.lists(
    st.builds(
        lambda version, first, size: Range(version, first, first + size),
        st.sampled_from([4, 6]), st.integers(0, 90), st.integers(0, 20),
    ),
    max_size=15,
)  # fmt: skip


@given(SPANS)
def test_ranges_are_joined_and_in_order(spans):
    """Each address is once, IPv4 first, and no two ranges touch."""
    collected = RangeSet()
    for span in spans:
        collected.add(span)
    joined = list(collected)
    numbers = [(span.version, n) for span in joined for n in range(span.first, span.last + 1)]
    expected = {(span.version, n) for span in spans for n in range(span.first, span.last + 1)}
    assert numbers == sorted(expected)
    for one, other in pairwise(joined):
        assert one.version != other.version or one.last + 1 < other.first


@given(SPANS, SPANS, st.lists(st.sampled_from(["a.example", "b.example", "c.example"])))
def test_every_target_has_its_place(spans, others, names):
    """Places, versions, numbers, then names; index and iteration agree."""
    sets = {HERE: RangeSet(), OTHER: RangeSet()}
    for place, given_spans in ((HERE, spans), (OTHER, others)):
        for span in given_spans:
            sets[place].add(span)
    targets = TargetList(sets, {(name, HERE): name.upper() for name in names})
    expected = [
        (write_address(span.version, number), place.port)
        for place in (HERE, OTHER)
        for span in sets[place]
        for number in range(span.first, span.last + 1)
    ] + [(name, None) for name in sorted(set(names))]
    assert [(target.host, target.port) for target in targets] == expected
    assert len(targets) == len(expected)
    alone = list(targets)[: len(targets) - len(targets.names)]
    assert not any(target.is_name for target in alone)
    covered = [(p, s.version, n) for p, s in targets.spans() for n in range(s.first, s.last + 1)]
    assert len(covered) == len(alone)


@given(SPANS, SPANS)
def test_an_address_is_found_at_its_port(spans, others):
    """Exactly the addresses that the targets hold, per port and version."""
    sets = {HERE: RangeSet(), OTHER: RangeSet()}
    for place, given_spans in ((HERE, spans), (OTHER, others)):
        for span in given_spans:
            sets[place].add(span)
    targets = TargetList(sets, {("a.example", OTHER): "a.example"})
    held = {(target.host, target.port) for target in targets}
    for version in (4, 6):
        for number in range(130):
            for port in (8443, 1):
                expected = (write_address(version, number), port) in held
                assert targets.has_address(version, number, port) is expected


def test_a_name_keeps_the_operators_word():
    """An address is called by itself."""
    targets = TargetList({HERE: ranges("192.0.2.1")}, {("a.example", OTHER): "https://A.example"})
    assert list(targets) == [
        Target("192.0.2.1", "192.0.2.1", False, None, "https"),
        Target("https://A.example", "a.example", True, 8443, "https"),
    ]
    for index in (-1, 2):
        with pytest.raises(IndexError):
            targets[index]


def test_a_slash_8_needs_no_memory():
    """Sixteen million targets are one range."""
    targets = TargetList({HERE: ranges("127.0.0.0/8")}, {})
    assert len(targets) == 1 << 24
    assert targets[(1 << 24) - 1].host == "127.255.255.255"
    assert len(list(targets.spans())) == 1


def test_the_digest_is_of_the_content():
    """Not of the order in which it was given, nor of the operator's words."""
    one = TargetList({HERE: ranges("10.0.0.0/25", "10.0.0.128/25")}, {("a.b", HERE): "a.b"})
    same = TargetList({HERE: ranges("10.0.0.0/24", "10.0.0.7")}, {("a.b", HERE): "https://A.B/"})
    assert one.digest == same.digest
    others = [
        TargetList({HERE: ranges("10.0.0.0/24")}, {}),
        TargetList({OTHER: ranges("10.0.0.0/24")}, {("a.b", HERE): "a.b"}),
        TargetList({HERE: ranges("10.0.0.0/24")}, {("a.b", OTHER): "a.b"}),
        TargetList({}, {}),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 5


def test_what_is_outside_is_summed_up():
    """A network of millions of which a few are allowed gives a few lines."""
    targets = TargetList({HERE: ranges("127.0.0.0/8")}, {})
    inside, outside = divide(targets, scope(["127.0.0.0/24"], ["127.0.0.8/31"]))
    assert len(inside) == 254
    assert {target.port for target in inside} == {443}
    assert outside == [
        Outside("127.0.0.8/31", 443, 2, "denied: 127.0.0.8/31 (file)"),
        Outside("127.0.1.0-127.255.255.255", 443, (1 << 24) - 256,
                "outside the scope: not in 'allow'"),
    ]  # fmt: skip


def test_countless_reasons_are_summed_up_per_reason():
    """Where there are more parts outside than anyone reads, each reason is one line."""
    deny = [f"127.0.{number >> 7}.{number * 2 & 255}" for number in range(2_000)]
    targets = TargetList({HERE: ranges("127.0.0.0/16")}, {})
    inside, outside = divide(targets, scope([], deny))
    assert len(inside) == 0
    assert len(outside) == LISTED + 2
    assert {one.why for one in outside[-2:]} == {"denied", "outside the scope"}
    assert sum(one.count for one in outside) == 65_536


def test_names_stay_unless_they_are_denied():
    """Whether a name may be asked can depend on where it leads."""
    names = {(name, HERE): name for name in ("a.example", "b.example", "c.example")}
    inside, outside = divide(TargetList({}, names), scope(["a.example"], ["c.example"]))
    assert [target.host for target in inside] == ["a.example", "b.example"]
    assert outside == [Outside("c.example", 443, 1, "denied: c.example (file)")]


def test_ports_come_from_the_scope():
    """All of them for a target that names none; a target's own only if the scope has it."""
    sets = {HERE: ranges("10.0.0.1"), OTHER: ranges("10.0.0.1-2"),
            Place(80, "http"): ranges("10.0.0.3")}  # fmt: skip
    names = {("a.example", Place(22, "https")): "a.example:22"}
    inside, outside = divide(
        TargetList(sets, names), scope(["10.0.0.0/8", "a.example"], ports=(443, 8443))
    )
    assert [(target.host, target.port) for target in inside] == [
        ("10.0.0.1", 443), ("10.0.0.1", 8443), ("10.0.0.2", 8443),
    ]  # fmt: skip
    assert [(one.target, one.why) for one in outside] == [
        ("10.0.0.3", "port 80 is not in 'ports' of the scope"),
        ("a.example:22", "port 22 is not in 'ports' of the scope"),
    ]


@given(
    st.lists(st.sampled_from(["127.0.0.0/28", "127.0.0.4/31", "127.0.0.9", "127.0.0.12-40"])),
    st.lists(st.sampled_from(["127.0.0.0/29", "127.0.0.10", "127.0.0.16/28"])),
)
def test_inside_is_exactly_what_the_scope_allows(allow, deny):
    """Each target is inside or counted outside, as each by itself is decided."""
    one = scope(allow, deny)
    targets = TargetList({HERE: ranges("127.0.0.0/26")}, {})
    inside, outside = divide(targets, one)
    assert {t.host for t in inside} == {t.host for t in targets if one.decide(t.host).allowed}
    assert len(inside) + sum(part.count for part in outside) == len(targets)
