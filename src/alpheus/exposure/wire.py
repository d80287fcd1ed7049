"""Many conversations at once over one poller: connect, shake hands, ask, read, go on or end.

Nothing is sent before the ledger has it: what one turn of the loop is about to send is written down
together, then sent. A conversation is facts alone (`Conversation`), so one that was cut off by a
kill goes on where it stood.
"""

from __future__ import annotations

import errno
import gc
import heapq
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from alpheus.exposure.call import Call, Phase
from alpheus.exposure.certificate import certificate_of
from alpheus.exposure.failures import status_of, text_of
from alpheus.exposure.http_response import ResponseError
from alpheus.exposure.model import Answer, Conversation, ProbeKind, Response, Status
from alpheus.exposure.old_tls import OldTlsPool, Result
from alpheus.exposure.plan import Step, is_host_name, next_step, request_bytes
from alpheus.exposure.poller import FAILED, READ, WRITE, Poller, best_poller
from alpheus.exposure.read_answer import read_answer
from alpheus.exposure.second_chance import SecondChanceError
from alpheus.exposure.tls import HandshakeFailure, describe, failure_of
from alpheus.exposure.wiring import Ledger, Limits, Source

_TICK = 0.25
"""Seconds between looks at what took too long."""

_PAUSED, _AFTER_PAUSE = 2.0, 0.5
"""Seconds between two turns that tell of a pause, and of rest after it."""

_YOUNG = 2.0
"""Seconds after which a conversation no longer takes up the place of another."""

_REST = 1.0
"""Seconds to wait when this machine has no socket left."""

_MOST = 8
"""Requests to one endpoint in all, whatever happens."""

_COLLECT_AFTER = 20_000
"""So many new objects before a search for those that only hold each other."""

_NO_SOCKETS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_SIDE = frozenset({ProbeKind.BACK_END, ProbeKind.SMTP})
"""Probes of other ports: that nobody is there says nothing of the endpoint."""


class Wire:
    """The loop. `user_agent` goes into every request."""

    def __init__(
        self, source: Source, ledger: Ledger, limits: Limits, user_agent: str,
        *, looks: int = 2, back_end: bool = False, smtp: bool = False,
    ) -> None:  # fmt: skip
        self._source = source
        self._ledger = ledger
        self._limits = limits
        self._agent = user_agent
        self._looks = looks
        self._back_end = back_end
        self._smtp = smtp
        self._poller: Poller[Call | None] = best_poller()
        self._calls: set[Call] = set()
        self._busy = 0
        self._later: list[tuple[float, int, Call]] = []
        self._counter = 0
        self._connecting: list[Call] = []
        self._asking: list[Call] = []
        self._kept: list[Call] = []
        self._done: list[Call] = []
        self._stopping = False
        self.put_back = 0
        """Conversations that were begun and must go on another time."""
        self._resting = 0.0
        self._old = OldTlsPool(limits.answer)

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping

    @property
    def open(self) -> int:
        """Conversations in progress."""
        return len(self._calls)

    def stop(self) -> None:
        """Ask nothing new; what was asked may still be answered."""
        self._stopping = True

    def run(self) -> None:
        """Until all are done, or stopped. Raises what the ledger raises."""
        with _rare_collections():
            self._run()

    def _run(self) -> None:
        self._poller.watch(self._old.wakes, READ, None)
        looked, before = 0.0, time.monotonic()
        try:
            while True:
                before = now = self._after_pause(before)
                wait = self._admit(now)
                self._due(now)
                self._flush(now)
                if wait is None and not self._calls:
                    return
                for call, mask in self._poller.wait(self._patience(wait, now)):
                    self._event(call, mask)
                now = time.monotonic()
                if now - looked >= _TICK:
                    looked = now
                    self._look(now)
        finally:
            self._end()

    def _after_pause(self, before: float) -> float:
        """The time. What was due while this process was paused is put off, not sent at once."""
        now = time.monotonic()
        if now - before > _PAUSED:
            time.sleep(_AFTER_PAUSE)  # it may be stopped for that
            now = time.monotonic()
            self._source.delay(now - before)
            self._later = [(when + now - before, count, call) for when, count, call in self._later]
        return now

    def _end(self) -> None:
        for call in self._calls:
            call.close()
        self._old.close()
        self._poller.close()

    def _admit(self, now: float) -> float | None:
        """Take what may begin now; seconds until there may be more, None if never."""
        if self._stopping:
            return None
        while (
            self._busy < self._limits.busy
            and len(self._calls) - self._old.inside < self._limits.open
        ):
            if now < self._resting:
                return self._resting - now
            taken = self._source.take(now)
            if taken is None:
                return self._source.wait(now)
            number, conversation = taken
            step = self._next_step(conversation)
            call = Call(number, conversation, step or Step(ProbeKind.OWA, ""), now)
            self._calls.add(call)
            self._busy += 1
            if step is None:
                self._finish(call)
            else:
                self._queue(self._connecting, call)
        return _TICK

    def _patience(self, wait: float | None, now: float) -> float:
        patience = _TICK if wait is None else min(wait, _TICK)
        if self._later:
            patience = min(patience, self._later[0][0] - now)
        return max(0.0, patience)

    def _flush(self, now: float) -> None:
        """Write down, then send."""
        if self._connecting or self._asking:
            self._hold_back(now)
        if not (self._connecting or self._asking or self._kept or self._done):
            return
        connecting, asking = self._connecting, self._asking
        kept, done = self._kept, self._done
        self._connecting, self._asking, self._kept, self._done = [], [], [], []
        for call in asking:
            call.conversation.requests += 1
        self._ledger.write(connecting, asking, kept, done)
        for call in connecting:
            self._connect(call, now)
        for call in asking:
            self._ask(call, now)

    def _hold_back(self, now: float) -> None:
        """Where the hours are over, or the scope has ended: nothing is sent, whatever was begun."""
        opens = self._source.opens(now)
        if opens <= now:
            return
        held, self._connecting, self._asking = [*self._connecting, *self._asking], [], []
        for call in held:
            self._drop(call)
            call.reserved = False
            self._at(opens, call)

    def _connect(self, call: Call, now: float) -> None:
        call.deadline = now + self._limits.connect
        call.reserved = False
        if call.needs_old:
            call.phase, call.deadline = Phase.OLD_TLS, math.inf
            self._old.open(call)
            return
        try:
            call.connect()
            self._poller.watch(call.sock, WRITE, call)  # type: ignore[arg-type]
        except OSError as error:
            if error.errno in _NO_SOCKETS:
                self._postpone(call, now)
            else:
                self._failed(call, error)

    def _postpone(self, call: Call, now: float) -> None:
        """This machine has no socket left: that says nothing of the host."""
        self._drop(call)
        self._resting = now + _REST
        call.reserved = True
        self._at(now + _REST, call)

    def _ask(self, call: Call, now: float) -> None:
        endpoint = call.conversation.endpoint
        call.deadline = now + self._limits.answer
        request = request_bytes(call.step, endpoint, self._agent)
        if call.phase is Phase.OLD_TLS:
            call.deadline = math.inf
            self._old.ask(call, request)
            return
        try:
            call.send(request)
            if call.wants_to_write:
                self._poller.change(call.sock, READ | WRITE, call)  # type: ignore[arg-type]
        except OSError as error:
            self._failed(call, error)

    def _event(self, call: Call | None, mask: int) -> None:
        if call is None:
            for ended, result in self._old.results():
                self._old_result(ended, result)
            return
        try:
            if mask & WRITE and call.phase is not Phase.CONNECTING:
                call.write_on()
                if not call.wants_to_write:
                    self._poller.change(call.sock, READ, call)  # type: ignore[arg-type]
            elif call.phase is Phase.READING:
                self._read(call)
            elif call.phase is Phase.HANDSHAKE:
                self._shake(call)
            elif call.phase is Phase.CONNECTING:
                self._connected(call, doubtful=bool(mask & FAILED))
            elif call.phase is Phase.WAITING:
                self._hung_up(call)
        except (OSError, ResponseError) as error:
            self._failed(call, error)

    def _connected(self, call: Call, *, doubtful: bool) -> None:
        call.connected(doubtful=doubtful)
        self._poller.change(call.sock, READ, call)  # type: ignore[arg-type]
        call.deadline = time.monotonic() + self._limits.answer
        if call.phase is Phase.HANDSHAKE:
            return
        call.phase = Phase.READING
        if not call.says_hello:
            self._queue(self._asking, call)

    def _shake(self, call: Call) -> None:
        tls = call.handshake()
        if tls is None:
            return
        cipher = tls.cipher()
        call.conversation.tls = describe(
            tls.version() or "",
            cipher[0] if cipher else "",
            certificate_of(tls.getpeercert(binary_form=True)),
        )
        self._met(call)

    def _met(self, call: Call) -> None:
        """The server has shown its certificate: ask it, unless its owner wants to be left alone."""
        conversation = call.conversation
        certificate = conversation.tls.certificate if conversation.tls else None
        names = certificate.names if certificate else ()
        objection = self._source.objection(names) if names else ""
        if not objection:
            self._queue(self._asking, call)
            return
        conversation.answers.clear()
        conversation.failure, conversation.failure_text = Status.NOT_ASKED, objection
        self._finish(call)

    def _read(self, call: Call) -> None:
        response = call.banner() if call.says_hello else call.read()
        if response is not None:
            self._answered(call, response, keep_alive=call.reader.keep_alive)

    def _hung_up(self, call: Call) -> None:
        """The peer left, or said something unasked, while we were polite."""
        self._drop(call)

    def _answered(self, call: Call, response: Response, *, keep_alive: bool) -> None:
        conversation = call.conversation
        answer = read_answer(call.step.probe, _asked(call), response)
        conversation.answers.append(answer)
        if call.step.probe not in _SIDE:
            conversation.failure, conversation.failure_text = None, ""
        call.repeated = False
        self._go_on(call, keep_alive=keep_alive)

    def _go_on(self, call: Call, *, keep_alive: bool) -> None:
        """The next step, on this connection or another one; or the end."""
        conversation = call.conversation
        step = self._next_step(conversation)
        if step is None or conversation.requests >= _MOST:
            self._finish(call)
            return
        same = keep_alive and step.host == call.host and not step.fresh
        call.step = step
        if not same:
            self._drop(call)
        if self._stopping:
            self._finish(call, kept=True)
            return
        call.reused = same
        if not same:
            self._reconnect(call)
            return
        now = time.monotonic()
        at = self._source.again(conversation, now, connect=False)
        if at <= now:
            self._queue(self._asking, call)
        else:
            self._at(at, call)

    @staticmethod
    def _queue(line: list[Call], call: Call) -> None:
        """To be written down and sent at the end of this turn; no clock runs until then."""
        call.deadline = math.inf
        line.append(call)

    def _next_step(self, conversation: Conversation) -> Step | None:
        """What to ask next; never by a name that a server told and the scope denies."""
        for _ in range(_MOST):
            step = next_step(
                conversation, back_end=self._back_end, smtp=self._smtp, looks=self._looks
            )
            if step is None or not step.host or self._source.permits(conversation, step.host):
                return step
            error = f"the scope denies the name {step.host}"
            conversation.answers.append(Answer(step.probe, step.host, 0, error=error))
        return None

    def _at(self, when: float, call: Call) -> None:
        if math.isinf(when):
            self._finish(call, kept=True)
            return
        call.phase = Phase.OLD_TLS if call.old else Phase.WAITING
        call.deadline = math.inf
        self._counter += 1
        heapq.heappush(self._later, (when, self._counter, call))

    def _due(self, now: float) -> None:
        """Conversations whose time to go on has come."""
        while self._later and (self._later[0][0] <= now or self._stopping):
            call = heapq.heappop(self._later)[2]
            if self._stopping:
                self._finish(call, kept=True)
            elif call.sock is None and call.old is None:
                if call.reserved:
                    self._queue(self._connecting, call)
                else:  # the peer has left in the meantime
                    self._reconnect(call)
            else:
                self._queue(self._asking, call)

    def _look(self, now: float) -> None:
        """End what took too long; make room for others beside what stalls."""
        for call in list(self._calls):
            if call.young and now - call.started > _YOUNG:
                call.young = False
                self._busy -= 1
            if now > call.deadline or (call.old is not None and now > call.old.deadline):
                self._failed(call, TimeoutError())

    def _failed(self, call: Call, error: Exception) -> None:
        """No (whole) answer: another way in if there is one, else the end of this conversation."""
        reader, phase, reused = call.reader, call.phase, call.reused
        self._drop(call)
        side = call.step.probe in _SIDE
        if phase is Phase.HANDSHAKE and not side and not isinstance(error, TimeoutError):
            self._refused_tls(call, failure_of(error))
            return
        if phase is Phase.READING and reused and not call.got and not call.repeated:
            call.repeated = True
            self._reconnect(call)
            return
        if phase is Phase.READING and reader.has_head:
            response = reader.finish(cut=True)
            if response is not None:
                answer = read_answer(call.step.probe, _asked(call), response)
                call.conversation.answers.append(replace(answer, error=text_of(error, phase)))
                self._go_on(call, keep_alive=False)
                return
        self._give_up(call, status_of(error, phase, begun=call.got), text_of(error, phase))

    def _refused_tls(self, call: Call, failure: HandshakeFailure) -> None:
        endpoint, conversation = call.conversation.endpoint, call.conversation
        if failure.plain and endpoint.scheme == "https":
            conversation.endpoint = replace(endpoint, scheme="http")
            self._reconnect(call)
        elif failure.old_client and not failure.cut and not call.wide:
            call.wide = True
            self._reconnect(call)
        elif failure.name_wanted and not call.host and any(map(is_host_name, endpoint.names)):
            call.step = Step(call.step.probe, next(filter(is_host_name, endpoint.names)))
            self._reconnect(call)
        elif failure.old_client and self._may_use_old(conversation):
            call.refusal = failure
            call.needs_old = True
            self._reconnect(call)
        else:
            full = "; too many at once need the client for old ciphers"
            text = failure.text + (full if failure.old_client and self._old.is_full else "")
            self._give_up(call, failure.status, text)

    def _may_use_old(self, conversation: Conversation) -> bool:
        heard = any(answer.status for answer in conversation.answers)
        return self._old.is_available and not self._old.is_full and not heard

    def _old_result(self, call: Call, result: Result) -> None:
        """What the client for old ciphers brought."""
        if call not in self._calls or call.old is None:
            return
        if isinstance(result, SecondChanceError):
            refusal = call.refusal
            text = f"{refusal.text}; {result}" if refusal else str(result)
            # A server that cuts off both clients is not one that is too old for one of them.
            cut = result.cut and refusal is not None and refusal.cut
            self._give_up(call, Status.BROKEN if cut else Status.TLS_FAILED, text)
            return
        old = call.old
        if result is not None:
            self._answered(call, result, keep_alive=old.keep_alive)
            return
        tls = describe(old.version, old.cipher, certificate_of(old.certificate))
        call.conversation.tls = replace(tls, second_chance=True)
        call.host = call.step.host
        self._met(call)

    def _reconnect(self, call: Call) -> None:
        now = time.monotonic()
        if self._stopping:
            self._finish(call, kept=True)
            return
        at = self._source.again(call.conversation, now, connect=True)
        call.reserved = True
        if at <= now:
            self._queue(self._connecting, call)
        else:
            self._at(at, call)

    def _give_up(self, call: Call, status: Status, text: str) -> None:
        """No answer to this step: perhaps to another."""
        conversation = call.conversation
        conversation.answers.append(Answer(call.step.probe, _asked(call), 0, error=text))
        if call.step.probe not in _SIDE:
            conversation.failure, conversation.failure_text = status, text
        self._go_on(call, keep_alive=False)

    def _finish(self, call: Call, *, kept: bool = False) -> None:
        self._drop(call)
        self._calls.discard(call)
        if call.young:
            self._busy -= 1
        self.put_back += kept
        (self._kept if kept else self._done).append(call)

    def _drop(self, call: Call) -> None:
        """Let go of the connection."""
        if call.sock is not None:
            self._poller.forget(call.sock)
        call.close()


@contextmanager
def _rare_collections() -> Iterator[None]:
    """What is dropped here hardly ever holds itself, and looking for such has its price."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _asked(call: Call) -> str:
    return call.step.host or call.conversation.endpoint.address
