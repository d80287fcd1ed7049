"""Batches, notices and where they stand, for people at 80 columns and for programs."""

from __future__ import annotations

import csv
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import msgspec

from alpheus.cli.output import say, standard_output
from alpheus.errors import UsageError
from alpheus.notify.model import Channel, Event, Notice, Rendered, Status
from alpheus.notify.recipients import NO_STREET
from alpheus.notify.records import UNREACHED, Batch, Omission, Reason, Summary
from alpheus.notify.service import Notices
from alpheus.report.csv_output import cell
from alpheus.report.files import write_files
from alpheus.report.visible import visible

WIDTH = 80
SHOWN = 20
"""Notices and organisations that are named in a text."""
BATCHES = 5

_OMITTED = ("organisation", "owner", "server", "servers", "reason", "why", "until")
_REASONS = {
    Reason.NO_CONTACT: "no contact is known, or none has worked",
    Reason.NEVER: "all that is known is never written to",
    Reason.ON_SERVER: "only a mailbox on the server in question: call them",
    Reason.FOLLOWED_UP: "every way was tried, nobody answers",
    Reason.UNCERTAIN: "a notice is uncertain, and has to be settled",
    Reason.PLANNED: "a notice waits to be approved or sent",
    Reason.WAITING: "told, and there is still time to answer",
    Reason.ACKNOWLEDGED: "they know",
}


class Omissions:
    """Hears why organisations get no notice: keeps the first that need a person, writes all."""

    def __init__(self, stream: TextIO | None) -> None:
        self._writer = None if stream is None else csv.writer(stream)
        if self._writer is not None:
            self._writer.writerow(_OMITTED)
        self.first: list[Omission] = []

    def __call__(self, one: Omission) -> None:
        """Hear of one."""
        if one.reason in UNREACHED and len(self.first) < SHOWN:
            self.first.append(one)
        if self._writer is not None:
            self._writer.writerow([cell(getattr(one, name)) for name in _OMITTED])


@contextmanager
def omissions(file: Path | None) -> Iterator[Omissions]:
    """What a plan tells of those who get none; all of it as CSV in a file, if one is named."""
    if file is None:
        yield Omissions(None)
        return
    import io  # noqa: PLC0415 - seldom needed

    kept = io.StringIO(newline="")
    yield Omissions(kept)
    write_file(file, kept.getvalue())


def write_file(file: Path, content: str | bytes) -> None:
    """Write a file whole or not at all, for its owner alone. Raises OutputError."""
    raw = content.encode() if isinstance(content, str) else content

    def write(stream: TextIO) -> None:
        stream.buffer.write(raw)

    write_files(file.absolute().parent, {file.name: write})
    say(f"written: {file}")


def write_batch(batch: Batch, heard: Omissions, form: str) -> None:
    """Write what a plan has come to."""
    if form == "json":
        _json({"batch": batch, "unreached": heard.first})
        return
    _lines([*_planned(batch), *_unreached(batch, heard.first), *_next(batch)])


def _planned(batch: Batch) -> Iterator[str]:
    name = f"batch {batch.number}" if batch.number else "dry run"
    said = (
        f"{name}: {_many(batch.planned, 'notice')} to {_many(batch.organisations, 'organisation')} "
        f"about {_many(batch.servers, 'server')}"
    )
    if batch.withdrawn:
        said += f"; withdrawn, since no longer so: {batch.withdrawn:,} of earlier batches"
    yield from _wrapped(said)
    for channel, number in sorted(batch.channels.items()):
        yield f"  by {channel:<30}{number:>10,}"
    if batch.omitted:
        yield "without a notice"
    for reason in Reason:
        if batch.omitted.get(reason.value):
            yield f"  {_REASONS[reason]:<58}{batch.omitted[reason.value]:>10,}"


def _unreached(batch: Batch, first: Sequence[Omission]) -> Iterator[str]:
    if not first:
        return
    yield "somebody has to find a way to"
    for one in first:
        yield from _wrapped(f"{one.owner or f'server {one.server}'}: {one.why}", "  ", "    ")
    number = sum(batch.omitted.get(reason.value, 0) for reason in UNREACHED)
    if number > len(first):
        yield f"  and {number - len(first):,} more; all with --omitted FILE"


def _next(batch: Batch) -> Iterator[str]:
    if batch.number and batch.planned:
        yield f"look at it, then approve it: alpheus notify show {batch.number}"


def show_batch(notices: Notices, number: int, form: str, output: Path | None) -> None:
    """Show a batch: its notices, and what an approval of it binds to."""
    if form not in {"text", "json"}:
        raise UsageError(f"{form} is of one notice; name it by its reference, such as A-4F7K2Q")
    batch, approval = notices.batch(number), notices.approval(number)
    if form == "json":
        found = {"batch": batch, "approval": approval, "notices": list(notices.notices(number))}
        _put(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n", output)
        return
    lines = [
        *_wrapped(f"planned by {batch.who} at {batch.made}"
                  + (f", {batch.filters}" if batch.filters else "")),
        *_planned(batch),
        "its notices now",
        *(f"  {status:<33}{count:>10,}" for status, count in sorted(batch.notices.items())),
    ]  # fmt: skip
    for one in islice(notices.notices(number), SHOWN):
        lines += _listed(one)
    if batch.planned > SHOWN:
        lines.append(f"  and {batch.planned - SHOWN:,} more; all with --format json")
    if approval.notices:
        lines.append(f"digest of {_many(approval.notices, 'notice')} not sent yet:")
        lines.append(f"  {approval.digest}")
        second = " --who NAME" if approval.needs_second else ""
        if approval.needs_second:
            lines += _wrapped(f"so many need a second person: anybody but {batch.who}")
        lines.append(f"alpheus notify approve {number} --digest {approval.digest[:16]}{second}")
    _put("".join(f"{visible(line)}\n" for line in lines), output)


def _listed(one: Notice) -> Iterator[str]:
    to = one.recipient
    servers = _many(len(one.subjects), "server")
    way = "letter" if to.channel is Channel.LETTER else f"{to.channel} to {to.rung}"
    reduced = ", without details" if one.reduced else ""
    if to.warning == NO_STREET:
        reduced += ", its street is to be found"
    yield from _wrapped(
        f"{one.reference}  {way} {_flat(to.address)}: {one.situation}, "
        f"{servers}{reduced}; {one.owner or 'several owners'}", "  ", "            ",
    )  # fmt: skip


def show_notice(notices: Notices, reference: str, form: str, output: Path | None) -> None:
    """Show a notice exactly as it is sent, with what became of it."""
    notice = notices.notice(reference)
    rendered = notices.rendered(notice)
    if form == "text":
        lines = _of_notice(notice, notices.status_of(notice), notices.events(notice), rendered)
        _put("".join(f"{visible(line)}\n" for line in lines), output)
    elif form == "html":
        _put(rendered.html, output)
    elif form == "json":
        found = {"notice": notice, "status": notices.status_of(notice),
                 "events": notices.events(notice), "rendered": rendered}  # fmt: skip
        _put(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n", output)
    else:
        if output is None:
            raise UsageError(f"{form} goes into a file: -o FILE")
        write_file(output, _message(notices, notice, rendered) if form == "eml"
                   else _letter(notices, notice))  # fmt: skip


def _of_notice(
    notice: Notice, status: Status, events: Sequence[Event], rendered: Rendered
) -> Iterator[str]:
    to = notice.recipient
    yield f"{notice.reference}  {status}, {to.channel} to the {to.rung}"
    yield from _wrapped(f"to: {_flat(f'{to.name} {to.address}'.strip())}")
    if to.warning:
        yield from _wrapped(f"note: {to.warning}", "", "    ")
    for one in events:
        yield from _wrapped(
            f"{one.time}  {one.who}: {one.kind}{': ' * bool(one.detail)}{one.detail}", "", "    "
        )
    if notice.reduced:
        yield from _wrapped("it names no details: an intruder may read this mailbox")
    for file in rendered.attachments:
        yield f"with {file.name}, {len(file.content):,} bytes"
    yield ""
    yield from _wrapped(f"Subject: {rendered.subject}", "", "  ")
    yield ""
    yield from rendered.text.splitlines()


def _message(notices: Notices, notice: Notice, rendered: Rendered) -> bytes:
    from alpheus.notify.message import message_of  # noqa: PLC0415 - keeps the others fast

    if notice.recipient.channel is not Channel.EMAIL:
        raise UsageError(f"{notice.reference} does not go by mail; show it as text or pdf")
    mail = message_of(notice, rendered, notices.settings.sender, notices.tokens(),
                      now=notices.clock())  # fmt: skip
    return mail.content


def _letter(notices: Notices, notice: Notice) -> bytes:
    from alpheus.notify.letter import letter  # noqa: PLC0415 - slow to load

    return letter(notice, notices.settings, now=notice.made)


def write_status(notices: Notices, form: str) -> None:
    """Write where all notices stand."""
    found = notices.status()
    if form == "json":
        _json(found)
    elif form == "csv":
        with standard_output(exact=True) as stream:
            writer = csv.writer(stream)
            writer.writerow(("rung", "channel", "status", "notices"))
            writer.writerows((cell(one.rung), cell(one.channel), cell(one.status), one.notices)
                             for one in found.lines)  # fmt: skip
    else:
        _lines([*_headline(found), *_batches(notices.batches()), *_table(found),
                *_for_a_person(found)])  # fmt: skip


def _headline(found: Summary) -> Iterator[str]:
    yield from _wrapped(
        f"{_many(found.told, 'organisation')} told, {found.acknowledged:,} acknowledged, "
        f"{found.failed:,} failed, {found.uncertain:,} uncertain need a person, for "
        f"{found.unreached:,} nobody can be reached"
    )
    late = f"nobody answered {_many(found.overdue_total, 'notice')} in time"
    yield f"{_many(found.servers_told, 'server')} told of; {late}"


def _batches(every: Sequence[Batch]) -> Iterator[str]:
    """The newest batches, and what of each waits."""
    if every:
        yield ""
        yield f"{'batch':<7}{'planned':<22}{'by':<21}{'approve':>9}{'send':>9}{'notices':>12}"
    for one in every[:BATCHES]:
        approved = one.notices.get(Status.APPROVED.value, 0)
        who = textwrap.shorten(visible(one.who), 20, placeholder="…")
        yield (f"{one.number:<7}{one.made:<22}{who:<21}{one.waiting:>9,}{approved:>9,}"
               f"{one.planned:>12,}")  # fmt: skip
    if len(every) > BATCHES:
        yield f"and {len(every) - BATCHES:,} older"


def _table(found: Summary) -> Iterator[str]:
    if not found.lines:
        return
    yield ""
    yield f"{'rung':<16}{'channel':<10}{'status':<16}{'notices':>10}"
    for one in found.lines:
        yield f"{one.rung:<16}{one.channel:<10}{one.status:<16}{one.notices:>10,}"
    totals = Counter[str]()
    for one in found.lines:
        totals[one.status] += one.notices
    for status, number in sorted(totals.items()):
        yield f"{'all':<26}{status:<16}{number:>10,}"


def _for_a_person(found: Summary) -> Iterator[str]:
    if found.uncertain_notices:
        yield ""
        yield "uncertain: look into the mail log, then alpheus notify settle REFERENCE"
        yield from _wrapped(" ".join(found.uncertain_notices[:SHOWN]), "  ", "  ")
    if found.answered:
        yield ""
        yield "answered: read it, then alpheus notify acknowledge --notice REFERENCE"
        yield from _wrapped(" ".join(found.answered[:SHOWN]), "  ", "  ")
    if found.overdue:
        yield ""
        yield "overdue: alpheus notify plan goes up a rung"
    for one in found.overdue[:SHOWN]:
        yield from _wrapped(f"{one.reference}  since {one.until[:10]}  {one.rung}, {one.channel} "
                            f"{_flat(one.address)}  {one.owner}", "  ", "            ")  # fmt: skip
    if found.overdue_total > SHOWN:
        yield f"  and {found.overdue_total - SHOWN:,} more"
    if found.unreached:
        yield ""
        yield from _wrapped(f"as of {found.as_of} nobody can be reached for {found.unreached:,}: "
                            "alpheus notify plan --omitted FILE lists them")  # fmt: skip


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}{'s' * (number != 1)}"


def _flat(text: str) -> str:
    return ", ".join(text.splitlines())


def _wrapped(text: str, first: str = "", then: str = "  ") -> list[str]:
    return textwrap.wrap(visible(_flat(text)), WIDTH, initial_indent=first, subsequent_indent=then,
                         break_on_hyphens=False) or [""]  # fmt: skip


def _lines(lines: Iterable[str]) -> None:
    with standard_output(exact=False) as stream:
        for line in lines:
            stream.write(visible(line) + "\n")


def _json(found: Any) -> None:  # noqa: ANN401 - anything that is written as JSON
    with standard_output(exact=True) as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(found)).decode() + "\n")


def _put(text: str, output: Path | None) -> None:
    if output is not None:
        write_file(output, text)
        return
    with standard_output(exact=True) as stream:
        stream.write(text)
