"""Batches of notices as units: one at a time, nothing twice, whoever dies."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from alpheus.cases.database import Database
from alpheus.errors import UsageError
from alpheus.fleet.driver import Driver, Manner, Summary
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.notifying import LANE, RECIPE, SendingEngine, open_batches
from alpheus.notify.send import SendError
from alpheus.notify.service import Notices
from alpheus.notify.settings import Rates
from alpheus.notify.transport import Transport
from cases_filling import seen
from exposure_runs import OPEN
from fleet_filling import row, states
from mail_server import Inbox, free_port, real_server
from notices_filling import Country, contact
from sending_program import settings_for


def _approved(database: Database, batches: int, each: int = 3) -> Country:
    """A country with so many approved batches of notices."""
    country = Country(
        database, {n: [contact(f"it@one{n}.example")] for n in range(1, batches * each + 1)},
        settings_for(1),
    )  # fmt: skip
    for number in range(batches):
        first = number * each + 1
        country.sees(*(seen(n, OPEN, 1) for n in range(first, first + each)))
        assert len(country.plan()) == each
    country.approve()
    return country


def _engine(country: Country, port: int, **more: Any) -> SendingEngine:
    settings = msgspec.structs.replace(settings_for(port), **more.pop("settings", {}))
    notices = Notices(country.database, settings, more.pop("clock", country.time))
    return SendingEngine(
        notices, lambda: Transport(settings.smtp, hostname="cert.example", seconds=5),
        lambda mail: mail, who="sender", **{"stop": threading.Event(), **more},
    )  # fmt: skip


def _driven(country: Country, engine: SendingEngine) -> Summary:
    manner = Manner("mia", look_every=0.05, flush_every=0.05)
    return Driver(Ledger(country.database), engine, RECIPE, manner).run()


def test_each_batch_is_a_unit_and_each_notice_arrives_once(database: Database) -> None:
    """The same again has nothing to do; what became of them stands in the ledger and in notify."""
    country, inbox, told = _approved(database, 3), Inbox(), list[str]()
    with real_server(inbox) as port:
        assert open_batches(database) == {1: 3, 2: 3, 3: 3}
        engine = _engine(country, port, tell=lambda step: told.append(step.kind))
        assert _driven(country, engine).done == 3
        assert (engine.done.handed_over, engine.done.left) == (9, 0)
        assert open_batches(database) == {}
        assert _driven(country, engine).done == 0
    assert len(inbox.contents) == len({*inbox.contents}) == 9
    assert told == ["handed-over"] * 9
    assert states(database) == {"done": 3}
    assert (row(database, 1)["lane"], row(database, 1)["kind"]) == (LANE, "notify")


def test_some_batches_can_be_named(database: Database) -> None:
    """The others wait for their own time."""
    country, inbox = _approved(database, 3), Inbox()
    assert open_batches(database, [2, 9]) == {2: 3}
    assert states(database) == {"waiting": 1}
    assert len(open_batches(database)) == 3
    assert open_batches(database, [3]) == {3: 3}, "of an earlier run the others wait"
    with real_server(inbox) as port:
        assert _driven(country, _engine(country, port)).done == 1
    assert len(inbox.contents) == 3
    assert open_batches(database) == {1: 3, 2: 3}
    (unit,) = Ledger(database).claim(RECIPE, 1, "a.1.x")
    with pytest.raises(UsageError, match="another batch is under way"):
        open_batches(database, [2])
    assert (unit.name, open_batches(database, [1])) == ("batch 1", {1: 3})


def test_one_batch_is_under_way_on_all_machines(database: Database) -> None:
    """So many a minute is what the settings say, however many drivers there are."""
    _approved(database, 2)
    open_batches(database)
    ledger = Ledger(database)
    assert [unit.name for unit in ledger.claim(RECIPE, 5, "a.1.x")] == ["batch 1"]
    assert ledger.claim(RECIPE, 5, "b.1.x") == []


def test_a_batch_of_which_something_is_due_again_waits_again(database: Database) -> None:
    """Such as a notice that was uncertain, and did not go out, as a person says."""
    country, inbox = _approved(database, 2), Inbox()
    one = next(country.notices.due(1))
    assert country.notices.claim(one, who="somebody who was killed")
    with real_server(inbox) as port:
        assert open_batches(database) == {1: 2, 2: 3}
        _driven(country, _engine(country, port))
        assert open_batches(database) == {}
        country.time.days(1 / 24)
        country.notices.settle(one, sent=False, who="mia", why="it is not in the log")
        assert open_batches(database) == {1: 1}
        assert states(database) == {"done": 1, "waiting": 1}
        _driven(country, _engine(country, port))
    assert len({*inbox.contents}) == len(inbox.contents) == 6


def test_words_that_were_not_approved_park_their_batch(database: Database) -> None:
    """Others go on; once it is approved anew, it waits again."""
    country, inbox = _approved(database, 1), Inbox()
    with real_server(inbox) as port:
        sender = msgspec.structs.replace(country.settings.sender, name="Somebody Else")
        open_batches(database)
        summary = _driven(country, _engine(country, port, settings={"sender": sender}))
        assert not inbox.contents
        ((unit, reason),) = summary.parked
        assert unit.name == "batch 1"
        assert "would be sent otherwise than it was approved" in reason
        assert open_batches(database) == {1: 3}
        assert states(database) == {"waiting": 1}


def test_a_server_that_is_away_ends_the_run_and_uses_up_no_attempt(database: Database) -> None:
    """The batch waits as if it had never been begun."""
    country = _approved(database, 2)
    open_batches(database)
    engine = _engine(country, free_port())
    _patiently(engine)
    with pytest.raises(SendError):
        _driven(country, engine)
    assert states(database) == {"waiting": 2}
    assert row(database, 1)["attempts"] == 0


def test_mail_that_is_not_taken_for_now_keeps_no_other_batch_waiting(database: Database) -> None:
    """Its batch is parked with the reason, and waits again with the next run."""
    country = _approved(database, 3, each=1)
    inbox = Inbox(lambda to: "451 later" if "one2." in to else "250 OK")
    with real_server(inbox) as port:
        open_batches(database)
        engine = _engine(country, port)
        engine._stop.wait = lambda seconds=0: country.time.days(seconds / 86_400)  # type: ignore[method-assign]
        summary = _driven(country, engine)
        assert len(inbox.contents) == 2
        assert (summary.done, [unit.name for unit, _ in summary.parked]) == (2, ["batch 2"])
        assert summary.parked[0][1].startswith("1 of them the mail server did not take in 4 tries")
        assert (engine.done.handed_over, engine.done.left) == (2, 1)
        inbox.answer = lambda _: "250 OK"
        assert open_batches(database) == {2: 1}
        assert _driven(country, _engine(country, port)).done == 1
    assert len({*inbox.contents}) == len(inbox.contents) == 3


def _patiently(engine: SendingEngine) -> None:
    """Waits take no time."""
    stop = engine._stop
    stop.wait = lambda timeout=None: False  # type: ignore[method-assign]


def test_an_end_by_hand_comes_after_the_notice_in_flight(database: Database) -> None:
    """The rest of the batch waits; nothing is uncertain."""
    country, inbox, stop = _approved(database, 1), Inbox(), threading.Event()
    with real_server(inbox) as port:
        open_batches(database)
        engine = _engine(country, port, stop=stop, tell=lambda _: stop.set())
        with pytest.raises(KeyboardInterrupt):
            _driven(country, engine)
        assert len(inbox.contents) == 1
        assert states(database) == {"waiting": 1}
        assert open_batches(database) == {1: 2}
        _driven(country, _engine(country, port))
    assert len({*inbox.contents}) == len(inbox.contents) == 3


def test_the_ledger_hears_of_a_driver_that_waits(database: Database) -> None:
    """Rates make it wait for long; nobody else may take the batch for lost."""
    country, inbox, notes = _approved(database, 1), Inbox(), list[str]()
    with real_server(inbox) as port:
        open_batches(database)
        slow = {"rates": Rates(60, 1_000)}
        engine = _engine(country, port, settings=slow, clock=lambda: datetime.now(UTC))
        run = engine.run
        hear = lambda name, _: notes.append(name)  # noqa: E731 - as short as it is
        engine.run = lambda units, _=None: run(units, hear)  # type: ignore[method-assign]
        _driven(country, engine)
    assert len(inbox.contents) == 3
    assert len(notes) >= 3 + 2 * 2, "after each notice, and twice a second between them"
