"""A hunt for a Sigma rule finds what the matcher of a triage finds in the same rows."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma import compile_rules
from alpheus.errors import UsageError
from alpheus.hunt.questions import SHOWN, Kind, Question
from alpheus.hunt.session import Bounds, Session
from alpheus.hunt.sigma import ask_sigma, matched, needs_fields, rules_of, with_text
from alpheus.hunt.timelines import Timeline, find_timelines
from alpheus.knowledge.packs import load_packs
from alpheus.model import Citation, Event, TimeBasis
from timelines import of_events, timeline

WHEN = datetime(2021, 3, 3, 7, tzinfo=UTC)
_EVENTS = {"sysmon", "windows-security", "windows-system", "windows-application", "powershell",
           "msexchange-management", "defender", "windows-event", "mft", "usnjrnl"}  # fmt: skip
BOUNDS = Bounds(memory=512, seconds=60, threads=1)

_WEB = {"category": "webserver", "product": "windows"}
_PROCESS = {"category": "process_creation", "product": "windows"}

_SOURCE = "logsource: {category: webserver}"

_texts = [
    "/ecp/y.js", "/ECP/Y.js", "/ecp/%79.js", "/ecp/%2579.js", "/owa/auth/x y.aspx", "/owa/auth/x+y",
    "/owa/auth/x%20y.aspx", "a=1&b=%c0%ae%c0%ae/", "%u002e.", "Mozilla/5.0+(x,++y)",
    "Mozilla/5.0 (x, y)",
    "python-requests/2.25", "198.51.100.7", "10.1.2.3", "::ffff:10.1.2.3", "[2001:db8::1]:443",
    "10.1.2.3, 198.51.100.7", "200", "0200", "0xc8", "1e2", "404", "-", "x", "", "é\u212a", "nan",
    "CORP\\admin", "cmd.exe /c whoami", "C:\\Windows\\System32\\cmd.exe", "4688", "1", "0x1f4",
    "500",
    "MD5=aa,SHA256=bb", "bb", "S-1-16-12288", "?a=1", "\udc80", "union select", "b\x00c",
]  # fmt: skip
_names = {
    "iis": ["cs-uri-stem", "cs-uri-query", "c-ip", "sc-status", "cs(User-Agent)", "cs-username",
            "cs(Referer)", "X-Odd", "C-IP", "date"],
    "httpproxy": ["UrlStem", "UrlQuery", "ClientIpAddress", "HttpStatus", "UserAgent",
                  "AnchorMailbox", "Back_End Status", "Method"],
    "sysmon": ["EventID", "Image", "CommandLine", "ParentImage", "User", "Hashes", "Data",
    "Channel"],
    "windows-security": ["EventID", "NewProcessName", "CommandLine", "SubjectUserName", "ProcessId",
                         "SubjectDomainName", "TargetUserName", "MandatoryLabel", "NewProcessId"],
}  # fmt: skip


def _events(number: int) -> list[Event]:
    """Events of every source with every field and text, thrown together."""
    chance = random.Random(7)
    events = []
    for _ in range(number):
        source = chance.choice(sorted(_names))
        chosen = chance.sample(_names[source], chance.randint(1, 6))
        fields: dict[str, str | tuple[str, ...]] = {}
        for name in chosen:
            texts = tuple(chance.choice(_texts) for _ in range(chance.choice((1, 1, 1, 2))))
            fields[name] = texts if len(texts) > 1 else texts[0]
        if source in _EVENTS:
            fields.setdefault("EventID", "1" if source == "sysmon" else "4688")
        fields = {name: value for name, value in fields.items() if value}
        events.append(Event(source, WHEN, TimeBasis.UTC, "EX01", fields, Citation("package", "")))
    return _numbered(events)


_fields = st.sampled_from([
    "cs-uri-stem", "cs-uri-query", "c-uri", "c-ip", "sc-status", "cs-user-agent", "cs-username",
    "cs-referer", "x-odd", "AnchorMailbox", "BackEndStatus", "Image", "CommandLine",
    "ParentImage", "User",
    "Hashes", "sha256", "Data", "EventID", "ProcessId", "IntegrityLevel", "cs-method", "absent",
    "date",
])  # fmt: skip
_modifiers = st.sampled_from([
    "", "|contains", "|startswith", "|endswith", "|contains|all", "|re", "|re|i", "|cidr", "|gt",
    "|lte",
    "|exists", "|cased", "|contains|cased", "|base64offset|contains", "|windash|contains",
    "|fieldref",
    "|wide|base64offset|contains", "|neq",
])  # fmt: skip
_patterns = st.sampled_from([
    "y.js", "/ecp/", "x y", "aspx", "*.js", "/ecp/?.js", "whoami", "cmd*", "python", "x, y",
    "../", "198.51.100.7",
    "10.1.2.3", "é", "k", "admin", "CORP\\\\admin", "bb", "500", "High", "union select", "a=1",
    "/owa/auth/x y.aspx",
    "System32\\\\cmd", "4688",
])  # fmt: skip


@st.composite
def _tests(draw: st.DrawFn) -> dict[str, object]:
    field, modifier = draw(_fields), draw(_modifiers)
    value: object = draw(st.one_of(_patterns, st.lists(_patterns, min_size=1, max_size=3)))
    if modifier == "|cidr":
        value = draw(
            st.sampled_from(["10.0.0.0/8", "198.51.100.0/24", "2001:db8::/32", "0.0.0.0/0"])
        )
    elif modifier in {"|gt", "|lte"}:
        value = draw(st.sampled_from([199, 200, 1, 4688]))
    elif modifier == "|exists":
        value = draw(st.booleans())
    elif modifier.startswith("|re"):
        value = draw(
            st.sampled_from(["y\\.js$", "(?:ecp|owa)/.{1,9}\\.aspx", "^10\\.", "who(?=ami)", "é"])
        )
    elif modifier == "|fieldref":
        value = draw(_fields)
    elif modifier in {"", "|neq"}:
        value = draw(st.one_of(st.just(value), st.sampled_from([200, 404, 1, 500, None])))
    if modifier == "|neq" and not isinstance(value, int):
        value = 200
    return {f"{field}{modifier}": value}


@st.composite
def _rules(draw: st.DrawFn) -> dict[str, object]:
    logsource = draw(st.sampled_from([
        _WEB, _PROCESS, {"product": "exchange", "service": "httpproxy"},
        {"product": "windows", "service": "sysmon"}, {"product": "windows", "service": "security"},
    ]))  # fmt: skip
    detection: dict[str, object] = {"one": draw(_tests()), "two": draw(_tests())}
    if draw(st.booleans()):
        detection["two"] = draw(st.lists(st.sampled_from(
            ["whoami", "y.js", "union select", "198.51.100.7", "EventID",
                "aspx"]), min_size=1, max_size=2))  # fmt: skip
    detection["condition"] = draw(st.sampled_from(
        ["one", "one and two", "one or two", "one and not two", "not one", "1 of them",
            "two"]))  # fmt: skip
    return {"title": "Asked", "logsource": logsource, "detection": detection, "level": "high"}


def _asked(rule: dict[str, object]) -> Question:
    return Question(Kind.SIGMA, yaml.safe_dump(rule))


def _numbered(events: Sequence[Event]) -> list[Event]:
    """Each with its own line, or record."""
    return [
        replace(event, citation=Citation("package", "events.evtx", **{
            "record_id" if event.source in _EVENTS else "line": number
        }))
        for number, event in enumerate(events)
    ]  # fmt: skip


def _numbers(rows: Iterable[Sequence[Any]]) -> list[int]:
    """The lines and records of rows that were found."""
    line, record = SHOWN.index("line") + 1, SHOWN.index("record") + 1
    return sorted(row[record] if row[line] is None else row[line] for row in rows)


class Thrown:
    """A session over a timeline of many events, and these."""

    def __init__(self, session: Session, events: list[Event], timelines: list[Timeline]) -> None:
        self.session, self.events, self.timelines = session, events, timelines


@pytest.fixture(scope="module")
def thrown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thrown]:
    """A session over a timeline of many events, and these."""
    events = _events(400)
    path = tmp_path_factory.mktemp("thrown") / "t.parquet"
    of_events(path, events)
    timelines = find_timelines([path]).timelines
    with Session([path], BOUNDS) as session:
        yield Thrown(session, events, timelines)


@settings(max_examples=80, deadline=None)
@given(rule=_rules())
def test_a_hunt_finds_what_the_matcher_finds(thrown: Thrown, rule: dict[str, object]) -> None:
    """Every modifier, wildcards, decoded requests, joined columns, aliases, keywords, negations."""
    question = _asked(rule)
    try:
        (compiled,) = rules_of(question)
    except UsageError:
        return
    wanted = [at for at, event in enumerate(thrown.events) if compiled.matches(with_text(event))]
    found = _numbers(matched(thrown.session, compiled, thrown.timelines))
    assert found == wanted, question.text


def test_shipped_rules_find_their_own_examples(tmp_path: Path) -> None:
    """In one timeline of all examples, each rule finds exactly what it matches."""
    files = [file for pack in load_packs() for file in pack.sigma]
    examples = [one for file in files for one in file.examples]
    events = _numbered([
        Event(one.source, WHEN, TimeBasis.UTC, None, one.fields, Citation("",
            "")) for one in examples
    ])  # fmt: skip
    of_events(tmp_path / "t.parquet", events)
    timelines = find_timelines([tmp_path / "t.parquet"]).timelines
    found = 0
    with Session([one.path for one in timelines], BOUNDS) as session:
        for rule in compile_rules(files).rules:
            wanted = [at for at, event in enumerate(events) if rule.matches(with_text(event))]
            assert _numbers(matched(session, rule, timelines)) == wanted, rule.id
            found += len(wanted)
    assert found > 100


@pytest.mark.parametrize(
    ("test", "needed"),
    [({"cs-uri-stem": "/x"}, False), ({"cs-method": "GET", "c-ip": "::1"}, False),
     ({"time-taken": 3}, True), ({"sc-status": 200}, True), ({"date": "x"}, True)],
)  # fmt: skip
def test_other_fields_are_read_only_where_a_rule_asks_for_one(
    test: dict[str, object], needed: bool
) -> None:
    """They are most of a timeline."""
    rule = {"title": "T", "logsource": _WEB, "level": "high",
            "detection": {"one": test, "condition": "not one"}}  # fmt: skip
    (compiled,) = rules_of(_asked(rule))
    assert needs_fields(compiled, "iis", ["time-taken", "sc-status"]) is needed


def test_a_line_that_is_no_row_is_searched_as_a_triage_searches_it(tmp_path: Path) -> None:
    """By the literal text of a rule."""
    content = (
        b"#Fields: date time cs-method cs-uri-stem c-ip sc-status\n"
        b"2021-03-03 06:59:20 GET /ecp/y.js 198.51.100.7 200\n"
        b"torn off GET /ecp/y.js 198.51.100\n"
    )
    timeline(tmp_path / "t.parquet", {"W3SVC1/u_ex210303.log": content})
    timelines = find_timelines([tmp_path / "t.parquet"]).timelines
    rule = {"title": "Asked", "logsource": _WEB, "level": "high",
            "detection": {"one": {"cs-uri-stem|endswith": "/ecp/y.js"},
            "condition": "one"}}  # fmt: skip
    answer = ask_sigma(_asked(rule), timelines, BOUNDS, 10)
    assert _numbers(answer.rows) == [2, 3]
    assert answer.columns[0] == "rule"
    assert {row[0] for row in answer.rows} == {"Asked"}
    assert ask_sigma(_asked(rule), timelines, BOUNDS, 1).more


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title: No source\nlogsource: {product: linux}\ndetection: {a: {b: c}, condition: a}",
            "No source"),
        (f"title: T\n{_SOURCE}\ndetection: {{a: {{b|nonsense: c}}, condition: a}}", "nonsense"),
        ("title: T\nlogsource: {category: webserver}\ndetection: {a: {b|re: '('}, condition: a}",
            "the rule: line 3: T: Regular expression '[(]' is invalid"),
        ("detection: [", "the rule: line 2: .*; no rule of Sigma"),
        ("titel: T", "document 1: has no title"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(text: str, reason: str) -> None:
    """As alpheus rules check would say."""
    with pytest.raises(UsageError, match=reason):
        rules_of(Question(Kind.SIGMA, text))


def test_a_correlation_is_not_followed() -> None:
    """That is said, rather than its rules hunted for alone."""
    rule = {"title": "One", "name": "one", "logsource": _WEB, "level": "high",
            "detection": {"one": {"cs-method": "GET"}, "condition": "one"}}  # fmt: skip
    several = {"title": "Several", "level": "high",
               "correlation": {"type": "event_count", "rules": ["one"], "group-by": ["c-ip"],
                               "timespan": "1h", "condition": {"gte": 3}}}  # fmt: skip
    text = yaml.safe_dump_all([rule, several])
    with pytest.raises(UsageError, match=r"Several .* is a correlation"):
        rules_of(Question(Kind.SIGMA, text))
