"""Pages that can do no harm, told by their bytes alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.quick import may_matter, names_power

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
