"""The ledger: every unit is ended once, whoever dies."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from alpheus.cases.database import Database
from alpheus.cases.ledger_schema import packages, traces, units
from alpheus.cases.rebuild import rebuild
from alpheus.cases.schema import imports
from alpheus.errors import DatabaseBusyError, DatabaseError
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import MOST_ATTEMPTS, Ended, Fault, Package, Recipe, Result, Unit
from fleet_filling import RECIPE, finished, package, registered, result, row, states, stored


class _Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    """A clock that the test sets."""
    return _Clock()


@pytest.fixture
def ledger(database: Database, clock: _Clock) -> Ledger:
    """An empty ledger, on either database."""
    return Ledger(database, lease=60, clock=clock)


def test_the_same_is_registered_once(ledger: Ledger, database: Database) -> None:
    """However often, and wherever it lies."""
    same = [package(1), package(2), package(3, content="content 1")]
    assert ledger.register(same, RECIPE) == 2
    assert ledger.register(same, RECIPE) == 0
    assert states(database) == {"waiting": 2}
    assert ledger.known(["/packages/srv0003"])["/packages/srv0003"].content == "content 1"


def test_newer_knowledge_and_changed_content_take_the_place_of_what_waits(
    ledger: Ledger, database: Database
) -> None:
    """What was done stays; what waits for nothing any more is forgotten."""
    registered(ledger, 3)
    ledger.settle(finished(ledger.claim(RECIPE, 1, "w")), "mia")
    newer = Recipe(RECIPE.kind, RECIPE.parameters, "knowledge 2")
    assert ledger.register([package(1), package(2)], newer) == 2
    assert ledger.register([package(3, content="changed")], RECIPE) == 1
    with database.read() as connection:
        found = connection.execute(
            select(units.c.content, units.c.knowledge, units.c.state).order_by(units.c.id)
        ).all()
    assert [tuple(one) for one in found] == [
        ("content 1", "knowledge 1", "done"), ("content 1", "knowledge 2", "waiting"),
        ("content 2", "knowledge 2", "waiting"), ("changed", "knowledge 1", "waiting"),
    ]  # fmt: skip


def test_content_that_lies_elsewhere_as_well_is_read_there(
    ledger: Ledger, database: Database
) -> None:
    """When it has changed at the place where it was found first."""
    ledger.register([package(1), package(2, content="content 1")], RECIPE)
    ledger.register([package(1, content="changed")], RECIPE)
    with database.read() as connection:
        query = select(units.c.content, units.c.place).order_by(units.c.id)
        found = dict(connection.execute(query).all())
    assert found == {"content 1": "/packages/srv0002", "changed": "/packages/srv0001"}


def test_a_result_and_the_end_of_its_unit_are_one(ledger: Ledger, database: Database) -> None:
    """Observations, whole assessments and traces come with it, as an import of it would."""
    registered(ledger, 2)
    settled = ledger.settle(finished(ledger.claim(RECIPE, 2, "w"), victims=[1]), "mia")
    assert (settled.done, settled.late, stored(database)) == (2, 0, 2)
    found = row(database, 1)
    assert (found["state"], found["verdict"], found["servers"]) == ("done", "compromised", 1)
    with database.read() as connection:
        entry = connection.execute(select(imports).where(imports.c.id == found["import_id"])).one()
        kinds = set(connection.execute(select(traces.c.kind)).scalars())
    assert (entry.kind, entry.who, entry.file) == ("assessment", "mia", "/packages/srv0001")
    assert kinds >= {"page", "address", "secret"}
    made = rebuild(database, now=datetime(2021, 4, 1, tzinfo=UTC))
    assert made.servers == 2


def test_nothing_is_kept_of_a_transaction_that_fails(
    ledger: Ledger, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither an end without its result nor a result without its end."""
    registered(ledger, 2)
    ended = finished(ledger.claim(RECIPE, 2, "w"))

    def fail(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("alpheus.fleet.ledger._end", fail)
        with pytest.raises(RuntimeError):
            ledger.settle(ended, "mia")
    assert (states(database), stored(database)) == ({"running": 2}, 0)
    ledger.settle(ended, "mia")
    assert (states(database), stored(database)) == ({"done": 2}, 2)


def test_who_was_given_up_changes_nothing(
    ledger: Ledger, database: Database, clock: _Clock
) -> None:
    """A driver that was paused beyond its lease comes late: its token is an old one."""
    registered(ledger, 2)
    paused = ledger.claim(RECIPE, 2, "paused")
    clock.now += 61
    assert ledger.recover() == 2
    (taken,) = ledger.claim(RECIPE, 1, "other")
    assert taken.id == paused[0].id
    settled = ledger.settle(finished(paused), "mia")
    assert (settled.done, settled.late, stored(database)) == (0, 2, 0)
    assert ledger.settle(finished([taken]), "mia").done == 1
    assert ledger.settle(finished([taken]), "mia").late == 1, "nor is anything done twice"
    assert stored(database) == 1


def test_who_is_heard_of_keeps_what_it_has(ledger: Ledger, clock: _Clock) -> None:
    """A heartbeat prolongs the lease; what a driver has without knowing waits again."""
    registered(ledger, 3)
    held = {one.id for one in ledger.claim(RECIPE, 2, "w")}
    clock.now += 50
    ledger.claim(RECIPE, 1, "w")  # the answer of which never came
    assert ledger.beat("w", held) == held
    clock.now += 50
    assert ledger.recover() == 0
    (again,) = ledger.claim(RECIPE, 5, "v")
    assert again.id not in held
    assert again.attempts == 1
    clock.now += 61
    ledger.recover()
    assert ledger.beat("w", held) == set()


def test_the_clock_is_that_of_the_database(database: Database) -> None:
    """A lease that has just been taken has not ended, on either server."""
    ledger = Ledger(database)
    registered(ledger, 1)
    ledger.claim(RECIPE, 1, "w")
    assert ledger.recover() == 0
    assert ledger.recover(everything=True) == 1


def test_three_strikes_park_a_unit_with_its_file(ledger: Ledger, database: Database) -> None:
    """Who has struck waits until the others are done."""
    registered(ledger, 2)
    (bad,) = ledger.claim(RECIPE, 1, "w")
    _strike(ledger, bad)
    (good,) = ledger.claim(RECIPE, 1, "w")
    assert good.id != bad.id, "the other comes first"
    ledger.settle(finished([good]), "mia")
    (bad,) = ledger.claim(RECIPE, 1, "w")
    assert _strike(ledger, bad) == []
    (bad,) = ledger.claim(RECIPE, 1, "w")
    assert _strike(ledger, bad) == [(1, "ended by SIGSEGV")]
    found = row(database, 1)
    assert (found["state"], found["position"]) == ("parked", "logs/bad.log")
    assert ledger.claim(RECIPE, 5, "w") == []


def _strike(ledger: Ledger, unit: Unit) -> list[tuple[int, str]]:
    ended = Ended(unit, None, Fault.STRIKE, "ended by SIGSEGV", "logs/bad.log")
    return [(one.id, why) for one, why in ledger.settle([ended], "mia").parked]


def test_who_is_ended_from_outside_has_not_struck(ledger: Ledger, database: Database) -> None:
    """But what was begun too often and never ended is parked, whoever was at fault."""
    registered(ledger, 1)
    for _ in range(MOST_ATTEMPTS - 1):
        (unit,) = ledger.claim(RECIPE, 1, "w")
        ledger.settle([Ended(unit, None, Fault.OUTSIDE, "ended by SIGKILL", "a.log")], "mia")
    assert row(database, 1)["strikes"] == 0
    ledger.claim(RECIPE, 1, "w")
    ledger.recover(everything=True)
    assert row(database, 1)["state"] == "parked"
    assert str(MOST_ATTEMPTS) in str(row(database, 1)["reason"])


def test_what_is_given_back_was_never_begun(ledger: Ledger, database: Database) -> None:
    """Stopping a run a hundred times parks nothing."""
    registered(ledger, 1)
    for _ in range(MOST_ATTEMPTS + 1):
        (unit,) = ledger.claim(RECIPE, 1, "w")
        ledger.settle([Ended(unit, None, Fault.GIVEN_BACK)], "mia")
    assert (row(database, 1)["state"], row(database, 1)["attempts"]) == ("waiting", 0)


def test_what_cannot_be_opened_is_parked_at_once_and_done_when_it_can(
    ledger: Ledger, database: Database
) -> None:
    """Once more, by choice; without the file that it was parked for, if wanted."""
    registered(ledger, 2)
    first, second = ledger.claim(RECIPE, 2, "w")
    ledger.settle([Ended(first, Result(refused="encrypted; give the password"))], "mia")
    for _ in range(3):
        ledger.settle([Ended(second, None, Fault.STRIKE, "crash", "x/bad.log")], "mia")
        second = next(iter(ledger.claim(RECIPE, 1, "w")), second)
    assert states(database) == {"parked": 2}
    assert ledger.retry([first.id, 99]) == [first.id]
    assert ledger.retry(None, without_file=True) == [second.id]
    units_ = ledger.claim(RECIPE, 2, "w")
    assert [(one.attempts, one.strikes) for one in units_] == [(1, 0), (1, 0)]
    assert [one.avoid for one in units_] == [(), (("x/bad.log", "not read: crash"),)]
    assert ledger.settle(finished(units_), "mia").done == 2


def test_a_result_waits_while_another_imports(ledger: Ledger, database: Database) -> None:
    """It is an import too, of which one goes on at a time; nothing has changed meanwhile."""
    registered(ledger, 1)
    ended = finished(ledger.claim(RECIPE, 1, "w"))
    with database.work(), pytest.raises(DatabaseBusyError):
        ledger.settle(ended, "mia")
    assert ledger.settle(ended, "mia").done == 1


def test_a_lane_has_a_budget_until_it_is_taken_away(ledger: Ledger) -> None:
    """Over all drivers."""
    ledger.register([package(1), package(2), package(3)], RECIPE, lane="slow")
    ledger.budget({"slow": 1})
    assert len(ledger.claim(RECIPE, 9, "v")) == 1
    assert ledger.claim(RECIPE, 9, "w") == []
    ledger.budget({"slow": 0})
    assert len(ledger.claim(RECIPE, 9, "w")) == 2


def test_rank_and_lane_of_what_waits_follow_the_last_registration(ledger: Ledger) -> None:
    """Who may be hurt most is known better with every list."""
    registered(ledger, 3)
    ledger.register([package(3)], RECIPE, lane="urgent", ranks={"/packages/srv0003": -500})
    (unit,) = ledger.claim(RECIPE, 1, "w")
    assert (unit.name, unit.lane) == ("srv0003", "urgent")
    assert ledger.left(RECIPE) == (2, 1)


def test_two_drivers_never_get_the_same(database: Database) -> None:
    """At the same time, on either database, under a budget as well."""
    ledger = Ledger(database)
    registered(ledger, 40)
    got: dict[str, list[Unit]] = {"v": [], "w": []}
    start = threading.Barrier(2)

    def drive(name: str) -> None:
        start.wait()
        while some := ledger.claim(RECIPE, 3, name):
            got[name] += some

    threads = [threading.Thread(target=drive, args=(name,)) for name in got]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    numbers = [unit.id for each in got.values() for unit in each]
    assert sorted(numbers) == list(range(1, 41))


def test_the_same_assessment_is_stored_once(ledger: Ledger, database: Database) -> None:
    """Two packages may say the very same of a server; both units are done."""
    registered(ledger, 2)
    first, second = ledger.claim(RECIPE, 2, "w")
    ended = [Ended(first, result("srv0001", victim=True)),
             Ended(second, _copy(result("srv0001", victim=True)))]  # fmt: skip
    assert ledger.settle(ended, "mia").done == 2
    assert stored(database) == 1


def _copy(one: Result) -> Result:
    assert one.document is not None
    return replace(one, document=replace(one.document, sha256="0" * 64))


def test_packages_are_known_by_the_hundred(ledger: Ledger, database: Database) -> None:
    """More than one question takes."""
    many = [package(number) for number in range(1_100)]
    assert ledger.register(many, RECIPE) == 1_100
    assert len(ledger.known([one.place for one in many])) == 1_100
    with database.read() as connection:
        count = select(func.count()).select_from(packages)
        assert connection.execute(count).scalar_one() == 1_100


def test_machines_that_register_at_once_wait_for_one_another(database: Database) -> None:
    """In whatever order they found the same packages: none is refused for the other's sake."""
    found, failed = [package(number) for number in range(300)], list[Exception]()

    def register(several: list[Package]) -> None:
        with database.again() as own:
            for _ in range(8):
                try:
                    Ledger(own).register(several, RECIPE)
                except DatabaseError as error:
                    failed.append(error)

    threads = [threading.Thread(target=register, args=(some,)) for some in (found, found[::-1])]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert states(database) == {"waiting": 300}
