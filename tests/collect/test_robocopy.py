"""A command file for robocopy."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from alpheus.collect.chosen import Chosen, choose, each_path
from alpheus.collect.writing import files_of
from alpheus.knowledge.collection import Collection
from collection_schemas import schema

_COPY = re.compile(r'robocopy "([^"]+)" "%~1\\([^"]+)" "([^"]+)"((?: /[^ ]+)+)')


@pytest.fixture(scope="module")
def text(chosen: Sequence[Chosen]) -> str:
    """The command file of the whole table."""
    (found,) = files_of("robocopy", chosen).values()
    return found


def test_every_command_copies_with_published_options(text: str) -> None:
    """From a folder without wildcards to the same below the target; nothing is ever removed."""
    known = schema("robocopy")
    commands = [line for line in text.split("\r\n") if line.startswith("robocopy ")]
    assert commands
    for line in commands:
        found = _COPY.fullmatch(line)
        assert found is not None, line
        source, target, mask, options = found.groups()
        assert target == source.replace(":", "", 1)
        assert not set("*?") & set(source)
        assert "\\" not in mask
        assert set(options.split()) <= set(known["options"])
    assert not any(option in text for option in known["never"])


def test_a_folder_with_a_wildcard_is_walked_from_above(table: Collection) -> None:
    """The mask decides; folders below count."""
    entries = [one for one in table.entries if one.id == "rps-cmdlet"]
    (text,) = files_of("robocopy", choose(table, entries, {})).values()
    assert 'Logging\\CmdletInfra" "%~1\\' in text
    assert '"*.LOG" /E ' in text


def test_a_percent_sign_stands_for_itself(text: str) -> None:
    """Event logs have it in their names."""
    assert '"*-Sysmon%%4Operational.evtx"' in text
    assert re.search(r"(?<!%)%(?![%~])", text) is None


def test_what_cannot_be_copied_is_named(text: str, chosen: Sequence[Chosen]) -> None:
    """Windows holds it open or hides it."""
    raw = [path for entry, path in each_path(chosen) if entry.raw]
    assert raw
    for path in raw:
        assert f"echo Not taken, a collector must: {path} (" in text
