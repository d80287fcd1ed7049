"""Files come in piece by piece, and nothing that a browser says becomes a path."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.errors import UsageError
from alpheus.web.jobs import messages as said
from alpheus.web.jobs import uploads as module
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.model import Kind, Upload
from alpheus.web.jobs.uploads import (
    MOST_AT_ONCE,
    RESERVE,
    UNFINISHED_FOR,
    Incoming,
    Uploads,
    plain_name,
    prepare_folder,
    safe_name,
)

MOST = 1_000


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    """An empty folder."""
    return Uploads(tmp_path / "uploads")


def _begin(uploads: Uploads, size: int = 6, name: str = "a.csv", who: str = "mia") -> Incoming:
    return uploads.begin(Kind.IMPORT, name, size, most=MOST, who=who)


def _complaint(uploads: Uploads, **more: object) -> ComplaintError:
    with pytest.raises(ComplaintError) as caught:
        _begin(uploads, **more)  # type: ignore[arg-type]
    return caught.value


def test_a_file_in_pieces(uploads: Uploads) -> None:
    """It goes on where it broke off, and is there when all of it is."""
    incoming = _begin(uploads)
    with uploads.writer(incoming, 0) as writer:
        writer.write(b"abc")
    assert uploads.have(incoming) == 3
    with pytest.raises(ComplaintError) as caught:
        uploads.complete(incoming)
    assert (caught.value.note.text, caught.value.offset) == (said.INCOMPLETE, 3)
    with uploads.writer(incoming, 3) as writer:
        writer.write(bytearray(b"def"))
    found = uploads.complete(uploads.find(incoming.id, "mia"))
    assert (found.name, found.size) == ("a.csv", 6)
    assert uploads.path(found.id).read_bytes() == b"abcdef"


def test_only_the_owner_of_the_program_may_read_it(uploads: Uploads) -> None:
    """Evidence holds secrets."""
    path = uploads.path(_begin(uploads).id)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(uploads.folder.stat().st_mode) == 0o700


def test_it_goes_on_at_its_end_and_nowhere_else(uploads: Uploads) -> None:
    """The answer says where that is."""
    incoming = _begin(uploads)
    with uploads.writer(incoming, 0) as writer:
        writer.write(b"abc")
    for offset in (0, 2, 4, -1):
        with pytest.raises(ComplaintError) as caught, uploads.writer(incoming, offset):
            pass
        assert (caught.value.note.text, caught.value.offset) == (said.NOT_THERE, 3)


def test_two_windows_do_not_write_the_same_file(uploads: Uploads) -> None:
    """Whoever comes second is told."""
    incoming = _begin(uploads)
    again = uploads.writer(incoming, 0)
    with uploads.writer(incoming, 0), pytest.raises(ComplaintError) as caught, again:
        pass
    assert (caught.value.note.text, caught.value.status) == (said.BUSY, 409)


def test_more_than_was_announced_is_refused(uploads: Uploads) -> None:
    """A stream may lie about its length."""
    with pytest.raises(ComplaintError) as caught, uploads.writer(_begin(uploads), 0) as writer:
        writer.write(b"abcdefg")
    assert (caught.value.note.text, caught.value.status) == (said.LONGER, 413)
    unknown = _begin(uploads, size=-1)
    with pytest.raises(ComplaintError) as caught, uploads.writer(unknown, 0) as writer:
        for _ in range(3):
            writer.write(b"x" * 500)
    assert (caught.value.note.text, caught.value.status) == (said.TOO_LARGE, 413)


def test_what_is_refused_at_once(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty, too large, too many, and no room for it."""
    assert _complaint(uploads, size=0).note.text == said.EMPTY
    assert _complaint(uploads, size=MOST + 1).note.text == said.TOO_LARGE
    for _ in range(MOST_AT_ONCE):
        _begin(uploads)
    assert _complaint(uploads).note.text == said.TOO_MANY
    _begin(uploads, who="leo")
    monkeypatch.setattr(uploads, "free", lambda: RESERVE + 10)
    found = _complaint(uploads, who="leo")
    assert (found.note.text, found.status) == (said.NO_ROOM, 507)


def test_room_that_was_promised_to_others_is_taken(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise each would fit, and all together would not."""
    monkeypatch.setattr(uploads, "free", lambda: RESERVE + 1_500)
    first = _begin(uploads, size=1_000)
    assert _complaint(uploads, size=1_000).status == 507
    uploads.drop(first.id)
    _begin(uploads, size=1_000)


def test_a_disk_that_fills_up_meanwhile(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told as such; what was whole before stays whole."""
    incoming = _begin(uploads)

    def full(_: int, __: bytes) -> int:
        raise OSError(28, "No space left on device")

    with pytest.raises(ComplaintError) as caught, uploads.writer(incoming, 0) as writer:
        writer.write(b"abc")
        monkeypatch.setattr(os, "write", full)
        writer.write(b"def")
    assert (caught.value.note.text, uploads.have(incoming)) == (said.NO_ROOM, 3)


def test_room_is_looked_for_again_as_it_comes(
    uploads: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream of unknown length stops before the database has no room left."""
    incoming = _begin(uploads, size=-1)
    monkeypatch.setattr(module, "_LOOK_EVERY", 100)
    with pytest.raises(ComplaintError) as caught, uploads.writer(incoming, 0) as writer:
        writer.write(b"x" * 200)
        monkeypatch.setattr(writer, "_free", lambda: 0)
        writer.write(b"x" * 200)
    assert caught.value.note.text == said.NO_ROOM


@pytest.mark.parametrize(
    "number",
    ["..", "../store", "a" * 31, "A" * 32, "a" * 32, "", "a" * 32 + ".json", "/etc/passwd"],
)
def test_only_names_that_were_given_lead_to_a_file(uploads: Uploads, number: str) -> None:
    """Whatever else is asked for is not there."""
    _begin(uploads)
    with pytest.raises(ComplaintError) as caught:
        uploads.find(number, "mia")
    assert caught.value.status == 404


def test_a_file_on_its_way_is_its_senders(uploads: Uploads) -> None:
    """Nobody else can go on with it, or look at it."""
    incoming = _begin(uploads)
    with pytest.raises(ComplaintError):
        uploads.find(incoming.id, "leo")


@given(name=st.text(max_size=300))
def test_no_name_leads_anywhere(name: str) -> None:
    """A name for readers is one part of a path, is not hidden, and is short."""
    found = safe_name(name)
    assert Path(found).name == found
    assert found not in {"", ".", ".."}
    assert not found.startswith(".")
    assert len(found) <= 100
    assert found.isascii()
    assert plain_name(name).isprintable()
    assert "/" not in plain_name(name)


@pytest.mark.parametrize(
    ("name", "shown", "safe"),
    [
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\Users\\x\\u_ex210303.log", "u_ex210303.log", "u_ex210303.log"),
        ("a\x1b[2J\u202e.zip", "a[2J.zip", "a_2J.zip"),
        ("Máquina 1.7z", "Máquina 1.7z", "M_quina_1.7z"),
        ("...", "...", "file"), ("", "?", "_"),
    ],
)  # fmt: skip
def test_names_stay_what_readers_know(name: str, shown: str, safe: str) -> None:
    """An ending or a log's own name tells what a file is."""
    assert (plain_name(name), safe_name(name)) == (shown, safe)


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        (Kind.IMPORT, b"PK\x03\x04....", said.IS_EVIDENCE),
        (Kind.IMPORT, b"ElfFile\x00....", said.IS_EVIDENCE),
        (Kind.TRIAGE, b'{"schema":"alpheus.assessment/1"}', said.IS_LIST),
    ],
)
def test_what_was_given_at_the_wrong_place(
    uploads: Uploads, kind: Kind, content: bytes, text: str
) -> None:
    """Told before it is read."""
    incoming = uploads.begin(kind, "x", len(content), most=MOST, who="mia")
    with uploads.writer(incoming, 0) as writer:
        writer.write(content)
    with pytest.raises(ComplaintError) as caught:
        uploads.complete(incoming)
    assert caught.value.note.text == text


def test_what_never_arrived_goes_after_a_day(uploads: Uploads) -> None:
    """What a job has stays; what nobody has goes."""
    old, wanted, new = (_begin(uploads) for _ in range(3))
    for one in (old, wanted):
        for path in (uploads.path(one.id), uploads.path(one.id).with_suffix(".json")):
            os.utime(path, (1, 1))
    uploads.taken(uploads_of(wanted))
    assert uploads.sweep({wanted.id}, time.time()) == 2
    assert not uploads.path(old.id).exists()
    assert uploads.path(wanted.id).exists()
    assert uploads.find(new.id, "mia") == new
    assert uploads.sweep(set(), time.time() + UNFINISHED_FOR + 60) == 3


def uploads_of(incoming: Incoming) -> Upload:
    """As a job has it."""
    return Upload(incoming.id, incoming.name, 0)


def test_a_folder_that_cannot_be_written_to_is_told_at_the_start(tmp_path: Path) -> None:
    """In one line that says what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"--uploads .*file/x: .*; name a folder that may be"):
        prepare_folder(tmp_path / "file" / "x")
    open_to_all = tmp_path / "open"
    open_to_all.mkdir(mode=0o755)
    prepare_folder(open_to_all)
    assert stat.S_IMODE(open_to_all.stat().st_mode) == 0o700
