"""Judge very many simulated packages: `python -m tools.torture_campaign --packages 30000`.

Four parts, or those that are named: `scale` (all of them: each has exactly one result, and what the
ledger takes of the processor), `workers` (a tenth of them by one worker and by two), `chaos` (all
of them while workers, the driver and the database are killed and paused at drawn moments: the same
results as the quiet run), `poison` (a thirtieth of them with packages that crash, eat memory or
never end: the others are unaffected). With `--postgresql` the database is a server of its own,
which chaos kills too; else a file. Exit status 1 where something is not as it must be.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from alpheus.cases.database import open_database
from alpheus.engine import Bounds, LocalEngine
from alpheus.fleet.content import find_packages, knowledge_version
from alpheus.fleet.driver import Driver, Manner, Summary
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Parameters, Recipe, Result, Unit, UnitKind
from alpheus.fleet.reading import Read, Triaging
from alpheus.fleet.register import register
from fleet_torture import Chaos, Outcome, command, outcome, templates, write_packages

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("scale", "workers", "chaos", "poison")
_KEY = b"k" * 32
_POISON = ("crash", "memory", "endless")


def main() -> int:
    """Go through the parts; say what each found."""
    parser = argparse.ArgumentParser(prog="torture_campaign", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=(*PARTS, []), metavar="PART")
    parser.add_argument("--packages", type=int, default=30_000, help="how many (default: 30000)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default: 1)")
    parser.add_argument(
        "--every", type=float, default=3.0, help="seconds between them (default: 3)"
    )
    parser.add_argument("--folder", type=Path, default=None, help="where packages are kept")
    parser.add_argument("--postgresql", action="store_true", help="on a server of its own")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="torture-") as scratch:
        folder = options.folder or Path(scratch)
        packages = folder / f"packages-{options.packages}"
        write_packages(packages, templates(folder / "templates"), options.packages)
        return _Torture(options, Path(scratch), packages).run()


class _Torture:
    def __init__(self, options: argparse.Namespace, scratch: Path, packages: Path) -> None:
        self._options = options
        self._scratch = scratch
        self._packages = packages
        self._count: int = options.packages
        self._quiet: Outcome | None = None
        self._wrong = False

    def run(self) -> int:
        """All parts that are wanted."""
        for part in self._options.parts or PARTS:
            getattr(self, f"_{part}")()
        return int(self._wrong)

    def _say(self, text: str) -> None:
        print(text, flush=True)

    def _check(self, found: Outcome, count: int) -> None:
        for problem in found.problems(count):
            self._wrong = True
            self._say(f"WRONG: {problem}")

    def _scale(self) -> None:
        with self._place("scale") as place:
            run = _run(place, self._packages, self._options.workers)
            self._quiet = run.outcome
        self._check(run.outcome, self._count)
        self._say(f"scale: {self._count:,} packages by {self._options.workers} workers in "
                  f"{run.seconds:,.0f} s ({self._count / run.seconds:,.1f} a second); "
                  f"registered in {run.registered:,.1f} s")  # fmt: skip
        whole = run.driver_cpu + run.worker_cpu
        self._say(f"scale: processor: {whole:,.0f} s, of which the driver took "
                  f"{run.driver_cpu / whole:.1%}, calls of the ledger "
                  f"{run.ledger / whole:.1%} of it")  # fmt: skip
        self._wrong |= run.driver_cpu / whole > 0.05

    def _workers(self) -> None:
        count = max(self._count // 10, 10)
        packages = self._some("few", count)
        seconds = []
        for workers in (1, 2):
            with self._place(f"workers-{workers}") as place:
                run = _run(place, packages, workers)
            self._check(run.outcome, count)
            seconds.append(run.seconds)
            self._say(f"workers: {workers}: {count / run.seconds:,.1f} packages a second, "
                      f"{run.worker_cpu / run.seconds:.2f} processors")  # fmt: skip
        self._say(f"workers: two are {seconds[0] / seconds[1]:.2f} times as quick as one")

    def _chaos(self) -> None:
        options, chaos = self._options, Chaos(self._options.seed, every=self._options.every)
        if self._quiet is None:
            self._scale()
        with self._place("chaos", chaos) as place:
            begin, runs = time.monotonic(), 0
            while True:
                runs += 1
                if _to_its_end(command(place, self._packages, options.workers), chaos) == 0:
                    break
            with open_database(place) as database:
                found = outcome(database)
        self._check(found, self._count)
        if self._quiet is not None and found.results != self._quiet.results:
            self._wrong = True
            self._say("WRONG: results are not those of the quiet run")
        took = time.monotonic() - begin
        done = ", ".join(f"{number} x {what}" for what, number in sorted(chaos.done.items()))
        self._say(f"chaos: {self._count:,} packages, {runs} runs in {took:,.0f} s; {done}")

    def _poison(self) -> None:
        count = max(self._count // 30, 20)
        packages = self._some("poison", count)
        for name in _POISON:
            content = (packages / "SRV00000.zip").read_bytes()
            (packages / f"{name}.zip").write_bytes(content + name.encode())
        with self._place("poison") as place:
            run = _run(place, packages, 2, work=_poisoned, bounds=Bounds(2 << 30, 60, 20))
        parked = {unit.name: reason for unit, reason in run.summary.parked}
        self._say(f"poison: {run.outcome.states}; parked: {parked}")
        self._wrong |= run.outcome.states != {"done": count, "parked": len(_POISON)}
        self._wrong |= {name.removesuffix(".zip") for name in parked} != {*_POISON}

    def _some(self, name: str, count: int) -> Path:
        folder = self._scratch / name
        folder.mkdir()
        for number in range(count):
            os.link(self._packages / f"SRV{number:05d}.zip", folder / f"SRV{number:05d}.zip")
        return folder

    @contextlib.contextmanager
    def _place(self, name: str, chaos: Chaos | None = None) -> Iterator[str]:
        """An empty database; with chaos, a server that is killed now and then."""
        if not self._options.postgresql:
            yield str(self._scratch / f"{name}.db")
            return
        from postgresql_server import programs, running  # noqa: PLC0415 - only then

        binaries = programs()
        if binaries is None:
            raise SystemExit("--postgresql needs postgres (Debian package postgresql)")
        with running(binaries) as server:
            if chaos is not None:
                chaos.server = server.process.pid
            yield server.new()


class _Figures:
    def __init__(self, summary: Summary, found: Outcome) -> None:
        self.summary = summary
        self.outcome = found
        self.registered = self.seconds = self.driver_cpu = self.worker_cpu = 0.0
        self.ledger = summary.ledger_seconds


def _run(
    place: str,
    packages: Path,
    workers: int,
    *,
    work: Callable[[Read], Read] = lambda read: read,
    bounds: Bounds | None = None,
) -> _Figures:
    """A run in this process, so that what the driver takes can be told from what workers take."""
    triaging = Triaging(Parameters(), _KEY)
    recipe = Recipe(UnitKind.TRIAGE, Parameters(), knowledge_version())
    prepared = triaging.prepared()
    ready = partial(_worker, triaging, prepared, work)
    with open_database(place) as database:
        ledger = Ledger(database)
        begin = time.monotonic()
        register(ledger, find_packages([packages]), recipe)
        registered = time.monotonic() - begin
        engine: LocalEngine[Unit, Result] = LocalEngine(triaging, workers, ready, bounds)
        begin, ours, theirs = time.monotonic(), _cpu(resource.RUSAGE_SELF), _cpu(-1)
        summary = Driver(ledger, engine, recipe, Manner("torture")).run()
        figures = _Figures(summary, outcome(database))
        figures.seconds = time.monotonic() - begin
    figures.registered = registered
    figures.driver_cpu = _cpu(resource.RUSAGE_SELF) - ours
    figures.worker_cpu = _cpu(resource.RUSAGE_CHILDREN) - theirs
    return figures


def _worker(triaging: Triaging, prepared: object, work: Callable[[Read], Read]) -> Read:
    return work(triaging.reader(prepared))  # type: ignore[arg-type]


def _poisoned(read: Read) -> Read:
    """A reader that some packages crash, fill or hold for ever, where it opens their first file."""

    def work(unit: Unit, note: Callable[[str, int], None]) -> Result:
        kept: list[bytes] = []

        def noting(path: str, done: int) -> None:
            note(path, done)
            if "crash" in unit.name:
                os.kill(os.getpid(), signal.SIGSEGV)
            while "memory" in unit.name:
                kept.append(bytes(16 << 20))
            if "endless" in unit.name:
                time.sleep(3_600)

        return read(unit, noting)

    return work


def _cpu(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def _to_its_end(arguments: list[str], chaos: Chaos) -> int:
    """One run, with chaos until it ends; its status."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "ALPHEUS_SECRETS_KEY": "6b" * 32}
    with subprocess.Popen(  # noqa: S603 - our own program
        arguments, env=environment, stderr=subprocess.DEVNULL
    ) as running:
        while running.poll() is None:
            chaos.wait()
            if running.poll() is None:
                chaos.strike(running.pid)
        return running.returncode


if __name__ == "__main__":
    sys.exit(main())
