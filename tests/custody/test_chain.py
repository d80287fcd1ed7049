"""A log whose lines are bound to each other shows what was done to it."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.custody.chain import START, Chain, check_chain, end_fault, read_chain
from alpheus.errors import EvidenceNotFoundError, OutputError


def _written(path: Path, *texts: str) -> Path:
    with Chain(path) as chain:
        chain.append(texts)
    return path


def test_what_was_written_is_read_and_holds(tmp_path: Path) -> None:
    """Lines come back in order, over several openings, and the chain is whole."""
    path = _written(tmp_path / "log", "one", "two\twith tab")
    _written(path, "three")
    assert list(read_chain(path)) == ["one", "two\ufffdwith tab", "three"]
    report = check_chain(path)
    assert (report.lines, report.fault) == (3, None)
    assert report.head == path.read_text().splitlines()[-1].split("\t")[1]


def test_an_empty_log_holds(tmp_path: Path) -> None:
    """Nothing was done yet; nothing was changed either."""
    report = check_chain(_written(tmp_path / "log"))
    assert (report.lines, report.head, report.fault) == (0, START, None)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda lines: [lines[0], lines[1].replace("b", "B"), *lines[2:]], 2),
        (lambda lines: [lines[0], *lines[2:]], 2),
        (lambda lines: lines[1:], 1),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], 3),
        (lambda lines: [*lines[:3], "4\tnothing", lines[3]], 4),
    ],
    ids=["changed", "left out", "first left out", "moved", "put in twice", "put in"],
)
def test_what_was_done_to_a_line_is_found_where_it_was_done(
    tmp_path: Path, change: object, line: int
) -> None:
    """The first line that does not fit is named."""
    path = _written(tmp_path / "log", "a", "b", "c", "d")
    assert callable(change)
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")
    fault = check_chain(path).fault
    assert fault is not None
    assert fault.line == line


def test_lines_cut_off_show_against_a_head_that_was_noted(tmp_path: Path) -> None:
    """A shorter log holds by itself, but ends with another hash."""
    path = _written(tmp_path / "log", "a", "b")
    whole = check_chain(path).head
    path.write_text(path.read_text().splitlines(keepends=True)[0])
    assert check_chain(path).fault is None
    assert check_chain(path).head != whole


@settings(deadline=None)
@given(cut=st.integers(min_value=1, max_value=90))
def test_a_line_that_a_kill_left_unfinished_is_cut_off_and_said(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    """After that the log goes on, whole."""
    path = _written(tmp_path_factory.mktemp("x") / "log", "first", "second " + "x" * 40)
    os.truncate(path, path.stat().st_size - cut)
    _written(path, "third")
    texts = list(read_chain(path))
    assert texts[0] == "first"
    assert "recovered" in texts[1]
    assert texts[-1] == "third"
    assert check_chain(path).fault is None


def test_a_last_line_longer_than_a_block_is_found(tmp_path: Path) -> None:
    """The end is searched as far back as it takes."""
    path = _written(tmp_path / "log", "a", "x" * 300_000)
    _written(path, "b")
    assert check_chain(path).lines == 3


@settings(deadline=None)
@given(text=st.text())
def test_any_text_is_one_line(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Line feeds and other controls cannot make lines of their own."""
    path = _written(tmp_path_factory.mktemp("x") / "log", text, "end")
    assert check_chain(path).fault is None
    assert len(list(read_chain(path))) == 2


def test_two_runs_do_not_write_one_log(tmp_path: Path) -> None:
    """The second is told to wait."""
    with Chain(tmp_path / "log"), pytest.raises(OutputError, match="another run"):
        Chain(tmp_path / "log")


def test_a_file_that_is_no_log_is_left_alone(tmp_path: Path) -> None:
    """Nothing is appended to what somebody else wrote."""
    path = tmp_path / "log"
    path.write_text("a letter\n")
    with pytest.raises(OutputError, match="last line"):
        Chain(path)
    assert path.read_text() == "a letter\n"
    assert check_chain(path).fault is not None


def test_a_place_that_cannot_be_written_is_an_error_of_one_line(tmp_path: Path) -> None:
    """So is a log that is not there."""
    with pytest.raises(OutputError, match="Cannot write"):
        Chain(tmp_path / "missing" / "log")
    with pytest.raises(EvidenceNotFoundError, match="cannot be read"):
        check_chain(tmp_path / "missing")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_leaves_the_chain_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be written whole is taken back; the next line fits."""
    path = tmp_path / "log"
    real = os.write

    def full(file: int, data: bytes) -> int:
        if len(data) > 20:
            return real(file, data[:20])
        raise OSError(28, "No space left on device")

    with Chain(path) as chain:
        chain.append(["a"])
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OutputError, match="no space"):
            chain.append(["b" * 80])
        monkeypatch.setattr(os, "write", real)
        chain.append(["c"])
    assert list(read_chain(path)) == ["a", "c"]
    assert check_chain(path).fault is None


def test_what_decodes_to_the_same_text_is_not_the_same_line(tmp_path: Path) -> None:
    """Bytes are compared, not characters."""
    path = _written(tmp_path / "log", "a\x00b", "c")
    content = path.read_bytes()
    assert "\ufffd".encode() in content
    path.write_bytes(content.replace("\ufffd".encode(), b"\xef\xbf"))
    fault = check_chain(path).fault
    assert fault is not None
    assert fault.line == 1


def test_a_last_line_without_its_end_does_not_hold(tmp_path: Path) -> None:
    """It would be cut off when the log is opened again."""
    path = _written(tmp_path / "log", "a", "b")
    path.write_bytes(path.read_bytes()[:-1])
    report = check_chain(path)
    assert report.fault is not None
    assert (report.lines, report.fault.line) == (1, 2)


@pytest.mark.parametrize("content", [
    b"a letter without an end", b"\x00\x01binary", b"12 men", b"1\tshort\ttext", b"x" * 70_000,
])  # fmt: skip
def test_nothing_of_a_file_that_is_no_log_is_cut_off(tmp_path: Path, content: bytes) -> None:
    """Only what a line of ours begins with is taken for one that was torn."""
    path = tmp_path / "letter"
    path.write_bytes(content)
    with pytest.raises(OutputError, match="none of this log"):
        Chain(path)
    assert path.read_bytes() == content


def test_what_a_loss_of_power_leaves_is_cut_off(tmp_path: Path) -> None:
    """A file that grew before its content came is full of zeros."""
    path = _written(tmp_path / "log", "a")
    with path.open("ab") as stream:
        stream.write(bytes(50))
    _written(path, "b")
    assert next(iter(list(read_chain(path))[1:])).startswith("recovered: 50 bytes")
    assert check_chain(path).fault is None


def test_a_place_that_is_no_file_is_refused(tmp_path: Path) -> None:
    """Neither a device nor a pipe keeps lines; nothing waits for one."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(OutputError, match="is no file"):
            Chain(path)


def test_a_file_without_line_ends_is_not_read_to_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evidence that was named by mistake is not taken into memory."""
    monkeypatch.setattr("alpheus.custody.chain._LONGEST", 1 << 16)
    path = tmp_path / "image"
    path.write_bytes(bytes(1 << 20))
    with pytest.raises(OutputError, match="none of this log"):
        Chain(path)


def test_another_process_is_waited_for(tmp_path: Path) -> None:
    """As long as was asked for."""
    first = Chain(tmp_path / "log")
    threading.Timer(0.1, first.close).start()
    with Chain(tmp_path / "log", wait=10) as second:
        second.append(["x"])
    assert check_chain(tmp_path / "log").lines == 1


def test_of_a_long_log_the_end_is_checked(tmp_path: Path) -> None:
    """A change in its last lines is found, with its number; a whole one holds."""
    path = tmp_path / "log"
    with Chain(path) as chain:
        chain.append(f"line {number} {'x' * 1000}" for number in range(1, 1501))
    assert end_fault(path, whole=1000) is None
    content = path.read_bytes()
    path.write_bytes(content.replace(b"line 1400 ", b"line 1401 "))
    fault = end_fault(path, whole=1000)
    assert fault is not None
    assert (fault.line, "hash does not fit" in fault.reason) == (1400, True)
    path.write_bytes(content.replace(b"line 3 ", b"line 4 "))
    assert end_fault(path, whole=1000) is None
    fault = end_fault(path)
    assert fault is not None
    assert fault.line == 3


def test_a_disk_that_takes_no_cut_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the file, in words; the next opening cuts the line off."""
    path = _written(tmp_path / "log", "a", "b")
    path.write_bytes(path.read_bytes()[:-1])

    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OutputError, match="no space is left"):
        patch.setattr(os, "ftruncate", fails)
        Chain(path)
    assert check_chain(_written(path, "c")).fault is None
