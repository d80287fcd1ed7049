"""Tests of `alpheus.detect.sigma.rules`."""

from __future__ import annotations

import time
import timeit

import pytest

from alpheus.detect.sigma import RuleSet, compile_rules
from detect.sigma.building import HTTPPROXY, event, request, rule, ruleset, sigma_file

WINDOWS = """
title: process
logsource: {product: windows, category: process_creation}
detection: {s: {ParentImage|endswith: '\\w3wp.exe', Image|endswith: '\\cmd.exe'}, condition: s}
---
title: logon
logsource: {product: windows, service: security}
detection: {s: {EventID: [4624, 4625], TargetUserName: Administrator}, condition: s}
---
title: any security
logsource: {product: windows, service: security}
detection: {s: {Computer: EX01}, condition: s}
---
title: task
logsource: {product: windows, service: taskscheduler}
detection: {s: {EventID: 106}, condition: s}
---
title: script
logsource: {product: windows, category: ps_script}
detection: {s: {ScriptBlockText|contains: PowerCat}, condition: s}
"""


def titles(rules: RuleSet, fields: dict[str, str], source: str) -> list[str]:
    """What an event matches."""
    return [found.title for found in rules.match(event(fields, source))]


def test_process_creation_in_both_logs() -> None:
    """A rule for process creation reads Sysmon's 1 and the audit's 4688, and no other id."""
    rules = ruleset(WINDOWS)
    sysmon = {"EventID": "1", "ParentImage": r"C:\w3wp.exe", "Image": r"C:\cmd.exe"}
    audit = {
        "EventID": "4688",
        "ParentProcessName": r"C:\w3wp.exe",
        "NewProcessName": r"C:\cmd.exe",
    }
    assert titles(rules, sysmon, "sysmon") == ["process"]
    assert titles(rules, audit, "windows-security") == ["process"]
    assert titles(rules, {**sysmon, "EventID": "5"}, "sysmon") == []
    assert titles(rules, {**audit, "EventID": "4689"}, "windows-security") == []


def test_index_by_event_id() -> None:
    """Rules whose condition names event ids are tried on no other event."""
    rules = ruleset(WINDOWS)
    logon = event({"EventID": "4624", "Computer": "x"}, "windows-security")
    other = event({"EventID": "1102", "Computer": "EX01"}, "windows-security")
    assert {r.title for r in rules.for_event(logon)} == {"logon", "any security"}
    assert [r.title for r in rules.for_event(other)] == ["any security"]
    assert [r.title for r in rules.match(other)] == ["any security"]


def test_channels() -> None:
    """A service that has no source of its own is told by its channel."""
    rules = ruleset(WINDOWS)
    right = "Microsoft-Windows-TaskScheduler/Operational"
    assert titles(rules, {"EventID": "106", "Channel": right}, "windows-event") == ["task"]
    assert titles(rules, {"EventID": "106", "Channel": "Other"}, "windows-event") == []
    assert titles(rules, {"EventID": "106"}, "windows-event") == []


@pytest.mark.parametrize(
    ("channel", "found"),
    [("Microsoft-Windows-PowerShell/Operational", True), ("", True), ("Windows PowerShell", False)],
)
def test_powershell_channels(channel: str, found: bool) -> None:
    """PowerShell's own source may leave the channel out, but not name the wrong one."""
    fields = {"EventID": "4104", "Channel": channel, "ScriptBlockText": "powercat -l"}
    assert bool(titles(ruleset(WINDOWS), fields, "powershell")) is found


def test_source_decides() -> None:
    """A rule is never tried on events of another source."""
    compiled = rule({"UrlStem": "/x"}, HTTPPROXY)
    assert compiled.sources == {"httpproxy"}
    assert compiled.matches(event({"UrlStem": "/x"}, "httpproxy"))
    assert not compiled.matches(event({"UrlStem": "/x"}, "ews"))


def test_match_raw() -> None:
    """Raw lines are judged by the rules of their source only."""
    rules = compile_rules(
        [
            sigma_file({"cs-uri-stem": "/evil.aspx"}, title="web"),
            sigma_file(
                {"Message": "evil.aspx"}, {"product": "exchange", "service": "ews"}, title="e"
            ),
        ]
    )
    assert [r.title for r in rules.match_raw("iis", "x GET /evil.aspx")] == ["web"]
    assert rules.match_raw("iis", "x GET /good.aspx") == []


def test_values_of_a_field() -> None:
    """The value as it was found comes first."""
    compiled = rule({"cs-uri-query|contains": "x"})
    assert compiled.values(request("/a", "%41"), "cs-uri-query") == ("%41", "A")


def test_speed() -> None:
    """An event is tried on forty rules of its source in well under a millisecond."""
    rules = compile_rules(
        [
            sigma_file(
                {
                    "a": {
                        "cs-method": "POST",
                        "cs-uri-stem|contains": [f"/x{n}/", f"/y{n}/", "/z/"],
                    },
                    "b": {"cs-uri-query|contains": f"evil{n}", "sc-status": 200},
                    "f": {"c-useragent|contains": "monitor"},
                    "condition": "(a or b) and not f",
                },
                title=f"rule {n}",
            )
            for n in range(40)
        ]
    )
    found = request(
        "/owa/auth/logon.aspx",
        "url=https%3a%2f%2fmail&reason=0",
        **{
            "sc-status": "200",
            "c-ip": "1.1.1.1",
            "cs(User-Agent)": "Mozilla/5.0+(Windows+NT+10.0)",
        },
    )
    best = min(timeit.repeat(lambda: rules.match(found), timer=time.process_time, number=50)) / 50
    assert best < 0.001, best


def test_kinds_are_remembered_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which rules a kind of event could match is worked out once, however many channels come."""
    monkeypatch.setattr("alpheus.detect.sigma.rules.KINDS_KEPT", 3)
    rules = ruleset(WINDOWS)
    for number in range(50):
        assert not rules.for_kind("windows-event", f"Channel {number}", "1")
    right = "Microsoft-Windows-TaskScheduler/Operational"
    first = rules.for_kind("windows-event", right, "106")
    assert [r.title for r in first] == ["task"]
    assert rules.for_kind("windows-event", right, "106") is first
