"""Judge very many simulated packages: `python -m tools.torture_campaign --packages 30000`.

Parts, or those that are named: `scale` (all of them: each has exactly one result, and what the
ledger takes of the processor), `workers` (a tenth by one worker of this machine and by two),
`cluster` (the same by one worker of a cluster and by two, with what scheduler, workers and driver
take), `chaos` and `cluster-chaos` (all of them, and a tenth on a cluster, while workers, scheduler,
driver and database are killed and paused at drawn moments: the same results as the quiet run),
`store-chaos` (the same of a tenth, 2,000 at most, that lie in an object store, which is killed and
paused as well; results are written back to it),
Two workers have to be 1.85 times as quick as one, on a cluster 1.6 times: whatever else the machine
does meanwhile counts against that.
`poison` (a thirtieth with packages that crash, eat memory or never end: the others are unaffected).
With `--postgresql` the database is a server of its own, which chaos kills too; else a file; that of
`cluster-chaos` is a server wherever PostgreSQL is installed. With `--folder` packages are kept, and
`scale` goes on where it was ended. Exit status 1 where something is not as it must be.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from tools.torture_campaign.runs import Run, cpu_of, cpu_of_all, go, linked, locally, on

from alpheus.cases.database import open_database
from alpheus.engine import Bounds
from alpheus.fleet.model import Result, Unit
from alpheus.fleet.reading import Read
from cluster import running as running_cluster
from fleet_torture import (
    Chaos,
    Judged,
    Outcome,
    children,
    command,
    in_a_cluster,
    in_a_database,
    in_a_store,
    kept,
    outcome,
    templates,
    write_packages,
)
from postgresql_server import Server, programs
from postgresql_server import running as running_server
from store_process import BUCKET
from store_process import running as running_store

PARTS = ("scale", "workers", "cluster", "chaos", "cluster-chaos", "store-chaos", "poison")
_MOST_OVERHEAD = 0.05
_FASTER, _FASTER_ON_A_CLUSTER = 1.85, 1.6
_MOST_STORED = 2_000
"""The store of `store-chaos` holds all of them in memory."""
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
        return _Torture(options, Path(scratch), folder, packages).run()


class _Torture:
    def __init__(
        self, options: argparse.Namespace, scratch: Path, folder: Path, packages: Path
    ) -> None:
        self._options = options
        self._scratch = scratch
        self._folder = folder
        self._packages = packages
        self._count: int = options.packages
        self._quiet: dict[str, Judged] | None = None
        self._wrong = False

    def run(self) -> int:
        """All parts that are wanted."""
        for part in self._options.parts or PARTS:
            getattr(self, "_" + part.replace("-", "_"))()
        self._say("WRONG: see above" if self._wrong else "all as it must be")
        return int(self._wrong)

    def _say(self, text: str) -> None:
        print(text, flush=True)

    def _must(self, text: str, *, be: bool) -> None:
        if not be:
            self._wrong = True
            self._say(f"WRONG: {text}")

    def _must_be(self, least: float, faster: float) -> None:
        text = f"two workers are {faster:.2f} times as quick, and {least} is asked for; what else "
        self._must(f"{text}this machine did meanwhile counts", be=faster >= least)

    def _check(self, found: Outcome, count: int) -> None:
        for problem in found.problems(count):
            self._must(problem, be=False)
        self._say(f"results: {len(found.results):,} packages done, "
                  f"{found.observations:,} observations of servers")  # fmt: skip

    def _scale(self) -> None:
        saved = self._folder / f"scale-{self._count}.json"
        with self._place("scale", keep=True) as (place, server):
            process = server.pid if server else 0
            run = go(place, self._packages, locally(self._options.workers), saved=saved,
                     server=process)  # fmt: skip
        self._quiet = run.outcome.results
        self._check(run.outcome, self._count)
        figures = run.figures
        self._say(f"scale: {self._count:,} packages by {self._options.workers} workers in "
                  f"{figures.seconds:,.0f} s ({self._count / figures.seconds:,.1f} a second), "
                  f"begun {figures.begun} times; registered in "
                  f"{figures.registered:,.1f} s")  # fmt: skip
        server_takes = f", its server {figures.server:,.0f} s" if figures.server else ""
        self._say(f"scale: processor: {figures.whole:,.0f} s: readers {figures.readers:,.0f} s, "
                  f"driver {figures.driver:,.0f} s (calls of the ledger {figures.ledger:,.0f} s)"
                  f"{server_takes}; overhead {figures.overhead:.1%}")  # fmt: skip
        self._must(f"overhead is {figures.overhead:.1%}", be=figures.overhead <= _MOST_OVERHEAD)

    def _workers(self) -> None:
        count = max(self._count // 10, 10)
        runs: list[Run] = []
        with linked(self._packages, count, self._scratch / "few") as packages:
            for workers in (1, 2):
                with self._place(f"workers-{workers}") as (place, _):
                    runs.append(go(place, packages, locally(workers)))
                self._check(runs[-1].outcome, count)
        one, two = (run.figures.seconds for run in runs)
        self._say(f"workers: {count / one:,.1f} packages a second by one, {count / two:,.1f} by "
                  f"two: {one / two:.2f} times as quick")  # fmt: skip
        self._must_be(_FASTER, one / two)

    def _cluster(self) -> None:
        count, seconds = max(self._count // 10, 10), list[float]()
        with linked(self._packages, count, self._scratch / "cluster") as packages:
            for workers in (1, 2):
                with self._place(f"cluster-{workers}") as (place, _):
                    seconds.append(self._by_a_cluster(place, packages, workers, count))
        self._say(f"cluster: two workers are {seconds[0] / seconds[1]:.2f} times as quick as one")
        self._must_be(_FASTER_ON_A_CLUSTER, seconds[0] / seconds[1])

    def _by_a_cluster(self, place: str, packages: Path, workers: int, count: int) -> float:
        with running_cluster() as cluster:
            for _ in range(workers):
                cluster.start_worker().said("works for")
            mine = [one.pid for one in cluster.workers]
            before = cpu_of(cluster.scheduler.pid), cpu_of_all(mine)
            run = go(place, packages, on(cluster))
            scheduler = cpu_of(cluster.scheduler.pid) - before[0]
            dask = cpu_of_all(mine) - before[1]
            seats = cpu_of_all(pid for one in mine for pid in children(one))
        self._check(run.outcome, count)
        figures = run.figures
        whole = scheduler + dask + seats + figures.driver
        self._say(f"cluster: {workers}: {count / figures.seconds:,.1f} packages a second; of "
                  f"{whole:,.0f} s of a processor: seats {seats / whole:.1%}, workers "
                  f"{dask / whole:.1%}, scheduler {scheduler / whole:.1%}, driver "
                  f"{figures.driver / whole:.1%}")  # fmt: skip
        return figures.seconds

    def _chaos(self) -> None:
        chaos = Chaos(self._options.seed, every=self._options.every)
        with self._place("chaos") as (place, server):
            chaos.targets = in_a_database(server) if server else []
            workers = ("--workers", str(self._options.workers))
            self._through(chaos, place, self._packages, self._count, *workers)

    def _cluster_chaos(self) -> None:
        chaos, count = Chaos(self._options.seed, every=self._options.every), self._count // 10
        with (
            linked(self._packages, count, self._scratch / "chaos") as packages,
            self._place("cluster-chaos", server=programs() is not None) as (place, server),
            running_cluster() as cluster,
        ):
            for _ in range(self._options.workers):
                cluster.start_worker()
            chaos.targets = in_a_cluster(cluster) + (in_a_database(server) if server else [])
            engine = ("--engine", cluster.address, "--certs", str(cluster.certs))
            self._through(chaos, place, packages, count, *engine)

    def _store_chaos(self) -> None:
        chaos = Chaos(self._options.seed, every=self._options.every)
        count = min(max(self._count // 10, 10), _MOST_STORED)
        folder = self._scratch / "store"
        folder.mkdir()
        with (
            linked(self._packages, count, folder / "packages"),
            running_store(folder, self._scratch / "store.log", os.environ.__setitem__) as store,
            self._place("store-chaos") as (place, server),
        ):
            chaos.targets = in_a_store(store) + (in_a_database(server) if server else [])
            workers = ("--workers", str(self._options.workers))
            results = ("--results", f"s3://{BUCKET}/results/")
            self._through(chaos, place, f"s3://{BUCKET}/packages/", count, *workers, *results)
        written = kept(folder / "results")
        self._say(f"store-chaos: written back: {written}")
        self._must("not each package was written back", be={*written.values()} == {count})

    def _through(
        self, chaos: Chaos, place: str, packages: Path | str, count: int, *engine: str
    ) -> None:
        if self._quiet is None:
            self._scale()
        assert self._quiet is not None
        begin = time.monotonic()
        runs = chaos.to_the_end(command(place, packages, *engine))
        took = time.monotonic() - begin
        with open_database(place) as database:
            found = outcome(database)
        self._check(found, count)
        expected = {name: self._quiet.get(name) for name in found.results}
        self._must("results are not those of the quiet run", be=found.results == expected)
        self._must("nothing was killed", be=any(what.startswith("kill") for what in chaos.done))
        done = ", ".join(f"{number} x {what}" for what, number in sorted(chaos.done.items()))
        self._say(f"chaos: {count:,} packages, {runs} runs in {took:,.0f} s; {done}")

    def _poison(self) -> None:
        count = max(self._count // 30, 20)
        with linked(self._packages, count, self._scratch / "poison") as packages:
            for name in _POISON:
                content = (packages / "SRV00000.zip").read_bytes()
                (packages / f"{name}.zip").write_bytes(content + name.encode())
            with self._place("poison") as (place, _):
                run = go(place, packages, locally(2, _poisoned, Bounds(2 << 30, 60, 20)))
        parked = {unit.name.removesuffix(".zip"): reason for unit, reason in run.summary.parked}
        self._say(f"poison: {run.outcome.states}; parked: {parked}")
        states = {"done": count, "parked": len(_POISON)}
        self._must("not all others are done", be=run.outcome.states == states)
        self._must("not those are parked that have to be", be={*parked} == {*_POISON})

    @contextlib.contextmanager
    def _place(
        self, name: str, *, keep: bool = False, server: bool = False
    ) -> Iterator[tuple[str, Server | None]]:
        """An empty database, or with `keep` one that may have been begun; its server, if any."""
        if not (server or self._options.postgresql):
            folder = self._folder if keep else self._scratch
            yield str(folder / f"{name}-{self._count}.db"), None
            return
        binaries = programs()
        if binaries is None:
            raise SystemExit("--postgresql needs postgres (Debian package postgresql)")
        with running_server(binaries, lasting=True) as found:
            yield found.new(), found


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


if __name__ == "__main__":
    sys.exit(main())
