"""Which pages are of one hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.hands import families, hand_of

# No page here does anything: the functions that are called do not exist, and a bracket stays open.
FIRST = """<%@ Page Language="C#" %>
<% string given = Request["zq81-handle"];
   foreach (var part in given.Split(',')) { Unknown.Made(part, 7); Other.Told(part + "x");
   if (part.Length > 3) { Third.Kept(part, given, 12); } %>
"""
RENAMED = FIRST.replace("given", "renamed").replace("part", "piece").replace("zq81", "zq99")
SHARING = '<%@ Page Language="C#" %><% Nothing.Alike(Request["zq81-handle"], 1, 2, 3, 4 %>'
OTHER = (
    '<%@ Page Language="C#" %><% int a = 1; while (a < 9) { a = a + 2; } Label1.Text = a + "."; %>'
)


def test_renamed_and_sharing_pages_are_of_one_hand() -> None:
    """Alike in structure, or with a secret in common; others are not."""
    pages = [FIRST, RENAMED, SHARING, OTHER]
    names = families([hand_of(page.encode(), "x.aspx") for page in pages])
    assert names[0] is not None
    assert names[0] == names[1] == names[2]
    assert names[3] != names[0]


def test_a_page_without_code_has_no_family() -> None:
    """Nothing tells one."""
    assert families([hand_of(b"<p>text</p>", "x.aspx")]) == [None]
    assert families([]) == []


def test_nothing_is_kept_in_plain() -> None:
    """Secrets are hashes."""
    assert "zq81" not in repr(hand_of(FIRST.encode(), "x.aspx"))


@given(st.binary(max_size=400))
def test_any_bytes_have_a_hand(content: bytes) -> None:
    """Nothing raises, and equal pages are of one family."""
    hand = hand_of(b"<%" + content + b"%>", "x.asp")
    first, second = families([hand, hand])
    assert first == second
