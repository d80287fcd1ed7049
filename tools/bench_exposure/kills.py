"""`kills`: a run that is killed again and again, at moments that are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from tools.bench.race import Row, note
from tools.bench_exposure import records
from tools.bench_exposure.child import watch
from tools.bench_exposure.internet import Internet, running
from tools.bench_exposure.setting import Setting

from alpheus.exposure.journal import AUDIT, RESULTS, read_record

START = 0.2
"""Seconds that a process needs before it can have done anything."""
SPEED = 300
"""Hosts a second, of a slow machine: so that the run lasts for all its kills."""


@dataclass(slots=True)
class Killed:
    """What was seen: kills, logs that were broken after one, and who had a result at each."""

    kills: int
    broken: int
    done: dict[int, set[str]]


def rows(setting: Setting) -> list[Row]:
    """Kill it so often as asked for, if it lasts so long, then let it end."""
    with running(setting.scratch / "kills", "plain", setting.few) as internet:
        folder = setting.scratch / "killed"
        found = _kill(internet, folder, setting.kills, 2 * setting.few / SPEED / setting.kills)
        addresses = internet.addresses()
        results = records.addresses(folder)
        again = records.repeats(folder, found.done)
    intact = found.broken == 0 and records.is_intact(folder)
    missing = len(set(addresses) - set(results))
    double = len(results) - len(set(results))
    return [
        Row("kills", f"{found.kills} × SIGKILL in a run of {len(addresses):,} hosts",
            f"{missing} missing, {double} twice; audit log {'intact' if intact else 'BROKEN'};"
            f" {again.hosts} asked again, {again.answered} of them with a result",
            f"in flight at the kills: {again.flying}", "", "all, once"),
    ]  # fmt: skip


def _kill(internet: Internet, folder: Path, most: int, longest: float) -> Killed:
    draw = Random(1).uniform  # noqa: S311 - moments of a test
    found = Killed(0, 0, {})
    while not _is_finished(folder):
        moment = draw(START, START + longest)
        stop = (lambda _, seconds, at=moment: seconds >= at) if found.kills < most else None
        seen = watch(internet.probe(internet.targets, folder), folder / RESULTS, stop=stop)
        if not seen.killed:
            break
        found.kills += 1
        if (folder / AUDIT).exists() and not records.survives(folder):
            found.broken += 1
        found.done[records.begins(folder)] = set(records.addresses(folder))
        note(f"  kill {found.kills} after {seen.used.wall:.1f} s")
    return found


def _is_finished(folder: Path) -> bool:
    record = read_record(folder)
    return record is not None and bool(record.finished)
