"""Whether the program that claimed a notice is still there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from alpheus.notify.at_work import is_at_work, name_of_process
from alpheus.notify.model import Event, EventKind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="told by /proc")


def _claim(detail: str, kind: EventKind = EventKind.HANDING_OVER) -> Event:
    return Event(1, 1, "2021-03-10T00:00:00Z", "kim", kind, detail)


def test_a_claim_holds_as_long_as_its_process_lives() -> None:
    """Killed, it is gone, also before anybody has asked how it ended."""
    process = subprocess.Popen([sys.executable, "-Sc", "input()"], stdin=subprocess.PIPE)
    claim = _claim(name_of_process(process.pid))
    assert is_at_work(claim)
    assert not is_at_work(_claim(claim.detail, EventKind.UNCERTAIN))
    process.kill()
    while is_at_work(claim):
        pass
    process.communicate()
    assert not is_at_work(claim)
    assert name_of_process(process.pid) == ""


@pytest.mark.parametrize(
    "detail",
    ["", "process 1 on elsewhere (begun 1)", "process x on y (begun z)", name_of_process()],
    ids=["nobody", "elsewhere", "nonsense", "ourselves"],
)
def test_who_cannot_be_asked_is_not_at_work(detail: str) -> None:
    """Of another machine, of another time, or this process itself: a person looks."""
    assert not is_at_work(_claim(detail))
