"""The one way into the room: writes a scenario's evidence and, beside it, the truth."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random

from alpheus.errors import OutputError, UsageError
from alpheus.lab.logs import configuration, setup
from alpheus.lab.plan import Plan
from alpheus.lab.scenarios import REGISTRY, Builder
from alpheus.lab.simulation import Simulation
from alpheus.lab.told import told_scenarios
from alpheus.lab.truth import EVIDENCE_FOLDER, FILE_NAME, GroundTruth, Scenario, to_json

_ALL = (*REGISTRY, *told_scenarios())
SCENARIOS: tuple[Scenario, ...] = tuple(scenario for scenario, _ in _ALL)
_INSTALLED = datetime(2020, 11, 14, 9, 2, 11, tzinfo=UTC)
_WELCOME = (
    b"<!DOCTYPE html>\r\n<html><head><title>Web server</title></head>"
    b"<body><p>This server is running.</p></body></html>\r\n"
)


def generate(
    out: Path,
    scenario: str,
    *,
    size: int | None = None,
    seed: int = 1,
    packs: tuple[Path, ...] = (),
) -> GroundTruth:
    """Write `out/evidence/` and `out/ground-truth.json`; the same seed writes the same bytes.

    `size` is in bytes and is met within 10 %; below some 80 KB per simulated day it is exceeded,
    because a server writes that much at least. A scenario without a default size ignores it.
    Memory does not grow with it. `packs` are folders of packs whose scenarios are known as well.

    Raises:
        UsageError: no such scenario, or `out` holds evidence already.
        KnowledgeError: a scenario of a pack is wrong.
        OutputError: something could not be written.
    """
    chosen, builder = _find(scenario, packs)
    evidence = out / EVIDENCE_FOLDER
    if evidence.exists():
        raise UsageError(f"{evidence} exists already; name another folder")
    plans = builder(seed)
    wanted = size if size is not None else chosen.default_size
    if chosen.default_size is None:
        wanted = None
    for number, plan in enumerate(plans):
        share = wanted // len(plans) if wanted else 0
        write_plan(plan, evidence / plan.folder, share, Random(f"{seed}:{scenario}:{number}"))  # noqa: S311 - a simulation, no secret
    servers = tuple(plan.truth.at_seconds() for plan in plans)
    truth = GroundTruth(scenario, seed, evidence, servers)
    _save(out / FILE_NAME, to_json(truth).encode())
    return truth


def _find(name: str, packs: tuple[Path, ...]) -> tuple[Scenario, Builder]:
    known_ones = (*REGISTRY, *told_scenarios(packs)) if packs else _ALL
    for scenario, builder in reversed(known_ones):  # of a pack that is given rather than ships
        if scenario.name == name:
            return scenario, builder
    known = ", ".join(scenario.name for scenario, _ in known_ones)
    raise UsageError(f"there is no scenario {name!r}; known are {known}")


def write_plan(plan: Plan, root: Path, size: int, rng: Random) -> None:
    """One server's evidence into a folder. Raises OutputError."""
    files = list(plan.files)
    if plan.system_files:
        files += _system_files(plan)
    for path, content in files:
        placed = plan.layout(path) if path[1:3] == ":\\" else path.replace("\\", "/")
        _save(root / placed, content)
    for shell in plan.truth.shells if plan.system_files else ():
        _make((root / plan.layout(shell)).parent)  # it stays, whether the page does or not
    if plan.streamed:
        Simulation(plan, root, size - sum(len(content) for _, content in files), rng).run()


def _system_files(plan: Plan) -> list[tuple[str, bytes]]:
    server = plan.server
    settings = "C:\\Windows\\System32\\inetsrv\\config\\applicationHost.config"
    files = [
        (settings, configuration.application_host(server, exchange=plan.exchange).encode()),
        (
            server.web_root + "web.config",
            configuration.web_config(mitigated=plan.mitigated).encode(),
        ),
        (server.web_root + "iisstart.htm", _WELCOME),
    ]
    if plan.exchange:
        log = setup.text(server, _INSTALLED)
        files.append(("C:\\ExchangeSetupLogs\\ExchangeSetup.log", log.encode()))
    return files


def _save(path: Path, content: bytes) -> None:
    _make(path.parent)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror}") from error


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}") from error
