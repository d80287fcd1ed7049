"""Judged pages as SARIF."""

from __future__ import annotations

import io
import json
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import given, settings

from alpheus.model import Skipped
from alpheus.report.webshell_sarif import uri, write_webshell_sarif
from alpheus.report.webshell_views import WebshellResults
from sarif_shape import SHAPE
from webshell_results import GOOD, KEY, RESULTS, SECRET, SHELL, hostile, results


def _document(one: WebshellResults) -> dict:
    stream = io.StringIO()
    write_webshell_sarif(one, stream, KEY)
    document = json.loads(stream.getvalue())
    jsonschema.validate(document, SHAPE)
    return document


def test_a_result_for_every_page() -> None:
    """Level by judgement, rule by the weightiest reason, place by its line, hash as fingerprint."""
    (run,) = _document(results())["runs"]
    shell, doubtful = run["results"]
    assert (shell["level"], shell["ruleId"], shell["kind"]) == ("error", "run", "fail")
    assert doubtful["level"] == "warning"
    place = shell["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 9}
    assert place["artifactLocation"]["uri"] == SHELL.path
    assert shell["fingerprints"] == {"sha256/v1": SHELL.sha256}
    assert [one["id"] for one in shell["relatedLocations"]] == [1, 2]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules[shell["ruleIndex"]] == "run"
    assert rules == ["place", "run", "write"]
    assert SECRET not in json.dumps(run)


def test_what_is_good_is_no_failure() -> None:
    """A page that passed has the level none."""
    (one,) = _document(results(GOOD))["runs"][0]["results"]
    assert (one["kind"], one["level"]) == ("pass", "none")


def test_losses_are_told() -> None:
    """As notifications of the run; what could not be opened makes it unsuccessful."""
    loss = Skipped("E1", "a b.zip", None, "damaged")
    (run,) = _document(results(losses=[loss], unopened=1))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    first, second = invocation["toolExecutionNotifications"]
    assert first["message"]["text"].startswith("1 of 1,204")
    assert second["message"]["text"] == "damaged"
    assert second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.zip"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a/b c.aspx", "a/b%20c.aspx"),
        ("/srv/x.aspx", "file:///srv/x.aspx"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("a\udcff", "a%FF"),
        ("a\ud800", "a%3F"),
    ],
)
def test_paths_are_references(path: str, found: str) -> None:
    """Nothing in a name is taken for a scheme or a query."""
    assert uri(path) == found


def test_hostile_text_is_only_text() -> None:
    """No control character in any message."""
    text = json.dumps(_document(hostile()), ensure_ascii=False)
    assert "\\u001b" not in text
    assert "\x1b" not in text


@settings(deadline=None)
@given(RESULTS)
def test_any_result_is_of_the_right_shape(one: WebshellResults) -> None:
    """And names its pages."""
    (run,) = _document(one)["runs"]
    assert len(run["results"]) == len(one.pages)
    for page in run["artifacts"]:
        assert unquote(page["location"]["uri"]) is not None
