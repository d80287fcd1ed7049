"""A target for KAPE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jsonschema
import pytest
import yaml

from alpheus.collect.chosen import Chosen, each_path
from alpheus.collect.writing import files_of
from collection_schemas import schema


@pytest.fixture(scope="module")
def text(chosen: Sequence[Chosen]) -> str:
    """The target of the whole table."""
    return files_of("kape", chosen)["Alpheus.tkape"]


@pytest.fixture(scope="module")
def target(text: str) -> Any:
    """The same, read."""
    return yaml.safe_load(text)


def test_it_is_of_the_published_format(target: Any) -> None:
    """Required keys are there, and no others than those that are known."""
    jsonschema.validate(target, schema("kape"))


def test_every_path_is_an_item(target: Any, chosen: Sequence[Chosen]) -> None:
    """Folder, mask and whether folders below count give the path again."""
    found = [
        item["Path"] + ("**\\" if item.get("Recursive") else "") + item.get("FileMask", "*")
        for item in target["Targets"]
    ]
    assert found == [path for _, path in each_path(chosen)]


def test_what_is_hidden_waits_for_the_raw_copy(target: Any) -> None:
    """A stream gets a name that a file can have."""
    items = {item.get("FileMask"): item for item in target["Targets"]}
    assert items["$MFT"]["AlwaysAddToQueue"] is True
    assert items["$UsnJrnl:$J"]["SaveAsFileName"] == "$J"
    assert "AlwaysAddToQueue" not in items["Security.evtx"]


def test_the_id_follows_from_what_is_in_it(target: Any, chosen: Sequence[Chosen]) -> None:
    """The same paths have the same id, others another."""
    again = yaml.safe_load(files_of("kape", chosen, "Other.tkape")["Other.tkape"])
    fewer = yaml.safe_load(files_of("kape", chosen[1:])["Alpheus.tkape"])
    assert target["Id"] == again["Id"] != fewer["Id"]


def test_its_lines_please_the_linter_of_its_project(text: str) -> None:
    """No blank at the end of a line, a documentation at the end, one new line last."""
    lines = text.split("\n")
    assert [line for line in lines if line != line.rstrip()] == []
    assert "# Documentation" in lines
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
