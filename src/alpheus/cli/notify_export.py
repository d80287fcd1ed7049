"""Notices for printing, for calling, and for other programs."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from alpheus.cli.notify_mail import by_hand
from alpheus.cli.output import say
from alpheus.errors import AlpheusError, UsageError
from alpheus.notify.exports import write_export
from alpheus.notify.letter import MOST, call_sheets, letters
from alpheus.notify.model import Channel, EventKind, Notice, Status
from alpheus.notify.service import Notices
from alpheus.report.files import Writer, write_files

_CHANNELS = {
    "letters": Channel.LETTER, "phone": Channel.PHONE, "calls": Channel.PHONE,
}  # fmt: skip
"""What goes by which channel; the other exports hold all."""

_TABLE, _LINES, _PAPER = (".csv", ".txt"), (".jsonl", ".json", ".ndjson", ".txt"), (".pdf",)
_ENDINGS = {
    "letters": _PAPER, "calls": _PAPER, "phone": _TABLE, "csv": _TABLE, "intelmq": _LINES,
    "ticket": _LINES,
}  # fmt: skip
"""How names of files end by what is in them, the usual one first."""

_LETTERS = 100
"""Letters of a file, where there are so many that one would be too large."""

_GONE = frozenset({Status.REJECTED, Status.WITHDRAWN})


def export(
    notices: Notices, kind: str, batch: int, output: Path, *, who: str, hand_over: bool
) -> list[Path]:
    """Write notices into a file, whole or not at all; letters into several where they are many.

    With `hand_over` approved ones alone, each of which is taken down as handed over once the file
    is there. One that is killed before that leaves them uncertain. Returns what was written.
    """
    _check_name(kind, output)
    channel = _CHANNELS.get(kind)
    if hand_over and channel is None:
        raise UsageError(f"{kind} is a list for programs; letters, phone and calls are handed "
                         "over")  # fmt: skip
    if batch:
        notices.batch(batch)
    if hand_over:
        claimed = list(_claimed(notices, batch, channel, who))
        names = _hand_over(notices, kind, claimed, output, who)
        return [output.with_name(name) for name in dict.fromkeys(names)]
    found = list(_every(notices, batch, channel))
    if not _is_some(found, channel):
        return []
    names = _write(notices, kind, found, output)
    say(f"{len(found):,} notices are written, and not taken down as handed over")
    return [output.with_name(name) for name in dict.fromkeys(names)]


def _check_name(kind: str, output: Path) -> None:
    """Whoever opens a file goes by the ending of its name."""
    ending, right = output.suffix.lower(), _ENDINGS[kind]
    known = {one for each in _ENDINGS.values() for one in each}
    if ending in known - set(right):
        better = output.with_suffix(right[0])
        what = right[0].removeprefix(".").upper()
        raise UsageError(f"{output}: {kind} are written as {what}; name the file {better}")


def _hand_over(
    notices: Notices, kind: str, found: list[Notice], output: Path, who: str
) -> list[str]:  # fmt: skip
    if not _is_some(found, _CHANNELS[kind]):
        return []
    try:
        names = _write(notices, kind, found, output)
    except AlpheusError as error:
        for one in found:
            notices.record(one, EventKind.NOT_TAKEN, who=who, detail=str(error))
        raise
    for one, name in zip(found, names, strict=True):
        notices.record(one, EventKind.HANDED_OVER, who=who, detail=f"{kind}: {name}")
    say(f"{len(found):,} notices are handed over")
    return names


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


def _write(notices: Notices, kind: str, found: list[Notice], output: Path) -> list[str]:
    """Write the file, or the files of so many letters; the name of each notice's."""
    parts = _parts(kind, found, output)
    written = write_files(
        output.absolute().parent,
        {name: _writer(notices, kind, part) for name, part in parts.items()},
    )
    for name in written:
        say(f"written: {output.with_name(name)}")
    for line in by_hand(found):
        say(line)
    return [name for name, part in parts.items() for _ in part]


def _parts(kind: str, found: list[Notice], output: Path) -> dict[str, list[Notice]]:
    if kind != "letters" or len(found) <= MOST:
        return {output.name: found}
    begins = range(0, len(found), _LETTERS)
    width = len(str(len(begins)))
    return {
        f"{output.stem}-{number:0{width}}{output.suffix}": found[begin : begin + _LETTERS]
        for number, begin in enumerate(begins, 1)
    }


def _writer(notices: Notices, kind: str, part: Sequence[Notice]) -> Writer:
    paper: dict[str, Callable[..., bytes]] = {"letters": letters, "calls": call_sheets}

    def write(stream: TextIO) -> None:
        if kind in paper:
            stream.buffer.write(paper[kind](part, notices.settings))
            return
        kept = io.StringIO(newline="")
        write_export(kind, part, notices.settings, kept)
        stream.write(kept.getvalue())

    return write
