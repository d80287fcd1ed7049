"""A second run over evidence that did not change, beside the first."""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.bench import material
from tools.bench.race import Row, Setting, alpheus, race, run, times

TARGET = "50 ×"


def rows(setting: Setting) -> list[Row]:
    """Each first run begins with nothing remembered."""
    folder = material.evidence(setting)
    store = setting.scratch / "remembered"

    def first() -> float:
        shutil.rmtree(store, ignore_errors=True)
        return _triage(setting, folder, store)

    roads = {"first": first, "second": lambda: _triage(setting, folder, store)}
    medians = race("again", roads, setting.rounds)
    return [
        Row(
            "again", f"second run over {setting.size} of all sources, nothing changed",
            f"{medians['second']:.2f} s", f"first run {medians['first']:.1f} s",
            times(medians["first"] / medians["second"]), TARGET,
        )
    ]  # fmt: skip


def _triage(setting: Setting, folder: Path, store: Path) -> float:
    workers = ("--workers", str(setting.cores))
    return run(*alpheus("triage", *workers, str(folder)), environment={"ALPHEUS_CACHE": str(store)})
