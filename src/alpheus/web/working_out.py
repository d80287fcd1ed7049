"""Working out ahead why servers are left, in a process of its own: it reads every server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from threading import Thread

from alpheus.campaign.prepared import claim, release
from alpheus.cases.database import Database
from alpheus.errors import RefusedError

PLACE = "ALPHEUS_DATABASE"
COMMAND = ("-P", "-m", "alpheus", "campaign", "prepare")

Start = Callable[[Database], None]


def work_out(database: Database, now: datetime, start: Start) -> bool:
    """Have it worked out, unless that is being done already; says whether it was begun.

    Raises RefusedError where no process can be begun.
    """
    if not claim(database, now):
        return False
    try:
        start(database)
    except OSError as error:
        release(database)
        raise RefusedError(f"it could not be begun: {error.strerror}") from error
    return True


def in_a_process(database: Database) -> None:
    """Begin `alpheus campaign prepare`; where the database is goes by the environment."""
    url = database.engine.url
    place = database.place if database.is_sqlite else url.render_as_string(hide_password=False)
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, *COMMAND], env={**os.environ, PLACE: place}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    Thread(target=process.wait, daemon=True).start()
