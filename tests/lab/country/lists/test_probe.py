"""Results of the probe."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
import pytest

from alpheus.exposure.model import Observation, Status
from alpheus.lab.country.lists.probe import Observations
from made_country import Made

Paths = Callable[[str], list[str]]


@pytest.fixture(scope="module")
def read(made: Made, paths: Paths) -> list[tuple[Observation, dict[str, Any]]]:
    """Every line as an observation with its line of truth."""
    pairs = []
    files = paths("probe")
    assert len(files) == 4
    for path in files:
        lines = made.rows_of(path)
        content = made.list_file(path).read_bytes().splitlines()
        assert len(content) == len(lines)
        for number, line in enumerate(content, start=1):
            pairs.append((msgspec.json.decode(line, type=Observation), lines[number]))
    return pairs


def test_lines_are_observations(read: list[tuple[Observation, dict[str, Any]]]) -> None:
    """Of every status that a country has; a build comes with its witness and states."""
    assert {one.status for one, _ in read} == {
        Status.IDENTIFIED, Status.SHIELDED, Status.NOT_EXCHANGE, Status.ONLINE,
    }  # fmt: skip
    for one, _ in read:
        assert (one.build is None) == (one.witness is None) == (not one.cves)
        if one.build:
            assert one.precision == one.build.count(".") + 1
            assert one.exchange


def test_pools_are_seen_as_such(
    read: list[tuple[Observation, dict[str, Any]]], servers: dict[str, dict[str, Any]]
) -> None:
    """With members that are theirs, and the lowest build; some are mixed while they are patched."""
    pools = [(one, line) for one, line in read if one.pool]
    assert {one.pool.mixed for one, _ in pools if one.pool} == {True, False}
    names: dict[str, set[str]] = {}
    for server in servers.values():
        names.setdefault(server["unit"], set()).add(server["name"])
    for one, line in pools:
        assert one.pool is not None
        assert set(one.pool.servers) <= names[line["unit"]]
        assert line["server"] is None
        numbers = [tuple(map(int, build.split("."))) for build in one.pool.builds]
        assert one.build == ".".join(map(str, min(numbers)))


def test_states_follow_the_build(read: list[tuple[Observation, dict[str, Any]]]) -> None:
    """What is vulnerable is what the truth says of a server that answered."""
    for one, line in read:
        if line["unit"] and one.cves and one.precision == 4:
            vulnerable = any(entry.state == "vulnerable" for entry in one.cves.values())
            assert vulnerable == (line["claims"] == "vulnerable")


def test_our_own_lines_are_never_broken() -> None:
    """They are written whole or not at all."""
    assert Observations().damaged([], Random(1)) is None
