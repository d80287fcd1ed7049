"""One S3-compatible server for all tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store_server import StoreServer, store_server


@pytest.fixture(scope="session")
def s3_of_all() -> Iterator[tuple[StoreServer, dict[str, str]]]:
    """The server, and the variables that lead to it."""
    said: dict[str, str] = {}
    with store_server(said.__setitem__) as server:
        yield server, said


@pytest.fixture
def s3(
    s3_of_all: tuple[StoreServer, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> StoreServer:
    """The server with nothing counted yet, and an environment that leads to it."""
    server, said = s3_of_all
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    server.faults.clear()
    server.forget()
    return server
