"""Pages that can do no harm, told by their bytes alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.quick import lines_of_interest, may_matter, names_power

WORD = "Pro" + "cess"
RUNAT = "run" + "at"
DIRECTIVE = '<%@ Page Language="C#" %>'


@pytest.mark.parametrize(
    "page",
    [
        f"{DIRECTIVE}<% Nowhere.{WORD}(( %>",
        f"<\n%@ Page %><script {RUNAT}=server>Nowhere.{WORD}((</script>",
        f'<script a="b" {RUNAT} = "server" c>Nowhere.{WORD}((</script>',
        f'<script a="b > c" {RUNAT}="server">Nowhere.{WORD}((</script>',
        f'<%@ WebHandler Language="C#" Class="A" %>class A : Nowhere.{WORD} {{',
        f'<%@ Language="C#" Class="A" %>class A : Nowhere.{WORD} {{',
        f'<%@ Language="C#"\tClass = "A" %>class A : Nowhere.{WORD} {{',
        f'<%@ Language="C#" Title="5 %" Class="A" %>class A : Nowhere.{WORD} {{',
        f"< % Nowhere.{WORD}((",
        f"<%=Nowhere.{WORD}((",
        r"<% Nowhere.\u0050rocess(( %>",
        "<% #@~^AAAAAA==x %>",
        "!BDN <% ",
        "<%@ codepage=65000 %>+ADwAJQ- x",
        "<msxsl:script>x",
        "<% new Function( %>",
        '<!-- #include file="file.asp" --><% x',
        f'{DIRECTIVE}<%# Nowhere.{WORD}(Eval("a") %>',
        '<% a.save b : c = "microsoft.xmldom" %>',
        "<% CSharpScript %>",
        "<% FileOpen( %>",
        "<% c.open request(a) %>",
    ],
)  # fmt: skip
def test_code_that_names_something_of_power_matters(page: str) -> None:
    """However it is marked or spelt, in one byte for each character or two."""
    assert may_matter(page.encode())
    assert may_matter(page.upper().encode() if "\\u" not in page else page.encode())
    assert may_matter((page + " " * 40).encode("utf-16-le"))


@pytest.mark.parametrize(
    "page",
    [
        "",
        f"<html><body>The {WORD} of Registry and Socket.</body></html>",
        f"{DIRECTIVE}<% a = b; %><p>{WORD}</p>",
        f"{DIRECTIVE}<%# Eval(\"{WORD.lower()}(\") %><%# Bind( 'a' ) %>",
        "<% a.SaveChanges() : b.save c %>",
        f"{DIRECTIVE}<%-- Nowhere.{WORD}(( --%><% a = b; %>",
        f'<% a = b %><script src="x.js">var {WORD.lower()} = 1;</script>',
    ],
)
def test_pages_without_such_code_do_not(page: str) -> None:
    """What stands in markup, in comments of the server or in script of the client is no code."""
    assert not may_matter(page.encode())


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (f"x = nowhere.{WORD}.", True),
        ("execute x", True),
        ("connection.execute sql", False),
        ("rows_execute(1)", False),
        ("eval(x", True),
        ('set c = createobject("adodb.connection")', False),
        ("set c = createobject( 'scripting.dictionary')", False),
        ('set c = createobject("wscr" & "ipt.shell")', True),
        ("set c = createobject(name)", True),
        ('c.open request("conn")', True),
        ('c.open "dsn=a" : rs.open "select 1", c', False),
        ("nothing of interest", False),
    ],
)
def test_ordinary_calls_of_a_database_are_no_power(code: str, named: bool) -> None:
    """A statement that runs text is; a method of that name, or a harmless component, is not."""
    assert names_power(code.lower().encode()) is named


@given(st.binary(max_size=500))
def test_no_bytes_raise(content: bytes) -> None:
    """There is always an answer."""
    assert may_matter(content) in {True, False}
    may_matter(b"<% eval" + content)
    may_matter(b"<script " + content)


UNITS = [b"<%", b"<script ", b"<script runat ", b"<script runat>", b"# include ", b"<", b"< ",
         b"<%@ class ", b"<%@ ", b"\0"]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_a_hundred_thousand_of_anything_come_to_an_end(unit: bytes) -> None:
    """No place is looked at from each of the places before it."""
    may_matter(b"<% eval %>" + unit * 100_000)


LINES = [
    "request", "a = b", "b = c", "sub f", "x.save y", "recordset", "createobject", "execute x",
    '("adodb.connection")', "rows", "file(", "o", "", "'", "A\u03a3", "class", " lib ",
    "conn.open", " request(1)", "d = \u0130", "process.", "nothing here", "\u2028", "\x85",
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=300), st.sampled_from(["\n", "\r\n", "\r"]))
def test_lines_are_chosen_as_if_each_was_asked_alone(lines: list[str], end: str) -> None:
    """Those that matter by themselves, and those with a name of theirs; all others are empty."""
    alone = {at for at, line in enumerate(lines) if lines_of_interest(line).strip()}
    names = set(re.findall(r"[a-z_]\w*", "\n".join(lines[at] for at in alone).lower()))
    shared = {
        at
        for at, line in enumerate(lines)
        if not names.isdisjoint(re.findall(r"[a-z_]\w*", line.lower()))
    }
    kept = [line if at in alone | shared else "" for at, line in enumerate(lines)]
    assert lines_of_interest(end.join(lines)) == "\n".join(kept)


def test_lines_far_from_any_that_matters_are_left_out() -> None:
    """In a page of many lines, what shares nothing with them; their places stay."""
    lines = ["nothing = here"] * 100_000
    lines[77_777] = "x = request(1)"
    lines[5] = "y = x"
    kept = lines_of_interest("\n".join(lines)).split("\n")
    assert {at: line for at, line in enumerate(kept) if line} == {
        5: lines[5],
        77_777: lines[77_777],
    }


def test_where_too_many_lines_matter_their_neighbours_are_kept() -> None:
    """No line that matters is lost for it."""
    lines = ["request", "nothing = here"] * 50_000
    kept = lines_of_interest("\n".join(lines)).split("\n")
    assert kept[:2] == ["request", ""]
    assert kept[-2:] == ["request", "nothing = here"]
    assert kept[::2] == lines[::2]


def test_padding_with_names_of_the_lines_that_matter_does_not_push_them_out() -> None:
    """Too many lines that share a name are none that matter; a few are kept."""
    lines = ["y = x  and nothing else"] * 10_000 + ["x = request(1)"]
    assert lines_of_interest("\n".join(lines)).strip() == "x = request(1)"
    assert lines_of_interest("\n".join(lines[-50:])).split("\n") == lines[-50:]
