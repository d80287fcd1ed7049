"""What is made of values: worked out where constant, followed where not."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell import folding, operations
from alpheus.detect.webshell.values import NOTHING, Source, Value

GIVEN = Value(sources=(Source(1, "Request"),))


def test_a_sum_keeps_where_it_begins_and_how_it_ends() -> None:
    """A path that begins in a folder of the page's choice stays there; its end is known."""
    path = operations.added(
        "+", operations.added("+", Value("D:\\site\\up\\"), GIVEN), Value(".png")
    )
    assert (path.rooted, path.ending, path.mixed, path.tainted) == (True, ".png", True, True)
    assert not operations.added("+", GIVEN, Value("/x.aspx")).rooted


def test_numbers_and_texts_add_up_as_their_language_adds() -> None:
    """`+` of numbers is a number; `&` is always a text."""
    assert operations.added("+", Value(1), Value(2)).constant == 3
    assert operations.added("&", Value("1"), Value(2)).constant == "12"


def test_arrays_become_bytes_and_texts() -> None:
    """`new byte[] {77, 90}` and `new string(new char[] {…})`."""
    assert operations.array("byte[]", [], [Value(77), Value(90)]).constant == b"MZ"
    letters = operations.array("char[]", [], [Value("a"), Value("b")])
    assert operations.array("string", [letters], []).constant == "ab"


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("WScript.Shell", "wscript.shell"),
        ("new:{72C24DD5-D70A-438B-8A42-98424B88AFB8}", "wscript.shell"),
        ("clsid:0E59F1D5-1FBE-11D0-8FF2-00A0D10038BC", "scriptcontrol"),
        ("ADODB.Stream.1", "adodb.stream"),
    ],
)
def test_a_component_is_what_its_name_says(name: str, type_: str) -> None:
    """By program id, by class id, with or without a version."""
    assert operations.component([Value(name)]).types == {type_}


def test_known_methods_are_worked_out() -> None:
    """Those of texts, those of encodings, and those of a type."""
    assert operations.text_method("replace", Value("a-b"), [Value("-"), Value("")]).constant == "ab"  # type: ignore[union-attr]
    utf8 = Value(types=frozenset({"utf8"}))
    assert operations.text_method("getstring", utf8, [Value(b"ab")]).constant == "ab"  # type: ignore[union-attr]
    convert = Value(types=frozenset({"convert"}))
    decoded = operations.static("frombase64string", convert, [Value("YWI=")])
    assert decoded is not None
    assert (decoded.constant, decoded.steps) == (b"ab", ("base64",))
    assert operations.static("unknown", convert, [Value("YWI=")]) is None


def test_what_cannot_be_worked_out_keeps_its_sources() -> None:
    """A measure of something passes nothing on; anything else does."""
    assert operations.folded(folding.FUNCTIONS["chr"], "chr", [GIVEN]).tainted
    assert operations.folded(None, "len", [GIVEN]) is NOTHING
