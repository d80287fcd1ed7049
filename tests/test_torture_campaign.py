"""A little of `make torture`: packages judged by the program while it is killed and paused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from cluster import running as running_cluster
from fleet_torture import (
    Chaos,
    Outcome,
    command,
    in_a_cluster,
    in_a_database,
    in_a_store,
    kept,
    outcome,
    program,
    templates,
    write_packages,
)
from postgresql_server import programs
from postgresql_server import running as running_server
from store_process import BUCKET
from store_process import running as running_store

COUNT = 30
STRIKES = 8
STORED = 10
"""Of them, those that lie in a store."""
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="looks for processes as Linux lists them"
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some packages of servers that were broken into."""
    folder = tmp_path_factory.mktemp("torture")
    write_packages(folder / "packages", templates(folder / "templates")[:1], COUNT)
    return folder / "packages"


@pytest.fixture(scope="module")
def quiet(packages: Path) -> Outcome:
    """What a run comes to that nobody disturbs."""
    place = packages.parent / "quiet.db"
    with program(command(str(place), packages, "--workers", "2")) as running:
        assert running.wait() == 0
    with open_database(place) as database:
        found = outcome(database)
    assert found.problems(COUNT) == []
    assert {one.verdict for one in found.results.values()} == {"compromised"}
    return found


def test_results_are_told_apart_by_all_that_they_say(quiet: Outcome) -> None:
    """Not by the verdict alone: each package is of another server."""
    assert len({one.said for one in quiet.results.values()}) == COUNT


def test_a_run_through_chaos_comes_to_what_a_quiet_one_does(
    packages: Path, quiet: Outcome, tmp_path: Path
) -> None:
    """Every package once: nothing lost, nothing twice, the same assessments word for word."""
    chaos, place = Chaos(5, every=0.6, longest_pause=0.3), str(tmp_path / "chaos.db")
    chaos.to_the_end(command(place, packages, "--workers", "2"), most=STRIKES)
    with open_database(place) as database:
        found = outcome(database)
    assert found.problems(COUNT) == []
    assert found.results == quiet.results
    assert chaos.done


def test_so_does_one_on_a_cluster_whose_parts_all_die(packages: Path, quiet: Outcome) -> None:
    """Workers, their seats, the scheduler, the driver, and a database that is started again."""
    binaries = programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    chaos = Chaos(3, every=0.5, longest_pause=0.3)
    with running_server(binaries, lasting=True) as server, running_cluster() as cluster:
        for _ in range(2):
            cluster.start_worker()
        chaos.targets = [*in_a_cluster(cluster), *in_a_database(server)]
        place = server.new()
        engine = ("--engine", cluster.address, "--certs", str(cluster.certs))
        chaos.to_the_end(command(place, packages, *engine), most=STRIKES)
        with open_database(place) as database:
            found = outcome(database)
    assert found.problems(COUNT) == []
    assert found.results == quiet.results
    assert len(chaos.done) > 2


def test_so_does_one_over_a_store_that_is_killed(
    packages: Path, quiet: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evidence lies there and results go there: each package once, with all that is written of it.

    Nothing is judged by what came before the store was gone.
    """
    folder, place = tmp_path / "store", str(tmp_path / "chaos.db")
    names = sorted(path.name for path in packages.iterdir())[:STORED]
    write = folder / "packages"
    write.mkdir(parents=True)
    for name in names:
        (write / name).hardlink_to(packages / name)
    chaos = Chaos(2, every=0.7, longest_pause=0.3)
    with running_store(folder, tmp_path / "log", monkeypatch.setenv) as store:
        chaos.targets = in_a_store(store)
        engine = ("--workers", "2", "--results", f"s3://{BUCKET}/results/")
        chaos.to_the_end(command(place, f"s3://{BUCKET}/packages/", *engine), most=STRIKES)
    with open_database(place) as database:
        found = outcome(database)
    assert found.problems(STORED) == []
    assert found.results == {name: quiet.results[name] for name in names}
    assert kept(folder / "results") == {"assessments": STORED, "timelines": STORED}
    assert any("store" in what for what in chaos.done)
