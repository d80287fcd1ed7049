"""What a visitor fills is a source; what the server knows of itself is none."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.intake import mapped, quoted, spelt
from alpheus.detect.webshell.nodes import Call, Member, Name
from alpheus.detect.webshell.page import Language
from alpheus.detect.webshell.values import Source, Value
from webshell_code import seen_in


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ('Request["k"]', 'Request("k")'),
        ('Request.Form["k"]', 'Request.Form("k")'),
        ('context.Request.QueryString.Get("k")', "Request.QueryString"),
        ('HttpContext.Current.Request.Cookies["k"]', 'Request.Cookies("k")'),
        ('this.Request.Headers["k"]', 'Request.Headers("k")'),
        ("Request.InputStream", "Request.InputStream"),
        ('Request.ServerVariables["HTTP_X"]', 'Request.ServerVariables("HTTP_X")'),
        ("box.Text", 'control("box").Text'),
        ("this.file.PostedFile", None),
    ],
)
def test_sources_are_told_as_they_are_written(code: str, source: str | None) -> None:
    """The name that a person searches for in the page, marked as what it is: a parameter's."""
    found = seen_in(f"x = {code};", controls=("box", "file")).sources
    assert found
    assert source is None or source in found


@pytest.mark.parametrize(
    "code",
    ["Request.PhysicalPath", "Request.ContentLength", 'Request.ServerVariables["SCRIPT_NAME"]',
     "Request.IsLocal", "other.Text", "Response.Cookies"],
)  # fmt: skip
def test_what_the_server_knows_of_itself_is_no_source(code: str) -> None:
    """Nobody outside chooses it."""
    assert seen_in(f"x = {code};", Language.CSHARP).sources == {}


@pytest.mark.parametrize(
    ("path", "rooted"),
    [
        (Value("~/a/b.aspx"), True),
        (Value(sources=(Source(1, "Request"),)), False),
        (Value(sources=(Source(1, "Request"),), mixed=True), True),
        (Value(sources=(Source(1, "upload.FileName"),)), True),
    ],
)
def test_a_mapped_path_is_where_the_page_says(path: Value, rooted: bool) -> None:
    """Below a folder that the page names, unless the visitor names the whole of it."""
    assert mapped([path]).rooted is rooted
    assert mapped([path]).ending == path.ending


def test_expressions_are_spelt_in_short() -> None:
    """Arguments are left out."""
    node = Member(Call(Member(Name("a", 1), "b", 1), [Name("c", 1)], 1), "d", 1)
    assert spelt(node) == "a.b(…).d"


def test_a_name_ends_where_its_quotes_end() -> None:
    """However long it is and whatever it holds: a report masks what is in them."""
    assert quoted('a"b') == '"a\'b"'
    assert len(quoted("a" * 900)) < 70
    for code in ('Request["{}"]', 'Request.Form["{}"]', 'Request.Cookies["{}"]["{}"]'):
        found = seen_in(f"x = {code.replace('{}', 'n' * 300)};").sources
        assert all(text.count('"') % 2 == 0 for text in found)
        assert any('"nnn' in text for text in found)
