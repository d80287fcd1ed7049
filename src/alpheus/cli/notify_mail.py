"""Mail that goes out, and what comes back of it."""

from __future__ import annotations

import threading

from alpheus.cli.output import say
from alpheus.errors import UsageError
from alpheus.notify.send import Sending, Step, gently, preview, send_mail
from alpheus.notify.service import Notices
from alpheus.notify.signing import signer
from alpheus.notify.transport import Transport

FAILED = 3
"""The exit status of a run that ended before the batch did."""

UNSETTLED = 4
"""The exit status where something is uncertain, and needs a person."""


def send(notices: Notices, batch: int, who: str, *, dry_run: bool) -> int:
    """Hand over what was approved and goes by mail; gives the exit status."""
    if batch:
        notices.batch(batch)
    if dry_run:
        number = 0
        for step in preview(notices, batch):
            _tell(step)
            number += 1
        say(f"{number:,} notices are due; nothing was sent")
        return 0
    settings = notices.settings
    if not settings.smtp.host:
        raise UsageError("the settings name no mail server; write smtp: and host: below it")
    sign, warnings = signer(settings.signing, settings.sender.email, now=notices.clock())
    for line in warnings:
        say(line)
    transport = Transport(settings.smtp, hostname=settings.sender.email.rpartition("@")[2])
    stop = threading.Event()
    with gently(stop):
        done = send_mail(notices, transport, sign, batch=batch, who=who, tell=_tell, stop=stop)
    return _ended(done)


def _tell(step: Step) -> None:
    kind = f"{step.kind}: " if step.kind else ""
    say(f"{step.notice.reference}  {step.notice.recipient.address}: {kind}{step.line}")


def _ended(done: Sending) -> int:
    say(f"{done.handed_over:,} handed over, {done.refused:,} refused, {done.left:,} left for "
        f"another run, {len(done.uncertain):,} uncertain")  # fmt: skip
    for reference in done.uncertain:
        say(f"{reference} is uncertain: look into the mail log, then alpheus notify settle")
    if done.stopped:
        say(done.stopped)
        return FAILED
    return UNSETTLED if done.uncertain else 0
