"""A server page cut into its parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.page import Code, Kind, Language, Page, blanked, read_page

CSHARP, VB, JSCRIPT, VBSCRIPT = Language.CSHARP, Language.VB, Language.JSCRIPT, Language.VBSCRIPT
RUNAT = "run" + "at"
SERVER_SCRIPT = f"<script {RUNAT}=server>"


def _code(text: str, name: str = "a.aspx") -> list[tuple[str, Kind, Language]]:
    return [(one.text.strip(), one.kind, one.language) for one in read_page(text, name).code]


@pytest.mark.parametrize(
    "directive",
    [
        '<%@ Page Language="C#" %>',
        "<%@page language=c#%>",
        "<% @ Page Language='cs' %>",
        "< % @ Page\nLanguage = CSharp\n%>",
        "<%@\r\n\tPAGE debug=true LANGUAGE=\"C#\" %>",
        '<%@ Control Language="c#" Inherits="a" %>',
        '<%@ Page Title="a > b" Language="C#" %>',
    ],
)  # fmt: skip
def test_a_directive_is_read_in_any_spelling(directive: str) -> None:
    """Blanks, quotes, case and line ends do not matter; the language is that of the code."""
    assert _code(f"{directive}\n<% a(); %>") == [("a();", Kind.INLINE, CSHARP)]


@pytest.mark.parametrize(
    ("text", "name", "language"),
    [
        ('<%@ Page Language="VB" %><% a %>', "a.aspx", VB),
        ('<%@ Page Language="JScript" %><% a %>', "a.aspx", JSCRIPT),
        ('<%@ Page Language="js" %><% a %>', "a.aspx", JSCRIPT),
        ('<%@ Language="VBScript" %><% a %>', "a.asp", VBSCRIPT),
        ("<%@ LANGUAGE = JScript %><% a %>", "a.asp", JSCRIPT),
        ('<%@ Language="JScript.Encode" CodePage=65001 %><% a %>', "a.asp", JSCRIPT),
        ('<%@codepage=65001 language="VB"%><% a %>', "a.cer", VBSCRIPT),
        ("<% a %>", "a.asp", VBSCRIPT),
        ("<% a %>", "a.ASA", VBSCRIPT),
        ("<%@ Page %><% a %>", "a.aspx", VB),
        ("<% a(); %>", "a.aspx", CSHARP),
        ("<% a %>", "a.aspx", VB),
        ('<%@ Page Language="Klingon" %><% a %>', "a.aspx", VB),
    ],
)
def test_the_language_is_that_of_directive_or_extension(
    text: str, name: str, language: Language
) -> None:
    """A directive first; without one the extension, or what the code looks like."""
    assert [one[2] for one in _code(text, name)] == [language]


@pytest.mark.parametrize(
    "tag",
    [
        f"<script {RUNAT}=server>",
        f"<SCRIPT {RUNAT.upper()} = 'Server' type=x>",
        f'<script type="text/a" {RUNAT}="server" defer>',
        f"<script\n{RUNAT}=\n server\t>",
        f'<script a="x > y" {RUNAT}="server">',
        f"<script id=a<%=1%>b {RUNAT}=server>",
    ],
)
def test_a_script_block_is_the_servers_in_any_spelling(tag: str) -> None:
    """Attributes come in any order and quote style."""
    head = '<%@ Page Language="C#" %>'
    found = _code(f"{head}\n{tag}void A() {{ B(); }}</SCRIPT ><p>")
    assert ("void A() { B(); }", Kind.SCRIPT, CSHARP) in found


def test_a_script_block_may_have_a_language_of_its_own() -> None:
    """One page may hold several languages."""
    block = f'<script language="JScript" {RUNAT}="server">a()</script>'
    assert _code(f'<%@ Page Language="C#" %>{block}<% b(); %>') == [
        ("a()", Kind.SCRIPT, JSCRIPT),
        ("b();", Kind.INLINE, CSHARP),
    ]
    assert _code(f"<script language=vbscript {RUNAT}=server>a</script>", "a.asp") == [
        ("a", Kind.SCRIPT, VBSCRIPT)
    ]


@pytest.mark.parametrize("attribute", ["", "runatx=server", "run-at=server", "runat=client"])
def test_script_of_the_client_is_no_code(attribute: str) -> None:
    """What the browser runs is not the server's; what the server writes into it is."""
    page = f"<script {attribute}>alert('a')<%= b %></script>"
    assert _code(page, "a.asp") == [("b", Kind.EXPRESSION, VBSCRIPT)]


def test_code_has_kinds() -> None:
    """Statements, expressions, encoded expressions, and data binding of both spellings."""
    page = '<%@ Page Language="C#" %><% a %><%= b %><%: c %><%# d %><%#: e %><%$ f %>'
    assert [(text, kind) for text, kind, _ in _code(page)] == [
        ("a", Kind.INLINE),
        ("b", Kind.EXPRESSION),
        ("c", Kind.EXPRESSION),
        ("d", Kind.BINDING),
        ("e", Kind.BINDING),
    ]


def test_comments_of_the_server_are_no_part_of_the_page() -> None:
    """Neither is what stands in them; comments of HTML hide nothing from the server."""
    page = f'<%@ Page Language="C#" %><%-- <% no(); %> {"x" * 9000} --%><!-- <% a(); %> -->'
    assert [text for text, _, _ in _code(page)] == ["a();"]
    assert _code("<%-- never ended <% a(); %>") == []


def test_code_may_begin_with_two_dashes() -> None:
    """Only what stands directly behind the mark makes a comment."""
    page = '<%@ Page Language="C#" %><% --a; b(); %><%\n--c; %>'
    assert [text for text, _, _ in _code(page)] == ["--a; b();", "--c;"]


def test_code_goes_on_to_the_end_where_nothing_ends_it() -> None:
    """A page that is cut off is read as far as it goes."""
    assert [text for text, _, _ in _code("<% a( 1;", "a.asp")] == ["a( 1;"]
    assert [text for text, _, _ in _code(f"{SERVER_SCRIPT}a( 1;", "a.asp")] == ["a( 1;"]


@pytest.mark.parametrize(
    ("directive", "name"),
    [
        ('<%@ WebHandler Language="C#" Class="A" %>', "a.ashx"),
        ('<%@ WebService Language="C#" Class="A" %>', "a.asmx"),
        ('<%@ WebService Language="C#" Class="A" %>', "a.soap"),
        ('<%@ ServiceHost Language="C#" Service="A" %>', "a.svc"),
        ('<% @ webhandler class=A language="c#"%>', "a.txt"),
        ('<%@ Language="C#" Class="A" %>', "a.ashx"),
    ],
)
def test_the_class_below_a_directive_is_code_whatever_the_extension(
    directive: str, name: str
) -> None:
    """The directive decides, not what the file is called."""
    body = "public class A : Nowhere.Missing { void B( {"
    found = read_page(f"{directive}\r\n\r\n{body}", name)
    assert [(one.text.strip(), one.kind, one.language) for one in found.code] == [
        (body, Kind.BODY, CSHARP)
    ]
    line = found.code[0].line + found.code[0].text.split(body)[0].count("\n")
    assert line == 3
    assert not found.classic


def test_comments_in_a_class_keep_their_lines() -> None:
    """What is blanked out still counts."""
    text = '<%@ WebHandler Language="C#" Class="A" %>\n<%-- x\ny --%>class A { }'
    (piece,) = read_page(text, "a.ashx").code
    assert "x" not in piece.text
    before = piece.text[: piece.text.index("class")]
    assert piece.line + before.count("\n") == 3


def test_a_class_without_a_directive_is_code_by_its_extension() -> None:
    """A handler whose directive was cut off is still a handler."""
    assert _code("class A { void B( {} }", "a.ashx") == [
        ("class A { void B( {} }", Kind.BODY, CSHARP)
    ]
    assert _code("Class A\nEnd Class", "a.asmx") == [("Class A\nEnd Class", Kind.BODY, VB)]
    assert _code("class A { }", "a.txt") == []


def test_a_style_sheet_with_script_holds_code() -> None:
    """It runs when the sheet is used."""
    page = '<a><msxsl:script language="C#" implements-prefix="u"><![CDATA[ x(); ]]></msxsl:script>'
    assert _code(page, "a.xslt") == [("x();", Kind.SCRIPT, CSHARP)]


def test_controls_of_the_server_are_kept_with_their_kind() -> None:
    """What a visitor types into one is a source; an attribute may hold code."""
    page = read_page(
        f'<asp:TextBox ID="Box" {RUNAT}="server" Text=\'<%= a %>\' /><input id=b {RUNAT}=server>'
        f'<p id="c"><a href="x > y" {RUNAT} = "server" id="d">',
        "a.aspx",
    )
    assert page.controls == {"box": "asp:textbox", "b": "input", "d": "a"}
    assert [piece.text.strip() for piece in page.code] == ["a"]


def test_includes_are_kept() -> None:
    """Code may stand in another file."""
    page = read_page(
        f'<!-- #include file="b.inc" --><!--#INCLUDE VIRTUAL=/c.asp-->'
        f'<script src="d.js" {RUNAT}=server></script>',
        "a.asp",
    )
    assert page.includes == ["b.inc", "/c.asp", "d.js"]


@pytest.mark.parametrize(
    ("directive", "behind"),
    [
        ('<%@ Page CodeBehind="a.aspx.cs" Inherits="A.B" %>', "a.aspx.cs"),
        ('<%@ Page CodeFile="a.vb" %>', "a.vb"),
        ('<%@ Page Src="a.cs" %>', "a.cs"),
        ('<%@ Page Inherits="Shop.Page" %>', "Shop.Page"),
        ('<%@ ServiceHost Service="Shop.Orders" %>', "Shop.Orders"),
        ('<%@ Page Inherits="Plain" %>', None),
        ('<%@ Page Language="C#" %>', None),
    ],
)
def test_code_behind_is_named(directive: str, behind: str | None) -> None:
    """A file, or a class of an assembly in `bin`."""
    assert read_page(directive, "a.aspx").behind == behind


def test_directives_are_found_by_name() -> None:
    """In lower case, with their line."""
    page = read_page('<%@ Page %>\n<%@ Import Namespace="System.IO" %>', "a.aspx")
    assert page.has_directive("import", "nothing")
    assert not page.has_directive("webhandler")
    assert page.directives[1].attributes == {"namespace": "System.IO"}
    assert [directive.line for directive in page.directives] == [1, 2]
    assert Page().behind is None


def test_encoded_script_is_decoded_and_counted() -> None:
    """The mark of the Script Encoder is no data binding."""
    page = read_page('<%@ Language="VBScript.Encode" %><%#@~^AAAAAA==^#~@%>', "a.asp")
    assert page.encoded == 1


@given(st.lists(st.sampled_from(["\n", "\r\n", "\r", "x", "<p>", "<%-- a\n --%>"]), max_size=30))
def test_lines_are_those_of_an_editor(before: list[str]) -> None:
    """However lines end; a mark of two characters is one end."""
    head = "".join(before)
    page = read_page(f"{head}<%mark();%>", "a.asp")
    expected = len(head.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert [piece.line for piece in page.code if "mark" in piece.text] == [expected]


PARTS = [
    "<%", "%>", "<%@", "<%--", "--%>", "<script", RUNAT, "=server", ">", "</script>", "<%#", '"',
    "'", "\n", "class A {", "language=", "c#", "<!--#include file=", "<a id=", "#@~^AAAAAA==",
    "<msxsl:script>", "page", "webhandler", " ", "x();",
]  # fmt: skip
NAMES = st.sampled_from(["", "a.aspx", "a.asp", "a.ashx", "a.svc", "a.soap", "a.html", "."])


@given(st.text(max_size=200) | st.lists(st.sampled_from(PARTS), max_size=60).map("".join), NAMES)
def test_nothing_raises_and_lines_are_in_the_page(text: str, name: str) -> None:
    """Every text is a page, if a strange one; code stands in order."""
    page = read_page(text, name)
    lines = [piece.line for piece in page.code]
    assert lines == sorted(lines)
    assert all(1 <= line <= text.count("\n") + text.count("\r") + 1 for line in lines)
    assert all(isinstance(piece, Code) for piece in page.code)


@pytest.mark.parametrize("unit", ["<%", "<%@", "<script ", "<a ", "<% %>", "<a runat=", '"', "<%--",
                                  "<msxsl:script>", "<script>", "<msxsl:script ", "<!--",
                                  "runat=server ", "a=\"", SERVER_SCRIPT])  # fmt: skip
def test_a_hundred_thousand_of_anything_come_to_an_end(unit: str) -> None:
    """No part is looked at from each of the parts before it."""
    read_page(f"<% a %>{unit * 100_000}", "a.aspx")


def test_more_parts_than_are_told_apart_are_read_as_one() -> None:
    """Nothing behind them is lost."""
    page = read_page("<%=a%>" * 12_000 + "<% last() %>", "a.asp")
    assert len(page.code) == 10_001
    assert "last()" in page.code[-1].text


@pytest.mark.parametrize("unit", ["<%--a", "<%@a", "<%-- a --%>", "<%@ a %>", "<msxsl:", "a" * 9,
                                  "a=", "-a:"])  # fmt: skip
@pytest.mark.parametrize("head", ['<%@ WebHandler Class="A" %>', "<% a %><msxsl:script>", "<%@ "])
def test_what_is_never_closed_is_looked_for_once(head: str, unit: str) -> None:
    """In classes, style sheets and directives."""
    read_page(head + unit * 100_000, "a.ashx")


@pytest.mark.parametrize(
    ("text", "marks", "plain"),
    [
        ("a<%--b\r\n--%>c", [("<%--", "--%>")], "a     \r\n    c"),
        ("a<%--b", [("<%--", "--%>")], "a<%--b"),
        ("<%--<%@a%>", [("<%--", "--%>"), ("<%@", "%>")], "<%--      "),
        ("@*@@*@", [("@*", "*@")], "      "),
        ("@*@", [("@*", "*@")], "@*@"),
    ],
)
def test_only_what_is_closed_is_blanked(
    text: str, marks: list[tuple[str, str]], plain: str
) -> None:
    """Lines stay in their places."""
    assert blanked(text, marks) == plain


@pytest.mark.parametrize("name", ["1-a", "éa", ":a", "-.a"])
def test_names_of_attributes_begin_with_a_letter(name: str) -> None:
    """Whatever stands before it."""
    assert read_page(f'<%@ Page {name}="b" %>', "a.aspx").directives[0].attributes == {"a": "b"}
