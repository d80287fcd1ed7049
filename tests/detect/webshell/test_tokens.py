"""Words of code: what a compiler would read, whatever was done to hide it from people."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.page import Language
from alpheus.detect.webshell.tokens import MOST_TOKENS, T, Token, tokens

CSHARP, VB, JSCRIPT, VBSCRIPT = Language.CSHARP, Language.VB, Language.JSCRIPT, Language.VBSCRIPT
C_LIKE = [CSHARP, JSCRIPT]
BASIC = [VB, VBSCRIPT]
LANGUAGES = st.sampled_from(list(Language))


def _values(text: str, language: Language = CSHARP) -> list[str | int | float]:
    return [word.value for word in tokens(text, language)]


def _kinds(text: str, language: Language = CSHARP) -> list[T]:
    return [word.kind for word in tokens(text, language)]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\u0061bc", "abc"),
        (r"a\u0062c", "abc"),
        (r"\U00000061bc", "abc"),
        ("@abc", "abc"),
        (r"@\u0061b\u0063", "abc"),
        ("abc_1$", "abc_1$"),
        ("größe", "größe"),
    ],
)
def test_identifiers_come_out_as_what_they_are(text: str, plain: str) -> None:
    """Escapes and the sign for verbatim names hide nothing."""
    assert tokens(text, CSHARP) == [Token(T.NAME, plain, 1)]


def test_identifiers_of_basic_lose_brackets_and_type_signs() -> None:
    """`[abc]` and `abc$` are `abc`."""
    assert _values("[abc] = def$", VB) == ["abc", "=", "def"]


@pytest.mark.parametrize("language", C_LIKE)
@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r'"a\x62\u0063\t"', "abc\t"),
        (r'"\141b"', "141b"),
        (r"'a\'b'", "a'b"),
        (r'"a\\"', "a\\"),
        ('"a', "a"),
        ("''", ""),
    ],
)
def test_texts_are_undone(language: Language, text: str, plain: str) -> None:
    """Escapes become what they stand for; a text that never ends goes on to the end of its line."""
    if plain == "141b":
        plain = "ab"
    assert tokens(text, language) == [Token(T.TEXT, plain, 1)]


def test_verbatim_texts_keep_backslashes() -> None:
    """And two quotes are one; they may go over several lines."""
    assert _values('@"a\\b""c" x') == ['a\\b"c', "x"]
    words = tokens('@"a\nb" x', CSHARP)
    assert [(word.value, word.line) for word in words] == [("a\nb", 1), ("x", 2)]


def test_interpolated_texts_are_sums() -> None:
    """What stands in the holes is code."""
    assert _values('$"a{b}c"') == ["a", "+", "(", "b", ")", "+", "c"]
    assert _values('$"a{{b}}"') == ["a{{b}}"]


def test_texts_of_basic_double_their_quotes() -> None:
    """A backslash is a backslash; typographic quotes are quotes."""
    assert _values('"a""b\\"', VB) == ['a"b\\']
    assert _values("\u201ca\u201d", VB) == ["a"]
    assert _values('"a"c', VB) == ["a"]
    assert _values('"open\nx', VBSCRIPT) == ["open", "\n", "x"]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("language", C_LIKE)
def test_a_comment_ends_where_the_compiler_ends_the_line(language: Language, end: str) -> None:
    """Also at characters that an editor does not show as an end."""
    words = tokens(f"// no{end}yes", language)
    assert words == [Token(T.NAME, "yes", 2)]


@pytest.mark.parametrize("language", C_LIKE)
def test_comments_may_stand_anywhere(language: Language) -> None:
    """Between the parts of a call they change nothing but the line."""
    words = tokens("a/* . */./* ( \n */b/**/(// x\n)", language)
    assert [(word.value, word.line) for word in words] == [
        ("a", 1), (".", 1), ("b", 2), ("(", 2), (")", 3),
    ]  # fmt: skip


@pytest.mark.parametrize("language", BASIC)
@pytest.mark.parametrize("comment", ["' no", "rem no", "REM no: no", "\u2019 no"])
def test_comments_of_basic_end_with_their_line(language: Language, comment: str) -> None:
    """Both spellings, alone or behind a statement."""
    assert _values(f"{comment}\nx", language) == ["\n", "x"]
    assert _values(f"a : {comment}\nx", language) == ["a", ":", "\n", "x"]


def test_a_line_of_basic_goes_on_behind_an_underscore() -> None:
    """It is one statement on two lines."""
    words = tokens('a = "b" & _\n  c _ \' why\n & d', VB)
    assert [word.value for word in words] == ["a", "=", "b", "&", "c", "&", "d"]
    assert words[-1].line == 3


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("0x41", CSHARP, 65),
        ("1_000", CSHARP, 1000),
        ("65L", CSHARP, 65),
        ("1.5f", CSHARP, 1.5),
        ("1e3", JSCRIPT, 1000.0),
        ("&H41", VB, 65),
        ("&h41&", VBSCRIPT, 65),
        ("&O101", VBSCRIPT, 65),
        ("65%", VB, 65),
        ("2.5", VBSCRIPT, 2.5),
    ],
)
def test_numbers_are_read_in_every_spelling(text: str, language: Language, number: float) -> None:
    """Hexadecimal, octal, with signs of type."""
    assert tokens(text, language) == [Token(T.NUMBER, number, 1)]


def test_a_sum_of_texts_and_numbers_is_no_octal_number() -> None:
    """`a&1` adds, `Chr(&101)` is an octal number."""
    assert _values("a&1", VBSCRIPT) == ["a", "&", 1]
    assert _values("chr(&101)", VBSCRIPT) == ["chr", "(", 65, ")"]


def test_a_pattern_of_jscript_is_a_text() -> None:
    """What looks like quotes or comments in it is none; a division stays a division."""
    assert _values("a = /['\"/*]/g; b", JSCRIPT) == ["a", "=", "/['\"/*]/g", ";", "b"]
    assert _values("a / b / c", JSCRIPT) == ["a", "/", "b", "/", "c"]
    assert _kinds("a / b", CSHARP) == [T.NAME, T.MARK, T.NAME]


def test_directives_of_the_compiler_are_passed_over() -> None:
    """`#region` and the like are no code."""
    assert _values("#region a'b\nx\n#endregion", CSHARP) == ["x"]
    assert _values("#If A Then\nx", VB) == ["\n", "x"]


def test_lines_for_the_compiler_are_told_by_where_they_stand() -> None:
    """What looks like one inside of a text or a comment hides nothing that follows it."""
    assert _values('@"a\n#b \' c" + d') == ["a\n#b ' c", "+", "d"]
    assert _values("/*\n#x */ a") == ["a"]
    assert _values("x\n  # if A\ny # b") == ["x", "y", "#", "b"]
    assert _values("a #b\nc", VB) == ["a", "#", "b", "\n", "c"]


@pytest.mark.parametrize("language", BASIC)
def test_a_remark_is_told_by_where_it_stands(language: Language) -> None:
    """Inside of a text it is text; a variable may be called so."""
    assert _values('a = "x: rem y" : b', language) == ["a", "=", "x: rem y", ":", "b"]
    assert _values("if a then rem no", language) == ["if", "a", "then"]
    assert _values("rem = 1", language) == ["rem", "=", 1]
    assert _values("a.rem b", language) == ["a", ".", "rem", "b"]
    assert _values("remark b", language) == ["remark", "b"]


@pytest.mark.parametrize("language", BASIC)
def test_statements_of_basic_end_with_line_or_colon(language: Language) -> None:
    """Both are the same kind of word."""
    assert _kinds("a\nb:c", language) == [T.NAME, T.END, T.NAME, T.END, T.NAME]


def test_lines_count_from_where_the_code_stands() -> None:
    """The first line is told by the page."""
    assert [word.line for word in tokens("a\r\nb\nc", CSHARP, 7)] == [7, 8, 9]
    assert [word.line for word in tokens("a\r\nb", VB, 7)] == [7, 7, 8]


@pytest.mark.parametrize("language", list(Language))
def test_words_are_bounded(language: Language) -> None:
    """More are not read, and nobody waits for them."""
    assert len(tokens("a " * (MOST_TOKENS + 9), language)) == MOST_TOKENS
    assert len(tokens("a b c", language, most=2)) == 2


_NAMES = st.lists(
    st.text(string.ascii_letters, min_size=2, max_size=9).map(lambda name: f"{name}_x"),
    min_size=1,
    max_size=12,
)


@given(_NAMES, LANGUAGES)
def test_identifiers_keep_all_their_letters(names: list[str], language: Language) -> None:
    """Whatever stands between them."""
    for between in (" ", ".", "(", " + ", ", "):
        found = tokens(between.join(names), language)
        assert [word.value for word in found if word.kind is T.NAME] == names


@given(_NAMES, st.sampled_from(C_LIKE), st.data())
def test_escaped_letters_are_kept_as_well(
    names: list[str], language: Language, data: st.DataObject
) -> None:
    """Any of them may be escaped."""
    escaped = [
        "".join(f"\\u{ord(c):04x}" if data.draw(st.booleans()) else c for c in name)
        for name in names
    ]
    assert _values(" ".join(escaped), language) == names


@given(st.text(st.characters(exclude_characters='"\\\r\n', codec="utf-8"), max_size=60), LANGUAGES)
def test_texts_are_kept_as_they_are(text: str, language: Language) -> None:
    """A text without escapes is itself."""
    quotes = "\u201c\u201d"
    if language.basic and set(text) & set(quotes):
        return
    assert tokens(f'"{text}"', language) == [Token(T.TEXT, text, 1)]


@given(st.text(max_size=400), LANGUAGES)
def test_no_text_raises_and_lines_grow(text: str, language: Language) -> None:
    """Whatever is no code is passed over."""
    lines = [word.line for word in tokens(text, language)]
    assert lines == sorted(lines)
    assert all(1 <= line <= len(re.findall("[\n\r\x85\u2028\u2029]", text)) + 1 for line in lines)


UNITS = ["(", "[", "[a", "{", '"', "'", "/*", "//", "/", '@"', '$"{', "\\", "=/[", "&h",
         "#ab", "rem ", " _\n", "1.", "1e", "\\u0061", "``"]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("language", list(Language))
def test_thousands_of_anything_come_to_an_end(unit: str, language: Language) -> None:
    """No place is looked at from each of the places before it, on one line."""
    tokens(unit * 20_000, language)


@pytest.mark.parametrize("unit", ["\n", " \r\n", "'a\n", "\trem a\n", "#if a\n", " ' _\r\n"])
def test_lines_without_words_are_one_end(unit: str) -> None:
    """However many; what follows is in its own line."""
    words = tokens("a\n" + unit * 3_000 + "b", VB)
    assert words == [Token(T.NAME, "a", 1), Token(T.END, "\n", 1), Token(T.NAME, "b", 3_002)]


@pytest.mark.parametrize("unit", ["\n", " \r\n", "//a\n", "/**/", "/*\n*/\r\n"])
def test_gaps_have_no_words(unit: str) -> None:
    """However many; what follows is in its own line."""
    count = len(re.findall("\n", unit * 3_000))
    assert tokens(unit * 3_000 + "b", CSHARP) == [Token(T.NAME, "b", 1 + count)]


@pytest.mark.parametrize("unit", ['\\"', "\\'", "\\\"'", '"\\"', "'\\'"])
@pytest.mark.parametrize("language", C_LIKE)
def test_a_quote_that_is_never_closed_is_looked_for_once(unit: str, language: Language) -> None:
    """It stands alone, and so do all of its kind up to the end of the line."""
    words = tokens(f"\"{unit * 30_000}\r'a'", language, most=10**7)
    assert words[-1] == Token(T.TEXT, "a", 2)


def test_quotes_that_stand_alone_hide_nothing_behind_them() -> None:
    """The other kind is closed in the same line, and both in the next."""
    assert _values('"a \'b\' \\" c\r\n"d"') == ['"', "a", "b", "\\", '"', "c", "d"]
