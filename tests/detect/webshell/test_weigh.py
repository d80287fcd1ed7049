"""Reasons say what a page does, from which line to which, and what it means together."""

from __future__ import annotations

from alpheus.detect.webshell.decoding import PageText
from alpheus.detect.webshell.model import Reason
from alpheus.detect.webshell.page import Code, Kind, Language, Page
from alpheus.detect.webshell.weigh import weigh


def _reasons(
    text: str, language: Language = Language.CSHARP, *wrappings: str, kind: Kind = Kind.SCRIPT
) -> list[Reason]:
    return weigh(Page(code=[Code(text, 1, kind, language)]), PageText(text, wrappings))


def test_a_reason_leads_from_source_to_sink() -> None:
    """Line, call, meaning, and where the data came in."""
    worst = _reasons('a = Request["k"];\nProcess.Start(a')[0]
    assert (worst.kind, worst.line) == ("run", 2)
    assert worst.text == (
        'process.start: starts a program, with data of the visitor (Request("k") in line 1)'
    )


def test_a_manager_of_files_is_more_than_its_parts() -> None:
    """Reading, listing and deleting what the visitor names."""
    code = "File.ReadAllText(Request[a]); Directory.GetFiles(Request[a]); File.Delete(Request[a]"
    (manager,) = [one for one in _reasons(code) if one.kind == "manager"]
    assert (manager.points, manager.text) == (78, "a file manager: change, list, read")
    assert not [one for one in _reasons("File.Delete(Request[a]") if one.kind == "manager"]


def test_a_console_and_a_survey_are_told() -> None:
    """Connection and query from outside; three looks around the server."""
    console = "new SqlConnection(Request[a]); new SqlCommand(Request[b], c"
    assert "console" in {one.kind for one in _reasons(console)}
    survey = "DriveInfo.GetDrives(); Process.GetProcesses(); Environment.GetEnvironmentVariables("
    assert max(one.points for one in _reasons(survey)) == 56


def test_a_text_that_is_a_page_is_judged_as_one() -> None:
    """What a dropper carries is looked into."""
    carried = 'x = "<% exec" + "ute request(1'
    assert not _reasons(carried)
    whole = 'var file = "<% execute request(1) %>";'
    (reason,) = [one for one in _reasons(whole) if one.kind == "carried"]
    assert reason.points >= 74


def test_wrappings_count_only_beside_something_else() -> None:
    """UTF-7 alone is odd, not bad."""
    assert _reasons("x = 1; eval", Language.CSHARP, "UTF-7") == []
    kinds = {one.kind for one in _reasons("Process.Start(Request[a]", Language.CSHARP, "UTF-7")}
    assert kinds == {"run", "wrapped"}


def test_data_binding_that_takes_a_field_is_no_code() -> None:
    """`<%# Eval("Name") %>` shows a field of a record; whatever else names power is code."""
    assert _reasons('eval("Request[a]")', Language.JSCRIPT, kind=Kind.BINDING) == []
    (reason,) = _reasons("eval(Request[a]", Language.JSCRIPT, kind=Kind.BINDING)
    assert reason.kind == "evaluate"


def test_pages_in_a_page_share_one_budget_and_what_is_lost_is_told() -> None:
    """Texts that name nothing of power are not counted."""
    mark = "<" + "%"
    harmless = "".join(f'a = "{mark} x = {at} %>"; ' for at in range(30))
    assert "cut" not in {one.kind for one in _reasons(f"{harmless} Process.Start(b")}
    shown = f'a = "{mark} execute x %>"; '
    assert "cut" not in {one.kind for one in _reasons(f"{shown} Process.Start(b")}
    many = "".join(f'a = "{mark} execute x{at} %>"; ' for at in range(11))
    assert "cut" in {one.kind for one in _reasons(many)}
    long = f'a = "{mark} execute x : {"b = c : " * 9_000} %>"; '
    assert "cut" in {one.kind for one in _reasons(long)}


def test_a_page_that_is_too_long_is_judged_by_the_lines_that_matter() -> None:
    """And told to be cut; the same code in a page of usual length is not."""
    code = "nothing.here(a, b);\n" * 20_000 + "Process.Start(Request[a]);"
    assert {"run", "cut"} <= {one.kind for one in _reasons(code)}
    assert "cut" not in {one.kind for one in _reasons(code[-1_000:])}
