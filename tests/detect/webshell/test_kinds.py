"""Which files are judged, by their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.kinds import FileKind, judged_by_name, kind_by_name


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a/X.ASPX", FileKind.PAGE),
        ("a/x.soap", FileKind.PAGE),
        ("a/x.master", FileKind.PAGE),
        ("Web.config", FileKind.CONFIGURATION),
        ("a/machine.config", FileKind.CONFIGURATION),
        ("site/bin/x.dll", FileKind.ASSEMBLY),
        ("bin/x.DLL", FileKind.ASSEMBLY),
        ("v4/Temporary ASP.NET Files/root/1/App_Web_x.dll", FileKind.ASSEMBLY),
        ("packages/x.dll", None),
        ("a/other.config", None),
        ("a/x.js", None),
        ("aspx", None),
        ("a.aspx/readme", None),
    ],
)
def test_what_is_judged_by_its_name(path: str, kind: FileKind | None) -> None:
    """Pages anywhere, configuration that decides what runs, assemblies that ASP.NET loads."""
    assert judged_by_name(path) is kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("packages/x.dll", FileKind.ASSEMBLY),
        ("a/other.config", FileKind.CONFIGURATION),
        ("a/x.JS", FileKind.SCRIPT),
        ("a/x.ps1", FileKind.SCRIPT),
        ("a/x.png", None),
    ],
)
def test_what_a_baseline_lists_is_more(path: str, kind: FileKind | None) -> None:
    """Every assembly, configuration file and script, wherever it lies."""
    assert kind_by_name(path) is kind


@given(st.text())
def test_any_name_has_an_answer(path: str) -> None:
    """What is judged has a kind; nothing raises."""
    judged = judged_by_name(path)
    assert judged is None or judged is kind_by_name(path)
