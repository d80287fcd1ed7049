"""Letters, calls and tickets handed over as files."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from alpheus.cases.database import Database
from alpheus.cases.service_listing import Filters
from alpheus.errors import DatabaseLostError, OutputError, RefusedError
from alpheus.notify import send_files as module
from alpheus.notify.message import Mail
from alpheus.notify.model import Channel, EventKind, Notice, Status
from alpheus.notify.send import Sending, Step
from alpheus.notify.send_files import content_of, send_files, unfinished
from alpheus.notify.service import Notices
from alpheus.notify.settings import Settings
from cases_filling import seen
from exposure_runs import OPEN
from notices_filling import SETTINGS, Country, contact


class KilledError(BaseException):
    """Stands for a kill: nothing of the program runs after it but the end of its locks."""


@pytest.fixture
def country(database: Database) -> Country:
    """Two approved notices, which tests let go by letter."""
    found = Country(database, {n: [contact(f"it@one{n}.example")] for n in (1, 2)})
    found.sees(*(seen(n, OPEN, 1) for n in (1, 2)))
    found.plan()
    found.approve()
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where files go."""
    made = tmp_path / "out"
    made.mkdir()
    return made


def by(country: Country, channel: Channel) -> Notices:
    """The service, with what is due going by another channel."""
    notices = Notices(country.database, country.settings, country.time)
    real = notices.due

    def due(batch: int = 0) -> Iterator[Notice]:
        for each in real(batch):
            to = msgspec.structs.replace(each.recipient, channel=channel)
            yield msgspec.structs.replace(each, recipient=to)

    notices.due = due  # type: ignore[method-assign]
    return notices


def write(told: Sequence[Notice], settings: Settings, channel: Channel) -> bytes:
    """A file that names its notices."""
    return "\n".join(each.reference for each in told).encode()


def files(folder: Path) -> list[str]:
    """What lies in a folder, hidden or not, but for the lock."""
    return sorted(each.name for each in folder.iterdir() if each.name != ".alpheus.lock")


def statuses(country: Country) -> list[str]:
    """Where the notices stand."""
    return [country.notices.status_of(each).value for each in country.notices.notices()]


@pytest.mark.parametrize(
    ("channel", "end"), [(Channel.LETTER, "pdf"), (Channel.PHONE, "csv"), (Channel.TICKET, "jsonl")]
)
def test_a_file_holds_all_that_is_due_by_its_channel(
    channel: Channel, end: str, country: Country, folder: Path
) -> None:
    """Written whole, for its owner's eyes; the event says where; a second run writes none."""
    folder, steps = folder / "new", list[Step]()
    done = send_files(by(country, channel), folder, who="kim", tell=steps.append, write=write)
    assert (done.handed_over, len(steps)) == (2, 2)
    (name,) = files(folder)
    assert name.endswith(f".{end}")
    references = [each.reference for each in country.notices.notices()]
    assert (folder / name).read_text().split("\n") == references
    assert (folder / name).stat().st_mode & 0o077 == 0
    assert statuses(country) == ["sent", "sent"]
    event = country.notices.events(next(country.notices.notices()))[-1]
    assert event.kind is EventKind.HANDED_OVER
    assert str(folder / name) in event.detail
    assert send_files(by(country, channel), folder, who="kim", write=write).handed_over == 0
    assert files(folder) == [name]


@pytest.mark.parametrize(
    ("channel", "begin"), [(Channel.LETTER, b"%PDF"), (Channel.PHONE, b""), (Channel.TICKET, b"{")]
)
def test_the_files_are_those_of_letters_and_exports(
    channel: Channel, begin: bytes, country: Country
) -> None:
    """What writes them is not here."""
    told = list(by(country, channel).due())
    assert content_of(told, SETTINGS, channel).startswith(begin)


STEPS = ("_put", "claim", "_name", "record", "_unlink")


DEATHS = [(step, at) for step in STEPS for at in (1, 2, 3)]


def test_killed_anywhere_the_next_run_ends_with_one_file(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first, second or third of each step: each notice is in one file, and handed over."""
    many = range(1, 2 * len(DEATHS) + 1)
    country = Country(database, {n: [contact(f"it@one{n}.example")] for n in many})
    country.sees(*(seen(n, OPEN, 1) for n in many))
    for number, (step, at) in enumerate(DEATHS):
        two = tuple(f"org{2 * number + one}.example" for one in (1, 2))
        told = country.plan(filters=Filters(organisation=two))
        country.approve()
        here = folder / f"{step}-{at}"
        here.mkdir()
        with monkeypatch.context() as patch:
            _die_at(step, at, country, here, patch)
        send_files(by(country, Channel.LETTER), here, who="kim", write=write)
        assert list(unfinished(here)) == [], (step, at)
        shown = [name for name in files(here) if not name.startswith(".")]
        written = [line for name in shown for line in (here / name).read_text().split("\n")]
        assert sorted(written) == sorted(each.reference for each in told), (step, at)
        assert {country.notices.status_of(each) for each in told} == {Status.SENT}, (step, at)


def _die_at(
    step: str, at: int, country: Country, folder: Path, patch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """A run that is killed at the so-many-th time of a step, if it comes so far."""
    notices, calls = by(country, Channel.LETTER), 0
    place = notices if step in {"claim", "record"} else module
    real = getattr(place, step)

    def deadly(*args: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == at:
            raise KilledError
        return real(*args, **named)

    patch.setattr(place, step, deadly)
    with contextlib.suppress(KilledError):
        send_files(notices, folder, who="kim", write=write)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_a_full_disk_claims_nothing(
    number: int, country: Country, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line; nothing half-written stays; all can be sent again."""

    def full(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="nothing more was written"):
            send_files(by(country, Channel.LETTER), folder, who="kim", write=write)
    assert files(folder) == []
    assert statuses(country) == ["approved", "approved"]


def test_a_database_that_is_lost_is_made_up_for(country: Country, folder: Path) -> None:
    """Lost between two claims: the next run undoes the first, and writes one file for both."""
    notices, calls = by(country, Channel.LETTER), 0
    real = notices.claim

    def claim(notice: Notice, *, who: str) -> bool:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise DatabaseLostError("gone")
        return real(notice, who=who)

    notices.claim = claim  # type: ignore[method-assign]
    with pytest.raises(DatabaseLostError):
        send_files(notices, folder, who="kim", write=write)
    assert statuses(country) == ["uncertain", "approved"]
    assert len(list(unfinished(folder))) == 1
    assert send_files(by(country, Channel.LETTER), folder, who="kim", write=write).handed_over == 2
    assert len(files(folder)) == 1


def test_what_somebody_else_has_is_in_no_file(country: Country, folder: Path) -> None:
    """One of two is claimed elsewhere meanwhile: the other goes by the next run."""
    notices = by(country, Channel.LETTER)
    first = next(iter(country.notices.due()))

    def meanwhile(told: Sequence[Notice], settings: Settings, channel: Channel) -> bytes:
        assert country.notices.claim(first, who="other")
        return write(told, settings, channel)

    done = send_files(notices, folder, who="kim", write=meanwhile)
    assert (done.handed_over, done.left) == (0, 2)
    assert files(folder) == []
    assert send_files(by(country, Channel.LETTER), folder, who="kim", write=write).handed_over == 1
    assert country.notices.status_of(first) is Status.UNCERTAIN


def test_two_at_once_do_not_undo_each_other(country: Country, folder: Path) -> None:
    """The second says that the first is at work."""
    notices = by(country, Channel.LETTER)

    def meanwhile(told: Sequence[Notice], settings: Settings, channel: Channel) -> bytes:
        with pytest.raises(OutputError, match="another alpheus notify send"):
            send_files(by(country, channel), folder, who="lou", write=write)
        return write(told, settings, channel)

    assert send_files(notices, folder, who="kim", write=meanwhile).handed_over == 2


def test_mail_for_another_system_to_send(country: Country, folder: Path) -> None:
    """A file for each notice, with its envelope, signed as others are; each once."""
    inner = b"Content-Type: text/plain\r\n\r\nsigned\r\n"

    def send() -> Sending:
        return send_files(country.notices, folder, who="kim", channels=(Channel.EMAIL,),
                          sign=lambda mail: mail.with_body(inner))  # fmt: skip

    assert (send().handed_over, send().handed_over) == (2, 0)
    notices = list(country.notices.notices())
    assert files(folder) == sorted(f"{each.reference}.eml" for each in notices)
    for each in notices:
        content = (folder / f"{each.reference}.eml").read_bytes()
        first, second, *_ = content.split(b"\r\n")
        assert first.startswith(f"X-Sender: <bounces+{each.reference}.".encode())
        assert second == f"X-Receiver: <{each.recipient.address}>".encode()
        assert content.endswith(inner)
        assert b"\n" not in content.replace(b"\r\n", b"")
    assert statuses(country) == ["sent", "sent"]


def test_mail_that_nobody_could_send(country: Country, folder: Path) -> None:
    """Is refused, and in no file."""

    def refuse(mail: Mail) -> Mail:
        raise RefusedError("no such mailbox")

    done = send_files(country.notices, folder, who="kim", channels=(Channel.EMAIL,), sign=refuse)
    assert (done.handed_over, done.refused, files(folder)) == (0, 2, [])
    assert statuses(country) == ["failed", "failed"]
