"""Words in quotes that are no secrets."""

from __future__ import annotations

import pytest

from alpheus.report.page_words import is_ordinary


@pytest.mark.parametrize(
    "text",
    [
        "POST", "get", "unsafe", "True", "WScript.Shell", "Scripting.FileSystemObject", "cmd.exe",
        "cmd", "System.Diagnostics.Process", "Microsoft.XMLHTTP", "text/html", "utf-8", "gb2312",
        "web.config", "logo.gif", "127.0.0.1", "#ff0000", "100%", "HKEY_LOCAL_MACHINE", "REG_SZ",
        "Win32_Process", "kernel32", "kernel32.dll", "xp_cmdshell", "Content-Type", "1.0.2",
    ],
)  # fmt: skip
def test_what_says_what_code_does_is_ordinary(text: str) -> None:
    """Methods, components, programs, kinds of content: hidden, a page could not be understood."""
    assert is_ordinary(text)


@pytest.mark.parametrize(
    "text",
    ["sesame", "Qz7hUn4r", "X-Key", "admin", "1234", "utf-sesame", "systematic", "REG_SESAME",
     "cmd.sesame", "5f4dcc3b5aa765d61d8327deb882cf99", ""],
)  # fmt: skip
def test_anything_else_may_be_a_secret(text: str) -> None:
    """Also a word that only begins as an ordinary one."""
    assert not is_ordinary(text)


def test_more_words_may_be_known() -> None:
    """Alone, or as the parts of a full name; they are in lower case."""
    known = {"tcplistener", "sockets"}
    assert not is_ordinary("TcpListener")
    assert is_ordinary("TcpListener", known)
    assert is_ordinary("Sockets.TcpListener", known)
    assert not is_ordinary("Sockets.Sesame", known)
