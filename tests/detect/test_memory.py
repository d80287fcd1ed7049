"""Remembering what unchanged evidence said."""

from __future__ import annotations

import os
import pickle
import sqlite3
from pathlib import Path

import pytest

from alpheus.detect import memory as memory_module
from alpheus.detect.collector import Collector
from alpheus.detect.memory import (
    Memory,
    _digest,
    fingerprint_of_evidence,
    fingerprint_of_files,
    rules_version,
)
from alpheus.model import Weight
from making import event, origin, rule


def _memory(folder: Path) -> Memory:
    memory = Memory.open(folder)
    assert memory is not None
    return memory


def test_what_is_remembered_comes_back_equal(tmp_path: Path) -> None:
    """A collector comes back with everything it held."""
    collector = Collector()
    collector.hit(rule(client="c-ip"), origin(), event("iis", {"c-ip": "192.0.2.1"}))
    collector.cover(origin(), "iis-site-1").rows = 3
    _memory(tmp_path).remember("k", collector)
    assert _memory(tmp_path).recall("k") == collector
    assert _memory(tmp_path).recall("other") is None


def test_the_store_is_the_users_alone(tmp_path: Path) -> None:
    """It holds text of evidence: nobody else may read it."""
    folder = tmp_path / "cache"
    _memory(folder).remember("k", 1)
    assert (folder.stat().st_mode & 0o777, (folder / "said.sqlite").stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def test_a_store_that_was_tampered_with_runs_nothing(tmp_path: Path) -> None:
    """Only our own records are made from it; anything else is as if nothing was remembered."""
    memory = _memory(tmp_path)
    with sqlite3.connect(tmp_path / "said.sqlite") as connection:
        connection.execute(
            "INSERT INTO said VALUES (?, ?, 1)", (_digest("k"), pickle.dumps(_Evil()))
        )
    assert memory.recall("k") is None


@pytest.mark.parametrize("content", [b"", b"\x80", b"garbage", pickle.dumps([1])[:-2]])
def test_a_damaged_entry_is_not_used(tmp_path: Path, content: bytes) -> None:
    """Damage costs the time of reading again, nothing else."""
    memory = _memory(tmp_path)
    with sqlite3.connect(tmp_path / "said.sqlite") as connection:
        connection.execute("INSERT INTO said VALUES (?, ?, 1)", (_digest("k"), content))
    assert memory.recall("k") is None


def test_a_place_that_cannot_be_used_is_no_failure(tmp_path: Path) -> None:
    """Without a store everything is read again."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert Memory.open(blocked) is None
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "said.sqlite").write_bytes(b"no database" * 1000)
    assert Memory.open(tmp_path / "broken") is None


def test_a_changed_file_changes_the_fingerprint(tmp_path: Path) -> None:
    """Size, time and name of every file count; an unchanged folder keeps its fingerprint."""
    file = tmp_path / "a.yml"
    file.write_text("1")
    before = fingerprint_of_files([file])
    assert fingerprint_of_files([file]) == before
    file.write_text("22")
    assert fingerprint_of_files([file]) != before
    assert rules_version([tmp_path]) != rules_version()


def test_what_is_gathered_is_written_at_once(tmp_path: Path) -> None:
    """Until then others may write: no process waits for one that is still reading."""
    first, second = _memory(tmp_path), _memory(tmp_path)
    first.begin()
    first.remember("a", 1)
    second.begin()
    second.remember("b", 2)
    assert second.recall("a") is None
    second.commit()
    first.commit()
    assert [_memory(tmp_path).recall(key) for key in "ab"] == [1, 2]


def test_a_full_store_drops_what_is_oldest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays within its bound, and what was kept last is still there."""
    monkeypatch.setattr(memory_module, "_KEPT_BYTES", 1 << 20)
    memory = _memory(tmp_path)
    for number in range(3000):
        memory.remember(f"k{number}", "x" * 1000)
    assert memory.recall("k0") is None
    assert memory.recall("k2999") == "x" * 1000
    assert memory._size() < 2 << 20


def test_a_store_tells_no_passwords(tmp_path: Path) -> None:
    """Keys are kept as hashes only."""
    memory = _memory(tmp_path)
    memory.remember("file:passwords=('secret-word',)", 1)
    memory.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"secret-word" not in stored


def test_anything_new_or_changed_changes_the_evidence(tmp_path: Path) -> None:
    """A file, an empty folder, a link, a changed or renamed file; never what a link points to."""
    case = tmp_path / "case"
    (case / "below").mkdir(parents=True)
    (case / "below" / "a.pyc").write_text("1")
    (tmp_path / "outside").write_text("1")
    seen = {fingerprint_of_evidence([case])}
    assert fingerprint_of_evidence([case]) in seen
    for change in (
        lambda: (case / "below" / "a.pyc").write_text("22"),
        (case / "below" / "b").mkdir,
        lambda: (case / "link").symlink_to(tmp_path / "outside"),
        lambda: (case / "below" / "a.pyc").rename(case / "below" / "c.pyc"),
    ):
        change()
        found = fingerprint_of_evidence([case])
        assert found not in seen
        seen.add(found)
    (tmp_path / "outside").write_text("22")
    assert fingerprint_of_evidence([case]) in seen
    assert fingerprint_of_evidence([tmp_path / "missing"]) not in seen


class _Named:
    """Written as Python 3.11.0 to 3.11.3 write a member of an enumeration."""

    def __init__(self, kind: object, name: str) -> None:
        self._of = (kind, name)

    def __reduce__(self) -> tuple[object, tuple[object, str]]:
        return getattr, self._of


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [
        (Weight, "PROOF", Weight.PROOF),
        (Weight, "__doc__", None),
        (Weight, "mro", None),
        (Collector, "hit", None),
    ],
)
def test_members_of_enumerations_come_back_and_no_other_attribute(
    tmp_path: Path, kind: object, name: str, found: object
) -> None:
    """However the version of Python that wrote them names them."""
    memory = _memory(tmp_path)
    with sqlite3.connect(tmp_path / "said.sqlite") as connection:
        written = pickle.dumps(_Named(kind, name))
        connection.execute("INSERT INTO said VALUES (?, ?, 1)", (_digest("k"), written))
    assert memory.recall("k") is found
