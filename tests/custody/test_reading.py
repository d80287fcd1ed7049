"""Any change of a custody log shows, byte by byte."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.custody.chain import START, Chain
from alpheus.custody.entries import (
    Action,
    Detail,
    Entry,
    Export,
    Note,
    Package,
    Plan,
    RunFinished,
    RunStarted,
    Verification,
    encode,
)
from alpheus.custody.log import CustodyLog
from alpheus.custody.place import manifests_beside
from alpheus.custody.reading import SHORTEST, check, entries_of, is_digest, read_lines
from alpheus.errors import EvidenceNotFoundError
from custody_entries import DETAILS, FRAME, text_of


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, str]:
    """A log of five lines, its bytes, and its head."""
    path = tmp_path_factory.mktemp("small") / "custody.log"
    log = CustodyLog(path, "kim")
    log.write([RunStarted("triage", ("a",)), Note("caf\u00e9\ta\nb"), Package("E1", "a", "", 3)])
    log.write([Note("d"), RunFinished("done")])
    return path, path.read_bytes(), log.head


def _broken(small: tuple[Path, bytes, str], changed: bytes, *, head: bool = False) -> bool:
    path, _, noted = small
    with path.open("r+b", buffering=0) as stream:  # emptied first, it would be synchronised
        stream.write(changed)
        stream.truncate()
    return bool(check(path, head=noted if head else "").fault)


def test_a_log_as_it_was_written_holds(small: tuple[Path, bytes, str]) -> None:
    """With its own head, and with every earlier one, whole or shortened."""
    path, content, head = small
    path.write_bytes(content)
    found = check(path, head=head)
    assert (found.lines, found.head, found.fault, found.remarks) == (5, head, "", ())
    for line in read_lines(path):
        assert not check(path, head=line.hash[:SHORTEST]).fault


def test_every_changed_byte_shows(small: tuple[Path, bytes, str]) -> None:
    """Each byte, by one bit, by all, to a line end."""
    _, content, _ = small
    for place, byte in enumerate(content):
        for other in {byte ^ 1, byte ^ 0xFF, 0x0A} - {byte}:
            changed = content[:place] + bytes([other]) + content[place + 1 :]
            assert _broken(small, changed), (place, byte, other)


def test_every_deleted_and_doubled_byte_shows(small: tuple[Path, bytes, str]) -> None:
    """Wherever it stands."""
    _, content, _ = small
    for place in range(len(content)):
        assert _broken(small, content[:place] + content[place + 1 :]), place
        doubled = content[: place + 1] + content[place : place + 1] + content[place + 1 :]
        assert _broken(small, doubled), place


def test_every_line_deleted_doubled_swapped_or_put_in_shows(
    small: tuple[Path, bytes, str],
) -> None:
    """The last one that was deleted shows against the head."""
    _, content, _ = small
    lines = content.splitlines(keepends=True)
    for number, line in enumerate(lines):
        rest = lines[:number] + lines[number + 1 :]
        assert _broken(small, b"".join(rest), head=number == len(lines) - 1)
        for place in range(len(lines) + 1):
            assert _broken(small, b"".join([*lines[:place], line, *lines[place:]]))
        for other in range(number):
            swapped = list(lines)
            swapped[number], swapped[other] = swapped[other], swapped[number]
            assert _broken(small, b"".join(swapped))
    assert _broken(small, b"".join([*lines[:2], b"\n", *lines[2:]]))


def test_a_cut_at_every_byte_shows(small: tuple[Path, bytes, str]) -> None:
    """In a line by itself, and where nothing is left; at the end of a line against the head."""
    _, content, _ = small
    ends = {n + 1 for n, byte in enumerate(content) if byte == 0x0A}
    for place in range(len(content)):
        assert _broken(small, content[:place]) == (place not in ends)
        assert _broken(small, content[:place], head=True)
        assert _broken(small, content[place + 1 :], head=True)


def test_a_log_that_was_written_anew_shows_against_the_head(tmp_path: Path) -> None:
    """It holds by itself; nothing but a head that was noted elsewhere can tell."""
    log = CustodyLog(tmp_path / "custody.log", "kim")
    log.write([Note("what was said")])
    noted = log.head
    log.path.unlink()
    CustodyLog(log.path, "kim").write([Note("what should have been said")])
    assert not check(log.path).fault
    found = check(log.path, head=noted)
    assert "or it is another log" in found.fault
    assert found.line == 0


@settings(max_examples=25)
@given(details=st.lists(DETAILS, min_size=1, max_size=5), data=st.data())
def test_any_entries_hold_and_any_change_of_them_shows(
    details: list[Detail],
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever they say."""
    path = tmp_path_factory.mktemp("any") / "custody.log"
    with Chain(path) as chain:
        chain.append(text_of(one) for one in details)
    assert check(path).lines == len(details)
    content = path.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != content[place]))
    path.write_bytes(content[:place] + bytes([byte]) + content[place + 1 :])
    assert check(path).fault


def test_a_list_beside_the_log_that_was_changed_shows(tmp_path: Path) -> None:
    """So does one that is gone; a name that is no hash leads nowhere."""
    log = CustodyLog(tmp_path / "custody.log", "kim")
    digest = sha256(b"00  a\n").hexdigest()
    log.keep_manifest(digest, [b"00  a\n"])
    log.write([Note("x"), Package("E1", "a", "", 3, 1, digest)])
    assert not check(log.path).fault
    kept = manifests_beside(log.path) / f"{digest}.txt"
    kept.write_bytes(b"01  a\n")
    found = check(log.path)
    assert (found.line, "was changed" in found.fault) == (2, True)
    kept.unlink()
    assert "cannot be read" in check(log.path).fault
    log.write([Package("E1", "a", "", 3, 1, "../../secret")])
    kept.write_bytes(b"00  a\n")
    found = check(log.path)
    assert (found.line, "is none" in found.fault) == (3, True)
    assert not is_digest("A" * 64)


def test_what_is_worth_knowing_is_said(tmp_path: Path) -> None:
    """A clock that was set back, a line of another program; they are no faults."""
    path = tmp_path / "custody.log"
    with Chain(path) as chain:
        early = Entry(replace(FRAME, time="2020-01-01T00:00:00Z"), Note("x"))
        chain.append([text_of(Note("x")), encode(early), '{"kind":"later"}'])
    found = check(path)
    assert not found.fault
    assert "line 2: its time, 2020-01-01T00:00:00Z, is before" in found.remarks[0]
    assert found.remarks[1].startswith("line 3: it is no entry that this version knows")


def test_an_entry_that_is_not_as_its_kind_is_a_fault(tmp_path: Path) -> None:
    """Nothing of ours has written it, though the chain holds."""
    path = tmp_path / "custody.log"
    with Chain(path) as chain:
        chain.append([text_of(Note("x")), '{"kind":"note"}'])
    found = check(path)
    assert (found.lines, found.line) == (1, 2)
    assert "of the kind note" in found.fault


def test_an_empty_log_and_one_that_is_not_there(tmp_path: Path) -> None:
    """The first holds, but not against a head."""
    (tmp_path / "log").touch()
    assert check(tmp_path / "log").head == START
    assert check(tmp_path / "log", head="ab" * 32).fault
    with pytest.raises(EvidenceNotFoundError, match="cannot be read"):
        check(tmp_path / "missing")


def test_only_the_first_bytes_count_where_others_write_on(tmp_path: Path) -> None:
    """As many as there were when reading began."""
    log = CustodyLog(tmp_path / "log", "kim")
    log.write([Note("a")])
    size = log.path.stat().st_size
    log.write([Note("b")])
    assert check(log.path, size=size).lines == 1
    assert check(log.path, size=size - 1).fault
    assert check(log.path, size=size + 1).lines == 1


def test_what_belongs_to_an_assessment_is_found(tmp_path: Path) -> None:
    """Its run, plans of it, what was done by these, comparisons; nothing of others."""
    path = tmp_path / "custody.log"

    def run(*details: Detail) -> None:
        CustodyLog(path, "kim").write(details)

    run(RunStarted("triage"), Package("E1", "a", "", 1), RunFinished("done", {}, "aa"))
    run(RunStarted("triage"), RunFinished("done", {}, "bb"))
    run(RunStarted("clean plan"), Plan("MX01", "p1", "aa", 1))
    run(RunStarted("clean apply", (), "p1"), Action("p1", "apply", "x", "00", "done"))
    run(RunStarted("clean apply", (), "p2"), Action("p2", "apply", "y", "00", "done"))
    run(RunStarted("clean verify"), Verification("MX01", "aa", "", "verified-clean"))
    run(RunStarted("triage"), Export("json", "-", "aa", 1))
    run(Note("of nothing"))
    assert [line.number for line in entries_of(path, "aa")] == [1, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15]
    assert [line.number for line in entries_of(path, "bb")] == [4, 5]
    assert entries_of(path, "") == ()
