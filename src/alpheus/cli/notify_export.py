"""Notices for printing, for calling, and for other programs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from alpheus.cli.notify_text import write_file
from alpheus.cli.output import say
from alpheus.errors import AlpheusError, UsageError
from alpheus.notify.exports import write_export
from alpheus.notify.letter import call_sheets, letters
from alpheus.notify.model import Channel, EventKind, Notice, Status
from alpheus.notify.service import Notices

_CHANNELS = {
    "letters": Channel.LETTER, "phone": Channel.PHONE, "calls": Channel.PHONE,
}  # fmt: skip
"""What goes by which channel; the other exports hold all."""

_GONE = frozenset({Status.REJECTED, Status.WITHDRAWN})


def export(
    notices: Notices, kind: str, batch: int, output: Path, *, who: str, hand_over: bool
) -> None:
    """Write notices into a file, whole or not at all.

    With `hand_over` approved ones alone, each of which is taken down as handed over once the file
    is there. One that is killed before that leaves them uncertain.
    """
    channel = _CHANNELS.get(kind)
    if hand_over and channel is None:
        raise UsageError(f"{kind} is a list for programs; letters, phone and calls are handed "
                         "over")  # fmt: skip
    if batch:
        notices.batch(batch)
    if hand_over:
        _hand_over(notices, kind, list(_claimed(notices, batch, channel, who)), output, who)
        return
    found = list(_every(notices, batch, channel))
    if _is_some(found, channel):
        write_file(output, _content(notices, kind, found))
        say(f"{len(found):,} notices are written, and not taken down as handed over")


def _hand_over(
    notices: Notices, kind: str, found: list[Notice], output: Path, who: str
) -> None:  # fmt: skip
    if not _is_some(found, _CHANNELS[kind]):
        return
    try:
        write_file(output, _content(notices, kind, found))
    except AlpheusError as error:
        for one in found:
            notices.record(one, EventKind.NOT_TAKEN, who=who, detail=str(error))
        raise
    for one in found:
        notices.record(one, EventKind.HANDED_OVER, who=who, detail=f"{kind}: {output.name}")
    say(f"{len(found):,} notices are handed over")


def _is_some(found: list[Notice], channel: Channel | None) -> bool:
    if not found:
        say(f"no notice goes by {channel}" if channel else "there is no notice")
    return bool(found)


def _every(notices: Notices, batch: int, channel: Channel | None) -> Iterator[Notice]:
    for one, status in notices.standing(batch):
        if status not in _GONE and channel in {None, one.recipient.channel}:
            yield notices.with_code(one)


def _claimed(
    notices: Notices, batch: int, channel: Channel | None, who: str
) -> Iterator[Notice]:  # fmt: skip
    for one in notices.due(batch):
        if one.recipient.channel is channel and notices.claim(one, who=who):
            yield one


def _content(notices: Notices, kind: str, found: list[Notice]) -> str | bytes:
    if kind == "letters":
        return letters(found, notices.settings)
    if kind == "calls":
        return call_sheets(found, notices.settings)
    kept = io.StringIO(newline="")
    write_export(kind, found, notices.settings, kept)
    return kept.getvalue()
