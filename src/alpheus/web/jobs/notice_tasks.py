"""What jobs about notices do, in the process of their own: plan for many servers, and send."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec

from alpheus.cases.database import Database
from alpheus.cases.service_listing import Filters
from alpheus.errors import RefusedError, UsageError
from alpheus.notify.model import EventKind
from alpheus.notify.send import Sending, Step, gently, send_mail, uncertain
from alpheus.notify.service import Notices
from alpheus.notify.settings import read_settings
from alpheus.notify.signing import signer
from alpheus.notify.transport import Transport
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.model import Kind, Result
from alpheus.web.jobs.tasks import Tell, alone, often
from alpheus.web.jobs.wire import Phase, Progress, Task

MOST_NAMED = 500
"""Notices in doubt that a result names."""


def run(task: Task, database: Database, tell: Tell) -> Result:
    """Do it. Raises ComplaintError, AlpheusError: what was handed over before stays so."""
    if not task.notify:
        raise ComplaintError(said.NO_SETTINGS)
    try:
        settings = read_settings(Path(task.notify))
        notices = Notices(database, settings, lambda: datetime.now(UTC))
        return plan(task, notices, tell) if task.kind is Kind.PLAN else send(task, notices, tell)
    except (RefusedError, UsageError) as error:
        raise ComplaintError(said.NOT_DONE, reason=str(error)) from error


def plan(task: Task, notices: Notices, tell: Tell) -> Result:
    """Keep a plan as a batch."""
    filters = msgspec.json.decode(task.options.filters or "{}", type=Filters)
    within = task.options.within
    bound = None if within is None else frozenset(within)
    progress = often(tell)
    tell(Phase(said.note(said.PLANNING)))
    batch = alone(
        lambda: notices.plan(
            filters, who=task.who, within=bound, heard=lambda number: progress(number, 0)
        ),
        tell,
    )
    return Result(batch=batch.number, notices=batch.planned, servers=batch.servers,
                  organisations=batch.organisations)  # fmt: skip


def send(task: Task, notices: Notices, tell: Tell) -> Result:
    """Hand over what is approved of a batch; ends between two notices when it is asked to."""
    settings = notices.settings
    if not settings.smtp.host:
        raise ComplaintError(said.NO_MAIL_SERVER)
    of = notices.batch(task.options.batch).notices.get("approved", 0)
    sign, warnings = signer(settings.signing, settings.sender.email, now=notices.clock())
    for line in warnings:
        tell(Phase(said.note(said.WARNED, reason=line)))
    tell(Phase(said.note(said.SENDING)))
    progress, done = often(tell), 0

    def heard(step: Step) -> None:
        nonlocal done
        done += bool(step.kind) and step.kind != EventKind.NOT_TAKEN
        if step.kind == EventKind.UNCERTAIN:
            tell(Phase(said.note(said.UNCERTAIN, reference=step.notice.reference)))
            tell(Progress(done, of))
        progress(done, of)

    transport = Transport(settings.smtp, hostname=settings.sender.email.rpartition("@")[2])
    stop = threading.Event()
    with gently(stop):
        sent = send_mail(notices, transport, sign, batch=task.options.batch, who=task.who,
                         tell=heard, stop=stop)  # fmt: skip
    return _result(notices, task.options.batch, sent)


def _result(notices: Notices, batch: int, sent: Sending) -> Result:
    """With all of the batch that is in doubt, also from earlier tries that were killed."""
    doubtful = tuple(one.reference for one in islice(uncertain(notices, batch), MOST_NAMED))
    return Result(batch=batch, notices=sent.handed_over, refused=sent.refused, left=sent.left,
                  uncertain=doubtful, stopped=sent.stopped)  # fmt: skip
