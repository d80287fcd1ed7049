"""What takes long is worked out in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from alpheus.cases.database import Database
from alpheus.errors import RefusedError
from alpheus.web import working_out
from console import Clock


def test_it_is_begun_once(database: Database, clock: Clock) -> None:
    """However many ask for it."""
    begun: list[Database] = []
    assert working_out.work_out(database, clock(), begun.append)
    assert not working_out.work_out(database, clock(), begun.append)
    assert begun == [database]


def test_where_no_process_can_be_begun_it_may_be_tried_again(
    database: Database, clock: Clock
) -> None:
    """And the reason is told."""

    def fail(_: Database) -> None:
        raise OSError(12, "Cannot allocate memory")

    with pytest.raises(RefusedError, match="it could not be begun: Cannot allocate memory"):
        working_out.work_out(database, clock(), fail)
    assert working_out.work_out(database, clock(), lambda _: None)


def test_the_process_is_our_own_and_finds_the_database_by_its_environment(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password in an address is not shown to whoever lists processes."""
    asked: dict[str, Any] = {}

    class Process:
        def __init__(self, command: list[str], **more: Any) -> None:
            asked.update(command=command, **more)

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(subprocess, "Popen", Process)
    working_out.in_a_process(database)
    assert asked["command"] == [sys.executable, "-P", "-m", "alpheus", "campaign", "prepare"]
    assert asked["env"]["ALPHEUS_DATABASE"] == database.place
    assert database.place not in asked["command"]
