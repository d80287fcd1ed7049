"""Everything that `alpheus pack check` has against a pack, wherever that is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alpheus.detect.pack_check import Checked, check_pack, placed
from alpheus.errors import KnowledgeError
from alpheus.lab.scenario_file import read_scenario
from alpheus.respond.catalogue import OF_PACK, steps_of_pack
from alpheus.updates.unpacking import unfit_files


def problems_of(folder: Path, checked: Checked | None = None) -> list[str]:
    """Each as `FILE:LINE: what`. `checked` spares reading a folder again that was read."""
    found = checked if checked is not None else check_pack(folder)
    return [*map(str, found.problems), *_beside(folder), *_unfit(folder)]


def _beside(folder: Path) -> Iterator[str]:
    """What is wrong with clean-up steps and scenarios."""
    try:
        steps_of_pack(folder)
    except KnowledgeError as error:
        yield str(placed(error, folder / OF_PACK))
    for one in sorted((folder / "lab").glob("*.yml")):
        try:
            read_scenario(one)
        except KnowledgeError as error:
            yield str(placed(error, one))


def _unfit(folder: Path) -> Iterator[str]:
    """Files that no bundle would take."""
    for one, reason in unfit_files(folder):
        yield f"{one}:1: {reason}"
