"""Tests of `alpheus.detect.rule_check`."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.detect.rule_check import Kind, RuleReport, State, check_rules
from alpheus.errors import UsageError

RULES = """
title: Web
author: Ann
license: MIT
level: high
logsource: {category: webserver, definition: 'query strings must be logged'}
detection: {s: {cs-uri-query|contains: evil.aspx}, condition: s}
---
title: Linux
author: Bob
logsource: {product: linux, service: auditd}
detection: {s: {A: b}, condition: s}
---
title: Broken
logsource: {category: webserver}
detection: {s: {a|nosuch: b}, condition: s}
---
title: Pair
name: pair
correlation: {type: event_count, rules: [Web], timespan: 5m, condition: {gte: 3}}
"""
YARA = """
rule one { meta: author = "Cyd" license = "BSD" strings: $a = "evil" condition: $a }
rule two { condition: filesize < 10 }
"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RuleReport]:
    """A folder with every kind of rule, by title or file name."""
    tmp_path = tmp_path_factory.mktemp("rules")
    (tmp_path / "LICENSE").write_text("Folder Licence\n")
    (tmp_path / "a.yml").write_text(RULES)
    (tmp_path / "b.yml").write_text("title: [")
    (tmp_path / "c.yar").write_text(YARA)
    (tmp_path / "d.yar").write_text("rule bad {\n condition: $x }")
    found = check_rules([tmp_path])
    assert [report.path for report in found] == sorted(report.path for report in found)
    return {report.title or report.path.name: report for report in found}


def test_every_rule_is_judged(reports: dict[str, RuleReport]) -> None:
    """Loaded, not applicable or rejected: nothing is left out, and none of ours is listed."""
    assert {name: report.state.value for name, report in reports.items()} == {
        "Web": "loaded",
        "Linux": "not-applicable",
        "Broken": "rejected",
        "Pair": "loaded",
        "b.yml": "rejected",
        "one": "loaded",
        "two": "loaded",
        "d.yar": "rejected",
    }


def test_what_is_said_of_a_rule_that_is_used(reports: dict[str, RuleReport]) -> None:
    """Its sources, how it is found, its cost, author, licence and what it demands."""
    web = reports["Web"]
    assert (web.kind, web.author, web.licence) == (Kind.SIGMA, "Ann", "MIT")
    assert web.sources == ("httpproxy", "iis")
    assert {cost.search for cost in web.costs} == {"needles"}
    assert web.requires == "query strings must be logged"
    assert web.weight == "indication"
    assert reports["Pair"].kind is Kind.CORRELATION
    one, two = reports["one"], reports["two"]
    assert (one.author, one.licence, one.sources) == ("Cyd", "BSD", ("server-page",))
    assert two.licence.startswith("Folder Licence")
    assert all(report.costs[0].trial > 0 for report in (one, two))


def test_what_is_said_of_one_that_is_not(reports: dict[str, RuleReport]) -> None:
    """The file, the place in it and the reason."""
    assert (reports["Broken"].place, "nosuch" in reports["Broken"].reason) == ("document 3", True)
    assert reports["b.yml"].reason
    assert reports["d.yar"].place == "line 2"
    assert reports["Linux"].reason == "not a source Alpheus reads"
    assert reports["Linux"].licence.startswith("Folder Licence")


def test_a_path_where_nothing_is(tmp_path: Path) -> None:
    """A path that does not exist is a wrong command line."""
    with pytest.raises(UsageError, match="no rules"):
        check_rules([tmp_path / "nothing"])


def test_states_are_complete() -> None:
    """The three states, as they are printed."""
    assert [state.value for state in State] == ["loaded", "rejected", "not-applicable"]
