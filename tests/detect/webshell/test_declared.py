"""Data sources of a page that call methods or run commands."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.declared import declared_reasons
from alpheus.detect.webshell.judge import PageJudge
from alpheus.detect.webshell.model import Judgement

_RUNAT = "run" + "at"
_WORD = "Pro" + "cess"
_OBJECTS = (
    '<%@ Page Language="C#" %>\n<asp:ObjectDataSource {runat}="server" TypeName="{kind}"'
    ' SelectMethod="Start"><SelectParameters><asp:{given}Parameter Name="a" /></SelectParameters>'
    "<% Nowhere.Missing(( "
)


def _objects(kind: str, given: str = "QueryString") -> str:
    return _OBJECTS.format(runat=_RUNAT, kind=kind, given=given)


def test_a_data_source_that_starts_programs_is_one_that_calls() -> None:
    """The page has no code; a parameter of the visitor makes it worse."""
    (reason,) = declared_reasons(_objects(f"System.Diagnostics.{_WORD}, System"))
    assert (reason.kind, reason.line, reason.points) == ("run", 2, 92)
    (alone,) = declared_reasons(_objects(f"System.Diagnostics.{_WORD}", "Session"))
    assert alone.points < 92
    assert declared_reasons(_objects("Shop.Parcel")) == []
    assert declared_reasons(f"<%-- {_objects(f'System.Diagnostics.{_WORD}')} --%>") == []


def test_such_a_page_is_malicious_as_a_whole() -> None:
    """Though nothing in it is code."""
    for kind, worst in ((f"System.Diagnostics.{_WORD}", True), ("Shop.Parcel", False)):
        found = PageJudge().judge(_objects(kind).encode(), "a.aspx", "")
        assert (found.judgement is Judgement.MALICIOUS) is worst


@pytest.mark.parametrize(
    ("command", "inner", "points"),
    [
        ("exec xp_" + "cmdshell @a", '<asp:FormParameter Name="a" />', 88),
        ("exec xp_" + "cmdshell 'a'", "", 60),
        ("select a from b", '<asp:FormParameter Name="a" />', 0),
    ],
)
def test_a_database_that_starts_programs_is_told(command: str, inner: str, points: int) -> None:
    """By the command of a data source."""
    text = f'<asp:SqlDataSource {_RUNAT}="server" SelectCommand="{command}">{inner}'
    assert max((one.points for one in declared_reasons(text)), default=0) == points
