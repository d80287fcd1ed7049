"""`alpheus webshell`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from alpheus.cli import main
from alpheus.detect.webshell.judge import PageJudge
from alpheus.report import webshell_text
from cli.running import run

# What is malicious here is so by a rule of the test, and by where it lies; no page runs anything.
SECRET = "k3y-of-the-hand"
MARKER = "marker-7f3a"
RULE = f"""
rule marker {{
  meta:
    title = "A marker of this test"
  strings:
    $a = "{MARKER}"
  condition:
    $a
}}
"""
BENIGN = '<%@ Page Language="C#" %>\n<p>Welcome</p>\n'
MARKED = f'<%@ Page Language="C#" %>\n<p>\n\x1b[31m Request["{SECRET}"]\n{MARKER}\n</p>\n'

Printed = Callable[[], tuple[str, str]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """One page that is well, one that is marked, one that is marked and does not belong."""
    root = tmp_path / "wwwroot"
    (root / "aspnet_client").mkdir(parents=True)
    (root / "default.aspx").write_text(BENIGN)
    (root / "other.aspx").write_text(MARKED)
    (root / "third.aspx").write_text(BENIGN + "3")
    (root / "aspnet_client" / "x.aspx").write_text(MARKED)
    (tmp_path / "marker.yar").write_text(RULE)
    return root


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Printed:
    """What was printed since it was last asked for."""

    def read() -> tuple[str, str]:
        found = capsys.readouterr()
        return found.out, found.err

    return read


def _rules(site: Path) -> list[str]:
    return ["--rules", str(site.parent / "marker.yar")]


def test_text_says_what_matters_first(site: Path, printed: Printed) -> None:
    """Worst first, reasons, next steps, counts; benign pages are only counted."""
    assert main(["webshell", str(site), *_rules(site)]) == 0
    text, _ = printed()
    lines = text.splitlines()
    assert lines[0] == "1 of 4 pages is a web shell. 1 more is suspicious."
    assert max(map(len, lines)) <= 80
    assert text.index("MALICIOUS") < text.index("aspnet_client/x.aspx") < text.index("SUSPICIOUS")
    assert "line 4: A marker of this test" in text
    assert "aspnet_client holds only pages of the product, and none is called" in text
    assert "What to do next" in text
    assert "2 benign" in text
    assert "default.aspx" not in text


def test_all_and_least(site: Path, printed: Printed) -> None:
    """Every page, or those of a judgement and worse."""
    main(["webshell", str(site), *_rules(site), "--all"])
    assert "default.aspx" in printed()[0]
    main(["webshell", str(site), *_rules(site), "--min", "malicious"])
    text, _ = printed()
    assert "x.aspx" in text
    assert "other.aspx" not in text


def test_json_lines_are_one_object_for_every_file(site: Path, printed: Printed) -> None:
    """Also for those that are well; secrets are masked, keys are fixed."""
    assert main(["webshell", str(site), *_rules(site), "--format", "jsonl"]) == 0
    text, said = printed()
    found = {Path(one["path"]).name: one for one in map(json.loads, text.splitlines())}
    assert set(found) == {"default.aspx", "other.aspx", "third.aspx", "x.aspx"}
    assert found["x.aspx"]["judgement"] == "malicious"
    assert found["x.aspx"]["path"] == (site / "aspnet_client/x.aspx").as_posix()
    assert found["other.aspx"]["judgement"] == "suspicious"
    assert found["default.aspx"]["judgement"] == "benign"
    assert list(found["x.aspx"]) == [
        "path", "sha256", "size", "judgement", "score", "family", "reasons",
    ]  # fmt: skip
    assert {reason["kind"] for reason in found["x.aspx"]["reasons"]} >= {"rule", "place"}
    assert said == ""
    main(["webshell", str(site), *_rules(site), "--format", "jsonl", "--min", "suspicious"])
    assert len(printed()[0].splitlines()) == 2


def test_losses_are_said_one_line_each(site: Path, printed: Printed) -> None:
    """And counted, on standard error; in no format do they stand among the objects."""
    (site / "l\x1b.aspx").symlink_to("/etc/hostname")
    main(["webshell", str(site), "--format", "jsonl"])
    text, said = printed()
    assert len(text.splitlines()) == 4
    assert len(said.splitlines()) == 2
    assert "symbolic link" in said
    assert "4 files judged; 1 files or parts lost" in said
    assert "\x1b" not in said


@pytest.mark.parametrize("form", ["html", "sarif", "jsonl", "text"])
def test_a_report_is_written_to_a_file(
    site: Path, tmp_path: Path, printed: Printed, form: str
) -> None:
    """The same as is printed without `-o`; the summary is still printed."""
    output = tmp_path / "out" / "report"
    command = ["webshell", str(site), *_rules(site), "--format", form]
    assert main([*command, "-o", str(output)]) == 0
    assert "1 of 4 pages is a web shell" in printed()[0]
    written = output.read_text("utf-8")
    assert "x.aspx" in written
    assert SECRET not in written
    assert "\x1b" not in written
    main(command)
    first = printed()[0].splitlines()[0]
    assert written.splitlines()[0] == first


def test_a_page_is_explained(site: Path, printed: Printed) -> None:
    """Every reason with its points and the lines around; neither secrets nor escapes."""
    page = str(site / "other.aspx")
    assert main(["webshell", "--explain", page, *_rules(site)]) == 0
    text, _ = printed()
    assert "+45 rule: line 4: A marker of this test" in text
    assert f"    > 4 | {MARKER}" in text
    assert '{ESC}[31m Request["[secret:' in text
    assert SECRET not in text


FORMS = {
    "C#": """<%@ WebService Language="C#" Class="X" %>
class X {{ const string k = "{0}";
var q = new¦[]{{"{1}", "b"}}.Contains(
  Request["{2}"]);
[WebMethod] public string Go(
  string {3}) {{
Session["{4}"] = "{5}";
if (q.StartsWith("{6}"))
Proc¦ess.Start("cmd.exe", {3});
Proc¦ess.Start("cmd.exe", Request.Headers["{7}"]""",
    "VB": """<%@ Page Language="VB" %>
<scr¦ipt runat="server"> Const k As String="{0}"
Dim pw As String="{1}"
Sub Go() : If StrComp(Request("{2}"), "{3}") = 0
If InStr(x, "{4}") Then
Session("{5}") = Request!{6}
Sh¦ell("cmd.exe /c " & Request.Headers("{7}")""",
    "VBScript": """<% Const k = "{0}" : pw = "{1}"
If StrComp(Request("{2}"), "{3}") = 0
If InStr(x, "{4}") Then Session("{5}") = "{6}"
Set s = CreateObj¦ect("WScript.Sh¦ell")
s.Exec Request.Form("{7}")""",
    "JScript": """<%@ Page Language="Jscript" %>
<% const k : String = "{0}"; var pw = '{1}';
if (Request["{2}"] != "{3}" || x.indexOf('{4}'))
{{ Session["{5}"] = "{6}";
ev¦al(Request.Item["{7}"], "unsafe"
""",
}


@pytest.mark.parametrize("form", ["explain", "text", "jsonl", "html", "sarif"])
@pytest.mark.parametrize("language", FORMS)
def test_no_output_hands_over_a_working_page(
    tmp_path: Path,
    printed: Printed,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    form: str,
) -> None:
    """Names of parameters, headers and sessions, passwords and keys: nothing of it is shown."""
    monkeypatch.setattr(webshell_text, "_AROUND", 20)  # every line is shown
    secrets = [f"{name}Open" for name in ("Za", "Zb", "Zc", "Zd", "Ze", "Zf", "Zg", "Zh")]
    page = tmp_path / ("x.asmx" if language == "C#" else "x.aspx")
    page = page.with_suffix(".asp") if language == "VBScript" else page
    page.write_text(FORMS[language].replace("¦", "").format(*secrets))
    command = ["webshell", "--explain", str(page)] if form == "explain" else [
        "webshell", str(page), "--format", form, "--all",
    ]  # fmt: skip
    assert main([*command, "--exit-code"]) == 10
    text = printed()[0]
    assert [one for one in secrets if one.lower() in text.lower()] == []
    assert "[secret:" in text
    if form == "explain":
        assert text.count("[secret:") >= len(secrets)
        assert "Request" in text
        assert any(one in text for one in ("cmd.exe", "WScript.Shell", "unsafe"))


def test_a_page_is_explained_among_its_neighbours(site: Path, printed: Printed) -> None:
    """As it is named in the result; what is not there is said."""
    page = str(site / "aspnet_client" / "x.aspx")
    assert main(["webshell", str(site), "--explain", page, *_rules(site), "--exit-code"]) == 10
    text, _ = printed()
    assert "the only server page in its folder" in text
    assert main(["webshell", str(site), "--explain", "none.aspx"]) == 2
    assert "name it as the result does" in printed()[1]
    assert main(["webshell", "--explain", str(site / "none.aspx")]) == 3


def test_exit_codes(site: Path, tmp_path: Path, printed: Printed) -> None:
    """Only where asked for; what cannot be opened is a failure always, and the others are done."""
    assert main(["webshell", str(site), *_rules(site), "--exit-code"]) == 10
    assert main(["webshell", str(site / "other.aspx"), *_rules(site), "--exit-code"]) == 11
    assert main(["webshell", str(site / "default.aspx"), "--exit-code"]) == 0
    printed()
    assert main(["webshell", str(tmp_path / "none"), str(site), *_rules(site)]) == 3
    text, said = printed()
    assert "1 of 4 pages is a web shell" in text
    assert "nothing is there" in said


def test_a_clean_status_hides_no_unread_page(
    site: Path, tmp_path: Path, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `--exit-code` 13 where nothing worse was found; without it the job ran."""
    clean = tmp_path / "clean"
    clean.mkdir()
    (clean / "a.aspx").write_text(BENIGN)
    (clean / "b.aspx").symlink_to("/etc/hostname")
    assert main(["webshell", str(clean)]) == 0
    assert main(["webshell", str(clean), "--exit-code"]) == 13
    assert main(["webshell", str(clean), "--explain", str(clean / "a.aspx"), "--exit-code"]) == 13
    (site / "l.aspx").symlink_to("/etc/hostname")
    assert main(["webshell", str(site), *_rules(site), "--exit-code"]) == 10
    assert main(["webshell", str(clean), str(tmp_path / "none"), "--exit-code"]) == 3
    (clean / "b.aspx").unlink()
    (tmp_path / "broken.yar").write_text("rule {")
    rules = ["--rules", str(tmp_path / "broken.yar")]
    assert main(["webshell", str(clean), *rules, "--exit-code"]) == 0
    assert "broken.yar" in printed()[1]
    monkeypatch.setattr(PageJudge, "judge", lambda *_: 1 / 0)
    assert main(["webshell", str(clean), "--exit-code"]) == 13


def test_the_window_of_the_attack(site: Path, printed: Printed) -> None:
    """Two times; anything else is said to be none."""
    command = ["webshell", str(site), "--format", "jsonl", "--window"]
    assert main([*command, "2020-01-01..2199-01-01"]) == 0
    found = [json.loads(line) for line in printed()[0].splitlines()]
    assert all("window" in {reason["kind"] for reason in one["reasons"]} for one in found)
    for wrong in ("2021", "2021-02-01..2021-01-01", "x..y"):
        with pytest.raises(SystemExit):
            main([*command, wrong])


def test_mistakes_are_said(site: Path, tmp_path: Path, printed: Printed) -> None:
    """Nothing to look at, a report into evidence, a baseline that is none."""
    assert main(["webshell"]) == 2
    assert main(["webshell", str(site), "-o", str(site / "x.html"), "--format", "html"]) == 2
    page = str(site / "default.aspx")
    assert main(["webshell", page, "-o", page]) == 2
    assert main(["webshell", "--explain", page, "-o", str(tmp_path / "x")]) == 2
    assert main(["webshell", page, "--baseline", page]) == 2
    said = printed()[1]
    for part in ("alpheus webshell PATH", "lies inside", "is itself", "leave out -o", "line 1"):
        assert part in said
    assert (site / "default.aspx").read_text() == BENIGN


def test_it_runs_as_a_program(site: Path) -> None:
    """In a pipe and in another encoding."""
    ended = run("webshell", site, *_rules(site), "--format", "jsonl", PYTHONIOENCODING="ascii")
    assert ended.returncode == 0
    assert len(ended.stdout.splitlines()) == 4
    ended = run("webshell", site, *_rules(site))
    assert ended.stdout.startswith(b"1 of 4 pages is a web shell")
