"""An artifact for Velociraptor."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import jsonschema
import pytest
import yaml

from alpheus.collect.chosen import Chosen, each_path
from alpheus.collect.writing import files_of
from collection_schemas import schema

_CALL = re.compile(r"(\w+)\(((?:\w+=[^()]*?)(?:, *\w+=[^()]*?)*)\)")


@pytest.fixture(scope="module")
def artifact(chosen: Sequence[Chosen]) -> Any:
    """The artifact of the whole table, read."""
    (text,) = files_of("velociraptor", chosen).values()
    return yaml.safe_load(text)


def test_it_is_of_the_published_format(artifact: Any) -> None:
    """An own artifact begins with Custom, and its file is called by its name."""
    jsonschema.validate(artifact, schema("velociraptor")["artifact"])
    assert artifact["name"].startswith("Custom.")
    assert "not run with Velociraptor" in " ".join(artifact["description"].split())


def test_its_file_is_called_as_it_is(chosen: Sequence[Chosen], artifact: Any) -> None:
    """So it is found again in a folder of definitions."""
    assert list(files_of("velociraptor", chosen)) == [f"{artifact['name']}.yaml"]


def test_every_path_is_a_glob_with_its_accessor(artifact: Any, chosen: Sequence[Chosen]) -> None:
    """What Windows holds open or hides is read from the volume."""
    rows = list(csv.DictReader(io.StringIO(artifact["parameters"][0]["default"])))
    expected = [
        (entry.id, "ntfs" if entry.raw else "auto", path.replace("\\", "/"))
        for entry, path in each_path(chosen)
    ]
    assert [tuple(row.values()) for row in rows] == expected


def test_queries_call_what_is_published_and_ask_each_accessor(artifact: Any) -> None:
    """With arguments that are known; files are uploaded, and folders are not."""
    known = schema("velociraptor")
    asked = set()
    for source in artifact["sources"]:
        query = source["query"]
        calls = _CALL.findall(query)
        assert {name for name, _ in calls} == {"glob", "upload"}
        for name, arguments in calls:
            given = [part.partition("=")[0].strip() for part in arguments.split(",")]
            assert set(given) <= set(known["calls"][name])
        asked |= set(re.findall(r'accessor="(\w+)"', query))
        assert "WHERE NOT IsDir" in query
    assert asked == {"auto", "ntfs"} <= set(known["accessors"])
