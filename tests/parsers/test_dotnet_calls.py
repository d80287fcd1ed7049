"""Who calls what in an assembly."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.dotnet import read_assembly
from alpheus.parsers.dotnet_calls import find_uses
from dotnet_writer import Method, Type, write_assembly

_TYPES = [
    Type("A", methods=(Method("One", ("X.Y.Go(int)", "=B.Two"), ("first",)), Method("Idle"))),
    Type("B", methods=(Method("Two", ("X.Y.Stop", "X.Z..ctor"), ("first", "second")),)),
]


def test_calls_and_strings_are_those_of_their_method() -> None:
    """By row: members, own methods and strings."""
    content = write_assembly(_TYPES)
    assembly = read_assembly(content)
    assert assembly is not None
    assert assembly.member_references == ("X.Y.Go", "X.Y.Stop", "X.Z..ctor")
    uses = find_uses(content, assembly, range(3), range(2))
    assert uses.members == {0: {0}, 2: {1, 2}}
    assert uses.methods == {0: {2}}
    assert uses.strings == {0: {0}, 2: {0, 1}}


def test_only_what_was_asked_for() -> None:
    """Members and strings that nobody wants are passed over."""
    content = write_assembly(_TYPES)
    assembly = read_assembly(content)
    assert assembly is not None
    uses = find_uses(content, assembly, {2}, ())
    assert uses.members == {2: {2}}
    assert uses.strings == {}


def test_a_call_outside_of_all_bodies_is_none() -> None:
    """The bytes of a call within other data do not count."""
    content = write_assembly([Type("A", methods=(Method("One"),))], references=("X.Y.Go",))
    assembly = read_assembly(content)
    assert assembly is not None
    call = b"\x28\x01\x00\x00\x0a"
    uses = find_uses(content[: -len(call)] + call, assembly, {0}, ())
    assert uses.members == {}


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=10))
def test_no_bytes_make_it_fail(changes: list[tuple[int, int]]) -> None:
    """Whatever is changed in the file."""
    content = bytearray(write_assembly(_TYPES))
    for place, value in changes:
        content[place % len(content)] = value
    assembly = read_assembly(bytes(content))
    if assembly is not None:
        members = range(len(assembly.member_references))
        uses = find_uses(bytes(content), assembly, members, range(len(assembly.strings)))
        assert all(method < len(assembly.addresses) for method in uses.members)
