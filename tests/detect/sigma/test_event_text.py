"""No event that a rule matches is refused by the search of its JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma import compile_rules
from alpheus.detect.sigma.event_text import TextSearch, has_keyword, pieces_of
from alpheus.detect.sigma.rules import Rule
from alpheus.knowledge.model import SigmaFile
from alpheus.model import Citation
from alpheus.parsers.event_fields import as_event
from alpheus.parsers.event_sections import from_sections

_WORDS = ("cmd.exe", "\\w3wp", "1,5", "é", "A B", '"q"', "4096", "-", "%2e", "Medium", "1.5", "x_y")
_PLAIN = st.sampled_from(_WORDS) | st.text(alphabet='aB1.\\"/ %-_é\n', max_size=5)
_MODIFIERS = ("", "|contains", "|endswith", "|startswith", "|contains|cased", "|re")


def _rule(detection: dict[str, object], category: str = "process_creation") -> Rule | None:
    document = {
        "title": "t",
        "logsource": {"product": "windows", "category": category},
        "detection": detection,
    }
    ruleset = compile_rules([SigmaFile("p", Path("t.yml"), document, None)])
    return ruleset.rules[0] if ruleset.rules else None


def _candidate(rule: Rule, text: str) -> bool:
    known = {"eventid": "4688", "channel": "Security"}
    pieces = pieces_of(rule.condition, known)
    if pieces is None or isinstance(pieces, bool):
        return pieces is not False
    return TextSearch(pieces, keywords=has_keyword(rule.condition)).search(["", text, ""]) == {1}


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("CommandLine", "Image", "IntegrityLevel", "EventID", "")),
            st.sampled_from(_MODIFIERS),
            _PLAIN,
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(("all of s*", "1 of s*", "s0 or not s0", "s0 and not 1 of s*", "not s0")),
    st.dictionaries(
        st.sampled_from(("CommandLine", "NewProcessName", "MandatoryLabel", "Other")),
        _PLAIN | st.sampled_from((4096, 1.5, 1e22, True, "S-1-16-8192", "0x1000")),
        min_size=1,
    ),
    st.booleans(),
)
def test_a_match_is_always_a_candidate(
    tests: list[tuple[str, str, str]], condition: str, data: dict[str, object], ascii_only: bool
) -> None:
    """For random conditions and records, in both ways of writing JSON."""
    detection: dict[str, object] = {"condition": condition}
    for number, (field, modifier, value) in enumerate(tests):
        detection[f"s{number}"] = {f"{field}{modifier}": value} if field else [value]
    rule = _rule(detection)
    if rule is None:
        return
    system = {"EventID": 4688, "Channel": "Security"}
    record = {"System": system, "EventData": data}
    parsed = from_sections(json.loads(json.dumps(record)))
    assert parsed is not None
    event = as_event(parsed, Citation("e", "p"))
    if rule.matches(event):
        assert _candidate(rule, json.dumps({"Event": record}, ensure_ascii=ascii_only))


@pytest.mark.parametrize("escaped", ["c\\u006dd.exe", "CMD.EXE", "cmd\\u002eexe"])
def test_json_escapes_hide_nothing(escaped: str) -> None:
    """Any escape of a printable character makes a candidate."""
    rule = _rule({"s": {"CommandLine|contains": "cmd.exe"}, "condition": "s"})
    assert rule is not None
    assert _candidate(rule, f'{{"CommandLine":"{escaped}"}}')
    assert not _candidate(rule, '{"CommandLine":"cmd-exe"}')


def test_what_is_known_decides_before_any_search() -> None:
    """Another event id refuses all, the same one leaves the rest of the condition."""
    selection = {"EventID": 4624, "CommandLine|contains": "abcdef"}
    rule = _rule({"s": selection, "condition": "s"})
    assert rule is not None
    assert pieces_of(rule.condition, {"eventid": "4625"}) is False
    assert pieces_of(rule.condition, {"eventid": "4624"}) == {"abcdef"}


def test_places_are_told_among_many_texts() -> None:
    """Also of texts that are not ASCII, and of empty ones."""
    search = TextSearch(["needle"])
    assert search.search(["", "é needle", "x", "NEEDLE", "needl", "e", ""]) == {1, 3}


def test_the_frame_of_an_event_is_not_searched() -> None:
    """A word that stands in every event's JSON finds only those that say it themselves."""
    search = TextSearch(["attrib"])
    frame = '{"System":{"Provider":{"#attributes":{"Name":"P"}}},"a":"%s"}'
    texts = [frame % value for value in ("x", "attrib +h", "#attributes")]
    assert search.search(texts) == {1, 2}
