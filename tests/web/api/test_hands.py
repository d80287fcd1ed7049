"""Hands for programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from alpheus.cases.database import Database
from alpheus.web.access.roles import Role
from alpheus.web.app import create_app
from alpheus.web.settings import Settings
from console import Clock
from strand_filling import trait
from web.access_matrix import OTHER, OWN, Asker, World
from web.hands_filling import with_strands
from web.programs import Api

KEY = trait("secret", "5ec1")


@pytest.fixture
def programs(database: Database, clock: Clock, tmp_path: Path) -> Iterator[Api]:
    """Programs that ask a console with a hand on servers of two organisations."""
    with_strands(database, {
        f"ex11.{OWN}": [[KEY]], f"ex12.{OTHER}": [[KEY]], f"ex13.{OWN}": [[KEY]],
        f"ex14.{OTHER}": [[trait("secret", "5ec2")]],
    })  # fmt: skip
    app = create_app(database, Settings(uploads=tmp_path / "uploads"), clock=clock)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Api(World(app, {}), client)


def test_hands_are_told_with_their_servers_and_evidence(programs: Api) -> None:
    """All of them to whom may see all; as a file, too."""
    found = programs.get("/hands")
    assert found["everywhere"]
    (hand,) = found["hands"]
    assert (hand["number"], hand["servers"]) == (1, 3)
    assert [one["kind"] for one in hand["signs"]] == ["secret"]
    assert all(one["server"] for one in hand["members"])
    assert [one["name"] for one in found["alone"]] == [f"ex14.{OTHER}"]
    assert programs.get("/hands/1") == hand
    assert [one.split(",")[7] for one in programs.rows("/hands")] == [
        "side",
        "for",
        "for",
        "for",
        "none",
    ]


def test_servers_of_others_are_a_number(programs: Api) -> None:
    """By whatever way they are asked for."""
    own = Asker(Role.VIEWER, OWN)
    found = programs.get("/hands", own)
    assert (found["everywhere"], found["alone"]) == (False, [])
    assert [one["name"] for one in found["hands"][0]["members"]] == [f"ex11.{OWN}", f"ex13.{OWN}"]
    assert found["hands"][0]["servers"] == 3
    assert OTHER not in str(found)
    assert programs.refused("GET", "/hands/2", own)[0] == 404
