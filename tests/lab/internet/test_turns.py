"""Whose turn it is."""

from __future__ import annotations

import os
import threading
from collections import Counter

import pytest

from alpheus.lab.internet.turns import Turns


def test_members_take_turns_at_each_address_by_itself() -> None:
    """From the first to the last and again; what another address is asked does not count."""
    turns = Turns()
    found = [(turns.next("127.16.0.1", 3), turns.next("127.16.0.2", 2)) for _ in range(4)]
    assert found == [(0, 0), (1, 1), (2, 0), (0, 1)]
    assert [turns.next("::1", 2) for _ in range(3)] == [0, 1, 0]
    assert turns.next("127.255.255.255", 2) == 0


def test_threads_do_not_take_the_same_turn() -> None:
    """However many ask at once, every member has its share."""
    turns = Turns()
    met: list[int] = []

    def ask() -> None:
        met.extend([turns.next("127.16.0.1", 2) for _ in range(500)])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(met) == {0: 1000, 1: 1000}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_processes_count_together() -> None:
    """What a process that was forked took is not given again."""
    turns = Turns()
    assert turns.next("127.16.0.1", 2) == 0
    child = os.fork()
    if not child:
        os._exit(turns.next("127.16.0.1", 2))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    assert turns.next("127.16.0.1", 2) == 0
