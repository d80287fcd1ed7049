"""A server, and evidence of some scenarios, written once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import pytest

from alpheus.lab import GroundTruth, generate
from alpheus.lab.attack import Story, make_attacker
from alpheus.lab.server import Build, Server, make_server

SMALL = 6_000_000
"""Bytes of evidence where a test does not care."""


@pytest.fixture
def server() -> Server:
    """A made-up server."""
    return make_server(Random(3))


@pytest.fixture
def build() -> Build:
    """A build before the update."""
    return Build("15.1.2106.2")


@pytest.fixture
def story(server: Server) -> Story:
    """A story without entries."""
    rng = Random(5)
    return Story(rng, server, make_attacker(rng))


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], GroundTruth]:
    """Evidence of a scenario by name; written when first asked for."""

    @cache
    def write(name: str) -> GroundTruth:
        out: Path = tmp_path_factory.mktemp(name)
        return generate(out, name, size=SMALL, seed=7)

    return write
