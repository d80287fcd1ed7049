"""Mail that came in, wherever it lies."""

from __future__ import annotations

import io
import mailbox
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.errors import EvidenceError, EvidenceNotFoundError
from alpheus.notify.mailbox import messages, read_reports, stream_messages
from alpheus.notify.mime_reader import LARGEST
from bounce_samples import SAMPLES

ALL = [make() for make, _, _ in SAMPLES.values()]
KINDS = [kind for _, kind, _ in SAMPLES.values()]


def kinds(source: Path) -> list[str]:
    """What a mailbox holds."""
    return [each.kind.value for each in read_reports(source)]


def test_an_mbox_is_read_message_by_message(tmp_path: Path) -> None:
    """As the standard library writes it, with `From ` inside messages."""
    path = tmp_path / "inbox"
    box = mailbox.mbox(path)
    more = b"From: it@a.example\r\nSubject: x\r\n\r\nFrom here on\r\n\r\nFrom there\r\n"
    for content in [*ALL, more]:
        box.add(content)
    box.close()
    found = list(read_reports(path))
    assert [each.kind.value for each in found] == [*KINDS, "answered"]
    assert found[1].place == f"{path}, message 2"
    last = list(messages(path))[-1].content.replace(b"\r\n", b"\n")
    assert b"\nFrom here on\n" in last
    assert b"\nFrom there\n" in last


def test_a_maildir_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    """What is new stays new; folders inside are read as well; links and devices are not."""
    box = mailbox.Maildir(tmp_path / "mail")
    for content in ALL[:5]:
        box.add(content)
    box.add_folder("Junk").add(ALL[5])
    os.mkfifo(tmp_path / "mail" / "new" / "pipe")
    (tmp_path / "mail" / "new" / "link").symlink_to("/etc/hostname")
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    assert sorted(kinds(tmp_path / "mail")) == sorted(KINDS[:6])
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_a_folder_of_files_and_a_single_file(tmp_path: Path) -> None:
    """Every `.eml` below it, in order of names; other files are none of ours."""
    (tmp_path / "b").mkdir()
    for number, content in enumerate(ALL):
        (tmp_path / "b" / f"{number:03}.EML").write_bytes(content)
    (tmp_path / "notes.txt").write_text("no mail")
    assert kinds(tmp_path) == KINDS
    assert kinds(tmp_path / "b" / "000.EML") == KINDS[:1]


def test_an_empty_file_is_named_where_it_should_hold_a_message(tmp_path: Path) -> None:
    """A mailbox may be empty."""
    for name in ("a.eml", "b.mbox", "c"):
        (tmp_path / name).touch()
    (found,) = read_reports(tmp_path / "a.eml")
    assert (found.kind.value, found.place) == ("unreadable", str(tmp_path / "a.eml"))
    assert kinds(tmp_path / "b.mbox") == kinds(tmp_path / "c") == []
    assert kinds(tmp_path) == ["unreadable"]


def test_a_stream_is_an_mbox_or_a_message() -> None:
    """As the first line says; an empty one holds nothing."""
    assert [each.place for each in stream_messages(io.BytesIO(ALL[0]), "-")] == ["-"]
    two = b"From a@b Fri\n" + ALL[0] + b"\n\nFrom c@d Fri\n" + ALL[1]
    assert len(list(stream_messages(io.BytesIO(two), "-"))) == 2
    assert list(stream_messages(io.BytesIO(b""), "-")) == []


def test_a_dash_is_the_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a mail server's pipe gives a message."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(ALL[0])))
    (found,) = read_reports(Path("-"))
    assert (found.kind.value, found.place) == (KINDS[0], "standard input")


def test_the_same_report_has_one_digest_wherever_it_lies(tmp_path: Path) -> None:
    """So it is applied once."""
    (tmp_path / "a.eml").write_bytes(ALL[0])
    box = mailbox.mbox(tmp_path / "b.mbox")
    box.add(ALL[0])
    box.close()
    first, second = read_reports(tmp_path)
    assert first.digest == second.digest


def test_a_message_without_end_is_kept_in_part(tmp_path: Path) -> None:
    """Memory holds 2 MiB of a message, however long it is, and the next one is found."""
    path = tmp_path / "inbox"
    with path.open("wb") as stream:
        stream.write(b"From a@b Fri\nSubject: x\n\n")
        for _ in range(40):
            stream.write(b"y" * (1 << 20))
        stream.write(b"\n\nFrom c@d Fri\n" + ALL[0])
    found = list(messages(path))
    assert len(found) == 2
    assert len(found[0].content) <= LARGEST + (64 << 10)
    assert [each.kind.value for each in read_reports(path)][1] == KINDS[0]


def test_what_is_no_mailbox_says_so(tmp_path: Path) -> None:
    """One line that names the place."""
    with pytest.raises(EvidenceNotFoundError, match="absent cannot be read"):
        list(messages(tmp_path / "absent"))
    with pytest.raises(EvidenceError, match="no Maildir"):
        list(messages(tmp_path))


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_any_stream_is_read(parts: list[bytes]) -> None:
    """Whatever it holds, nothing is raised."""
    list(stream_messages(io.BytesIO(b"\n\nFrom x\n".join(parts)), "-"))
    list(stream_messages(io.BytesIO(b"From x\n" + b"\n\nFrom x\n".join(parts)), "-"))
