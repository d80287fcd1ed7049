"""Probes in shards for tests: against a test internet on loopback, by the program itself.

Cases hold no server of the machine itself, of which the test internet consists; here they do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from alpheus.cases.database import Database
from alpheus.cases.schema import observations

_PROGRAM = (
    "import sys; import alpheus.cases.observations as one; one.here = lambda _: ''\n"
    "from alpheus.cli import main; sys.exit(main(sys.argv[1:]))"
)
NETWORKS = 24


def addresses(count: int) -> list[str]:
    """So many addresses of the test internet, in a few networks."""
    return [f"127.16.{n % NETWORKS}.{n // NETWORKS + 1}" for n in range(count)]


def command(folder: Path, *more: str) -> list[str]:
    """A probe of the targets of a folder in shards, into the database in it."""
    return [sys.executable, "-c", _PROGRAM, *asked(folder, *more)]


def asked(folder: Path, *more: str) -> list[str]:
    """Its arguments."""
    return ["campaign", "probe", str(folder / "targets"), "--scope", str(folder / "scope.yaml"),
            "--database", str(folder / "c.db"), "-o", str(folder), *more]  # fmt: skip


def probed(folder: Path, *more: str) -> tuple[int, str]:
    """The status of the program, and what it said."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        command(folder, *more), env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


def with_rates(folder: Path, **rates: float) -> None:
    """The scope of a folder with other rates."""
    path = folder / "scope.yaml"
    lines = [one for one in path.read_text("utf-8").splitlines() if not one.startswith("rates")]
    said = ", ".join(f"{name}: {rate}" for name, rate in rates.items())
    path.write_text("\n".join([*lines, f"rates: {{{said}, jitter: 0}}", ""]), "utf-8")


def stored(database: Database) -> Counter[str]:
    """How many observations there are of each address."""
    with database.read() as connection:
        return Counter(connection.execute(select(observations.c.address)).scalars())


def begun_at(folder: Path) -> list[float]:
    """When connections were begun, by the audit logs of all shards."""
    every = (line for path in _logs(folder) for line in _lines(path))
    return sorted(_seconds(line["time"]) for line in every if line["event"] == "connect")


def rests_of(folder: Path) -> Iterator[float]:
    """Seconds for which nobody was asked by a shard that was killed, and went on."""
    for path in _logs(folder):
        last, resumed = 0.0, False
        for line in _lines(path):
            if line["event"] in {"get", "connect"}:
                if resumed and last:
                    yield _seconds(line["time"]) - last
                last, resumed = _seconds(line["time"]), False
            elif line["event"] == "resume":
                resumed = True


def _logs(folder: Path) -> list[Path]:
    return sorted(folder.glob("probes-*/*/audit.log"))


def _lines(path: Path) -> Iterator[dict[str, str]]:
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line.split("\t", 2)[2])


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
