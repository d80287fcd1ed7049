"""Lines of a page without its secrets."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.report.page_mask import PageMask, mask_quoted
from alpheus.report.redact import Redactor

S = "opensesame"
Z = "z9"
"""A secret that is a word, and one too short to be masked wherever it stands."""


def _masked(text: str, *told: str) -> str:
    """A page of which every line is shown."""
    mask = PageMask(Redactor(b"k" * 32), text, told, {"tcplistener"})
    shown, at = [], 0
    for line in text.splitlines(keepends=True):
        shown.append(mask.line(line.rstrip("\n"), at))
        at += len(line)
    return "\n".join(shown)


@pytest.mark.parametrize(
    "text",
    [
        # C#
        f'const string k = "{S}";', f'private string k = @"{S}";', f'if (k.StartsWith("{S}"))',
        f'if (new[]{{"{S}", "x"}}.Contains(Request["a"]))', f'Session["{S}"] = "on";',
        f'Session["a"] = "{S}";', f'if (list.IndexOf("{S}") < 0) return;', f"char[] k = '{S}';",
        f'var r = c.Request; Show(r["{S}"]);', f'h.Add("{S}", 1);', f'switch (k) {{ case "{S}":',
        f'x = a == "{S}" ? 1 : 2;', f'[WebMethod(Description = "{S}")]', f'k = $"{S}";',
        f'// the key is "{S}"', f'a = "b" + "{S}" + "c";', f'x = F("a","{S}","b");',
        # VB
        f'Const k As String="{S}"', f'Dim pw As String="{S}"', f'Dim k = "{S}"',
        f'If StrComp(Request("a"), "{S}", 1) = 0 Then', f'If InStr(x, "{S}") > 0 Then',
        f'If k.StartsWith("{S}") Then', f'If {{"x", "{S}"}}.Contains(Request("a")) Then',
        f"Show(Request.Headers!{S})", f"Show(Request!{S})", f"Show(Headers!{S})",
        f'Session("{S}") = "b"', f'If a < b Then k="{S}"', f'If a <b Then k="{S}" Else c>d',
        f"' the key is \"{S}\"", f"k = \u201c{S}\u201d",
        # VBScript
        f'Const k = "{S}"', f'k="{S}"', f'If k="{S}" Then', f'Application("{S}") = 1',
        f'If Request.Cookies("a")("{S}") = "b" Then', f'Select Case k\nCase "{S}"',
        # JScript
        f'var k : String = "{S}";', f"var k='{S}';", f"if (k === '{S}') {{", f"a['{S}'] = 1;",
        f"Session.Contents('{S}') = 'a';", f'Request.Item["{S}"]',
    ],
)  # fmt: skip
def test_no_form_of_a_secret_is_shown(text: str) -> None:
    """In C#, Visual Basic, VBScript and JScript, however far from where it is used."""
    shown = _masked(text)
    assert S not in shown
    assert "[secret:" in shown


@pytest.mark.parametrize(
    "text",
    [
        f'if (Request["a"] == "{Z}") {{', f'If Request.Form("a") <> "{Z}" Then',
        f'If StrComp(Request("a"), "{Z}") = 0 Then', f'If "{Z}" = Trim(Request("a")) Then',
        f'if (new[]{{"b", "{Z}"}}.Contains(Request["a"]))', f'if (Request["a"].EndsWith("{Z}"))',
        f'k = "{Z}"\nShow(Request(k))', f'string k="{Z}"; if (Request["a"] != k) return;',
        f'Const k = "{Z}"\nIf Request("a") = k Then', f"Show(Request!{Z})",
        f'Show(Request[x ? "b" : "{Z}"])', f'var a = Request["b"];\nif (a == "{Z}") {{',
        f'Select Case Request("a")\n  Case "{Z}"',
        f'Dim a As String = Request("b")\nIf a="{Z}" Then',
        f'Show(Request["{Z}"]);\nx = "{Z}";',
    ],
)  # fmt: skip
def test_a_short_secret_is_told_by_what_it_is_used_for(text: str) -> None:
    """Compared with what a visitor sends, or its name: directly or by a variable."""
    assert Z not in _masked(text)


def test_parts_of_a_secret_are_not_shown_either() -> None:
    """Where they are put together; a part that stands alone is an ordinary word."""
    text = f'k = "ope" + "nses" & "ame";\nx = Request["{S}"];\ny = F("ame");'
    first, _, last = _masked(text).splitlines()
    assert '"ope"' not in first
    assert "nses" not in first
    assert '"ame"' not in first
    assert last == 'y = F("ame");'


def test_the_name_of_a_parameter_is_masked_in_any_case() -> None:
    """Reasons say it in lower case, and its declaration has no quotes; however short it is."""
    text = "[WebMethod] public string Run(string SesamePw, int Zq) { F(SesamePw, this.Zq, Zqx);"
    told = ('run: with parameter("sesamepw") of run', 'x: parameter("zq") of run in line 1')
    shown = _masked(text, *told)
    assert "SesamePw" not in shown
    assert "Zq)" not in shown
    assert "this.Zq," not in shown
    assert "Zqx);" in shown
    assert shown.startswith("[WebMethod] public string Run(string [secret:")


def test_the_name_of_a_control_is_masked_where_it_is_declared() -> None:
    """Also where it is the value in a tag."""
    text = '<asp:TextBox id="zq" runat="server" />\n<% F(zq.Text) %>\n<a href="zq.aspx">'
    first, second, third = _masked(text, 'control("zq").Text in line 2').splitlines()
    assert 'id="[secret:' in first
    assert 'runat="server"' in first
    assert "zq" not in second
    assert third == '<a href="zq.aspx">'


@pytest.mark.parametrize(
    "line",
    [
        'Set s = CreateObject("WScript.Shell")', 'p.FileName = "cmd.exe"; p.Arguments = "/c " + a;',
        'x.InvokeMember("TcpListener", "unsafe")', 'if (Request.HttpMethod == "POST") {',
        'If Request.ContentType <> "" Then', 'a = "" + b + "" + c + "";', 'F("a"+k+"b"+sesame+"c")',
        'Response.Write("Access denied for you")', 'Response.ContentType = "text/html"',
        'x = Server.MapPath("/uploads/" + name)', '<%@ Page Language="C#" Inherits="Sesame" %>',
        '<form action="sesame" method="post"><input type="hidden" name="sesames" /></form>',
        '<%@ Import Namespace="Sesame" %>',
        "Response.Write(\"<input type='hidden' name='abcde'>\")", 'F("a", x, "b")',
        '<add name="sesame" path="*.abc" verb="*" />', "It's \"the end\" of 'it all'",
    ],
)  # fmt: skip
def test_a_line_stays_understandable(line: str) -> None:
    """What runs, with what, and what is written out: neither markup nor names nor messages."""
    assert _masked(line) == line


def test_the_line_of_a_sink_says_what_it_did() -> None:
    """Only the secret is replaced, and equal ones alike."""
    text = f'Process.Start("cmd.exe", "/c " + Request["{S}"]);'
    shown = _masked(text)
    mark = shown.partition("[secret:")[2][:8]
    assert shown == f'Process.Start("cmd.exe", "/c " + Request["[secret:{mark}]"]);'
    assert mark in _masked(f'string k = "{S}";')


def test_a_tag_over_several_lines_is_one() -> None:
    """Its values are left alone where its beginning is known."""
    text = '<asp:Button\n  Text="Uploads"\n  runat="server" />\n<% k = "Uploads" %>'
    lines = _masked(text).splitlines()
    assert lines[1] == '  Text="Uploads"'
    assert "Uploads" not in lines[3]


def test_what_stands_out_is_masked_wherever_it_stands() -> None:
    """A text with letters and digits is like nothing else: in comments, in addresses."""
    text = 'k = "qz7hunx4";\n// use ?qz7hunx4=dir, or QZ7HUNX4\n'
    assert "qz7hunx4" not in _masked(text).lower()


def test_a_mark_that_an_attacker_wrote_hides_nothing() -> None:
    """And what was masked is not masked again."""
    redactor = Redactor()
    line = f'k = "[secret:00000000]"; Request["[secret:00000000]"] == "{S}"'
    shown = mask_quoted(line, redactor)
    assert S not in shown
    assert mask_quoted(shown, redactor) == shown


@pytest.mark.parametrize(
    "unit", ['"a1b2c3"', "Request[", "<a b='c' ", "Const a, ", '"a",', "If a = ", "x=Request ",
             "StrComp(", 'k="a1b2c3d";', "a['b']+", "\u201c\u201d"],
)  # fmt: skip
def test_a_hostile_page_takes_linear_time(unit: str) -> None:
    """A quarter of a mebibyte of whatever, and its longest line."""
    text = (unit * (1 << 18))[: 1 << 18]
    begin = time.process_time()
    PageMask(Redactor(), text).line(text[:4096], 0)
    assert time.process_time() - begin < 6


@given(st.text(max_size=300), st.text(max_size=80))
def test_any_line_can_be_masked(text: str, line: str) -> None:
    """Whatever it holds; twice is the same as once."""
    redactor = Redactor()
    mask = PageMask(redactor, text)
    shown = mask.line(line)
    assert mask.line(shown) == shown
    assert isinstance(mask.line(text, 0), str)
