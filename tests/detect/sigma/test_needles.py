"""Tests of `alpheus.detect.sigma.needles`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma import ENCODED_LINE, NeedlePlan, Rule, RuleSet, needle_patterns
from alpheus.parsers.base import LineKind, ReadOptions
from alpheus.parsers.separated import split_commas
from alpheus.parsers.w3c import W3CFormat
from alpheus.scan.needles import EVERYBODY, Needle, Needles
from detect.sigma.building import HTTPPROXY, WEBSERVER, event, rule, ruleset
from detect.sigma.trees import EVENTS, FIELDS, cases, csv_line, detections, iis_line

PROXY_COLUMNS = {
    "cs-method": "Method",
    "cs-uri-stem": "UrlStem",
    "cs-uri-query": "UrlQuery",
    "cs(User-Agent)": "UserAgent",
    "sc-status": "HttpStatus",
}


def plan(compiled: Rule, source: str = "iis") -> NeedlePlan:
    """The needles of one rule."""
    return needle_patterns(RuleSet((compiled,)), source)


def found(needles: NeedlePlan, line: str) -> bool:
    """Whether a line would be parsed."""
    return needles.finds(line)


CASES = st.one_of(cases(), cases(), cases(), st.tuples(detections(), EVENTS))
Case = tuple[dict[str, Any], Mapping[str, str]]


@settings(max_examples=150, deadline=None)
@given(CASES)
def test_no_iis_line_is_missed(case: Case) -> None:
    """A line of IIS whose event matches is found, whether the rule is ours or foreign."""
    detection, fields = case
    line = iis_line(fields)
    parsed = {n: v.replace(" ", "+") for n, v in fields.items() if v}
    for meaning in ({}, {"meaning": None}):
        compiled = rule(detection, WEBSERVER, **meaning)
        if compiled.matches(event(parsed, text=line)):
            assert found(plan(compiled), line)


@settings(max_examples=150, deadline=None)
@given(CASES)
def test_no_httpproxy_line_is_missed(case: Case) -> None:
    """A line of HttpProxy whose event matches a rule for web servers is found."""
    detection, fields = case
    renamed = {PROXY_COLUMNS[n]: v.replace(",", " ") for n, v in fields.items() if v}
    line = csv_line(renamed, tuple(PROXY_COLUMNS.values()))
    compiled = rule(detection, WEBSERVER, meaning=None)
    if compiled.matches(event(renamed, "httpproxy", text=line)):
        assert found(plan(compiled, "httpproxy"), line)


@settings(max_examples=150, deadline=None)
@given(CASES)
def test_no_exchange_line_is_missed(case: Case) -> None:
    """Nor is one of any other log of Exchange."""
    detection, fields = case
    line = csv_line(fields, FIELDS).replace("'", "''")
    compiled = rule(detection, {"product": "exchange", "service": "exchange-log"})
    if compiled.matches(event(fields, "exchange-log", text=line)):
        assert found(plan(compiled, "exchange-log"), line)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list("/ecpy.js@:=&~-")),
            st.sampled_from(["", "%", "%25", "%2525", "%u00", "%c0"]),
        ),
        min_size=4,
        max_size=12,
    )
)
def test_no_encoding_hides_a_line(characters: list[tuple[str, str]]) -> None:
    """Whatever an attacker encodes, and how often, the line is parsed if the rule would match."""
    wanted = "".join(character for character, _ in characters)
    query = ""
    for character, encoding in characters:
        code = ord(character)
        if encoding == "%c0":
            query += f"%{0xC0 | code >> 6:02x}%{0x80 | code & 0x3F:02x}"
        else:
            query += f"{encoding}{code:02x}" if encoding else character
    fields = {"cs-uri-stem": "/a", "cs-uri-query": query}
    line = iis_line(fields)
    compiled = rule({"cs-uri-query|contains": wanted})
    if compiled.matches(event(fields, text=line)):
        assert found(plan(compiled), line)


@pytest.mark.parametrize(
    ("detection", "line", "expected"),
    [
        ({"AnchorMailbox|contains": "ServerInfo~"}, "a,ServerInfo~x,b", True),
        ({"AnchorMailbox|contains": "ServerInfo~"}, "a,Sid~S-1-5,b", False),
        (
            {"UserAgent|contains": "AppleWebKit/5 (KHTML, like Gecko) Zed"},
            "AppleWebKit/5 (KHTML  like Gecko) Zed",
            True,
        ),
        (
            {"X|contains": 'eval(Request["key"],"unsafe")'},
            '"eval(Request[""key""],""unsafe"")"',
            True,
        ),
        ({"X|re": "(?i)(whoami|ipconfig) ?/"}, "a,IPCONFIG /all", True),
        ({"X": "abcdef", "Y|gt": 5}, "abcdef,6", True),
    ],
)
def test_what_is_searched(detection: dict[str, Any], line: str, expected: bool) -> None:
    """A needle survives what a log does to a value, and selects something."""
    needles = plan(rule(detection, HTTPPROXY), "httpproxy")
    assert not needles.always
    assert found(needles, line) is expected


@pytest.mark.parametrize(("source", "blank"), [("iis", "+"), ("httpproxy", " ")])
@pytest.mark.parametrize("wanted", ["Power+Shell", "Power Shell"])
def test_blanks_of_a_user_agent(source: str, blank: str, wanted: str) -> None:
    """A rule finds a user agent whichever way rule and log write its blanks."""
    compiled = rule({"c-useragent|contains": wanted})
    column = "cs(User-Agent)" if source == "iis" else "UserAgent"
    agent = f"x{blank}Power{blank}Shell"
    assert compiled.matches(event({column: agent}, source, text=agent))
    assert found(plan(compiled, source), agent)


@pytest.mark.parametrize(
    "detection",
    [
        {"sc-status": 200},
        {"cs-uri-stem|re": "^[a-z]{8}$"},
        {"a": {"cs-uri-stem": "/long/enough"}, "condition": "not a"},
        {"cs-uri-stem|contains": "a"},
        {"cs-uri-stem|exists": True},
        {"a": {"cs-uri-stem": "/long/enough"}, "b": {"sc-status": 500}, "condition": "a or b"},
    ],
)
def test_rules_that_need_every_line(detection: dict[str, Any]) -> None:
    """A rule that needs no text is named; the caller has to give it every line."""
    needles = plan(rule(detection, name="needy"))
    assert needles == NeedlePlan({}, ("needy",))


def test_the_most_selective_part_is_searched() -> None:
    """Of several parts that must all hold, the one that benign lines do not contain is taken."""
    detection = {
        "cs-method": "POST",
        "cs-uri-stem|contains": "/autodiscover/autodiscover.",
        "cs-uri-query|contains": ["powershell", "x-rps-cat"],
        "sc-status": 200,
    }
    searches = plan(rule(detection)).searches
    line = "POST /autodiscover/autodiscover.json a=powershell 200"
    for (pattern, clauses), rules in searches.items():
        needle = Needle(pattern, 1, clauses)
        assert len(rules) == 1
        assert needle.confirms(line.encode())
        assert not needle.confirms(line.replace("POST", "GET").encode())
    assert any(re.search(pattern, line) for pattern, _ in searches)
    assert not any(re.search(pattern, "POST /powershell x 200") for pattern, _ in searches)


def test_frequent_words_of_an_expression_are_confirmed() -> None:
    """A rare alternative is searched for alone, a frequent one only counts with the rest."""
    compiled = rule({"cs-uri-query|re": "(?i)cmd=[^&]{0,40}(whoami|powershell)"})
    found = dict(plan(compiled, "httpproxy").searches)
    assert ("whoami", ()) in found
    (clauses,) = [clauses for pattern, clauses in found if pattern == "powershell"]
    assert Needle("", 1, clauses).confirms(b"get /x.aspx cmd=powershell")
    assert not Needle("", 1, clauses).confirms(b"post /powershell x 200")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("cmd=powershell", True),
        ("cmd=c:/powershell", True),
        ("cmd=%2fpowershell", True),
        ("c=1&cmd=/powershell", True),
    ],
)
def test_what_begins_a_url_in_ordinary_requests_is_passed_by(query: str, expected: bool) -> None:
    """A name behind a parameter cannot be the first one of a URL."""
    compiled = rule({"cs-uri-query|re": "(?i)cmd=[^&]{0,40}(whoami|powershell)"}, WEBSERVER)
    line = f"2021-03-03 06:59:20 10.0.0.5 GET /x.aspx {query} 443 200"
    assert found(plan(compiled), line) is expected
    ordinary = "2021-03-03 06:59:20 10.0.0.5 POST /powershell clientapplication=x 443 200"
    assert not found(plan(compiled), ordinary)


METHODS = ("POST", "PUT", "GET")
STEMS = ("/ecp/", "/owa/auth/", "/ecp/y.js", "/owa/auth/x.aspx", "%2fecp/y.js", "/x", "")


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(METHODS), st.sampled_from(METHODS),
    st.lists(st.sampled_from(["/ecp/", "/owa/auth/", "/a b/"]), min_size=1, max_size=2),
    st.lists(st.sampled_from([".js", ".aspx", "h/x.aspx"]), min_size=1, max_size=2),
    st.sampled_from(STEMS), st.sampled_from(["", "?a", "url=/ecp/y.js", "POST /ecp/y.js"]),
    st.sampled_from([" ", "  ", "\t", " \u2003", "\xa0"]),
)  # fmt: skip
def test_a_request_is_found_by_method_and_url_together(
    wanted: str, method: str, starts: list[str], ends: list[str], stem: str, query: str, gap: str
) -> None:
    """Where the method stands before the URL, no row is missed, however blanks are written."""
    detection = {
        "cs-method": wanted,
        "cs-uri-stem|startswith": starts,
        "e": {"cs-uri-stem|endswith": ends},
    }
    items = {"s": {key: detection[key] for key in ("cs-method", "cs-uri-stem|startswith")}}
    compiled = rule({**items, "e": detection["e"], "condition": "s and e"}, WEBSERVER)
    needles = needle_patterns(RuleSet((compiled,)), "iis", LineKind.REQUESTS)
    row = f"2021-03-03 06:59:20 10.0.0.5 {method}{gap}{stem or '-'} {query or '-'} 443 200"
    log = W3CFormat().start("", "x.log", ReadOptions())
    log.directive("#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port sc-status")
    parsed = log.row(row)
    assert parsed is not None
    if compiled.matches(event(dict(parsed.fields), text=row)):
        assert found(needles, row)


COOKIES = st.lists(
    st.sampled_from(["Server~", "host", "/", "~", ",", '"', "x", "%2f", " ", '""']), max_size=7
).map("".join)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(["Server~*/*~*", "*Server~*x*", "Server~host*/"]), min_size=1),
    COOKIES, COOKIES, st.booleans(),
)  # fmt: skip
def test_texts_between_wildcards_are_found_however_a_value_is_quoted(
    wanted: list[str], cookie: str, other: str, quoted: bool
) -> None:
    """Commas, quotes and what stands in other columns hide no value from its rule."""
    compiled = rule({"BackEndCookie": wanted}, HTTPPROXY)
    values = {"AnchorMailbox": other, "BackEndCookie": cookie, "UrlStem": "/powershell"}
    lines = [csv_line(values, tuple(values)), f"{other},{cookie},/powershell"]
    line = lines[0] if quoted else lines[1]
    columns = split_commas(line)
    fields = dict(zip(values, columns, strict=False))
    if compiled.matches(event({n: v for n, v in fields.items() if v}, "httpproxy", text=line)):
        assert found(plan(compiled, "httpproxy"), line)


def test_a_value_of_ordinary_requests_is_told_by_its_next_text() -> None:
    """Every remote shell has such a cookie; only a forged one holds a path."""
    needles = plan(rule({"BackEndCookie": "Server~*/*~*"}, HTTPPROXY), "httpproxy")
    assert not found(needles, "a,Server~mail.corp.example~1941996335,200,/powershell,x~y")
    assert found(needles, "a,Server~mail.corp.example/ecp/y.js~1941996335,200,/powershell")


def test_ordinary_pages_are_not_looked_at_for_a_method() -> None:
    """A rule for posts to static files does not see the many requests that get them."""
    detection = {"cs-method": "POST", "cs-uri-stem|startswith": ["/ecp/", "/owa/auth/"]}
    compiled = rule({**detection, "cs-uri-query": "-"}, WEBSERVER)
    needles = needle_patterns(RuleSet((compiled,)), "iis", LineKind.REQUESTS)
    assert not found(needles, "2021-03-03 06:59:20 10.0.0.5 GET /owa/auth/logon.aspx - 443 200")
    assert found(needles, "2021-03-03 06:59:20 10.0.0.5 POST /owa/auth/logon.aspx - 443 200")


@settings(max_examples=150, deadline=None)
@given(CASES)
def test_no_torn_line_is_missed(case: Case) -> None:
    """A line that is no row is found wherever the literal text of a rule is in it."""
    detection, fields = case
    line = iis_line(fields)
    for text in (line, line[20:], " ".join(reversed(line.split(" "))), line.replace("+", "  ")):
        compiled = rule(detection, WEBSERVER)
        torn = needle_patterns(RuleSet((compiled,)), "iis", LineKind.TORN)
        if not torn.always and compiled.matches_raw(text):
            assert found(torn, text)


def test_a_frequent_piece_does_not_stand_for_a_rare_one() -> None:
    """Else one careless rule would make every line a candidate of another."""
    careless = rule({"cs-method": "GET"}, name="careless")
    careful = rule({"cs-uri-query|contains": "getRuntime("}, name="careful")
    searches = needle_patterns(RuleSet((careless, careful)), "iis").searches
    assert {pattern: set(rules) for (pattern, _), rules in searches.items()} == {
        "get": {"careless"},
        r"getruntime(?:\(|%(?:25){0,3}28)": {"careful"},
    }


def test_longer_needles_are_covered_by_shorter_ones() -> None:
    """A needle that contains another one is not searched for."""
    compiled = rule({"cs-uri-query|contains": ["evil", "evil.corp", "other"]})
    assert [pattern for pattern, _ in plan(compiled).searches] == ["evil", "other"]


@given(st.lists(st.text("qxz", min_size=3, max_size=7), min_size=1, max_size=12, unique=True))
def test_exactly_those_that_hold_another_one_are_left_out(texts: list[str]) -> None:
    """However many needles there are, of many rules, each is searched for or holds one that is."""
    rules = [rule({"cs-uri-query|contains": one}, name=one) for one in texts]
    searches = needle_patterns(RuleSet(tuple(rules)), "iis").searches
    shortest = {one for one in texts if not any(o in one for o in texts if o != one)}
    assert {pattern: who for (pattern, _), who in searches.items()} == {
        short: {one for one in texts if short in one} for short in shortest
    }


@pytest.mark.parametrize(
    "line",
    [
        "GET /owa/auth/logon.aspx url=https%3a%2f%2fmail%2fowa%2f&reason=0 443 - 1.1.1.1",
        "POST /Microsoft-Server-ActiveSync/default.eas User=corp%5cuser&Cmd=Ping 443",
        "GET /owa/x id=caf%c3%a9%20a%2bb%e2%82%ac%3d 443",
    ],
)
def test_benign_encoding_is_not_suspected(line: str) -> None:
    """What browsers encode anyway does not make a line a candidate."""
    assert not re.search(ENCODED_LINE, line, re.IGNORECASE)


@given(st.sampled_from("abcXYZ019._-~"), st.integers(0, 2))
def test_needless_encoding_is_suspected(character: str, again: int) -> None:
    """Encoded letters, digits and dots always make a line a candidate."""
    text = f"%{ord(character):02X}"
    for _ in range(again):
        text = quote(text)
    assert re.search(ENCODED_LINE, f"GET /{text}", re.IGNORECASE)


def test_a_scanner_takes_the_patterns() -> None:
    """The prefilter that runs over raw bytes accepts every pattern."""
    rules = ruleset(
        """
title: a
logsource: {category: webserver}
detection: {s: {cs-uri-stem|contains: ['/a:b@c=d&e;$~!()#*[]{}|<>^-f', 'plain.text']}, condition: s}
"""
    )
    needles = Needles(needle_patterns(rules, "iis").needles({"a": 4}))
    data = b"GET /x\nGET /PLAIN.TEXT\nGET /%70lain\nGET /a%3ab@c=d&e;$~!()#\\*[]{}|<>^-f\nGET /y\n"
    found_lines = needles.search(data)
    assert [data[a:b] for a, b, _ in found_lines] == data.split(b"\n")[1:4]
    assert [marks for _, _, marks in found_lines] == [4, EVERYBODY, 4]


def test_a_stem_is_searched_for_before_the_query_where_rows_have_that_order() -> None:
    """One pattern for both, in one order; without that order nothing is taken for granted."""
    condition = {
        "a": {"cs-uri-stem|startswith": "/autodiscover/autodiscover.json"},
        "b": {"cs-uri-query|contains": ["/mapi", "/ews", "/owa", "/powershell"]},
        "condition": "a and b",
    }
    one = rule(condition, WEBSERVER)
    plan = needle_patterns(RuleSet((one,)), "httpproxy", LineKind.REQUESTS)
    ((pattern, clauses),) = plan.searches
    assert "autodiscover" in pattern.partition("[^\\n]*")[0]
    assert clauses == ()
    assert plan.finds(",/autodiscover/autodiscover.json,GET,?x@y/EWS/exchange.asmx,")
    assert not plan.finds(",?x@y/EWS/exchange.asmx,GET,/autodiscover/autodiscover.json,")
    rows = needle_patterns(RuleSet((one,)), "httpproxy", LineKind.ROWS)
    assert rows.finds(",?x@y/EWS/exchange.asmx,GET,/autodiscover/autodiscover.json,")
