"""Jobs on both databases, with servers worked out once, so that there are tables to look into."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpheus.cases.database import Database, open_database
from alpheus.cases.rebuild import rebuild
from alpheus.web.jobs.runner import Runner
from alpheus.web.jobs.service import Jobs
from console_jobs import made_jobs
from filled_database import Fill


def _worked_out(place: str) -> None:
    with open_database(place) as opened:
        rebuild(opened, now=datetime.now(UTC))


@pytest.fixture
def fill() -> Fill:
    """Tables, and those of servers too."""
    return _worked_out


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    """A database without servers, on either."""
    with open_database(place) as opened:
        yield opened


@pytest.fixture
def jobs(database: Database, tmp_path: Path) -> Jobs:
    """Jobs with a folder of their own."""
    return made_jobs(database, tmp_path)


@pytest.fixture
def runner(jobs: Jobs) -> Iterator[Runner]:
    """Runs jobs when it is told to."""
    made = Runner(jobs, processes=1)
    yield made
    made.stop()
