"""A line of a step: what is said, and what is pasted whole."""

from __future__ import annotations

import pytest

from alpheus.respond.catalogue import step_kinds
from alpheus.respond.commands import Line, Lines, line_of, lines_of


@pytest.mark.parametrize(("text", "label", "command"), [
    ("iisreset", "", "iisreset"),
    ("After that: iisreset", "After that:", "iisreset"),
    ("Get-Page -Name 'a: Get-Other b'", "", "Get-Page -Name 'a: Get-Other b'"),
    ("Look at ECP, OWA and others.", "Look at ECP, OWA and others.", ""),
    ("What was run: '\"cmd\" /c: Get-Page a'", "What was run:", "'\"cmd\" /c: Get-Page a'"),
    ("A name: ('' + 'a' + [char]0x202E)", "A name:", "('' + 'a' + [char]0x202E)"),
    ("IIS Manager, URL Rewrite: two rules", "IIS Manager, URL Rewrite: two rules", ""),
    ("What would be done: alpheus clean apply PLAN", "What would be done:",
     "alpheus clean apply PLAN"),
    ("In the page: Setup.exe /mode:X", "In the page:", "Setup.exe /mode:X"),
])  # fmt: skip
def test_a_command_is_told_from_what_it_is_for(text: str, label: str, command: str) -> None:
    """Whatever stands in it."""
    assert line_of(text) == Line(label, command)


def test_what_is_said_of_several_commands_is_said_once() -> None:
    """In their order; commands alone are alone, and so is what is said of none."""
    found = lines_of(
        ["A: Get-Page a", "A: Get-Page b", "Get-Other c", "Get-Other d", "Said.", "B: Get-Page a"]
    )
    assert list(found) == [
        Lines("A:", ("Get-Page a", "Get-Page b")), Lines("", ("Get-Other c",)),
        Lines("", ("Get-Other d",)),
        Lines("Said.", ()), Lines("B:", ("Get-Page a",)),
    ]  # fmt: skip


def test_no_command_of_a_step_stands_in_a_sentence() -> None:
    """A line that begins with a cmdlet is one to its end: no comma, no full stop, no aside."""
    for kind in step_kinds():
        for text in kind.by_hand:
            command = line_of(text).command
            assert not command.endswith("."), text
            assert ", then " not in command, text
            assert ", for " not in command, text
