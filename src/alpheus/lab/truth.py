"""What really happened on a simulated server: written beside the evidence, never into it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from alpheus.model import Stage, Verdict

FILE_NAME = "ground-truth.json"
EVIDENCE_FOLDER = "evidence"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story that can be simulated. `default_size` is in bytes; None: the size is as it comes."""

    name: str
    description: str
    default_size: int | None = 15_000_000


@dataclass(frozen=True, slots=True)
class ServerTruth:
    """The truth about one server.

    `first_seen` is the first action of an attacker at stage `attempted` or above, cut to the
    second, because the formats that record it differ below. `clients` are the addresses that the
    attacker came from. `shells` are paths on the server.
    """

    server: str
    verdict: Verdict
    stage: Stage
    build: str | None = None
    first_seen: datetime | None = None
    implanted_at: datetime | None = None
    patched_at: datetime | None = None
    campaign: str | None = None
    clients: tuple[str, ...] = ()
    shells: tuple[str, ...] = ()
    notes: str = ""

    def at_seconds(self) -> ServerTruth:
        """The same with its times cut to the second."""
        return replace(
            self,
            first_seen=_seconds(self.first_seen),
            implanted_at=_seconds(self.implanted_at),
            patched_at=_seconds(self.patched_at),
        )


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """The truth about one simulated package of evidence; `servers` has at least one."""

    scenario: str
    seed: int
    evidence: Path
    servers: tuple[ServerTruth, ...]

    @property
    def worst(self) -> ServerTruth:
        """The server with the worst verdict and, among those, the highest stage."""
        return max(self.servers, key=lambda server: (server.verdict.rank, server.stage.rank))

    @property
    def verdict(self) -> Verdict:
        """The verdict that the evidence deserves."""
        return self.worst.verdict

    @property
    def stage(self) -> Stage:
        """How far the attacker got."""
        return self.worst.stage

    @property
    def first_seen(self) -> datetime | None:
        """When the worst server's attacker was first seen."""
        return self.worst.first_seen


def to_json(truth: GroundTruth) -> str:
    """The file's text: the worst server's fields on top, and every server under `servers`."""
    servers = [_plain(server) for server in truth.servers]
    document = {
        "scenario": truth.scenario,
        "seed": truth.seed,
        **_plain(truth.worst),
        "servers": servers,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _plain(server: ServerTruth) -> dict[str, object]:
    fields = asdict(server)
    for name, value in fields.items():
        if isinstance(value, datetime):
            fields[name] = value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return fields


def _seconds(time: datetime | None) -> datetime | None:
    return time.replace(microsecond=0) if time else None
