"""A test internet as a process of its own, and probes of it."""

from __future__ import annotations

import re
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.bench.race import FailedError, alpheus, child

PATIENCE = 1800
"""Seconds in which the truth about all servers must have been written."""


@dataclass(frozen=True, slots=True)
class Internet:
    """One that runs: where what is about it stands."""

    folder: Path
    port: int

    @property
    def targets(self) -> Path:
        """Addresses, one a line."""
        return self.folder / "targets.txt"

    @property
    def truth(self) -> Path:
        """What is true of them, JSON lines in the same order."""
        return self.folder / "truth.jsonl"

    @property
    def scope(self) -> Path:
        """A scope that allows to ask them."""
        return self.folder / "scope.yaml"

    def addresses(self) -> list[str]:
        """All of them."""
        return self.targets.read_text("ascii").split()

    def some(self, name: str, addresses: Sequence[str]) -> Path:
        """A list of some of them."""
        path = self.folder / f"{name}.txt"
        path.write_text("\n".join([*addresses, ""]), "ascii")
        return path

    def paced(self, total: float) -> Path:
        """A scope in which so many connections may begin a second."""
        path = self.folder / f"scope-{total:.0f}.yaml"
        text = self.scope.read_text("utf-8")
        path.write_text(re.sub(r"(?m)^(\s+total:).*$", rf"\1 {total:.1f}", text), "utf-8")
        return path

    def probe(
        self, targets: Path, folder: Path, *more: str, scope: Path | None = None
    ) -> tuple[str, ...]:
        """The command that asks some."""
        return alpheus(
            "probe", str(targets), "--scope", str(scope or self.scope), "-o", str(folder),
            "--format", "jsonl", "--seed", "1", *more,
        )  # fmt: skip


@contextmanager
def running(folder: Path, mix: str, hosts: int) -> Iterator[Internet]:
    """One while the block lasts. Raises FailedError where none can be."""
    folder.mkdir(parents=True, exist_ok=True)
    internet = Internet(folder, _free_port())
    arguments = alpheus(
        "lab", "internet", "--port", str(internet.port), "--mix", mix, "--hosts", str(hosts),
        "--targets", str(internet.targets), "--truth", str(internet.truth),
        "--scope-file", str(internet.scope),
    )  # fmt: skip
    with tempfile.TemporaryFile("w+") as said, child(arguments, said) as process:
        began = time.monotonic()
        while not _answers(internet):
            if process.poll() is not None or time.monotonic() - began > PATIENCE:
                said.seek(0)
                raise FailedError(f"no test internet here: {said.read().strip()[-300:]}")
            time.sleep(0.2)
        yield internet


def _answers(internet: Internet) -> bool:
    if not internet.scope.exists():
        return False
    try:
        socket.create_connection((internet.addresses()[0], internet.port), 1).close()
    except (OSError, IndexError):
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
