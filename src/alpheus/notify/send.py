"""A batch handed over: each notice once, or flagged for a person.

A notice is claimed in the database when the server has all of it but the final dot. Who is killed
before has sent nothing, and the next run sends it; who is killed after leaves a claim without an
outcome, and no program sends that again. What the server answers is taken down at once.

A refusal that is about us would be heard of every other recipient as well. It ends the run and uses
up no address. Where that is unclear, the next notice tells: if it is taken, the refusal was the
recipient's; if three domains in a row refuse, the run ends.
"""

from __future__ import annotations

import heapq
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType

from sqlalchemy import select

from alpheus.cases.observations import iso
from alpheus.cases.schema import notice_events
from alpheus.cases.schema import notices as notice_rows
from alpheus.errors import AlpheusError, DatabaseError, RefusedError
from alpheus.notify import store
from alpheus.notify.mail_headers import mailbox, one_line
from alpheus.notify.message import Mail, message_of
from alpheus.notify.model import Channel, EventKind, Notice, Status
from alpheus.notify.pace import HOUR, Pace
from alpheus.notify.service import Notices
from alpheus.notify.signing import Sign
from alpheus.notify.status_codes import Blame, Phase
from alpheus.notify.tokens import Tokens
from alpheus.notify.transport import Answer, Outcome, Transport, TransportError

BACK_OFF = (300.0, 900.0, 1800.0)
"""Seconds until a notice is tried again that was not taken for now."""

_IN_A_ROW = 3
_RETRIES = (1.0, 5.0, 20.0)
_DETAIL = 600


class SendError(AlpheusError, OSError):
    """The run ended before the batch did; the line says why, and what to do."""

    exit_status = 3


class _NotOursError(AlpheusError):
    """Somebody else has the notice, or it does not hold any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one notice: `kind` is '' where nothing was taken down."""

    notice: Notice
    kind: str
    line: str


@dataclass
class Sending:
    """What a run has done. `uncertain` are references that a person has to settle."""

    handed_over: int = 0
    refused: int = 0
    not_taken: int = 0
    left: int = 0
    uncertain: list[str] = field(default_factory=list)
    stopped: str = ""
    """Why it ended early, in a sentence; '' where it did not."""
    put_off: int = 0
    """Notices that were not taken for now in all their tries, where nothing else ended the run."""


Tell = Callable[[Step], None]


def tokens_of(notices: Notices) -> Tokens:
    """The tokens of a database of notices. Raises DatabaseError."""
    with notices.database.read() as connection:
        return Tokens(store.secret(connection).encode())


@contextmanager
def gently(stop: threading.Event) -> Iterator[None]:
    """Let the first Ctrl-C or SIGTERM end after the notice in flight, and the second at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        for each in before:
            signal.signal(each, signal.default_int_handler)

    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def preview(notices: Notices, batch: int = 0) -> Iterator[Step]:
    """What would go where, in order; nothing is sent and nothing taken down but withdrawals."""
    tokens = tokens_of(notices)
    for notice in notices.due(batch):
        to = notice.recipient
        line = f"{to.channel} to {one_line(to.address) or 'an address to be found'}"
        if to.channel is Channel.EMAIL:
            try:
                mail = composed(notices, notice, tokens)
            except RefusedError as error:
                line = f"cannot be sent: {error}"
            else:
                line += f", {len(mail.content):,} bytes, from {mail.sender}"
        yield Step(notice, "", line)


def send_mail(
    notices: Notices,
    transport: Transport,
    sign: Sign,
    *,
    batch: int = 0,
    who: str,
    tell: Tell = lambda _: None,
    stop: threading.Event | None = None,
    wait: Callable[[float], object] | None = None,
) -> Sending:
    """Hand over what is due by e-mail; see the module. `wait` waits seconds, and may be cut short.

    Raises DatabaseError where the database fails, RefusedError where words have changed since the
    approval; what was handed over stays so. Ends early, with a sentence in `stopped`, where the
    mail server cannot be used, or wants no mail of us.
    """
    ending = stop or threading.Event()
    run = _Run(
        notices, transport, sign, batch=batch, who=who, tell=tell, stop=ending,
        wait=wait or ending.wait,
    )  # fmt: skip
    try:
        run.all()
    finally:
        transport.close()
    return run.done


def uncertain(notices: Notices, batch: int = 0) -> Iterator[Notice]:
    """Notices of which nobody knows whether they went out, and nobody is just finding out."""
    for one in notices.notices(batch, status=Status.UNCERTAIN):
        at_work = notices.is_being_handed_over(one)
        if not at_work and notices.status_of(one) is Status.UNCERTAIN:  # not settled meanwhile
            yield one


def being_handed_over(notices: Notices, batch: int = 0) -> Iterator[Notice]:
    """Notices that another run is just handing over: it waits for what the mail server says."""
    for one in notices.notices(batch, status=Status.UNCERTAIN):
        if notices.is_being_handed_over(one):
            yield one


def composed(notices: Notices, notice: Notice, tokens: Tokens) -> Mail:
    """A notice as mail, not signed yet. Raises RefusedError."""
    return message_of(
        notice, notices.rendered(notice), notices.settings.sender, tokens, now=notices.clock()
    )


class _Run:
    """One run over a batch."""

    def __init__(
        self, notices: Notices, transport: Transport, sign: Sign, *, batch: int, who: str,
        tell: Tell, stop: threading.Event, wait: Callable[[float], object],
    ) -> None:  # fmt: skip
        self._notices, self._transport, self._sign = notices, transport, sign
        self._batch, self._who, self._tell = batch, who, tell
        self._stop, self._wait = stop, wait
        self._tokens = tokens_of(notices)
        self._pace = Pace(notices.settings.rates)
        self._held: list[tuple[float, int, Notice]] = []
        self._tries: dict[int, int] = {}
        self._doubtful: deque[tuple[Notice, Answer]] = deque()
        self._busy = 0
        self._put_off = 0
        self.done = Sending()

    def all(self) -> None:
        """Send until nothing is due, or somebody or something ends it."""
        self._remember()
        due = (each for each in self._notices.due(self._batch)
               if each.recipient.channel is Channel.EMAIL)  # fmt: skip
        try:
            while (notice := self._next(due)) is not None:
                self._one(notice)
        except SendError as error:
            self.done.stopped = str(error)
        if self._stop.is_set() and not self.done.stopped:
            self.done.stopped = "ended by hand after the notice in flight; send again to go on"
        if self._put_off and not self.done.stopped:
            self.done.put_off = self._put_off
            self.done.stopped = (
                f"{self._put_off:,} of them the mail server did not take in {len(BACK_OFF) + 1} "
                f"tries over {minutes(sum(BACK_OFF))}; that is no failure, and they stay due: "
                f"send again {minutes(HOUR)} from now or later"
            )
        self.done.left = len(self._held) + len(self._doubtful) + self._put_off

    @property
    def _now(self) -> float:
        return self._notices.clock().timestamp()

    def _remember(self) -> None:
        """What earlier runs sent within the hour counts for the rates of domains."""
        since = iso(self._notices.clock() - timedelta(seconds=HOUR))
        e, n = notice_events.c, notice_rows.c
        with self._notices.database.read() as connection:
            rows = connection.execute(
                select(n.address, e.time)
                .join_from(notice_events, notice_rows, e.notice == n.id)
                .where(e.kind == EventKind.HANDED_OVER.value, e.time >= since,
                       n.channel == Channel.EMAIL.value)
                .order_by(e.id)
            )  # fmt: skip
            for address, time in rows:
                self._pace.count(_domain(address), _seconds(time))

    def _next(self, due: Iterator[Notice]) -> Notice | None:
        """The next notice whose time has come; waits for it. None where there is none left."""
        while not self._stop.is_set():
            if self._held and self._held[0][0] <= self._now:
                return self._paced(heapq.heappop(self._held)[2])
            notice = next(due, None)
            if notice is not None:
                ready = self._pace.next_to(_domain(notice.recipient.address), self._now)
                if ready <= self._now:
                    return self._paced(notice)
                self._hold(notice, ready)
            elif self._held:
                self._wait(min(self._held[0][0] - self._now, HOUR))
            else:
                return None
        return None

    def _paced(self, notice: Notice) -> Notice | None:
        """A notice, when the minute has room for it."""
        while (left := self._pace.next(self._now) - self._now) > 0:
            self._wait(left)
            if self._stop.is_set():
                self._hold(notice, self._now)
                return None
        return notice

    def _hold(self, notice: Notice, until: float) -> None:
        heapq.heappush(self._held, (until, notice.id, notice))

    def _one(self, notice: Notice) -> None:
        domain = _domain(notice.recipient.address)
        ready = self._pace.next_to(domain, self._now)
        if ready > self._now:
            self._hold(notice, ready)
            return
        try:
            mail = self._sign(composed(self._notices, notice, self._tokens))
        except RefusedError as error:
            self._refuse(notice, f"not sent: {error}")
            return
        claimed = False

        def before_dot() -> None:
            nonlocal claimed
            if not self._notices.claim(notice, who=self._who):
                raise _NotOursError
            claimed = True

        try:
            answer = self._handed(mail, before_dot)
        except _NotOursError:
            elsewhere = self._notices.is_being_handed_over(notice)
            self._say(notice, "", "another run is handing it over" if elsewhere else
                      "somebody else has it, or it does not hold any more")  # fmt: skip
            return
        except BaseException:
            if claimed:
                with suppress(DatabaseError, RefusedError):
                    self._record(notice, EventKind.UNCERTAIN, "ended while the server had it")
            raise
        self._pace.count(domain, self._now)
        self._judge(notice, answer, claimed=claimed)

    def _handed(self, mail: Mail, before_dot: Callable[[], None]) -> Answer:
        """The server's answer; a server that cannot be reached is tried again a few times."""
        for seconds in (*_RETRIES, None):
            try:
                return self._transport.send(mail, before_dot)
            except TransportError as error:
                if not error.passing or seconds is None or self._stop.is_set():
                    raise SendError(str(error)) from error
                self._wait(seconds)
        raise AssertionError

    def _judge(self, notice: Notice, answer: Answer, *, claimed: bool) -> None:
        if answer.outcome is Outcome.TAKEN:
            self._take(notice, answer)
        elif answer.outcome is Outcome.UNCERTAIN:
            self._flag(notice, f"no answer to the last byte: {answer.line}")
        elif answer.outcome is Outcome.REFUSED and answer.blame is Blame.RECIPIENT:
            self._refuse(notice, answer.line, claimed=claimed)
            self._busy = 0
        elif answer.outcome is Outcome.REFUSED:
            self._put_back(notice, answer, claimed=claimed)
            self._say(notice, EventKind.NOT_TAKEN, answer.line)
            self._doubt(notice, answer)
        else:
            self._put_back(notice, answer, claimed=claimed)
            self._later(notice, answer)

    def _take(self, notice: Notice, answer: Answer) -> None:
        self._record(notice, EventKind.HANDED_OVER, answer.line)
        self.done.handed_over += 1
        self._say(notice, EventKind.HANDED_OVER, answer.line)
        self._busy = 0
        while self._doubtful:  # others are taken: those refusals were about their recipients
            other, said = self._doubtful.popleft()
            if _domain(other.recipient.address) == _domain(notice.recipient.address):
                self.done.left += 1
                continue
            self._refuse(other, said.line)

    def _flag(self, notice: Notice, line: str) -> None:
        self._record(notice, EventKind.UNCERTAIN, line)
        self.done.uncertain.append(notice.reference)
        self._say(notice, EventKind.UNCERTAIN, line)

    def _refuse(self, notice: Notice, line: str, *, claimed: bool = False) -> None:
        if not claimed and not self._notices.claim(notice, who=self._who):
            return
        self._record(notice, EventKind.REFUSED, line)
        self.done.refused += 1
        self._say(notice, EventKind.REFUSED, line)

    def _put_back(self, notice: Notice, answer: Answer, *, claimed: bool) -> None:
        if claimed:
            self._record(notice, EventKind.NOT_TAKEN, answer.line)
        self.done.not_taken += 1

    def _doubt(self, notice: Notice, answer: Answer) -> None:
        """A refusal that is, or may be, about us."""
        if answer.blame is Blame.SENDER:
            raise SendError(
                f"the mail server refuses us, not {notice.recipient.address}: {answer.line}; "
                "no address was used up; mend it, and send again"
            )
        self._doubtful.append((notice, answer))
        domains = {_domain(each.recipient.address) for each, _ in self._doubtful}
        if len(domains) >= _IN_A_ROW:
            raise SendError(
                f"{len(domains)} domains in a row refused, so it may be about us: {answer.line}; "
                "no address was used up; look into it, and send again"
            )

    def _later(self, notice: Notice, answer: Answer) -> None:
        """Not taken for now: once more after a while, three times at most in a run."""
        ours = answer.blame is Blame.SENDER and answer.phase is not Phase.RECIPIENT
        self._busy = self._busy + 1 if ours else 0
        tries = self._tries[notice.id] = self._tries.get(notice.id, 0) + 1
        most = len(BACK_OFF) + 1
        if tries < most:
            self._hold(notice, self._now + BACK_OFF[tries - 1])
            then = (
                f"tried again in {minutes(BACK_OFF[tries - 1])} (try {tries + 1} of {most}); who "
                "does not want to wait ends this by Ctrl-C, and sends again later"
            )
        else:
            self._put_off += 1
            then = f"this was try {most} of {most}; it stays due for another run"
        self._say(notice, EventKind.NOT_TAKEN, f"for now: {answer.line}; {then}")
        if self._busy >= _IN_A_ROW:
            raise SendError(
                f"the mail server took {self._busy} notices in a row not: {answer.line}; "
                "wait until it can, and send again"
            )

    def _record(self, notice: Notice, kind: EventKind, line: str) -> None:
        """Take down an outcome; a database that is away for a moment is waited for."""
        for seconds in (*_RETRIES, None):
            try:
                self._notices.record(notice, kind, who=self._who, detail=one_line(line)[:_DETAIL])
            except DatabaseError as error:
                if seconds is None:
                    message = (
                        f"{notice.reference} is {kind}, but that could not be taken down; it "
                        f"counts as uncertain: settle it when the database is back ({error})"
                    )
                    raise type(error)(message) from error
                self._wait(seconds)
            else:
                return

    def _say(self, notice: Notice, kind: str, line: str) -> None:
        self._tell(Step(notice, kind, line))


def minutes(seconds: float) -> str:
    """`5 minutes`, for people who wait; a whole minute at least."""
    count = max(1, round(seconds / 60))
    return f"{count:,} minute" + ("" if count == 1 else "s")


def _domain(address: str) -> str:
    try:
        return mailbox(address).domain
    except RefusedError:
        return ""


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()
