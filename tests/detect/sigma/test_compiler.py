"""Tests of `alpheus.detect.sigma.compiler`."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma import compile_rules
from alpheus.knowledge.model import SigmaFile
from alpheus.model import Stage, Weight
from detect.sigma.building import HTTPPROXY, OURS, WEBSERVER, event, request, ruleset, sigma_file

GOOD = {"cs-uri-stem": "/x"}


def test_identity() -> None:
    """A rule is called by its name, else by its id, else by its title."""
    uuid = "0f06a3a5-6a09-413f-8743-e6cf35561297"
    named = compile_rules([sigma_file(GOOD, name="the-name", id=uuid, author="A. U. Thor")]).rules[
        0
    ]
    assert (named.id, named.uuid, named.author, named.pack) == (
        "the-name",
        uuid,
        "A. U. Thor",
        "test",
    )
    assert compile_rules([sigma_file(GOOD, id=uuid)]).rules[0].id == uuid
    assert compile_rules([sigma_file(GOOD)]).rules[0].id == "A rule"


def test_meaning() -> None:
    """Our own meaning is kept; a foreign rule gets one from its tags, and is never proof."""
    tags = ["attack.persistence", "attack.t1505.003", "cve.2021-26855"]
    ours = compile_rules([sigma_file(GOOD, tags=tags)]).rules[0].meaning
    assert (ours.stage, ours.weight) == (OURS.stage, OURS.weight)
    assert ours.cves == ("CVE-2021-26855",)
    foreign = compile_rules([sigma_file(GOOD, tags=tags, level="high", meaning=None)]).rules[0]
    assert (foreign.meaning.stage, foreign.meaning.weight) == (Stage.IMPLANTED, Weight.INDICATION)


def test_foreign_rules_see_the_joined_url() -> None:
    """A rule that puts a path into the query fires on a log that keeps them apart."""
    detection = {"cs-uri-query|contains": "/autodiscover.json?@"}
    found = request("/autodiscover/autodiscover.json", "@evil.corp/x")
    assert not compile_rules([sigma_file({"cs-uri-stem": "/y", **detection})]).match(found)
    escaped = {"cs-uri-query|contains": r"/autodiscover.json\?@"}
    assert compile_rules([sigma_file(escaped, meaning=None)]).match(found)
    assert not compile_rules([sigma_file(escaped)]).match(found)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"logsource": {"product": "linux", "category": "process_creation"}}, "not a source"),
        ({"logsource": {}}, "log source"),
        ({"detection": {"sel": GOOD}}, "condition"),
        ({"detection": {"sel": GOOD, "condition": "sel and"}}, ""),
        ({"detection": {"sel": GOOD, "condition": "other"}}, "other"),
        ({"detection": {"sel": GOOD, "condition": "sel | count() > 5"}}, "pipe"),
        ({"detection": {"sel": {"a|nosuch": "x"}, "condition": "sel"}}, "nosuch"),
        ({"detection": {"sel": {"a|expand": "%users%"}, "condition": "sel"}}, "placeholder"),
        ({"detection": {"sel": {"a|re": "("}, "condition": "sel"}}, ""),
        ({"detection": {"sel": {"a|re": r"(?=x)(a+)+$"}, "condition": "sel"}}, "for ever"),
        ({"detection": {"sel": {"a|cidr": "10.0.0.0/99"}, "condition": "sel"}}, "CIDR"),
        ({"detection": "nonsense"}, ""),
        ({"detection": {"sel": {"a": {"b": "c"}}, "condition": "sel"}}, ""),
        ({"id": "no-uuid"}, "UUID"),
        ({"level": "catastrophic"}, "level"),
        ({"filter": {"rules": ["x"]}}, "filter"),
    ],
)
def test_broken_rules_are_rejected(document: dict[str, Any], reason: str) -> None:
    """What cannot be used is named with its file, title and the reason; the rest still works."""
    broken = (
        sigma_file({"sel": GOOD, "condition": "sel"}, title="Broken", **document)
        if ("detection" not in document and "logsource" not in document)
        else SigmaFile(
            "test",
            sigma_file(GOOD).path,
            {
                "title": "Broken",
                "logsource": WEBSERVER,
                "detection": {"sel": GOOD, "condition": "sel"},
                **document,
            },
            None,
        )
    )
    found = compile_rules([broken, sigma_file(GOOD)])
    assert [entry.title for entry in found.rejected] == ["Broken"]
    assert reason.lower() in found.rejected[0].reason.lower()
    assert found.rejected[0].reason
    assert len(found.rules) == 1


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from(["condition", "sel", "a|re", "b|contains", "type", "rules", "x"]),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=10,
    ),
    st.sampled_from(["detection", "logsource", "correlation", "tags", "id", "level", "title"]),
)
def test_no_document_raises(rubbish: Any, key: str) -> None:
    """Whatever stands in a foreign file, compiling it is a result."""
    document = {"title": "t", "logsource": WEBSERVER, "detection": {"s": GOOD, "condition": "s"}}
    document[key] = rubbish
    found = compile_rules([SigmaFile("p", sigma_file(GOOD).path, document, None)])
    assert len(found.rules) + len(found.correlations) + len(found.rejected) == 1
    for compiled in found.rules:
        compiled.matches(request("/x"))


def test_a_name_is_used_once() -> None:
    """The second rule of a name is rejected, whether it is a rule or a correlation."""
    found = compile_rules([sigma_file(GOOD, name="n"), sigma_file(GOOD, name="n", pack="other")])
    assert len(found.rules) == 1
    assert "called n" in found.rejected[0].reason


CORRELATION = """
title: first
name: one
logsource: {category: webserver}
detection: {s: {cs-uri-stem: /one}, condition: s}
---
title: second
id: 0f06a3a5-6a09-413f-8743-e6cf35561297
logsource: {category: webserver}
detection: {s: {cs-uri-stem: /two}, condition: s}
---
title: both
name: both
correlation:
  type: temporal_ordered
  rules: [one, 0f06a3a5-6a09-413f-8743-e6cf35561297]
  group-by: [client]
  timespan: 5m
  aliases:
    client: {one: c-ip, 0f06a3a5-6a09-413f-8743-e6cf35561297: src_ip}
"""


def test_correlations() -> None:
    """References by name or id are resolved, wherever in the files the rules stand."""
    found = ruleset(CORRELATION)
    assert not found.rejected
    both = found.correlations[0]
    assert both.rules == ("one", "0f06a3a5-6a09-413f-8743-e6cf35561297")
    assert both.aliases["client"]["one"] == "c-ip"
    assert (both.timespan, both.group_by, both.type) == (300, ("client",), "temporal_ordered")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("rules: [one,", "rules: [missing,"), "missing"),
        (("temporal_ordered", "value_avg"), ""),
        (("temporal_ordered", "nonsense"), "nonsense"),
        (("timespan: 5m", "timespan: soon"), "soon"),
        (("timespan: 5m", "timespan: 5m\n  condition: {gte: 3}"), "3 of 2 rules"),
        (("name: both", "name: one"), "called one"),
    ],
)
def test_broken_correlations_are_rejected(change: tuple[str, str], reason: str) -> None:
    """A correlation that cannot be used is named; the rules remain."""
    found = ruleset(CORRELATION.replace(*change))
    assert len(found.rules) == 2
    assert [entry.title for entry in found.rejected] == ["both"]
    assert reason in found.rejected[0].reason


def test_conditions_that_hold_without_a_match_are_rejected() -> None:
    """A formula must demand that some rule matched."""
    text = CORRELATION.replace("temporal_ordered", "temporal").replace(
        "rules: [one, 0f06a3a5-6a09-413f-8743-e6cf35561297]",
        "rules: [one]\n  condition: not one",
    )
    assert "no rule matched" in ruleset(text).rejected[0].reason


def test_compiling_is_quick() -> None:
    """A hundred rules are compiled in less than a second."""
    files = [
        sigma_file(
            {
                "a": {"AnchorMailbox|contains": ["one", "two", "three"], "HttpStatus": 200},
                "b": {"UrlStem|re": f"^/ecp/[a-z]{{{n % 9 + 1}}}$"},
                "condition": "a or not b",
            },
            HTTPPROXY,
            name=f"rule-{n}",
        )
        for n in range(100)
    ]
    compile_rules(files[:1])
    began = time.process_time()
    found = compile_rules(files)
    assert time.process_time() - began < 1.0
    assert len(found.rules) == 100
    assert found.match(event({"AnchorMailbox": "x"}, "httpproxy"))


def test_pysigma_is_imported_late() -> None:
    """Importing the engine costs nothing of pySigma, nor of the regular expression library."""
    code = (
        "import sys, alpheus.detect.sigma; print([m for m in ('sigma', 're2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
