"""A file of arguments for acquire."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from alpheus.collect.chosen import Chosen, choose, each_path
from alpheus.collect.writing import files_of
from alpheus.knowledge.collection import Collection
from collection_schemas import schema


@pytest.fixture(scope="module")
def lines(chosen: Sequence[Chosen]) -> list[str]:
    """The arguments of the whole table."""
    return files_of("acquire", chosen)["alpheus-acquire.args"].splitlines()


def test_every_line_is_a_published_argument(lines: Sequence[str]) -> None:
    """No line is empty or a remark: it would be taken for a target."""
    known = schema("acquire")
    for line in lines:
        name, _, value = line.partition("=")
        if value:
            allowed = known["options"][name]
            assert allowed == "any" or value in allowed
        else:
            assert name in known["flags"]


def test_every_path_is_a_glob_or_a_module(lines: Sequence[str], chosen: Sequence[Chosen]) -> None:
    """Paths begin at the volume of Windows."""
    globs = [line.removeprefix("--glob=") for line in lines if line.startswith("--glob=")]
    expected = [
        "sysvol/" + path.removeprefix("C:\\").replace("\\", "/")
        for entry, path in each_path(chosen)
        if not entry.acquire
    ]
    assert globs == expected
    assert lines.count("--ntfs") == 1
    assert not any(re.search(r"\\|:", one) for one in globs)


def test_another_drive_is_called_by_its_letter(table: Collection) -> None:
    """As acquire calls volumes."""
    entries = [one for one in table.entries if one.id == "iis-front-end"]
    found = files_of("acquire", choose(table, entries, {"IisLogs": ["E:\\Logs"]}), "x")
    assert found["x"].splitlines() == ["--profile=none", "--glob=e:/Logs/W3SVC1/*.log"]


def test_what_the_file_cannot_say_stands_beside_it(chosen: Sequence[Chosen]) -> None:
    """How it is used, and that it was not run."""
    found = files_of("acquire", chosen, "mine.args")
    assert list(found) == ["mine.args", "mine.args.txt"]
    said = " ".join(found["mine.args.txt"].split())
    assert "not run with acquire" in said
    assert "acquire @mine.args" in said
