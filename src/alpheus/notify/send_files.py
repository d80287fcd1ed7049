"""Notices handed over as files, each there whole or not at all: letters, calls, tickets, and mail.

Mail goes so where another system sends it: one `.eml` for each notice, which begins with the
envelope as folders want it that mail servers pick up from (`X-Sender`, `X-Receiver`).

A file is written under a hidden name and brought to disk, its notices are claimed, it gets its
name, and they are taken down as handed over. A list beside it says which they are until that is
done. So whoever is killed at any point leaves either nothing, or what the next run finishes: here,
unlike with mail, the file itself shows what happened.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from alpheus.errors import AlpheusError, OutputError, RefusedError
from alpheus.notify.model import Channel, EventKind, Notice, Status
from alpheus.notify.send import Sending, Step, Tell, composed
from alpheus.notify.service import Notices
from alpheus.notify.settings import Settings
from alpheus.notify.signing import Sign
from alpheus.report.files import bring_to_disk, give_name

CHANNELS = (Channel.LETTER, Channel.PHONE, Channel.TICKET)
"""What is handed over as files unless others are named, in this order."""

_AT_ONCE = 250
"""Notices of a file, so that a folder of letters stays printable."""

_ENDS = {Channel.LETTER: "pdf", Channel.PHONE: "csv", Channel.TICKET: "jsonl"}
_NAMES = {Channel.LETTER: "letters", Channel.PHONE: "calls", Channel.TICKET: "tickets"}
_LIST = ".list"
_PART = ".part"


class _Listed(msgspec.Struct, frozen=True):
    """Which notices a file is of."""

    name: str
    sha256: str
    references: tuple[str, ...]


Write = Callable[[Sequence[Notice], Settings, Channel], bytes]


def send_files(
    notices: Notices,
    folder: Path,
    *,
    batch: int = 0,
    who: str,
    tell: Tell = lambda _: None,
    write: Write | None = None,
    channels: Sequence[Channel] = CHANNELS,
    sign: Sign = lambda mail: mail,
) -> Sending:
    """Write what is due by some channels into a folder, which is made. `sign` is for mail.

    First what an earlier run left behind is finished. Raises OutputError where a file cannot be
    written whole, after which nothing is claimed, and DatabaseError.
    """
    done = Sending()
    maker = write or content_of
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            _finish(notices, folder, who, done, tell)
            due: dict[Channel, list[Notice]] = {channel: [] for channel in channels}
            for each in notices.due(batch):
                if each.recipient.channel in due:
                    due[each.recipient.channel].append(each)
            for notice in due.pop(Channel.EMAIL, ()):
                content = _mail(notices, notice, sign, who=who, done=done, tell=tell)
                if content:
                    _write(notices, folder, [notice], content, who=who, done=done, tell=tell)
            for channel, told in due.items():
                for at in range(0, len(told), _AT_ONCE):
                    part = told[at : at + _AT_ONCE]
                    content = maker(part, notices.settings, channel)
                    _write(notices, folder, part, content, who=who, done=done, tell=tell)
    except OSError as error:
        if isinstance(error, AlpheusError):
            raise
        reason = (error.strerror or str(error)).lower()
        line = f"nothing more was written to {folder}: {reason}; make room or name another folder"
        raise OutputError(line) from error
    return done


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One program at a time finishes what another left; ends with it, however it ends."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        yield
        return
    with (folder / ".alpheus.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            line = f"another alpheus notify send is writing to {folder}; wait until it has ended"
            raise OutputError(line) from error
        yield


def content_of(told: Sequence[Notice], settings: Settings, channel: Channel) -> bytes:
    """The file of notices of one channel. Raises KnowledgeError, OutputError."""
    if channel is Channel.LETTER:
        from alpheus.notify.letter import letters  # noqa: PLC0415 - typst is large

        return letters(told, settings)
    from alpheus.notify.exports import write_export  # noqa: PLC0415 - templates are slow to load

    stream = io.StringIO(newline="")
    write_export("phone" if channel is Channel.PHONE else "ticket", told, settings, stream)
    return stream.getvalue().encode("utf-8")


def _mail(
    notices: Notices, notice: Notice, sign: Sign, *, who: str, done: Sending, tell: Tell
) -> bytes:
    """A notice as mail with its envelope, lines ended by CRLF; b"" where it cannot be sent."""
    try:
        mail = sign(composed(notices, notice, notices.tokens()))
    except RefusedError as error:
        line = f"not sent: {error}"
        if notices.claim(notice, who=who):
            notices.record(notice, EventKind.REFUSED, who=who, detail=line)
            done.refused += 1
            tell(Step(notice, EventKind.REFUSED, line))
        return b""
    envelope = f"X-Sender: <{mail.sender}>\r\nX-Receiver: <{mail.recipient}>\r\n"
    return envelope.encode() + mail.content


def _write(
    notices: Notices, folder: Path, told: Sequence[Notice], content: bytes, *, who: str,
    done: Sending, tell: Tell,
) -> None:  # fmt: skip
    """One file and its notices. What somebody else has meanwhile goes into no file here."""
    references = tuple(each.reference for each in told)
    channel = told[0].recipient.channel
    digest = hashlib.sha256("\0".join(references).encode()).hexdigest()[:12]
    name = (
        f"{references[0]}.eml" if channel is Channel.EMAIL
        else f"{_NAMES[channel]}-{told[0].batch}-{digest}.{_ENDS[channel]}"
    )  # fmt: skip
    listed = _Listed(name, hashlib.sha256(content).hexdigest(), references)
    try:
        _put(folder / f".{name}{_PART}", content)
        _put(folder / f".{name}{_LIST}", msgspec.json.encode(listed))
    except OSError:
        _remove(folder, name)
        raise
    claimed = []
    for notice in told:
        if not notices.claim(notice, who=who):
            break
        claimed.append(notice)
    if len(claimed) < len(told):
        for notice in claimed:
            notices.record(notice, EventKind.NOT_TAKEN, who=who, detail="its file was not finished")
        _remove(folder, name)
        done.left += len(told)
        tell(Step(told[len(claimed)], "", "somebody else has it; send again for the others"))
        return
    _name(folder, name)
    _record(notices, told, folder / name, listed, who=who, done=done, tell=tell)
    _unlink(folder / f".{name}{_LIST}")


def _finish(notices: Notices, folder: Path, who: str, done: Sending, tell: Tell) -> None:
    """What an earlier run was killed over: with all notices claimed it is finished, else undone."""
    for path in sorted(folder.glob(f".*{_LIST}")):
        listed = _read(path)
        if listed is None:
            continue
        told = [found for each in listed.references if (found := notices.find(each))]
        open_ = [each for each in told if notices.status_of(each) is Status.APPROVED]
        whole = _is_whole(folder / f".{listed.name}{_PART}", listed)
        if open_ and not (folder / listed.name).exists():
            _undo(notices, told, who)
            _remove(folder, listed.name)
            continue
        if whole:
            _name(folder, listed.name)
        if _is_whole(folder / listed.name, listed):
            waiting = [each for each in told if notices.status_of(each) is Status.UNCERTAIN]
            _record(notices, waiting, folder / listed.name, listed, who=who, done=done, tell=tell)
        _unlink(path)


def _undo(notices: Notices, told: Iterable[Notice], who: str) -> None:
    """The file never got its name, so nobody has it."""
    for notice in told:
        if notices.status_of(notice) is Status.UNCERTAIN:
            notices.record(notice, EventKind.NOT_TAKEN, who=who, detail="its file was not finished")


def _record(
    notices: Notices, told: Iterable[Notice], path: Path, listed: _Listed, *, who: str,
    done: Sending, tell: Tell,
) -> None:  # fmt: skip
    line = f"written to {path} (SHA-256 {listed.sha256[:16]}…)"
    for notice in told:
        with contextlib.suppress(RefusedError):  # settled meanwhile
            notices.record(notice, EventKind.HANDED_OVER, who=who, detail=line)
            done.handed_over += 1
            tell(Step(notice, EventKind.HANDED_OVER, line))


def unfinished(folder: Path) -> Iterator[str]:
    """Files that a run was killed over, and the next one finishes or undoes."""
    for path in sorted(folder.glob(f".*{_LIST}")):
        listed = _read(path)
        if listed is not None:
            yield listed.name


def _read(path: Path) -> _Listed | None:
    try:
        listed = msgspec.json.decode(path.read_bytes(), type=_Listed)
    except (OSError, msgspec.DecodeError):
        return None
    return listed if path.name == f".{listed.name}{_LIST}" else None


def _is_whole(path: Path, listed: _Listed) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == listed.sha256
    except OSError:
        return False


def _put(path: Path, content: bytes) -> None:
    def write(stream: TextIO) -> None:
        stream.buffer.write(content)

    bring_to_disk(path, write)


def _name(folder: Path, name: str) -> None:
    give_name(folder / f".{name}{_PART}", folder / name)


def _remove(folder: Path, name: str) -> None:
    _unlink(folder / f".{name}{_PART}")
    _unlink(folder / f".{name}{_LIST}")


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)
