"""The JSON Schema ships with the package and is strict."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from alpheus.report import to_json
from alpheus.report.schema import assessment_schema
from assessments import compromised


def test_the_schema_is_valid_itself() -> None:
    """It is a schema of draft 2020-12."""
    schema = assessment_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    Draft202012Validator.check_schema(schema)


def _objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for one in schema for found in _objects(one)]
    if not isinstance(schema, dict):
        return []
    found = [schema] if schema.get("type") == "object" else []
    return found + [one for value in schema.values() for one in _objects(value)]


def test_every_object_is_closed() -> None:
    """No object takes keys that the schema does not describe."""
    for one in _objects(assessment_schema()):
        assert "additionalProperties" in one
        assert one["additionalProperties"] is not True


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("extra",), 1),
        (("servers", 0, "verdict"), "clean"),
        (("servers", 0, "findings", 0, "time"), "2021-03-03 06:59:20"),
        (("servers", 0, "findings", 0, "citations", 0, "offset"), 3),
        (("servers", 0, "build", "precision"), 2),
        (("evidence", 0, "sha256"), "abc"),
        (("skipped", 0, "count"), 0),
    ],
)
def test_what_breaks_the_contract_is_refused(path: tuple[str | int, ...], value: object) -> None:
    """A wrong word, a local time, a second place, a surplus key."""
    document = deepcopy(to_json(compromised()))
    at: Any = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    assert not Draft202012Validator(assessment_schema()).is_valid(document)
