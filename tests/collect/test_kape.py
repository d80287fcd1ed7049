"""Targets for KAPE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jsonschema
import pytest
import yaml

from alpheus.collect.chosen import Chosen, choose, each_path
from alpheus.collect.writing import files_of
from alpheus.knowledge.collection import Collection
from collection_schemas import schema

WHOLE = "Alpheus.tkape"


@pytest.fixture(scope="module")
def files(chosen: Sequence[Chosen]) -> dict[str, str]:
    """The targets of the whole table."""
    return files_of("kape", chosen)


@pytest.fixture(scope="module")
def targets(files: dict[str, str]) -> dict[str, Any]:
    """The same, read."""
    return {name: yaml.safe_load(text) for name, text in files.items()}


def _items(targets: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for name, one in targets.items() if name != WHOLE for item in one["Targets"]]


def test_they_are_of_the_published_format(targets: dict[str, Any]) -> None:
    """Required keys are there, and no others than those that are known."""
    for name, target in targets.items():
        jsonschema.validate(target, schema("kape")["compound" if name == WHOLE else "target"])


def test_the_compound_target_leads_to_each_of_the_others(targets: dict[str, Any]) -> None:
    """By the very name of its file; and no two have one id."""
    assert [item["Path"] for item in targets[WHOLE]["Targets"]] == [*targets][1:]
    assert len({target["Id"] for target in targets.values()}) == len(targets) == 6


def test_every_path_is_an_item(targets: dict[str, Any], chosen: Sequence[Chosen]) -> None:
    """Folder, mask and whether folders below count give the path again."""
    found = [
        item["Path"] + ("**\\" if item.get("Recursive") else "") + item.get("FileMask", "*")
        for item in _items(targets)
    ]
    assert sorted(found) == sorted(path for _, path in each_path(chosen))


def test_a_star_of_a_mask_has_something_to_stand_for(chosen: Sequence[Chosen]) -> None:
    """KAPE takes it for one character at least: `x.jsp*` would leave `x.jsp` out."""
    masks = {path.rpartition("\\")[2] for _, path in each_path(chosen)}
    assert {one for one in masks if one.endswith("*")} == {
        "*", "*.as*", "SYSTEM.LOG*", "SOFTWARE.LOG*", "Amcache.hve.LOG*",
    }  # fmt: skip


def test_what_is_hidden_waits_for_the_raw_copy(targets: dict[str, Any]) -> None:
    """A stream gets a name that a file can have."""
    items = {item.get("FileMask"): item for item in _items(targets)}
    assert items["$MFT"]["AlwaysAddToQueue"] is True
    assert items["$UsnJrnl:$J"]["SaveAsFileName"] == "$J"
    assert "AlwaysAddToQueue" not in items["Security.evtx"]


def test_another_drive_is_said_and_written_as_c(table: Collection) -> None:
    """KAPE puts the drive in that it reads; the same path of two drives stands there once each."""
    entries = [one for one in table.entries if one.id == "iis-front-end"]
    places = {"IisLogs": ["C:\\Logs", "E:\\Logs"]}
    found = yaml.safe_load(files_of("kape", choose(table, entries, places))["Alpheus_IIS.tkape"])
    assert [item["Path"] for item in found["Targets"]] == ["C:\\Logs\\W3SVC1\\"] * 2
    assert found["Targets"][1]["Comment"].endswith("On drive E:")


def test_the_id_follows_from_what_is_in_it(
    targets: dict[str, Any], chosen: Sequence[Chosen]
) -> None:
    """The same paths have the same id, whatever the file is called; others another."""
    again = yaml.safe_load(files_of("kape", chosen, "Other.tkape")["Other_Exchange.tkape"])
    fewer = yaml.safe_load(files_of("kape", chosen[1:])["Alpheus_Exchange.tkape"])
    assert targets["Alpheus_Exchange.tkape"]["Id"] == again["Id"] != fewer["Id"]


def test_their_lines_please_the_linter_of_their_project(files: dict[str, str]) -> None:
    """No blank at the end of a line, a documentation at the end, one new line last."""
    for text in files.values():
        lines = text.split("\n")
        assert [line for line in lines if line != line.rstrip()] == []
        assert "# Documentation" in lines
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
