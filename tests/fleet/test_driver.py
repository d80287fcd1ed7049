"""A driver: units to an engine, results into the ledger, whoever dies meanwhile."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from alpheus.cases.database import Database, open_database
from alpheus.engine import Bounds, Engine, LocalEngine, Lost, Outcome
from alpheus.errors import DatabaseLostError
from alpheus.fleet import driver as module
from alpheus.fleet.driver import Driver, Manner
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Ended, Package, Recipe, Result, Unit
from fleet_filling import RECIPE, judging, package, registered, result, row, states, stored

MANNER = Manner("mia", look_every=0.05, flush_every=0.1)
Note = Callable[[str, int], None]


class _Here(Engine[Unit, Result]):
    """An engine that does each unit at once, as it is told to."""

    def __init__(self, do: Callable[[Unit], Result | Lost]) -> None:
        self.do = do
        self.done: list[str] = []

    @property
    def room(self) -> int:
        return 1

    def run(
        self, units: Iterable[Unit], on_note: Note | None = None
    ) -> Iterator[Outcome[Unit, Result]]:
        for unit in units:
            self.done.append(unit.name)
            found = self.do(unit)
            if on_note is not None:
                on_note(unit.name, 1)
            if isinstance(found, Lost):
                yield Outcome(unit, None, found)
            else:
                yield Outcome(unit, found)


def _run(ledger: Ledger, do: Callable[[Unit], Result | Lost]) -> module.Summary:
    return Driver(ledger, _Here(do), RECIPE, MANNER).run()


def test_every_unit_has_one_result_and_the_second_run_none(database: Database) -> None:
    """The same input means that nothing is to be done."""
    ledger = Ledger(database)
    registered(ledger, 9)
    assert _run(ledger, lambda unit: result(unit.name)).done == 9
    assert (states(database), stored(database)) == ({"done": 9}, 9)
    registered(ledger, 9)
    assert _run(ledger, lambda unit: result(unit.name)).done == 0


def test_small_units_are_claimed_many_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the ledger costs does not grow with their number; large ones are left to others."""
    asked: list[int] = []
    with open_database(tmp_path / "c.db") as database:
        ledger = Ledger(database)
        registered(ledger, 100)
        claim = ledger.claim

        def counted(recipe: Recipe, most: int, worker: str) -> list[Unit]:
            asked.append(most)
            return claim(recipe, most, worker)

        monkeypatch.setattr(ledger, "claim", counted)
        assert _run(ledger, lambda unit: result(unit.name)).done == 100
        assert asked[0] < asked[-1] == module._MOST_AHEAD
        registered(ledger, 104)
        monkeypatch.setattr(module, "_SOON", 0.000_001)
        asked.clear()
        assert _run(ledger, lambda unit: result(unit.name)).done == 4
        assert asked == [1] * 6, "and once more when what had ended was stored"


def test_what_has_ended_makes_room_in_its_lane(database: Database) -> None:
    """A lane that is full is not waited for by who has finished units of it: it goes on at once."""
    ledger = Ledger(database)
    registered(ledger, 6)
    ledger.budget({"common": 2})
    engine = _Here(lambda unit: result(unit.name))
    runs: list[int] = []
    run = engine.run

    def counted(
        units: Iterable[Unit], on_note: Note | None = None
    ) -> Iterator[Outcome[Unit, Result]]:
        runs.append(1)
        return run(units, on_note)

    engine.run = counted  # type: ignore[method-assign]
    assert Driver(ledger, engine, RECIPE, Manner("mia", flush_every=99)).run().done == 6
    assert len(runs) == 1


def _sleepy() -> Callable[[Unit, Note], Result]:
    """Work of which the first unit takes longer than all others together."""

    def work(unit: Unit, _: Note) -> Result:
        if unit.name == "srv0001":
            time.sleep(2)
        return result(unit.name)

    return work


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked")
def test_a_long_unit_holds_up_no_other_of_its_lane(database: Database) -> None:
    """While it is done, what is free of its lane's budget goes on, unit by unit."""
    ledger = Ledger(database)
    registered(ledger, 8)
    ledger.budget({"common": 2})
    engine: LocalEngine[Unit, Result] = LocalEngine(_sleepy, 4, _sleepy)
    manner = Manner("mia", look_every=0.1, flush_every=0.1)
    assert Driver(ledger, engine, RECIPE, manner).run().done == 8
    ends = [str(row(database, number)["finished"]) for number in range(1, 9)]
    assert max(ends[1:]) < ends[0]


def test_a_lane_that_others_fill_is_asked_for_now_and_then(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the database nor the engine is kept busy by who may begin nothing."""
    ledger, told = Ledger(database), list[str]()
    registered(ledger, 3)
    ledger.budget({"common": 1})
    (theirs,) = ledger.claim(RECIPE, 1, "other.1.x")
    asked, claim, end = list[int](), ledger.claim, time.monotonic() + 1

    def counted(recipe: Recipe, most: int, worker: str) -> list[Unit]:
        asked.append(most)
        if time.monotonic() > end and theirs.id in {one.id for one in mine}:
            mine.clear()
            ledger.settle([Ended(theirs, result(theirs.name))], "other")
        return claim(recipe, most, worker)

    mine = [theirs]
    monkeypatch.setattr(ledger, "claim", counted)
    manner = Manner("mia", look_every=0.1, flush_every=0, say=told.append)
    assert Driver(ledger, _Here(lambda unit: result(unit.name)), RECIPE, manner).run().done == 2
    assert len(asked) < 30
    assert told == ["1 unit is under way elsewhere; waiting for the end"]


def test_large_units_are_claimed_when_there_is_room_alone(database: Database) -> None:
    """What holds room in a lane is under way, and not waiting behind another."""
    ledger = Ledger(database)
    registered(ledger, 5)
    running: list[int] = []

    def do(unit: Unit) -> Result:
        running.append(states(database)["running"])
        return result(unit.name)

    manner = Manner("mia", flush_every=0, ahead=False)
    assert Driver(ledger, _Here(do), RECIPE, manner).run().done == 5
    assert max(running) <= 2, "what is done now, and what has just ended"


def test_it_is_told_whenever_units_are_known_to_be_its_own(database: Database) -> None:
    """Not when another has one of them by now: what relies on it has to end."""
    beats: list[str] = []
    ledger = Ledger(database, lease=0)
    registered(ledger, 3)

    def do(unit: Unit) -> Result:
        if unit.name == "srv0002":
            ledger.recover(everything=True)
            beats.append("lost")
        return result(unit.name)

    manner = Manner("mia", look_every=0.05, beaten=lambda: beats.append("beaten"))
    Driver(ledger, _Here(do), RECIPE, manner).run()
    at = beats.index("lost")
    assert beats[:at] == ["beaten"] * at
    assert "beaten" in beats[at:], "once what was lost has ended"


def test_whose_worker_is_ended_is_done_again(database: Database) -> None:
    """At the end, after the others; three times by its own fault, and it is parked."""
    ledger = Ledger(database)
    registered(ledger, 4)

    def do(unit: Unit) -> Result | Lost:
        if unit.name == "srv0001":
            return Lost("the reader was ended by SIGSEGV", "logs/bad.log")
        if unit.name == "srv0002" and unit.attempts < 5:
            return Lost("the reader was ended by SIGKILL", "logs/x.log", outside=True)
        return result(unit.name)

    summary = _run(ledger, do)
    assert (summary.done, summary.again) == (3, 6)
    assert [unit.name for unit, _ in summary.parked] == ["srv0001"]
    assert row(database, 1)["position"] == "logs/bad.log"
    assert row(database, 2)["attempts"] == 5


def test_a_database_that_is_away_is_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is finished meanwhile is kept, and stored when it is back; it is said once."""
    monkeypatch.setattr(module, "_PAUSE", 0.01)
    ledger = Ledger(database)
    registered(ledger, 5)
    away, said = [3], list[str]()
    settle = ledger.settle

    def broken(*arguments: object) -> object:
        if away[0]:
            away[0] -= 1
            raise DatabaseLostError("pg: the connection broke")
        return settle(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "settle", broken)
    manner = Manner("mia", look_every=0.05, say=said.append)
    driver = Driver(ledger, _Here(lambda unit: result(unit.name)), RECIPE, manner)
    assert driver.run().done == 5
    assert said == ["pg: the connection broke; waiting for it"]
    impatient = Driver(ledger, _Here(lambda unit: result(unit.name)), RECIPE,
                       Manner("mia", patience=0.0))  # fmt: skip
    ledger.register([package(6)], RECIPE)
    away[0] = 9
    with pytest.raises(DatabaseLostError):
        impatient.run()


def test_an_interrupt_keeps_what_is_finished_and_gives_back_the_rest(database: Database) -> None:
    """Nobody is at fault, and no attempt counts."""
    ledger = Ledger(database)
    registered(ledger, 5)

    def do(unit: Unit) -> Result:
        if unit.name == "srv0003":
            raise KeyboardInterrupt
        return result(unit.name)

    with pytest.raises(KeyboardInterrupt):
        _run(ledger, do)
    assert (states(database), stored(database)) == ({"done": 2, "waiting": 3}, 2)
    assert {row(database, n)["attempts"] for n in (3, 4, 5)} == {0}


def test_a_paused_driver_comes_late(database: Database) -> None:
    """What it did meanwhile was done by another, and is there once."""
    now = [1_000.0]
    ledger = Ledger(database, clock=lambda: now[0])
    registered(ledger, 2)

    def slow(unit: Unit) -> Result:
        if unit.name == "srv0001":
            now[0] += 100
            ledger.recover()
            assert _run(Ledger(database, clock=lambda: now[0]),
                        lambda one: result(one.name)).done == 2  # fmt: skip
        return result(unit.name)

    summary = _run(ledger, slow)
    assert (summary.done, summary.late) == (0, 2)
    assert (states(database), stored(database)) == ({"done": 2}, 2)


def test_what_others_have_is_waited_for_and_taken_when_they_are_gone(database: Database) -> None:
    """So a run that ends is done, whoever of them died."""
    now, said = [1_000.0], list[str]()
    ledger = Ledger(database, clock=lambda: now[0])
    registered(ledger, 3)
    ledger.claim(RECIPE, 1, "one that dies")

    def say(text: str) -> None:
        said.append(text)
        now[0] += 100

    manner = Manner("mia", look_every=0.01, say=say)
    assert Driver(ledger, _Here(lambda u: result(u.name)), RECIPE, manner).run().done == 3
    assert said == ["1 unit is under way elsewhere; waiting for the end"]


@pytest.mark.skipif(os.name != "posix", reason="looks for processes as POSIX does")
def test_what_a_process_of_this_machine_left_is_taken_up_at_once(database: Database) -> None:
    """Its lease need not end; of another machine, or one that is there, only the lease tells."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    ledger = Ledger(database)
    registered(ledger, 3)
    mine = Driver(ledger, _Here(lambda unit: result(unit.name)), RECIPE, MANNER)
    machine, _, _ = mine.name.rsplit(".", 2)
    assert not module.is_gone(mine.name)
    assert not module.is_gone(f"elsewhere.{ended.pid}.ab")
    left = f"{machine}.{ended.pid}.ab"
    assert len(ledger.claim(RECIPE, 2, left)) == 2
    assert ledger.drivers() == [left]
    assert module.is_gone(left)
    assert mine.run().done == 3


def _packages(*names: str) -> list[Package]:
    return [Package(f"/packages/{name}", name, name, 1_000) for name in names]


@pytest.mark.skipif(os.name != "posix", reason="bounds are those of POSIX")
def test_poisoned_packages_are_parked_and_the_others_done(tmp_path: Path) -> None:
    """One that crashes its reader, eats memory, takes a processor, never ends, or fails."""
    bad = ("crash", "memory", "busy", "endless", "fail")
    with open_database(tmp_path / "c.db") as database:
        ledger = Ledger(database)
        good = [f"srv{number}" for number in range(12)]
        ledger.register(_packages(*good[:6], *bad, *good[6:]), RECIPE)
        engine: LocalEngine[Unit, Result] = LocalEngine(
            judging, 2, judging, Bounds(cpu_seconds=1, seconds=3)
        )
        summary = Driver(ledger, engine, RECIPE, MANNER).run()
        assert summary.done == 12
        why = {unit.name: reason for unit, reason in summary.parked}
        assert why == {
            "crash": "the reader was ended by SIGSEGV", "memory": "not enough memory",
            "busy": why["busy"], "endless": "it took longer than 3 seconds",
            "fail": "ValueError: broken unit",
        }  # fmt: skip
        assert why["busy"].startswith("it took ")
        for number in range(7, 12):
            name = row(database, number)["name"]
            assert row(database, number)["position"] == f"{name}/second.log"
        assert stored(database) == 12
        ledger.retry([7], without_file=True)
        summary = Driver(ledger, engine, RECIPE, MANNER).run()
        assert (summary.done, row(database, 7)["state"]) == (1, "done")


_DRIVE = """
import sys
from alpheus.cases.database import open_database
from alpheus.engine import LocalEngine
from alpheus.fleet.driver import Driver, Manner
from alpheus.fleet.ledger import Ledger
from fleet_filling import RECIPE, judging
with open_database(sys.argv[1]) as database, database.drive():
    ledger = Ledger(database)
    ledger.recover(everything=True)
    engine = LocalEngine(judging, 2, judging)
    print("begun", flush=True)
    Driver(ledger, engine, RECIPE, Manner("mia", look_every=0.05, flush_every=0.05)).run()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux lists them")
def test_kills_at_random_change_nothing(tmp_path: Path) -> None:
    """Workers and the driver are killed while it runs; each unit has one result at the end."""
    place, chance = tmp_path / "c.db", random.Random(7)
    with open_database(place) as database:
        registered(Ledger(database), 300)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    kills = 0
    for _ in range(40):
        with subprocess.Popen(
            [sys.executable, "-c", _DRIVE, place], env=environment, stdout=subprocess.PIPE
        ) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == b"begun\n"
            while running.poll() is None and kills < 6:
                time.sleep(chance.uniform(0.01, 0.06))
                victims = [*_children(running.pid), running.pid]
                kills += 1
                victim = chance.choice(victims) if kills % 3 else running.pid
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        if running.returncode == 0:
            break
    assert kills >= 3
    with open_database(place) as database:
        assert (states(database), stored(database)) == ({"done": 300}, 300)


def _children(parent: int) -> list[int]:
    try:
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
    except OSError:
        return []
    return [int(one) for one in listed.split()]


def test_a_store_that_is_away_is_not_the_units_fault(database: Database) -> None:
    """The unit is tried again, and has not struck."""
    ledger = Ledger(database)
    registered(ledger, 1)
    tries: list[int] = []

    def do(unit: Unit) -> Result:
        tries.append(unit.strikes)
        return Result(away="s3://b/k: busy") if len(tries) < 4 else result(unit.name)

    assert _run(ledger, do).done == 1
    assert tries == [0, 0, 0, 0]
