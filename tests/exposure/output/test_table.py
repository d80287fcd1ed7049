"""The table for people."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from alpheus.exposure.model import Observation, Status
from alpheus.exposure.output.jsonl import encode
from alpheus.exposure.output.lines import LineError
from alpheus.exposure.output.table import ROWS, WIDTH, TableWriter
from alpheus.exposure.run import Counts
from exposure_runs import CLOSED, HOSTILE, OPEN, SHORT, observation, observations


def _printed(many: list[Observation], stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    writer = TableWriter(stream)
    for one in many:
        writer.write(one, encode(one))
    writer.end(Counts())
    return stream.getvalue()


@given(st.lists(observations(), max_size=5))
@settings(max_examples=100, deadline=None)
def test_lines_fit_and_move_no_cursor(many: list[Observation]) -> None:
    """At most 80 columns, and no control character but line ends, whatever others wrote."""
    text = _printed(many)
    assert all(cell_len(line) <= WIDTH for line in text.split("\n"))
    assert not [one for one in text if ord(one) < 32 and one != "\n"]


def test_few_are_shown_one_by_one_the_worst_first() -> None:
    """Address, build, what it is called, and the state of the great campaigns."""
    text = _printed([
        observation("192.0.2.3", status=Status.REFUSED),
        observation("192.0.2.2", CLOSED),
        observation("192.0.2.4", SHORT),
        observation("2001:db8::1", OPEN, port=8443, names=("mail.example.org",)),
    ])  # fmt: skip
    places = [text.index(one) for one in ("[2001:db8::1]:8443", "192.0.2.4", "192.0.2.2 ",
                                          "192.0.2.3")]  # fmt: skip
    assert places == sorted(places)
    assert "2016 CU19 Feb21SU" in text
    assert "mail.example.org" in text
    assert "ProxyLogon vulnerable  ProxyShell vulnerable" in text
    assert text.startswith("3 of 4 asked are Exchange servers; 1 is vulnerable to ProxyLogon")


def test_many_are_counted_alone() -> None:
    """More than sixty rows nobody reads."""
    many = [observation(f"192.0.2.{n}", OPEN) for n in range(ROWS)]
    assert "192.0.2.7 " in _printed(many)
    text = _printed([*many, observation("192.0.2.200", CLOSED)])
    assert "192.0.2.7 " not in text
    assert "15.1.2176.4    2016 CU19 Feb21SU" in text
    assert re.search(r"^ProxyLogon \(CVE-2021-26855\) +60 +0 +1 +0$", text, re.MULTILINE)


def test_results_of_before_count_as_well() -> None:
    """A resumed run shows all; a line that is none is an error."""
    stream = io.StringIO()
    writer = TableWriter(stream)
    writer.write_line(encode(observation("192.0.2.1", OPEN)))
    with pytest.raises(LineError):
        writer.write_line(b"{}")
    writer.end(Counts())
    assert "1 of 1 asked is an Exchange server" in stream.getvalue()


def test_no_results_are_said_to_be_none() -> None:
    """An empty run prints a sentence, not an empty table."""
    assert _printed([]) == "There are no results.\n"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_a_terminals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere no escape is written, and evidence writes none anywhere."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    many = [observation("192.0.2.1", OPEN, names=(HOSTILE,))]
    assert "\x1b" not in _printed(many)
    coloured = _printed(many, _Terminal())
    assert "\x1b[1;31m" in coloured
    assert "\x1b[2J" not in coloured


def test_a_stream_that_is_not_unicode_gets_what_it_can_show() -> None:
    """An old console is no reason to fail."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    writer = TableWriter(stream)
    one = observation("192.0.2.1", OPEN, names=("mäil." + "x" * 90,))
    writer.write(one, encode(one))
    writer.end(Counts())
    stream.flush()
    assert b"m\\xe4il" in raw.getvalue()
    assert b"..." in raw.getvalue()
