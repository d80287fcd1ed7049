"""Mail that goes out, and what comes back of it."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from alpheus.cli.output import say
from alpheus.errors import EvidenceError, UsageError
from alpheus.notify.bounces import Kind, Report, read_report
from alpheus.notify.imap import imap_messages
from alpheus.notify.letter import unprintable
from alpheus.notify.mailbox import read_reports
from alpheus.notify.model import Channel, Notice, Status
from alpheus.notify.recipients import NO_STREET
from alpheus.notify.reports import Applied, apply_reports
from alpheus.notify.send import (
    Sending,
    Step,
    being_handed_over,
    gently,
    preview,
    send_mail,
    uncertain,
)
from alpheus.notify.send_files import CHANNELS, send_files
from alpheus.notify.service import Notices
from alpheus.notify.signing import Sign, signer
from alpheus.notify.transport import Transport

FAILED = 3
"""The exit status of a run that ended before the batch did, or could not read something."""

UNSETTLED = 4
"""The exit status where something is uncertain, and needs a person."""

SHOWN = 20
"""Notices that are named one by one."""


def send(
    notices: Notices, batch: int, who: str, *, folder: Path | None = None, dry_run: bool
) -> int:
    """Hand over what was approved; gives the exit status.

    Mail goes to the mail server, or as files into `folder`. Letters and calls go there as well, or
    into the folder of the settings; without either they are left to `alpheus notify export`.
    """
    if batch:
        notices.batch(batch)
    before = list(uncertain(notices, batch))
    name_uncertain(before, "from before")
    if dry_run:
        return _preview(notices, batch)
    settings = notices.settings
    if not folder:
        check_server(notices, "take mail as files: --to-folder FOLDER")
    sign = signer_of(notices)
    done = Sending() if folder else _by_server(notices, batch, who, sign)
    paper = folder or settings.letters.folder
    if paper is not None and not done.stopped:
        channels = (Channel.EMAIL, *CHANNELS) if folder else CHANNELS
        files = _as_files(notices, batch, who, paper, sign=sign, channels=channels)
        done.handed_over += files.handed_over
        done.refused += files.refused
        done.left += files.left
    return ended(notices, batch, done, paper)


def check_server(notices: Notices, else_: str) -> None:
    """Raises UsageError where no mail server is named; `else_` is what else can be done."""
    if not notices.settings.smtp.host:
        raise UsageError("the settings name no mail server; write smtp: and host: below it, or "
                         f"{else_}")  # fmt: skip


def signer_of(notices: Notices) -> Sign:
    """What signs mail; says what is wrong with that."""
    settings = notices.settings
    sign, warnings = signer(settings.signing, settings.sender.email, now=notices.clock())
    for line in warnings:
        say(line)
    return sign


def transport_of(notices: Notices) -> Transport:
    """The way to the mail server of the settings."""
    settings = notices.settings
    return Transport(settings.smtp, hostname=settings.sender.email.rpartition("@")[2])


def _preview(notices: Notices, batch: int) -> int:
    number = 0
    for step in preview(notices, batch):
        tell_step(step)
        number += 1
    say(f"{number:,} notices are due; nothing was sent")
    return 0


def _by_server(notices: Notices, batch: int, who: str, sign: Sign) -> Sending:
    transport = transport_of(notices)
    stop = threading.Event()
    with gently(stop):
        return send_mail(notices, transport, sign, batch=batch, who=who, tell=tell_step, stop=stop)


def _as_files(
    notices: Notices, batch: int, who: str, folder: Path, *, sign: Sign,
    channels: Sequence[Channel],
) -> Sending:  # fmt: skip
    """What goes by some channels into a folder."""
    told: list[Notice] = []

    def tell(step: Step) -> None:
        told.append(step.notice)
        tell_step(step)

    done = send_files(notices, folder, batch=batch, who=who, tell=tell, channels=channels,
                      sign=sign)  # fmt: skip
    for line in by_hand(told):
        say(line)
    return done


def by_hand(told: Iterable[Notice]) -> Iterator[str]:
    """What somebody has to write on letters by hand, in lines."""
    letters = [one for one in told if one.recipient.channel is Channel.LETTER]
    for one in letters:
        if one.recipient.warning == NO_STREET:
            place = ", ".join(one.recipient.address.splitlines())
            yield f"{one.reference}: no street is known; find it, and write it: {place}"
    for reference, missing in unprintable(letters):
        points = " ".join(f"U+{ord(one):04X}" for one in missing)
        yield f"{reference}: no font has {points}; write the address by hand"


def tell_step(step: Step) -> None:
    """Say what became of a notice."""
    to = step.notice.recipient
    address = ", ".join(to.address.splitlines())
    told = f"{address}: {step.kind}: " if step.kind else ""
    say(f"{step.notice.reference}  {told}{step.line}")


def ended(notices: Notices, batch: int, done: Sending, paper: Path | None) -> int:
    """Say what came of a run; gives the exit status."""
    unsure = list(uncertain(notices, batch))
    say(f"{done.handed_over:,} handed over, {done.refused:,} refused, {done.left:,} left for "
        f"another run, {len(unsure):,} uncertain")  # fmt: skip
    if paper is None:
        name_left(notices, batch)
    name_uncertain(unsure)
    for one in being_handed_over(notices, batch):
        say(f"{one.reference} to {one.recipient.address}: another run is handing it over")
    if done.stopped:
        say(done.stopped)
        return FAILED
    return UNSETTLED if unsure else 0


def name_uncertain(unsure: list[Notice], when: str = "") -> None:
    """Name notices that may have gone out, and what to do about them."""
    for one in unsure[:SHOWN]:
        say(f"{one.reference} to {one.recipient.address} is uncertain{f' {when}' * bool(when)}: "
            f"look into the mail log, then: alpheus notify settle {one.reference} --sent "
            "--why TEXT (or --not-sent)")  # fmt: skip
    if len(unsure) > SHOWN:
        say(f"and {len(unsure) - SHOWN:,} more are uncertain; see: alpheus notify status")


def name_left(notices: Notices, batch: int) -> None:
    """Say of letters and calls that are approved that no mail server takes them."""
    ways = {Channel.LETTER: ("letter", "printed"), Channel.PHONE: ("call", "made")}
    approved = notices.notices(batch, status=Status.APPROVED)
    waiting = Counter(one.recipient.channel for one in approved)
    for channel, (kind, done) in ways.items():
        number = waiting[channel]
        if number:
            left = f"{number:,} {kind} is left" if number == 1 else f"{number:,} {kind}s are left"
            say(f"{left} to be {done}: alpheus notify export {kind}s -o FILE --hand-over")


def bounces(
    notices: Notices, sources: Iterable[str], who: str, *, imap: str = "", dry_run: bool
) -> int:
    """Take down what came back; 3 if something could not be read, or is no mail."""
    status = 0
    for place, reports in _opened(notices, sources, imap):
        try:
            done = apply_reports(notices, reports, who=who, tell=_hear, dry_run=dry_run)
        except EvidenceError as error:
            say(error)
            status = error.exit_status
            continue
        taken = "would be taken down" if dry_run else "taken down"
        say(f"{place}: {done.read:,} messages, {done.applied:,} {taken}, {done.known:,} known, "
            f"{done.unmatched:,} of no notice")  # fmt: skip
        if done.by_kind.get(Kind.UNREADABLE):
            status = FAILED
    return status


def _opened(
    notices: Notices, sources: Iterable[str], imap: str
) -> Iterator[tuple[str, Iterable[Report]]]:
    if imap:
        ca_file = notices.settings.smtp.ca_file
        found = imap_messages(imap, ca_file=ca_file)
        yield imap, (read_report(one.content, one.place) for one in found)
    for source in sources:
        name = "standard input" if source == "-" else source
        if source == "-" and sys.stdin.isatty():
            raise UsageError("- reads mail from standard input, and nothing is piped into it")
        yield name, read_reports(Path(source))


def _hear(one: Applied) -> None:
    """Say what changed something, and what a person should read."""
    place, kind = one.report.place, one.report.kind
    if kind is Kind.UNREADABLE:
        say(f"{place} is no mail, and was left out")
        return
    if one.event is not None:
        say(f"{one.reference}: {one.event} ({place})")
    if one.for_a_person:
        why = f"; {one.why}" if one.why else ""
        say(f"read it: {place}: {kind.value} {one.reference}{why}")
