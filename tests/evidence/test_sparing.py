"""What is left in a store, by name and size."""

from __future__ import annotations

import pytest

from alpheus.evidence.sparing import LEAST, PROGRAM, Left, is_known_by_hash, is_left, is_read
from alpheus.model import Skipped

LARGE = LEAST


@pytest.mark.parametrize(
    "path",
    [
        "C/Program Files/Exchange/Mailbox/db1/db1.EDB",
        "C/logs/E0100000A3F.log",
        "E01000A3.log",
        "C/pagefile.sys",
        "pagefile.sys",
        "dumps/lsass.dmp",
    ],
)
def test_databases_and_memory_are_left_if_they_are_large(path: str) -> None:
    """Nothing reads them; small files are read whatever they are called."""
    assert is_left(path, LARGE)
    assert not is_left(path, LARGE - 1)
    assert not is_left(path, None)
    assert is_read(path, LARGE) is False
    assert is_read(path, LARGE - 1) is True


@pytest.mark.parametrize(
    ("path", "sure"),
    [
        ("C/inetpub/logs/LogFiles/W3SVC1/u_ex210303.log", True),
        ("C/Windows/System32/winevt/Logs/Security.evtx", True),
        ("C/$MFT", None),
        ("C/inetpub/wwwroot/bin/App.dll", None),
        ("C/Users/x/dmp", None),
    ],
)
def test_what_may_be_read_is_not_left(path: str, sure: object) -> None:
    """Logs will be read; of others the beginning tells."""
    assert not is_left(path, 1 << 40)
    assert is_read(path, LARGE) is sure


def test_what_was_left_is_told_with_the_remedy() -> None:
    """As a loss that says how much, and how to read it."""
    left = Left("E1")
    left.add(5_000_000)
    left.add(None)
    loss = left.loss()
    assert (loss.evidence, loss.path, loss.count) == ("E1", "", 2)
    assert loss.reason.startswith("left in the store (5 MB)")
    assert "--whole" in loss.reason


def test_what_parts_left_is_one_loss() -> None:
    """Rounded once, at the end."""
    parts = []
    for _ in range(3):
        left = Left("E1")
        left.add(400_000)
        parts.append(left.loss())
    one = parts[0].with_that(parts[1]).with_that(parts[2])
    assert type(one.plain()) is Skipped
    assert (one.plain().count, one.plain().reason[:24]) == (3, "left in the store (1 MB)")


def test_programs_are_read_for_their_hash() -> None:
    """Up to a bound; what is no program is not."""
    for head in (b"MZ\x90", b"\x7fELF\x02"):
        assert is_known_by_hash(head, PROGRAM)
        assert is_known_by_hash(head, None)
        assert not is_known_by_hash(head, PROGRAM + 1)
    assert not is_known_by_hash(b"regf", 10)
