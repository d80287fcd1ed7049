"""The values of a scope file."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure import scope_values as values


def at(*parts):
    """A moment in UTC."""
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.truth, "true", True),
        (values.truth, "No", False),
        (values.words, " CERT  of\nExampleland ", "CERT of Exampleland"),
        (values.contact, "https://cert.example/scans?who=1", "https://cert.example/scans?who=1"),
        (values.contact, "soc@cert.example", "soc@cert.example"),
        (values.port, "8443", 8443),
        (values.rate, "5", 5.0),
        (values.rate, ".5", 0.5),
        (values.rate, "30/min", 0.5),
        (values.rate, "2 per second", 2.0),
        (values.rate, "36 / hour", 0.01),
        (values.part, "0.25", 0.25),
        (values.prefix_v4, "/24", 24),
        (values.prefix_v6, "48", 48),
        (values.clock, "8:30", time(8, 30)),
        (values.clock, "24:00", time(0)),
        (values.days, "mon-fri", frozenset(range(5))),
        (values.days, "Saturday", frozenset({5})),
        (values.days, "fri-mon", frozenset({4, 5, 6, 0})),
        (values.days, "daily", frozenset(range(7))),
        (values.begin, "2021-03-03", at(2021, 3, 3)),
        (values.begin, "2021-03-03T08:00:00+01:00", at(2021, 3, 3, 7)),
        (values.end, "9999-12-31", datetime.max.replace(tzinfo=UTC)),
        (values.end, "2021-03-03", at(2021, 3, 4)),
        (values.end, "20210303", at(2021, 3, 4)),
        (values.end, "2021-W09-3", at(2021, 3, 4)),
        (values.end, "2021-03-03T12:00:00Z", at(2021, 3, 3, 12)),
    ],
)
def test_values_are_read_as_people_write_them(read, text, value):
    """Dates are in UTC; the last day counts whole."""
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (values.truth, ["", "maybe", "1"]),
        (values.words, ["", " \n", "?", "—"]),
        (values.contact, ["", "us", "ftp://a.example", "https://", "a@b", "a b@c.example",
                          "https://a.example/(x)", "https://ä.example/", "x@y.example\n",
                          "https://a.example/\r\nX: y", "javascript://a.example"]),
        (values.port, ["0", "65536", "https", "-1", "\uff14\uff14\uff13", "44 3", ""]),
        (values.rate, ["", "0", "-1", "fast", "5/fortnight", "1e9", "inf", "nan", "2000000"]),
        (values.part, ["", "-0.1", "1.1", "nan", "x"]),
        (values.prefix_v4, ["7", "33", "x", "", "/"]),
        (values.prefix_v6, ["8", "129"]),
        (values.clock, ["", "25:00", "24:01", "8", "08:60", "1200", "8:5"]),
        (values.zone, ["", "Nowhere/City", "../../etc/passwd", "/etc/passwd", "\0", "x" * 300]),
        (values.days, ["", "noday", "mon-", "mon-noday", "-"]),
        (values.begin, ["", "yesterday", "2021-13-01", "0001-01-01T00:00:00+23:00",
                        "9999-12-31"]),
        (values.end, ["", "03.03.2021"]),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_with_the_wanted_form(read, texts):
    """The message helps whoever wrote the file."""
    for text in texts:
        with pytest.raises(ValueError, match=r"is |are |never"):
            read(text)


@given(st.text(max_size=80), st.sampled_from(["https://cert.example/scans", "soc@cert.example"]))
def test_the_user_agent_is_one_printable_line_with_the_contact(owner, contact):
    """Whatever the owner is called, no header can be made of it."""
    agent = values.user_agent(owner, contact)
    assert agent.isascii()
    assert agent.isprintable()
    assert contact in agent
    assert agent.startswith("Alpheus/")
    assert agent.count("(") == agent.count(")") == 1


def test_the_user_agent_names_the_owner():
    """Accents are left out, a mailbox becomes a link."""
    agent = values.user_agent("Équipe d'urgence (CERT)", "soc@cert.example")
    assert agent.endswith("(+mailto:soc@cert.example; Equipe d'urgence CERT)")
