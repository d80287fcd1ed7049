"""A visitor's data is followed from where it comes in to where it matters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.webshell.page import Language
from webshell_code import seen_in, signs_in

CS, VB, JS, VBS = Language.CSHARP, Language.VB, Language.JSCRIPT, Language.VBSCRIPT

REACHED = [
    # Through variables, fields, calls, arrays, loops and stores.
    (CS, 'a = Request["k"]; b = a + ""; Process.Start(b', "run"),
    (CS, "foreach (x in Request.Form) { Process.Start(x", "run"),
    (CS, 'Session["k"] = Request["k"]; Process.Start(Session["k"]', "run"),
    (CS, "void F(a) { G(a, 1); } void G(b, c) { Process.Start(b); } F(Request[k]", "run"),
    (CS, "string G() { return Request.Form[k]; } Process.Start(G()", "run"),
    (CS, "p = new ProcessStartInfo { Arguments = Request[k]", "run"),
    (CS, "p.StandardInput.WriteLine(Request[k]", "run"),
    (CS, "s = new Buffer(); Request.InputStream.CopyTo(s); Assembly.Load(s.ToArray()", "load"),
    (CS, "b = Convert.FromBase64String(Request[k]); Assembly.Load(b", "load"),
    (CS, 'typeof(Assembly).GetMethod("Load").Invoke(null, new object[] { Request[k]', "load"),
    (CS, 'Type.GetType("a.Process").GetMethod("St" + "art").Invoke(null, Request[k]', "run"),
    (CS, '[WebMethod] string M(string a) { Process.Start(a', "run"),
    (CS, "void ProcessRequest(HttpContext c) { Process.Start(c.Request[k]", "run"),
    (CS, "Process.Start(this.box.Text", "run"),
    (CS, "Process.\\u0053tart(Request[k]", "run"),
    (CS, "@Process./* a */Start(Request[k]", "run"),
    (CS, "new LosFormatter().Deserialize(Request[k]", "deserialise"),
    (CS, "new TcpClient(Request[h], 1", "connect"),
    (VB, "Sub S(x)\nDim p As New Process\np.StartInfo.Arguments = Request(\"k\")", "run"),
    (VB, 'Shell("x " & Request("k")', "run"),
    (VB, 'With New ProcessStartInfo\n.Arguments = Request("k")', "run"),
    (JS, 'eval(Request.Item["k"], "un" + "safe"', "evaluate"),
    (JS, "function f(a) { return eval(a); } f(Request[k]", "evaluate"),
    (JS, "new Function(Request[k]", "evaluate"),
    (VBS, 'Execute Request("k"', "evaluate"),
    (VBS, 'a = Request("k") : ExecuteGlobal (a', "evaluate"),
    (VBS, 'Set o = CreateObject("WScr" & "ipt.Shell")\no.Exec Request("k"', "run"),
    (VBS, 'Set o = GetObject("new:72C24DD5-D70A-438B-8A42-98424B88AFB8")\no.Run Request(1', "run"),
    (VBS, 'Set s = CreateObject("MSScriptControl.ScriptControl.1")\ns.ExecuteStatement Request("k"',
     "evaluate"),
    (VBS, 'Execute StrReverse(")""k""(tseuqer lave"', "evaluate"),
    (VBS, 'Execute Chr(101) & "val(request(""k""))"', "evaluate"),
    (VBS, 'Function D(a)\nD = Replace(a, "!", "q")\nEnd Function\nExecute "eval(" & D("re!uest(1)"',
     "evaluate"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "code", "kind"), REACHED)
def test_what_a_visitor_sends_is_seen_to_arrive(language: Language, code: str, kind: str) -> None:
    """However it gets there, the sink has the visitor's data, and the sign says from where."""
    sign = signs_in(code, language, ("box",))[kind]
    assert sign.given
    assert sign.points >= 80
    assert sign.value.sources


SPARED = [
    (CS, 'Process.GetCurrentProcess().Id + Request["k"]'),
    (CS, "int n = int.Parse(Request[k]); Label.Text = n"),
    (CS, "Response.Redirect(Request.Url"),
    (CS, 'Assembly.Load("Vendor.Library"'),
    (CS, "Assembly.GetExecutingAssembly().GetName().Version"),
    (CS, 'x = Eval("Name"); y = DataBinder.Eval(Request[k]'),
    (CS, 'File.ReadAllText(Server.MapPath("~/news.txt")'),
    (CS, 'upload.SaveAs(Server.MapPath("~/up/") + upload.FileName'),
    (CS, 'c = new SqlCommand("select * from t where id=" + Request["id"], connection'),
    (VB, 'Eval("Name")\nResponse.Write(Request("k")'),
    (VBS, 'connection.Execute "delete from t where id=" & Request("id"'),
    (VBS, 'If IsNumeric(Request("id")) Then n = CLng(Request("id")'),
    (VBS, 'Server.MapPath(Request.ServerVariables("SCRIPT_NAME")'),
    (JS, 'var a = document.getElementById("x"); a.value = Request["k"]'),
]


@pytest.mark.parametrize(("language", "code"), SPARED)
def test_what_ordinary_pages_do_is_no_shell(language: Language, code: str) -> None:
    """A sink without data, data without a sink, and calls that are only called alike."""
    assert all(sign.points < 40 for sign in signs_in(code, language).values())


def test_a_source_is_named_with_its_line() -> None:
    """A person can check where the data comes in and where it ends."""
    sign = signs_in('a = 1;\nb = Request.Form["k"];\n\nProcess.Start(b')["run"]
    assert (sign.line, sign.call) == (4, "process.start")
    assert [(one.line, one.text) for one in sign.value.sources] == [(2, 'Request.Form("k")')]


def test_what_was_undone_on_the_way_is_told() -> None:
    """Decoding and decryption are steps of the sign."""
    code = "a = Convert.FromBase64String(Request[k]); b = x.TransformFinalBlock(a); Assembly.Load(b"
    assert set(signs_in(code)["load"].value.steps) == {"base64", "decrypted"}


def test_endless_recursion_and_endless_code_end() -> None:
    """A function that calls itself, and code that makes code, are looked at a bounded time."""
    seen_in("void f(a) { f(f(f(a))); } f(Request[k]")
    seen_in('Execute "Execute ""Execute a"""', VBS)
    assert seen_in("a(b);" * 200_000).cut


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Request[k]", "eval", "(", ")", "{", "}", ";", "=", "+", "new", "Process", ".Start",
             '"a"', "function", "x", ",", "[", "]", "\n", "Dim", "Sub", "&", "Execute", "=>", "?"]
        ),
        max_size=40,
    ),
    st.sampled_from(list(Language)),
)  # fmt: skip
def test_any_code_is_survived(words: list[str], language: Language) -> None:
    """Whatever stands in a page, the analysis ends without an error."""
    seen_in(" ".join(words), language)
