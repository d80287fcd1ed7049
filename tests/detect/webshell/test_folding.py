"""Constants worked out: what a page writes in pieces is the text that it means."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell import folding
from alpheus.detect.webshell.flow import Flow
from alpheus.detect.webshell.folding import FUNCTIONS, STATIC, TEXT_METHODS
from alpheus.detect.webshell.page import Code, Kind, Language
from alpheus.detect.webshell.syntax import parse
from alpheus.detect.webshell.values import MOST_TEXT, Constant

PIECES = st.lists(
    st.text(st.characters(codec="ascii", min_codepoint=32, exclude_characters='"\\'), max_size=8),
    min_size=1,
    max_size=25,
)  # fmt: skip
LANGUAGES = st.sampled_from(list(Language))


def _texts(code: str, language: Language) -> set[str]:
    """Constant texts that reach `Keep(…)`, a function of the code's own."""
    program = parse([Code(code, 1, Kind.SCRIPT, language)])
    flow = Flow(program, (), [language])
    flow.run()
    value = flow._scope.get("kept", program.top)
    return set() if value is None or value.text is None else {value.text}


def _assigned(expression: str, language: Language) -> str:
    end = "" if language.basic else ";"
    return f"kept = {expression}{end}\n"


@given(PIECES, LANGUAGES, st.data())
def test_concatenations_are_what_python_makes_of_them(
    pieces: list[str], language: Language, data: st.DataObject
) -> None:
    """In any language, with brackets anywhere."""
    mark = data.draw(st.sampled_from(["&", "+"] if language.basic else ["+"]))
    text = "".join(pieces)
    spelt = f'"{pieces[0]}"'
    for piece in pieces[1:]:
        spelt = f'{spelt} {mark} "{piece}"'
        if data.draw(st.booleans()):
            spelt = f"({spelt})"
    assert _texts(_assigned(spelt, language), language) == {text}


@given(st.text(st.characters(codec="ascii", min_codepoint=32), min_size=1, max_size=20))
def test_characters_by_number_are_what_python_makes_of_them(text: str) -> None:
    """`Chr(…)` of the Basics, `fromCharCode` of JScript, arrays of C#."""
    spelt = " & ".join(f"Chr({ord(char)})" for char in text)
    for language in (Language.VB, Language.VBSCRIPT):
        assert _texts(_assigned(spelt, language), language) == {text}
    numbers = ", ".join(str(ord(char)) for char in text)
    code = _assigned(f"String.fromCharCode({numbers})", Language.JSCRIPT)
    assert _texts(code, Language.JSCRIPT) == {text}
    code = _assigned(f"new string(new char[] {{ {numbers} }})", Language.CSHARP)
    assert _texts(code, Language.CSHARP) == {text}


@given(st.text(max_size=40))
def test_base64_is_what_python_makes_of_it(text: str) -> None:
    """With blanks in it as well."""
    encoded = base64.b64encode(text.encode()).decode()
    assert folding.decoded_base64(encoded) == text.encode()
    assert folding.decoded_base64("\n ".join(encoded)) == text.encode()
    code = _assigned(
        f'Encoding.UTF8.GetString(Convert.FromBase64String("{encoded}"))', Language.CSHARP
    )
    assert _texts(code, Language.CSHARP) == {text}


@given(st.integers(-999, 999), st.integers(-999, 999))
def test_arithmetic_is_what_python_makes_of_it(one: int, other: int) -> None:
    """Of whole numbers; nothing is divided by nothing."""
    assert folding.calculated("-", one, other) == one - other
    assert folding.calculated("*", one, other) == one * other
    assert folding.calculated("xor", one, other) == one ^ other
    assert folding.calculated("and", one, other) == one & other
    assert folding.calculated("|", one, other) == one | other
    assert folding.added(one, other) == one + other
    if other:
        assert folding.calculated("\\", one, other) == one // other
    else:
        assert folding.calculated("/", one, other) is None
        assert folding.calculated("mod", one, other) is None


@pytest.mark.parametrize(
    ("left", "right", "total"),
    [
        ("a", "b", "ab"),
        ("a", 1, "a1"),
        (1, "a", "1a"),
        (1, 2, 3),
        ("a", None, None),
        (b"a", "b", None),
        ("a" * MOST_TEXT, "b", None),
    ],
)
def test_sums(left: Constant | None, right: Constant | None, total: Constant | None) -> None:
    """Of texts and numbers; what is unknown or too long stays unknown."""
    assert folding.added(left, right) == total


@pytest.mark.parametrize(
    ("name", "given_", "expected"),
    [
        ("strreverse", ["cba"], "abc"),
        ("replace", ["a*b*c", "*", ""], "abc"),
        ("mid", ["abcdef", 2, 3], "bcd"),
        ("mid", ["abcdef", 3], "cdef"),
        ("left", ["abcdef", 2], "ab"),
        ("right", ["abcdef", 2], "ef"),
        ("split", ["a,b", ","], ("a", "b")),
        ("join", [("a", "b"), ""], "ab"),
        ("join", [("a", "b")], "a b"),
        ("array", ["a", 1], ("a", 1)),
        ("unescape", ["%61%u0062c"], "abc"),
        ("asc", ["A"], 65),
        ("hex", [255], "FF"),
        ("lcase", ["ABC"], "abc"),
        ("ucase", ["abc"], "ABC"),
        ("clng", ["&H41"], 65),
        ("cint", ["65"], 65),
        ("chrw", [65.0], "A"),
        ("space", [2], "  "),
    ],
)
def test_functions_of_the_basics(
    name: str, given_: list[Constant | None], expected: Constant
) -> None:
    """Each by the rules of its language."""
    assert FUNCTIONS[name](given_) == expected


@pytest.mark.parametrize(
    ("text", "name", "given_", "expected"),
    [
        ("a-b", "replace", ["-", ""], "ab"),
        ("abcdef", "substring", [1, 3], "bcd"),
        ("abcdef", "remove", [2], "ab"),
        ("a;b", "split", [(";",)], ("a", "b")),
        ("ab", "tochararray", [], ("a", "b")),
        (" a ", "trim", [], "a"),
        ("cba", "reverse", [], "abc"),
        ("a", "concat", ["b"], "ab"),
    ],
)
def test_methods_of_texts(
    text: str, name: str, given_: list[Constant | None], expected: Constant
) -> None:
    """Replacing, cutting, splitting."""
    assert TEXT_METHODS[name](text, given_) == expected


@pytest.mark.parametrize(
    ("name", "given_", "expected"),
    [
        ("string.join", ["", ("a", "b")], "ab"),
        ("string.concat", ["a", "b", 1], "ab1"),
        ("string.concat", [("a", "b")], "ab"),
        ("string.format", ["{1}{0:x}c", "b", "a"], "abc"),
        ("convert.toint32", ["41", 16], 65),
        ("convert.tochar", [65], "A"),
    ],
)
def test_methods_of_types(name: str, given_: list[Constant | None], expected: Constant) -> None:
    """Joining, formatting, numbers of any base."""
    assert STATIC[name](given_) == expected


@pytest.mark.parametrize(
    ("encoding", "python"),
    [("utf8", "utf-8"), ("ascii", "ascii"), ("unicode", "utf-16-le"), ("utf32", "utf-32-le")],
)
def test_bytes_become_a_text_by_their_encoding(encoding: str, python: str) -> None:
    """An array of numbers as well as bytes."""
    raw = "abc".encode(python)
    assert folding.encoded_text(raw, encoding) == "abc"
    assert folding.encoded_text(tuple(raw), encoding) == "abc"
    assert folding.encoded_text((1, 256), encoding) is None
    assert folding.encoded_text("abc", encoding) is None


def test_a_text_cannot_grow_without_end() -> None:
    """Replacing one letter by many, and reading a very long code, is given up."""
    assert FUNCTIONS["replace"](["a" * 5000, "a", "b" * 5000]) is None
    assert folding.decoded_base64("A" * (2 * MOST_TEXT + 1)) is None
    assert TEXT_METHODS["split"]("," * 100_000, [","]) is None
    assert FUNCTIONS["space"]([10**9]) == " " * 1024


CONSTANTS: st.SearchStrategy[Constant | None] = (
    st.none() | st.text(max_size=9) | st.binary(max_size=9) | st.integers() | st.floats()
    | st.tuples(st.text(max_size=2), st.integers())
)  # fmt: skip


@given(
    st.sampled_from(sorted(FUNCTIONS) + sorted(STATIC)), st.lists(CONSTANTS, min_size=1, max_size=4)
)
def test_no_function_fails_in_a_way_that_is_not_expected(
    name: str, given_: list[Constant | None]
) -> None:
    """Whatever it is given; what cannot be worked out stays unknown."""
    fold = FUNCTIONS.get(name) or STATIC[name]
    try:
        found = fold(given_)
    except (TypeError, ValueError, IndexError, OverflowError):
        return  # what calls it takes these as unknown
    assert found is None or isinstance(found, str | bytes | int | float | tuple)


@given(st.sampled_from(sorted(TEXT_METHODS)), st.text(max_size=9), st.lists(CONSTANTS, max_size=3))
def test_no_method_fails_in_a_way_that_is_not_expected(
    name: str, text: str, given_: list[Constant | None]
) -> None:
    """Likewise for the methods of a text."""
    try:
        TEXT_METHODS[name](text, given_)
    except (TypeError, ValueError, IndexError):
        return


@given(
    st.sampled_from(["-", "*", "/", "\\", "%", "^", "&", "|", "mod", "xor"]), CONSTANTS, CONSTANTS
)
def test_no_sum_raises(mark: str, left: Constant | None, right: Constant | None) -> None:
    """Of whatever kinds."""
    folding.calculated(mark, left, right)
    folding.added(left, right)
    folding.character(left)
    folding.decoded_base64(left)
