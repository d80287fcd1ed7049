"""Reading a scope file."""

from __future__ import annotations

import contextlib
import hashlib
from datetime import UTC, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.exposure.scope import Rates, ScopeError
from alpheus.exposure.scope_file import EXAMPLE, read_scope

SIGNED = """\
owner: CERT of Exampleland
authorisation: order 2021/17
contact: https://cert.example/scans
"""
LEAST = f"{SIGNED}allow: [192.0.2.0/24]\n"


@pytest.fixture
def read(tmp_path):
    """Read a scope file with a text, beside other files."""

    def read_text(text, **files):
        for name, content in files.items():
            (tmp_path / f"{name}.txt").write_text(content, "utf-8")
        (tmp_path / "scope.yaml").write_text(text, "utf-8")
        return read_scope(tmp_path / "scope.yaml")

    return read_text


def test_the_least_scope_has_safe_defaults(read):
    """Who, on what ground, where to complain, and whom; the rest disturbs nobody."""
    scope = read(LEAST)
    assert (scope.owner, scope.authorisation) == ("CERT of Exampleland", "order 2021/17")
    assert scope.rates == Rates(1, 10, 200, 24, 48, 0.25)
    assert (scope.ports, scope.back_end, scope.smtp, scope.hours) == ((443,), False, False, ())
    assert (scope.valid_from, scope.valid_until) == (None, None)
    assert scope.digest == hashlib.sha256(LEAST.encode()).hexdigest()
    assert "https://cert.example/scans" in scope.user_agent
    assert scope.decide("192.0.2.9").why == "in scope: 192.0.2.0/24 (scope.yaml line 4)"


def test_everything_can_be_set(read):
    """All keys of the documentation, in the spelling of either side of the Atlantic."""
    scope = read(
        """\
owner: CERT of Exampleland
authorization: order 2021/17
contact: soc@cert.example
valid_from: 2021-03-03
valid_until: 2021-03-31
allow:
  - 127.0.0.0/8
  - no.example
deny: 127.0.0.53
rates: {per_host: 30/min, per_network: 5, total: 100, network_prefix_v4: 22, network_prefix_v6: 56,
        jitter: 0}
hours: {zone: Europe/Berlin, days: [mon-thu, "sat, sun"], from: 20:00, to: 06:00}
ports: [443, 8443, 443]
back_end: true
back_end_port: 4444
smtp: yes
smtp_port: 2525
"""
    )
    assert scope.valid_from == datetime(2021, 3, 3, tzinfo=UTC)
    assert scope.valid_until == datetime(2021, 4, 1, tzinfo=UTC)
    assert scope.rates == Rates(0.5, 5, 100, 22, 56, 0)
    (window,) = scope.hours
    assert (window.days, window.start, window.end) == ({0, 1, 2, 3, 5, 6}, time(20), time(6))
    assert scope.ports == (443, 8443)
    assert (scope.back_end, scope.back_end_port, scope.smtp, scope.smtp_port) == (
        True, 4444, True, 2525,
    )  # fmt: skip
    assert scope.decide_name("mail.no.example").allowed
    assert not scope.decide("127.0.0.53").allowed


def test_several_windows_are_a_list(read):
    """Without days a window is daily."""
    hours = "hours:\n  - {zone: UTC, from: 01:00, to: 02:00}\n  - {zone: UTC, from: 3:00, to: 4:00}"
    assert [window.days for window in read(LEAST + hours).hours] == [frozenset(range(7))] * 2


def test_files_are_read_beside_the_scope_file(read):
    """Under their own keys or with an @; their hashes are kept."""
    scope = read(
        f'{SIGNED}allow: ["@nets", "@nets.txt"]\n'.replace('"@nets", ', "")
        + "allow_file: more.txt\ndeny: ['@denied.txt']\ndeny_file: [others.txt]\n"
        "opt_out: [opted.txt]\n",
        nets="192.0.2.0/24\n",
        more="\ufeff198.51.100.0/24 # customers\n",
        denied="192.0.2.1\n",
        others="192.0.2.2\n",
        opted="192.0.2.3 # asked on 5 March\n",
    )
    allowed = [scope.decide(f"192.0.2.{host}").allowed for host in range(5)]
    assert allowed == [True, False, False, False, True]
    assert scope.decide("198.51.100.7").allowed
    assert scope.decide("192.0.2.3").why == (
        "opted out: 192.0.2.3 (opted.txt line 1): asked on 5 March"
    )
    assert scope.files["denied.txt"] == hashlib.sha256(b"192.0.2.1\n").hexdigest()
    assert len(scope.files) == 5


def test_whom_a_scope_allows_is_part_of_what_was_signed(read):
    """Also where it stands in a list of its own; whom it denies may change, and always wins."""
    text = f"{SIGNED}allow: ['@nets.txt']\nallow_file: more.txt\nopt_out: opted.txt\n"
    lists = {"nets": "192.0.2.0/24\n", "more": "198.51.100.0/24\n", "opted": "192.0.2.3\n"}
    scope = read(text, **lists)
    assert scope.digest == hashlib.sha256(text.encode()).hexdigest()
    assert read(text, **lists, denied="192.0.2.9\n").signed == scope.signed
    assert read(text, **{**lists, "opted": "192.0.2.4\n"}).signed == scope.signed
    others = [read(text, **{**lists, name: "203.0.113.0/24\n"}) for name in ("nets", "more")]
    assert len({scope.digest, scope.signed, *(one.signed for one in others)}) == 4
    assert {one.digest for one in others} == {scope.digest}
    alone = read(LEAST)
    assert alone.signed == alone.digest


@pytest.mark.parametrize("missing", ["owner", "authorisation", "contact", "allow"])
def test_a_scope_that_nobody_signs_for_is_refused(read, missing):
    """Missing and empty are the same."""
    kept = [line for line in LEAST.splitlines() if not line.startswith(missing)]
    for text in ("\n".join(kept), "\n".join([*kept, f"{missing}:"])):
        with pytest.raises(ScopeError, match=f"'{missing}' is"):
            read(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("alow: [10.0.0.0/8]", "line 5: unknown key 'alow'; did you mean 'allow'"),
        ("rates: {per_hosts: 1}", "unknown key 'rates.per_hosts'; did you mean 'per_host'"),
        ("rates: {per_host: fast}", "line 5: 'rates.per_host': 'fast' is no rate such as 5"),
        ("rates: {network_prefix_v4: 2}", "'2' is no prefix length from 8 to 32"),
        ("rates: 5", "line 5: 'rates' holds keys with values"),
        ("deny: [192.0.2.300]", "line 5: 'deny': '192.0.2.300' is no IP address"),
        ("deny: [a.example]\ndeny: [b.example]", "line 6: 'deny' stands twice; join the two"),
        ("deny:\n  - {a: b}", "line 6: 'deny' is a list of single values"),
        ("opt_out: nothing.txt", "line 5: "),
        ("deny: ['@nothing.txt']", "nothing.txt cannot be read: No such file"),
        ("ports: [443, https]", "line 5: 'ports': 'https' is no port"),
        ("ports: []", "'ports' is empty"),
        ("smtp: perhaps", "'perhaps' is neither true nor false"),
        ("hours: {zone: Nowhere, from: 1:00, to: 2:00}", "'Nowhere' is no time zone"),
        ("hours: {zone: UTC, from: 1:00}", "'hours' needs a zone, from and to"),
        ("hours: {zone: UTC, from: 1:00, to: 2:00, days: [someday]}", "'someday' are no days"),
        ("valid_from: 2021-04-01\nvalid_until: 2021-03-01", "not after 'valid_from'"),
        ("valid_from: soon", "'soon' is no date or time"),
        ("authorization: twice", "are the same key"),
        ("deny:\n  - @file", "put quotes around it"),
    ],
)
def test_problems_have_a_place_and_a_remedy(read, text, problem):
    """File, line, what is wrong, what to write."""
    with pytest.raises(ScopeError) as caught:
        read(f"{LEAST}{text}\n")
    assert problem in str(caught.value)
    assert "scope.yaml" in str(caught.value)
    assert caught.value.exit_status == 2


def test_all_problems_are_told_at_once(read):
    """Whoever repairs the file does not do so one line at a time."""
    with pytest.raises(ScopeError) as caught:
        read("owner: x1\nallow: [1.2.3, 10.0.0.1/8]\nsmtp: 7\n")
    assert len(str(caught.value).splitlines()) == 5


def test_a_bad_line_of_a_list_is_no_detail(read):
    """A denial that cannot be understood must not be passed over."""
    with pytest.raises(ScopeError, match=r"denied\.txt line 2: "):
        read(f"{LEAST}deny_file: denied.txt\n", denied="10.0.0.1\nnot a host\n")


def test_a_missing_file_is_an_error_of_usage(tmp_path):
    """So is a folder."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(ScopeError, match=str(path)):
            read_scope(path)


def test_the_example_is_to_be_filled_in(read):
    """Untouched it is refused for what is empty alone; filled in, it has the defaults."""
    text = EXAMPLE.read_text("utf-8")
    with pytest.raises(ScopeError) as caught:
        read(text)
    problems = str(caught.value).splitlines()
    assert [next(key for key in ("allow", "owner", "contact", "authorisation") if key in line)
            for line in problems] == ["allow", "owner", "contact", "authorisation"]  # fmt: skip
    for key, value in (("owner", "x1"), ("authorisation", "y1"), ("contact", "a@b.example")):
        text = text.replace(f"{key}:  ", f"{key}: {value} ")
    scope = read(text.replace("#  - 192.0.2.0/24", "  - 192.0.2.0/24"))
    assert scope.rates == Rates()
    assert scope.decide("192.0.2.1").allowed


def test_the_commented_lines_of_the_example_are_right(read):
    """Whoever removes the # from any of them gets a scope."""
    text = EXAMPLE.read_text("utf-8")
    for key, value in (("owner", "x1"), ("authorisation", "y1"), ("contact", "a@b.example")):
        text = text.replace(f"{key}:  ", f"{key}: {value} ")
    lines = [
        line.replace("#", "", 1).removeprefix(" ") if _is_setting(line) else line
        for line in text.splitlines()
    ]
    scope = read("\n".join(lines), networks="10.0.0.0/8", denied="10.0.0.1", **{"opt-outs": ""})
    assert len(scope.hours) == 1
    assert scope.decide("10.0.0.2").allowed


def _is_setting(line):
    words = line.removeprefix("#").split()
    return (
        line.startswith("#")
        and bool(words)
        and (words[0] == "-" or (words[0].endswith(":") and words[0][0].islower()))
    )


@given(st.text(alphabet="ownercatlhisdy:[]{}-, \n'\"#&*@10./", max_size=120))
@settings(max_examples=150)
def test_any_text_is_a_scope_or_refused(tmp_path_factory, text):
    """Nothing but ScopeError comes of it."""
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, "utf-8")
    with contextlib.suppress(ScopeError):
        read_scope(path)
