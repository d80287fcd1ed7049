"""Assessments."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema

import alpheus.report
from made_country import Made

SCHEMA = Path(alpheus.report.__file__).with_name("assessment.schema.json")


def test_they_are_what_triage_writes(made: Made, paths: Callable[[str], list[str]]) -> None:
    """Each fits the schema and is of one server."""
    schema = json.loads(SCHEMA.read_text())
    files = paths("triage")
    assert files
    for path in files:
        document = json.loads(made.list_file(path).read_text())
        jsonschema.validate(document, schema)
        assert len(document["servers"]) == 1


def test_verdicts_are_true(
    made: Made, paths: Callable[[str], list[str]], servers: dict[str, dict[str, Any]]
) -> None:
    """`compromised` with its shells where there was one by then; the name is the server's."""
    verdicts = set()
    for path in paths("triage"):
        (line,) = made.rows_of(path).values()
        server = servers[line["server"]]
        found = json.loads(made.list_file(path).read_text())["servers"][0]
        assert found["name"] == server["name"]
        verdicts.add(found["verdict"])
        shells = {shell["path"] for shell in server["shells"]}
        cited = {one["citations"][0]["text"] for one in found["findings"]}
        assert cited <= shells
        assert (found["verdict"] == "compromised") == bool(cited) == (line["claims"] == "victim")
    assert {"compromised", "no-evidence"} <= verdicts
