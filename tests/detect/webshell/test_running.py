"""Text that a page runs as code."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.page import Language
from webshell_code import signs_in

JS, VBS, CS = Language.JSCRIPT, Language.VBSCRIPT, Language.CSHARP


@pytest.mark.parametrize(
    ("language", "code", "points"),
    [
        (JS, "eval(Request[k]", 97),
        (JS, 'eval("(" + Request[k] + ")"', 97),
        (JS, 'eval("(" + read(file) + ")"', 0),
        (VBS, 'execute "x" & " = request(1) : execute request(2)"', 97),
        (VBS, 'execute "call do_" & request(1) & "()"', 97),
        (VBS, 'execute "call do_" & session(1) & "()"', 0),
        (CS, "eval(Request[k]", 0),
    ],
)
def test_text_is_followed_where_the_language_runs_it(
    language: Language, code: str, points: int
) -> None:
    """Code of the visitor is the worst; names of the page's own functions and data are none."""
    assert max((one.points for one in signs_in(code, language).values()), default=0) == points


def test_data_that_was_checked_is_told_and_no_more() -> None:
    """Everybody's reader of JSON, before there was another."""
    code = (
        r'function p(t) { if (/^[\],:{}\s]*$/.test(t.replace(/"[^"]*"/g, "]")))'
        ' { return eval("(" + t + ")"); } } p(Request[k])'
    )
    (sign,) = signs_in(code, JS).values()
    assert (sign.kind, sign.points, sign.given) == ("evaluate", 30, True)
