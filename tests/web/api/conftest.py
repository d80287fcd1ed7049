"""One world for all tests of the API, and programs of every role that ask it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from litestar.testing import TestClient

from alpheus.cases.database import open_database
from alpheus.web.access import passwords
from alpheus.web.access.throttle import Rate
from alpheus.web.app import create_app
from alpheus.web.settings import Settings
from console import Clock
from web.access_matrix import World, made_world
from web.programs import Api


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Servers, notices, a job and accounts of two organisations; tests leave them as they are."""
    patch = pytest.MonkeyPatch()
    folder: Path = tmp_path_factory.mktemp("api")
    patch.setenv("ALPHEUS_CACHE", str(folder / "cache"))
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch.setattr(passwords, "_hasher", lambda: cheap)
    clock, much = Clock(), Rate(10_000_000, 10_000_000)
    with open_database(folder / "cases.db") as database:
        app = create_app(database, Settings(uploads=folder / "uploads"), clock=clock, rate=much)
        app.state.start_working_out = lambda _: None
        found = made_world(app, database, clock)
        patch.undo()
        yield found


@pytest.fixture(scope="session")
def api(world: World) -> Iterator[Api]:
    """Programs of every role."""
    with TestClient(world.app, raise_server_exceptions=False) as client:
        yield Api(world, client)
