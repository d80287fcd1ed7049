"""What is put into objects and files, and comes out of them again."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.page import Language
from webshell_code import signs_in

CS = Language.CSHARP


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("s = new Buffer(); s.Write(Request[a]); Process.Start(s)", "run"),
        ("s = new Buffer(); Request.InputStream.CopyTo(s); Process.Start(s)", "run"),
        ("s = File.Create(Request[p]); Request.InputStream.CopyTo(s)", "plant"),
        ("s = new StreamWriter(Request[p]); s.Write(Request[a])", "plant"),
    ],
)
def test_what_is_put_in_comes_out(code: str, kind: str) -> None:
    """Of an object, and of a file whose name the visitor gives."""
    assert signs_in(code, CS)[kind].given


@pytest.mark.parametrize(
    "code",
    [
        "s = new Buffer(); s.Clear(Request[a]); Process.Start(s)",
        'Request.InputStream.CopyTo(File.Create(Server.MapPath("a.txt")))',
        's = new StreamWriter(Server.MapPath("a.txt")); s.Write(Request[a]); Process.Start(s)',
    ],
)
def test_what_is_not_put_in_does_not(code: str) -> None:
    """Nor does what is written to a file change where it lies."""
    assert not any(one.given for one in signs_in(code, CS).values())
