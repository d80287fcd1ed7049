"""Batches handed over, each notice once or flagged."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from alpheus.cases.database import Database
from alpheus.errors import DatabaseFullError, DatabaseLostError
from alpheus.notify.model import EventKind, Notice, Status
from alpheus.notify.send import (
    BACK_OFF,
    Sending,
    Step,
    gently,
    minutes,
    preview,
    send_mail,
    uncertain,
)
from alpheus.notify.service import Notices
from alpheus.notify.settings import Rates, Settings
from alpheus.notify.transport import Transport
from cases_filling import seen
from exposure_runs import OPEN
from mail_server import CLOSE, Inbox, Player, free_port, player, real_server
from notices_filling import Country, contact
from sending_program import send, settings_for


def approved(database: Database, servers: int, address: str = "it@one{}.example") -> Country:
    """A country with an approved notice for each of its organisations."""
    country = Country(
        database,
        {n: [contact(address.format(n))] for n in range(1, servers + 1)},
        settings_for(1),
    )
    country.sees(*(seen(n, OPEN, 1) for n in range(1, servers + 1)))
    assert len(country.plan()) == servers
    country.approve()
    return country


@dataclass
class Sender:
    """Sends to a port, with a clock that jumps instead of waiting."""

    country: Country
    port: int
    steps: list[Step] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.waited.append(seconds)
        self.country.time.days(seconds / 86400)

    def send(self, rates: Rates | None = None, *, stop: threading.Event | None = None) -> Sending:
        """One run."""
        settings: Settings = settings_for(self.port)
        if rates is not None:
            settings = msgspec.structs.replace(settings, rates=rates)
        notices = Notices(self.country.database, settings, self.country.time)
        transport = Transport(settings.smtp, hostname="cert.example", seconds=5, dot_seconds=1)
        return send_mail(
            notices, transport, lambda mail: mail, who="sender", tell=self.steps.append,
            wait=self.wait, stop=stop,
        )  # fmt: skip


def statuses(country: Country) -> Counter[str]:
    """How many notices stand where."""
    notices = country.notices
    return Counter(notices.status_of(each).value for each in notices.notices())


def ids(contents: list[bytes]) -> Counter[str]:
    """How often each notice arrived."""
    found = [line for content in contents for line in content.split(b"\r\n")
             if line.startswith(b"Message-ID:")]  # fmt: skip
    assert len(found) == len(contents)
    return Counter(line.decode().partition("<")[2].partition(".")[0] for line in found)


def test_each_notice_arrives_once(database: Database) -> None:
    """A second run has nothing to do; what the server said is kept."""
    country, inbox = approved(database, 4), Inbox()
    with real_server(inbox) as port:
        sender = Sender(country, port)
        done = sender.send()
        assert (done.handed_over, done.left, done.uncertain, done.stopped) == (4, 0, [], "")
        assert sender.send().handed_over == 0
    assert set(ids(inbox.contents).values()) == {1}
    assert statuses(country) == {"sent": 4}
    events = country.notices.events(next(country.notices.notices()))
    assert [each.kind.value for each in events][2:] == ["handing-over", "handed-over"]
    assert events[-1].detail == "250 2.0.0 queued"


POINTS = ("connect", "before-claim", "after-claim", "after-dot", "after-answer", "after-record")


PROCESSES = multiprocessing.get_context("forkserver")
"""Processes that begin with all modules read, since there are many of them."""

PROCESSES.set_forkserver_preload([
    "aiosmtpd.controller", "alpheus.cases.rebuild", "alpheus.notify.render", "alpheus.notify.send",
    "jinja2", "psycopg", "pytest", "sqlalchemy.dialects.sqlite",
])  # fmt: skip


def program(place: str, port: int, point: str, number: int) -> Any:
    """Another process that sends."""
    process = PROCESSES.Process(target=send, args=(place, port, point, number))
    process.start()
    return process


def ended(process: Any) -> int:
    """How another process has ended."""
    process.join(timeout=60)
    return process.exitcode


def agree(country: Country, inbox: Inbox, killed: int) -> None:
    """Nothing arrived twice; what did not arrive, or may not have, waits for a person."""
    arrived = ids(inbox.contents)
    assert set(arrived.values()) <= {1}
    for notice in country.notices.notices():
        status = country.notices.status_of(notice)
        assert status in {Status.SENT, Status.UNCERTAIN}
        assert arrived[notice.reference] == 1 or status is Status.UNCERTAIN
    assert len(list(uncertain(country.notices))) <= killed


@pytest.mark.parametrize("point", POINTS)
def test_a_sender_that_is_killed_sends_nothing_twice(
    point: str, place: str, database: Database
) -> None:
    """SIGKILL at a point of its second notice, then a run to the end: that one may be unsure."""
    country, inbox = approved(database, 4), Inbox()
    with real_server(inbox) as port:
        assert ended(program(place, port, point, 2)) == -signal.SIGKILL
        time.sleep(0.3)  # what is on its way to the server still arrives
        assert ended(program(place, port, "never", 0)) == 0
    agree(country, inbox, 1)
    flagged = [each.reference for each in uncertain(country.notices)]
    assert len(flagged) == (point in {"after-claim", "after-dot", "after-answer"})
    assert len(inbox.contents) == 4 - (point == "after-claim")


def test_senders_killed_at_any_moment_send_nothing_twice(place: str, database: Database) -> None:
    """SIGKILL after random times, again and again, two of them at once."""
    chance, killed = random.Random(4), 0
    country, inbox = approved(database, 30), Inbox()

    async def slow(server, session, envelope) -> str:
        inbox.taken.append(envelope)
        await asyncio.sleep(0.02)
        return "250 ok"

    inbox.handle_DATA = slow  # type: ignore[method-assign]
    with real_server(inbox) as port:
        for _ in range(3):
            pair = [program(place, port, "never", 0) for _ in range(2)]
            for each in pair:
                each.join(timeout=chance.uniform(0.1, 0.6))
                each.kill()
                killed += ended(each) == -signal.SIGKILL
        assert killed
        time.sleep(0.3)
        assert ended(program(place, port, "never", 0)) == 0
    agree(country, inbox, killed)


def outcomes(country: Country) -> list[str]:
    """What was taken down after the approval, for all notices."""
    return [
        each.kind.value
        for notice in country.notices.notices()
        for each in country.notices.events(notice)[2:]
    ]


def test_a_recipient_that_is_refused_is_taken_down_and_the_others_go(database: Database) -> None:
    """A mailbox that does not exist is that organisation's matter."""
    country = approved(database, 3)
    inbox = Inbox(lambda address: "550 5.1.1 no" if "one2" in address else "250 ok")
    with real_server(inbox) as port:
        done = Sender(country, port).send()
    assert (done.handed_over, done.refused) == (2, 1)
    assert statuses(country) == {"sent": 2, "failed": 1}


@pytest.mark.parametrize(
    "answers",
    [
        {"MAIL": "550 5.7.1 sender refused"},
        {"RCPT": "554 5.7.1 Relay access denied"},
        {"RCPT": "550 5.7.1 blocked using bl.example blocklist"},
        {"DOT": "550 5.7.26 unauthenticated"},
        {"RCPT": "530 5.7.0 Authentication required"},
    ],
)
def test_a_refusal_about_us_ends_the_run_and_uses_up_nobody(
    answers: dict[str, str], database: Database
) -> None:
    """Ten thousand addresses are not burnt by a wrong setting; all can be sent again."""
    country = approved(database, 5)
    with player(**answers) as server:
        done = Sender(country, server.port).send()
    assert "refuses us" in done.stopped
    assert statuses(country) == {"approved": 5}
    inbox = Inbox()
    with real_server(inbox) as port:
        assert Sender(country, port).send().handed_over == 5


def test_refusals_of_unclear_blame_end_it_after_three_domains(database: Database) -> None:
    """A policy that nobody explains is ours when all have it, and theirs when others take it."""
    country = approved(database, 5)
    with player(DOT="554 5.7.1 no thanks") as server:
        done = Sender(country, server.port).send()
        assert len(server.complete) == 3
    assert "3 domains in a row" in done.stopped
    assert statuses(country) == {"approved": 5}
    with player(DOT=["554 5.7.1 no thanks", "250 ok"]) as server:
        done = Sender(country, server.port).send()
    assert (done.refused, done.handed_over, done.stopped) == (1, 4, "")
    assert statuses(country) == {"sent": 4, "failed": 1}


def test_what_is_not_taken_for_now_is_tried_again(database: Database) -> None:
    """Greylisting: after 5 minutes, then 15, then 30; then it stays for the next run."""
    country = approved(database, 1)
    with player(RCPT=["450 4.2.0 grey", "450 4.2.0 grey", "250 ok"]) as server:
        sender = Sender(country, server.port)
        assert sender.send().handed_over == 1
    assert [round(each) for each in sender.waited if each > 1] == [300, 900]
    assert statuses(country) == {"sent": 1}


def test_a_notice_that_is_never_taken_stays_due(database: Database) -> None:
    """It counts as not sent, and nothing is lost."""
    country = approved(database, 1)
    with player(DOT="451 4.2.0 grey") as server:
        sender = Sender(country, server.port)
        done = sender.send()
    assert (done.handed_over, done.not_taken, done.uncertain) == (0, 4, [])
    assert [round(each) for each in sender.waited if each > 1] == [round(x) for x in BACK_OFF]
    assert statuses(country) == {"approved": 1}
    assert set(outcomes(country)) == {"handing-over", "not-taken"}


def test_a_refusal_for_now_says_how_long_it_waits_and_when_it_ends(database: Database) -> None:
    """Each wait is told, may be interrupted, and is one of a few; then a line says what is due."""
    country = approved(database, 2)
    with player(RCPT=["451 4.7.1 greylisted"] * 8) as server:
        sender = Sender(country, server.port)
        done = sender.send()
    first, *_, last = [step.line for step in sender.steps]
    assert first.startswith("for now: a policy forbids it: 451 4.7.1 greylisted; tried again in ")
    assert "in 5 minutes (try 2 of 4); who does not want to wait ends this by Ctrl-C" in first
    assert last.endswith("this was try 4 of 4; it stays due for another run")
    assert (done.handed_over, done.left, done.not_taken) == (0, 2, 8)
    assert done.stopped.startswith("2 of them the mail server did not take in 4 tries over 50 min")
    assert done.stopped.endswith("send again 60 minutes from now or later")
    assert statuses(country) == {"approved": 2}


def test_a_wait_can_be_interrupted(database: Database) -> None:
    """What waits is left for the next run."""
    country, stop = approved(database, 1), threading.Event()
    with player(RCPT=["451 4.7.1 greylisted", "250 ok"]) as server:
        sender = Sender(country, server.port)
        sender.wait = lambda _: stop.set()  # type: ignore[method-assign]
        done = sender.send(stop=stop)
        assert (done.handed_over, done.left) == (0, 1)
        assert "send again to go on" in done.stopped
        assert Sender(country, server.port).send().handed_over == 1


def test_minutes_in_words() -> None:
    """One is no more than one."""
    assert (minutes(5), minutes(300)) == ("1 minute", "5 minutes")


def test_a_server_that_is_busy_ends_the_run(database: Database) -> None:
    """Three in a row that our own server does not take are no matter of recipients."""
    country = approved(database, 6)
    with player(MAIL="452 4.3.1 disk full") as server:
        done = Sender(country, server.port).send()
        assert len([line for line in server.said if line.startswith("MAIL")]) == 3
    assert "3 notices in a row" in done.stopped
    assert statuses(country) == {"approved": 6}


def test_a_server_that_is_away_is_tried_a_few_times(database: Database) -> None:
    """Then the run ends with a line; nothing was taken down."""
    country = approved(database, 2)
    sender = Sender(country, free_port())
    done = sender.send()
    assert "cannot be reached" in done.stopped
    assert [round(each) for each in sender.waited] == [1, 5, 20]
    assert statuses(country) == {"approved": 2}


def test_a_missing_answer_is_for_a_person(database: Database) -> None:
    """It is flagged, not sent again, and the others go on."""
    country = approved(database, 3)
    with player(DOT=["250 ok", CLOSE, "250 ok"]) as server:
        done = Sender(country, server.port).send()
        assert Sender(country, server.port).send().handed_over == 0
        assert len(server.complete) == 3
    assert (done.handed_over, len(done.uncertain)) == (2, 1)
    assert statuses(country) == {"sent": 2, "uncertain": 1}
    (flagged,) = uncertain(country.notices)
    assert flagged.reference == done.uncertain[0]
    assert "no answer to the last byte" in country.notices.events(flagged)[-1].detail


def test_rates_hold_and_others_need_not_wait(database: Database) -> None:
    """Two an hour to a domain: the third waits an hour, also in a run that begins anew."""
    country = approved(database, 3, "it{}@big.example")
    inbox = Inbox()
    rates = Rates(per_minute=60, per_domain_per_hour=2)
    with real_server(inbox) as port:
        first = Sender(country, port)
        stop = threading.Event()
        first.wait = lambda seconds: (
            stop.set() if seconds > 60 else country.time.days(seconds / 86400)
        )  # type: ignore[method-assign]
        done = first.send(rates, stop=stop)
        assert (done.handed_over, done.left) == (2, 1)
        assert "by hand" in done.stopped
        again = Sender(country, port)
        assert again.send(rates).handed_over == 1
    assert sum(again.waited) > 3500


def test_an_address_that_cannot_be_written_is_refused(database: Database) -> None:
    """It never comes near the server, and the others go."""
    country = approved(database, 2, "it@one{}.example")
    notices = country.notices
    bad = "it@one1..example"
    real_due = notices.due

    def due(batch: int = 0) -> list[Notice]:
        return [
            msgspec.structs.replace(
                each, recipient=msgspec.structs.replace(each.recipient, address=bad)
            )
            if "one1" in each.recipient.address
            else each
            for each in real_due(batch)
        ]

    notices.due = due  # type: ignore[assignment, method-assign]
    inbox = Inbox()
    with real_server(inbox) as port:
        settings = settings_for(port)
        transport = Transport(settings.smtp, hostname="cert.example")
        done = send_mail(notices, transport, lambda mail: mail, who="sender")
    assert (done.refused, done.handed_over) == (1, 1)


def broken(
    country: Country, player_: Player, method: str, error: Exception, times: int
) -> tuple[Sending | Exception, list[float]]:
    """A run in which a call of the database fails from its second notice on."""
    settings = settings_for(player_.port)
    notices = Notices(country.database, settings, country.time)
    real: Callable[..., object] = getattr(notices, method)
    calls = 0

    def failing(*args: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if 2 <= calls < 2 + times:
            raise error
        return real(*args, **named)

    setattr(notices, method, failing)
    waited: list[float] = []
    transport = Transport(settings.smtp, hostname="cert.example")
    try:
        return send_mail(notices, transport, lambda mail: mail, who="s", wait=waited.append), waited
    except (DatabaseLostError, DatabaseFullError) as caught:
        return caught, waited


@pytest.mark.parametrize("error", [DatabaseLostError("gone"), DatabaseFullError("no room")])
def test_a_database_that_fails_before_the_dot_sends_nothing(
    error: Exception, database: Database
) -> None:
    """The claim cannot be written, so the server does not get the last byte."""
    country = approved(database, 3)
    with player() as server:
        result, _ = broken(country, server, "claim", error, 99)
        assert isinstance(result, type(error))
        assert len(server.complete) == 1
    assert statuses(country) == {"sent": 1, "approved": 2}


def test_a_database_that_fails_after_the_answer_leaves_one_to_settle(database: Database) -> None:
    """It is waited for; if it stays away, the line says what to settle."""
    country = approved(database, 3)
    with player() as server:
        result, waited = broken(country, server, "record", DatabaseLostError("gone"), 99)
        assert isinstance(result, DatabaseLostError)
        assert "settle it" in str(result)
        assert len(server.complete) == 2
    assert waited == [1, 5, 20]
    assert statuses(country) == {"sent": 1, "uncertain": 1, "approved": 1}


def test_a_database_that_comes_back_is_waited_for(database: Database) -> None:
    """A moment's loss changes nothing."""
    country = approved(database, 3)
    with player() as server:
        result, waited = broken(country, server, "record", DatabaseLostError("gone"), 2)
    assert isinstance(result, Sending)
    assert result.handed_over == 3
    assert waited == [1, 5]


def test_an_end_by_hand_finishes_the_one_in_flight(database: Database) -> None:
    """The first Ctrl-C ends after it; nothing is uncertain."""
    country, inbox = approved(database, 3), Inbox()
    stop = threading.Event()
    with real_server(inbox) as port:
        sender = Sender(country, port)

        def interrupt(step: Step) -> None:
            os.kill(os.getpid(), signal.SIGINT)

        settings = settings_for(port)
        notices = Notices(country.database, settings, country.time)
        transport = Transport(settings.smtp, hostname="cert.example")
        with gently(stop):
            done = send_mail(
                notices, transport, lambda mail: mail, who="s", tell=interrupt, stop=stop
            )
        assert (done.handed_over, done.uncertain) == (1, [])
        assert "by hand" in done.stopped
        assert statuses(country) == {"sent": 1, "approved": 2}
        assert sender.send().handed_over == 2


def test_a_second_end_by_hand_flags_the_one_in_flight(database: Database) -> None:
    """It may have arrived: a person looks."""
    country = approved(database, 2)
    with player(DOT="silence") as server:
        settings = settings_for(server.port)
        notices = Notices(country.database, settings, country.time)
        transport = Transport(settings.smtp, hostname="cert.example")

        def twice() -> None:
            while not server.complete:
                time.sleep(0.02)
            for _ in range(2):
                time.sleep(0.1)
                os.kill(os.getpid(), signal.SIGINT)

        stop = threading.Event()
        helper = threading.Thread(target=twice)
        helper.start()
        with pytest.raises(KeyboardInterrupt), gently(stop):
            send_mail(notices, transport, lambda mail: mail, who="s", stop=stop)
        helper.join()
    assert statuses(country) == {"uncertain": 1, "approved": 1}
    (flagged,) = uncertain(country.notices)
    assert country.notices.events(flagged)[-1].kind is EventKind.UNCERTAIN


def test_a_dry_run_shows_what_would_go_where(database: Database) -> None:
    """Nothing is sent or claimed."""
    country = approved(database, 2)
    steps = list(preview(country.notices))
    assert [each.line.partition(",")[0] for each in steps] == [
        "email to it@one1.example", "email to it@one2.example",
    ]  # fmt: skip
    assert all("from bounces+A-" in each.line for each in steps)
    assert statuses(country) == {"approved": 2}
