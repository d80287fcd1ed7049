"""What tests of cases share."""

from __future__ import annotations

import pytest

from postgresql_server import Server


@pytest.fixture
def server(postgresql: Server) -> Server:
    """The PostgreSQL of this run."""
    return postgresql
