"""What an administrator could have done too counts only when something ties it to the attack.

A tie is an entity shared with the web server, a shell or the attacker on the same server: a
process that descends from a worker process, a logon session, an account named in an attacker's
command, an attacker's address, the name of a shell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from alpheus.detect.model import HitGroup, text_of
from alpheus.detect.process_tree import (
    ProcessTree,
    own_key,
    parent_is_worker,
    parent_key,
)
from alpheus.judge.record import ServerRecord
from alpheus.model import Event, Stage, Weight

_CLIENT_FIELDS = ("ClientIpAddress", "c-ip", "IpAddress", "SourceIp", "SourceAddress")
_COMMAND_FIELDS = ("CommandLine", "Parameters", "ScriptBlockText", "cs-uri-query", "CMD")
_ACCOUNT_FIELDS = ("TargetUserName", "SamAccountName", "MemberName", "ServiceName", "TaskName")
_SHARED_LOGONS = frozenset({"", "0x0", "0x3e4", "0x3e5", "0x3e7", "-"})
_NEAR = timedelta(minutes=10)
_TEXT_LIMIT = 200_000


@dataclass(slots=True)
class Anchors:
    """Entities of what is certain: the attacker's addresses, sessions, commands, shells, times."""

    clients: set[str] = field(default_factory=set)
    logons: set[str] = field(default_factory=set)
    commands: str = ""
    shells: set[str] = field(default_factory=set)
    moments: list[Event] = field(default_factory=list)


def anchors_of(record: ServerRecord, tree: ProcessTree, shells: Iterable[str]) -> Anchors:
    """Collect the entities of every hit that needs no tie itself, and of the worker's children."""
    anchors = Anchors(shells={shell.lower() for shell in shells if len(shell) > 6})
    certain = [
        event
        for group, event in record.events()
        if _is_anchor(group) and not event.malformed
    ]  # fmt: skip
    hosts = {name.lower().split(".")[0] for name in record.identity.aliases}
    children = [e for e in tree.commands() if (e.host or "").lower().split(".")[0] in hosts]
    commands: list[str] = []
    for event in (*certain, *children):
        anchors.clients.update(v for v in (text_of(event, f) for f in _CLIENT_FIELDS) if v)
        logon = text_of(event, "LogonId") or text_of(event, "SubjectLogonId")
        anchors.logons.add(logon.lower())
        commands.extend(text_of(event, name).lower() for name in _COMMAND_FIELDS)
    anchors.logons -= _SHARED_LOGONS
    anchors.clients -= {"127.0.0.1", "::1", "-"}
    anchors.commands = "\n".join(c for c in commands if c)[:_TEXT_LIMIT]
    anchors.moments = [e for e in children if e.time is not None]
    return anchors


def _is_anchor(group: HitGroup) -> bool:
    meaning = group.rule.meaning
    return (
        not meaning.tie
        and not group.raw
        and meaning.weight is not Weight.CONTEXT
        and meaning.stage.rank >= Stage.EXPLOITED.rank
    )


def tied_events(group: HitGroup, anchors: Anchors, tree: ProcessTree) -> list[Event]:
    """The events of a hit group that are tied to the attack."""
    return [event for event in group.kept() if _tied(event, anchors, tree)]


def _tied(event: Event, anchors: Anchors, tree: ProcessTree) -> bool:
    if parent_is_worker(event) or "\\w3wp.exe" in text_of(event, "Image").lower():
        return True
    if tree.descends(own_key(event), event) or tree.descends(parent_key(event), event):
        return True
    logon = (text_of(event, "SubjectLogonId") or text_of(event, "LogonId")).lower()
    if logon in anchors.logons:
        return True
    if any(text_of(event, name) in anchors.clients for name in _CLIENT_FIELDS):
        return True
    return _named(event, anchors) or _by_system_at_once(event, anchors)


def _named(event: Event, anchors: Anchors) -> bool:
    """An account, service or task that an attacker's command names, or a shell's name."""
    for name in _ACCOUNT_FIELDS:
        value = text_of(event, name).lower().rpartition("\\")[2]
        value = re.sub(r"^cn=([^,]+),.*", r"\1", value)
        word = rf"(?<![\w.-]){re.escape(value)}(?![\w.-])"
        if len(value) > 2 and not value.endswith("$") and re.search(word, anchors.commands):
            return True
    text = event.citation.text.lower()
    return any(shell in text for shell in anchors.shells)


def _by_system_at_once(event: Event, anchors: Anchors) -> bool:
    """Done by the system itself, as whom Exchange's workers run, within minutes of such a child."""
    subject = text_of(event, "SubjectUserName")
    by_system = subject.endswith("$") or text_of(event, "SubjectLogonId").lower() == "0x3e7"
    if not by_system or event.time is None:
        return False
    return any(
        moment.time is not None and timedelta(0) <= event.time - moment.time <= _NEAR
        for moment in anchors.moments
    )
