"""The assessment on one screen of a terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from rich.cells import cell_len
from rich.console import Console

from alpheus.model import Assessment, ServerAssessment
from alpheus.report import print_summary
from assessments import HOSTILE, assessment, assessments, compromised, fleet, hostile, servers

REPORT = Path("out/report.html")


def _lines(one: Assessment, width: int = 80) -> list[str]:
    stream = io.StringIO()
    print_summary(one, Console(file=stream, width=width), REPORT)
    return stream.getvalue().splitlines()


def test_one_server_fits_a_screen_and_tells_what_matters() -> None:
    """Headline, verdict, stage, since when, patches, evidence, blind spots, steps, the report."""
    lines = _lines(compromised())
    assert len(lines) <= 23
    text = "\n".join(lines)
    for part in (
        "COMPROMISED  EX01.contoso.example", "stage spread, high confidence",
        "since 2021-03-03 06:59:20 UTC", "vulnerable: CVE-2021-34473", "u_ex210303.log:20413",
        "does not cover the window", "1. Take EX01 off", "out/report.html",
    ):  # fmt: skip
        assert part in text


@settings(max_examples=25, deadline=None)
@given(servers())
def test_any_server_fits_80_by_24(server: ServerAssessment) -> None:
    """Wide characters, long words and control characters included."""
    lines = _lines(assessment(server))
    assert len(lines) <= 23
    assert all(cell_len(line) <= 80 for line in lines)


def test_several_servers_are_a_table_in_order() -> None:
    """Who comes first stands first."""
    lines = _lines(fleet(), 120)
    assert lines[0].startswith("5 servers")
    assert [line.split()[0] for line in lines[2:7]] == [
        "EX01.contoso.example", "ex-odd.contoso.example", "ex-tried.contoso.example",
        "EX-SHORT.contoso.example", "ex-clean.contoso.example",
    ]  # fmt: skip
    assert len({line.index("  ") for line in lines[2:3]}) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_evidence_is_neither_markup_nor_escape(text: str) -> None:
    """Brackets stay brackets, control characters are written out."""
    base = compromised()
    server = replace(base.servers[0], headline=text, name=text)
    stream = io.StringIO()
    console = Console(file=stream, width=200, force_terminal=True, color_system="truecolor")
    print_summary(replace(base, servers=(server,)), console, REPORT)
    shown = stream.getvalue()
    assert "\x1b]" not in shown
    assert not set("\x07\x9b\u202e\x00\r\t") & set(shown)
    if text.startswith("[bold red]"):
        assert "[bold red]markup[/bold red]" in shown


@settings(max_examples=20, deadline=None)
@given(assessments(max_servers=3))
def test_no_escape_without_a_terminal(one: Assessment) -> None:
    """A pipe gets plain text."""
    assert "\x1b" not in "\n".join(_lines(one))


def test_no_colour_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR is honoured by the console that is given."""
    monkeypatch.setenv("NO_COLOR", "1")
    stream = io.StringIO()
    print_summary(compromised(), Console(file=stream, width=80, force_terminal=True), REPORT)
    assert "\x1b[31" not in stream.getvalue()
    assert "\x1b[1;31" not in stream.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_terminal_of_any_encoding_is_served(encoding: str) -> None:
    """What it cannot show is written as an escape of Python."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    for one in (hostile(), compromised(), fleet()):
        print_summary(one, Console(file=stream, width=80), REPORT)
    stream.flush()
    assert raw.getvalue()


def test_no_server_is_said() -> None:
    """An empty result is a sentence."""
    assert _lines(assessment())[0] == "No server was recognised in the evidence."


def test_nothing_found_says_what_was_looked_at() -> None:
    """With its reach."""
    clean = fleet().servers[0]
    assert any("Found     nothing. Looked at: iis-site-1 2021-" in x for x in _lines(
        assessment(clean)))  # fmt: skip
