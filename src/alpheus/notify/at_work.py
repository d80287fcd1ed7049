"""Which program claimed a notice, and whether it is still there.

A claim without an outcome is either that of a run which is just waiting for the mail server, or
that of one which was killed. The claim names its process, so that another run on that machine can
tell the two apart. Where that cannot be told, nobody is at it: a person has to look.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from functools import cache
from pathlib import Path

from alpheus.notify.model import Event, EventKind

_NAME = re.compile(r"process (\d{1,10}) on (\S{1,64}) \(begun (\w{1,40})\)", re.ASCII)
_ENDED = frozenset("ZX")


def name_of_process(number: int | None = None) -> str:
    """This process, or another of this machine, as a claim names it; '' where it cannot be told."""
    number = _own() if number is None else number
    begun = _begun(number)
    return f"process {number} on {_machine()} (begun {begun})" if begun else ""


def is_at_work(claim: Event) -> bool:
    """Whether another process that is there took this down, and hands the notice over just now."""
    found = _NAME.fullmatch(claim.detail)
    if claim.kind is not EventKind.HANDING_OVER or found is None or int(found[1]) == _own():
        return False
    return claim.detail == name_of_process(int(found[1]))


def _own() -> int:
    return os.getpid()


def _begun(number: int) -> str:
    """When a process began, in ticks of its machine's own clock; '' where there is none."""
    if sys.platform != "linux":
        return ""
    try:
        text = Path(f"/proc/{number}/stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    state, *rest = text.rpartition(")")[2].split()
    return "" if state in _ENDED else rest[18]


@cache
def _machine() -> str:
    name = "".join(c for c in socket.gethostname() if c.isascii() and (c.isalnum() or c in ".-"))
    return name[:64] or "localhost"
