"""What a page does that matters is noted once, at its worst."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.page import Language
from alpheus.detect.webshell.sinks import Sink
from alpheus.detect.webshell.values import NOTHING
from alpheus.detect.webshell.watch import Watch
from webshell_code import signs_in

CS, VBS = Language.CSHARP, Language.VBSCRIPT


@pytest.mark.parametrize(
    ("code", "language", "kind", "points"),
    [
        # Where it goes and what it is both come from outside.
        ("File.WriteAllText(Request[a], Request[b]", CS, "plant", 88),
        ("w = new StreamWriter(Request[a]); w.Write(Request[b]", CS, "plant", 88),
        ('f.CreateTextFile(Request("a")).Write Request("b"', VBS, "plant", 88),
        # A page of the server, with the page's own text or the visitor's.
        ('File.WriteAllText(Server.MapPath("a.as" + "px"), text', CS, "drop", 78),
        ('File.WriteAllText(Request.PhysicalPath + ".ashx", Request[b]', CS, "drop", 86),
        ('File.WriteAllBytes("c:\\\\x.exe", Request.BinaryRead(1)', CS, "drop", 74),
        # Below a folder of the site it is an upload.
        ('File.WriteAllBytes(Server.MapPath("~/up/") + Request[a], x', CS, "write", 26),
        ("upload.SaveAs(Request[a]", CS, "write", 78),
        # What it hands on, and what it keeps.
        ("a.CreateInstance(Request[k]).Equals(this", CS, "handover", 84),
        ('File.AppendAllText("x.log", Request["password"]', CS, "steal", 80),
        # A command of the visitor's own; a mere parameter of one is another fault.
        ("new SqlCommand(Request[q], c", CS, "query", 58),
        ('new DirectoryEntry("IIS://localhost/W3SVC"', CS, "directory", 74),
        ('Assembly.Load(Convert.FromBase64String("TVqQAAMAAAAEAAAA"', CS, "load", 80),
        ("Execute http.responseText", VBS, "evaluate", 90),
        ('[DllImport("kernel32")] static extern int VirtualAlloc(int a);', CS, "native", 62),
    ],
)
def test_points_depend_on_what_reaches_the_sink(
    code: str, language: Language, kind: str, points: int
) -> None:
    """The same call is worth more or less by its arguments."""
    assert signs_in(code, language)[kind].points == points


def test_the_worst_sign_of_a_place_is_kept() -> None:
    """Looked at again with less, a place keeps what it was."""
    watch = Watch(lambda text, node: None)
    for points in (30, 90, 40):
        watch.note(Sink("run", 90), 3, "process.start", points, NOTHING, given=False)
    assert [sign.points for sign in watch.seen.signs.values()] == [90]
