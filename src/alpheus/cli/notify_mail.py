"""Mail that goes out, and what comes back of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

from alpheus.cli.output import say
from alpheus.errors import EvidenceError, UsageError
from alpheus.notify.mailbox import read_reports
from alpheus.notify.reports import Applied, apply_reports
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
    told = f"{step.notice.recipient.address}: {step.kind}: " if step.kind else ""
    say(f"{step.notice.reference}  {told}{step.line}")


def _ended(done: Sending) -> int:
    say(f"{done.handed_over:,} handed over, {done.refused:,} refused, {done.left:,} left for "
        f"another run, {len(done.uncertain):,} uncertain")  # fmt: skip
    for reference in done.uncertain:
        say(f"{reference} is uncertain: look into the mail log, then alpheus notify settle")
    if done.stopped:
        say(done.stopped)
        return FAILED
    return UNSETTLED if done.uncertain else 0


def bounces(notices: Notices, files: Iterable[Path], who: str, *, dry_run: bool) -> int:
    """Take down what came back; 3 if a file could not be read at all."""
    status = 0
    for file in files:
        try:
            done = apply_reports(notices, read_reports(file), who=who, tell=_hear, dry_run=dry_run)
        except EvidenceError as error:
            say(error)
            status = error.exit_status
            continue
        taken = "would be taken down" if dry_run else "taken down"
        say(f"{file}: {done.read:,} messages, {done.applied:,} {taken}, {done.known:,} known, "
            f"{done.unmatched:,} of no notice")  # fmt: skip
    return status


def _hear(one: Applied) -> None:
    """Say what changed something, and what a person should read."""
    place, kind = one.report.place, one.report.kind.value
    if one.event is not None:
        say(f"{one.reference}: {one.event} ({place})")
    if one.for_a_person:
        why = f"; {one.why}" if one.why else ""
        say(f"read it: {place}: {kind} {one.reference}{why}")
