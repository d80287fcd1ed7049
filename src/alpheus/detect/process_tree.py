"""Descendants of a web server's worker processes, followed while process events go by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from alpheus.detect.model import text_of
from alpheus.model import Event

WORKERS = ("\\w3wp.exe", "\\umworkerprocess.exe")
DESCENDANTS_KEPT = 100_000
PROCESS_ID_LIFE = timedelta(hours=24)
"""Windows reuses process ids; a parent seen longer ago than this is not believed."""

_PROCESSES = re.compile(
    r'"(?:Parent)?Process(?:Guid|Id)"\s*:\s*(?:"((?:[^"\\]|\\.)*)"|([0-9]+))', re.DOTALL
)
_ELSEWHERE = re.compile(r'Process(?:Guid|Id)"(?!\s*:\s*["0-9])')
"""A name whose value stands neither in a string nor in a number right behind it."""


def starts_process(event: Event) -> bool:
    """Whether the event records that a process was started."""
    number = event.fields.get("EventID")
    return (event.source == "sysmon" and number == "1") or (
        event.source == "windows-security" and number == "4688"
    )


def own_key(event: Event) -> tuple[str, str] | None:
    """Host and identity of the process that an event started or that acted in it."""
    guid = text_of(event, "ProcessGuid")
    if guid:
        return _host(event), guid.lower().strip("{}")
    name = "NewProcessId" if text_of(event, "NewProcessId") else "ProcessId"
    return _by_number(event, text_of(event, name))


def parent_key(event: Event) -> tuple[str, str] | None:
    """Host and identity of the parent of a process that an event started."""
    guid = text_of(event, "ParentProcessGuid")
    if guid:
        return _host(event), guid.lower().strip("{}")
    if text_of(event, "NewProcessId"):
        return _by_number(event, text_of(event, "ProcessId"))
    return _by_number(event, text_of(event, "ParentProcessId"))


def parent_is_worker(event: Event) -> bool:
    """Whether the parent is a worker process of a web server or of unified messaging."""
    parent = text_of(event, "ParentImage") or text_of(event, "ParentProcessName")
    return parent.lower().endswith(WORKERS)


@dataclass(slots=True)
class ProcessTree:
    """Which processes descend from a worker process."""

    _descendants: dict[tuple[str, str], Event] = field(default_factory=dict)
    _identities: set[str] = field(default_factory=set)

    def note(self, event: Event) -> None:
        """Follow one event; parents come before children within a log."""
        if not starts_process(event) or len(self._descendants) >= DESCENDANTS_KEPT:
            return
        own = own_key(event)
        if own is not None and (parent_is_worker(event) or self.descends(parent_key(event), event)):
            self._follow(own, event)

    def could_descend(self, text: str) -> bool:
        """Whether the start of a process, as JSON, may name a process that is followed.

        Never false for one whose parent is; used before an event is decoded.
        """
        if not self._descendants:
            return False
        found = [quoted or plain for quoted, plain in _PROCESSES.findall(text)]
        if not found or _ELSEWHERE.search(text) is not None:
            return True
        return any("\\" in name or _identity(name) in self._identities for name in found)

    def _follow(self, key: tuple[str, str], event: Event) -> None:
        self._descendants[key] = event
        self._identities.add(key[1].rpartition(":")[2])

    def descends(self, key: tuple[str, str] | None, event: Event) -> bool:
        """Whether the process `key`, spoken of by `event`, descends from a worker process."""
        ancestor = self._descendants.get(key) if key is not None else None
        if ancestor is None:
            return False
        if ancestor.time is None or event.time is None:
            return True
        return timedelta(seconds=-2) <= event.time - ancestor.time <= PROCESS_ID_LIFE

    def absorb(self, other: ProcessTree) -> None:
        """Add the descendants that another part of the evidence gave."""
        for key, event in other._descendants.items():
            if len(self._descendants) < DESCENDANTS_KEPT:
                self._follow(key, self._descendants.get(key, event))

    def commands(self) -> list[Event]:
        """The events that started the descendants."""
        return list(self._descendants.values())


def _host(event: Event) -> str:
    return (event.host or "").lower().split(".")[0]


def _by_number(event: Event, text: str) -> tuple[str, str] | None:
    number = _number(text)
    return None if number is None else (_host(event), f"{event.source}:{number}")


def _number(text: str) -> int | None:
    try:
        return int(text, 16) if text.lower().startswith("0x") else int(text)
    except ValueError:
        return None


def _identity(text: str) -> str:
    """A process id as a number, or a GUID, as they stand in the keys of the tree."""
    number = _number(text)
    return text.lower().strip("{}") if number is None else str(number)
