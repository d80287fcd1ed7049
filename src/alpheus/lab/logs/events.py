"""Windows events as JSON lines, in the form of evtx_dump or of winlogbeat (EVTX is not written)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alpheus.lab.logs.cmdlets import Cmdlet
from alpheus.lab.server import Server
from alpheus.lab.text import slot

SECURITY = "Security"
SYSMON = "Microsoft-Windows-Sysmon/Operational"
MANAGEMENT = "MSExchange Management"
APPLICATION = "Application"
CHANNELS = (SECURITY, SYSMON, MANAGEMENT, APPLICATION)

_LEVELS = {0: "information", 2: "error", 3: "warning", 4: "information"}
_SECURITY_PROVIDER = "Microsoft-Windows-Security-Auditing"
_SYSMON_PROVIDER = "Microsoft-Windows-Sysmon"


@dataclass(frozen=True, slots=True)
class WindowsEvent:
    """One event; `data` has names, or is a bare sequence as old providers write it."""

    channel: str
    provider: str
    number: int
    data: Mapping[str, str] | Sequence[str]
    level: int = 4
    task: int = 0


def line(event: WindowsEvent, server: Server, *, beats: bool) -> str:
    """The event as one line of JSON; `beats` chooses winlogbeat's form."""
    document = _winlogbeat(event, server) if beats else _evtx_dump(event, server)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # A number in JSON has no quotes; the hole had to be a string until now.
    return text.replace(f'"{slot("number")}"', slot("number"))


def _evtx_dump(event: WindowsEvent, server: Server) -> dict[str, object]:
    if isinstance(event.data, Mapping):
        data: object = dict(event.data)
    else:
        data = {"Data": {"#text": list(event.data)}}
    system = {
        "Provider": {"#attributes": {"Name": event.provider}},
        "EventID": event.number,
        "Version": 0,
        "Level": event.level,
        "Task": event.task,
        "Opcode": 0,
        "Keywords": "0x80000000000000",
        "TimeCreated": {"#attributes": {"SystemTime": slot("end")}},
        "EventRecordID": slot("number"),
        "Channel": event.channel,
        "Computer": server.fqdn,
        "Security": None,
    }
    namespace = "http://schemas.microsoft.com/win/2004/08/events/event"
    return {"Event": {"#attributes": {"xmlns": namespace}, "System": system, "EventData": data}}


def _winlogbeat(event: WindowsEvent, server: Server) -> dict[str, object]:
    if isinstance(event.data, Mapping):
        data = dict(event.data)
    else:
        data = {f"param{index}": value for index, value in enumerate(event.data, 1)}
    return {
        "@timestamp": slot("end"),
        "event": {"code": event.number, "kind": "event", "provider": event.provider},
        "log": {"level": _LEVELS[event.level]},
        "host": {"name": server.fqdn},
        "agent": {"type": "winlogbeat", "version": "7.10.2"},
        "winlog": {
            "channel": event.channel,
            "computer_name": server.fqdn,
            "event_id": event.number,
            "provider_name": event.provider,
            "record_id": slot("number"),
            "event_data": data,
        },
    }


def process_created(
    server: Server, image: str, command: str, parent: str, user: str = ""
) -> WindowsEvent:
    """Security 4688 with command line. Paths are full; `user` defaults to the computer."""
    return WindowsEvent(
        SECURITY,
        _SECURITY_PROVIDER,
        4688,
        {
            "SubjectUserSid": "S-1-5-18",
            "SubjectUserName": user or f"{server.name}$",
            "SubjectDomainName": server.netbios,
            "SubjectLogonId": "0x3e7",
            "NewProcessId": "0x1a2c",
            "NewProcessName": image,
            "TokenElevationType": "%%1936",
            "ProcessId": "0x2b30",
            "CommandLine": command,
            "TargetUserSid": "S-1-0-0",
            "TargetUserName": "-",
            "TargetDomainName": "-",
            "TargetLogonId": "0x0",
            "ParentProcessName": parent,
            "MandatoryLabel": "S-1-16-16384",
        },
        level=0,
        task=13312,
    )


def sysmon_process(
    image: str, command: str, parent: str, parent_command: str, directory: str
) -> WindowsEvent:
    """Sysmon 1, run by the system account."""
    return WindowsEvent(
        SYSMON,
        _SYSMON_PROVIDER,
        1,
        {
            "RuleName": "-",
            "UtcTime": slot("w3c"),
            "ProcessGuid": f"{{{slot('rid')}}}",
            "ProcessId": "6700",
            "Image": image,
            "CommandLine": command,
            "CurrentDirectory": directory,
            "User": "NT AUTHORITY\\SYSTEM",
            "LogonId": "0x3e7",
            "TerminalSessionId": "0",
            "IntegrityLevel": "System",
            "ParentProcessGuid": f"{{{slot('act')}}}",
            "ParentProcessId": "11056",
            "ParentImage": parent,
            "ParentCommandLine": parent_command,
        },
        task=1,
    )


def sysmon_file(image: str, target: str) -> WindowsEvent:
    """Sysmon 11: `image` created the file `target`."""
    return WindowsEvent(
        SYSMON,
        _SYSMON_PROVIDER,
        11,
        {
            "RuleName": "-",
            "UtcTime": slot("w3c"),
            "ProcessGuid": f"{{{slot('rid')}}}",
            "ProcessId": "4" if image == "System" else "5120",
            "Image": image,
            "TargetFilename": target,
            "CreationUtcTime": slot("w3c"),
        },
        task=11,
    )


def account_created(server: Server, account: str, by: str) -> WindowsEvent:
    """Security 4720: `by` created the local account."""
    return WindowsEvent(
        SECURITY,
        _SECURITY_PROVIDER,
        4720,
        {
            "TargetUserName": account,
            "TargetDomainName": server.name,
            "TargetSid": f"{server.domain_sid}-1188",
            "SubjectUserSid": "S-1-5-18",
            "SubjectUserName": by,
            "SubjectDomainName": server.netbios,
            "SubjectLogonId": "0x3e7",
            "SamAccountName": account,
        },
        level=0,
        task=13824,
    )


def group_member_added(server: Server, account: str, group: str, by: str) -> WindowsEvent:
    """Security 4732: `by` added the account to a local group."""
    return WindowsEvent(
        SECURITY,
        _SECURITY_PROVIDER,
        4732,
        {
            "MemberName": f"CN={account}",
            "MemberSid": f"{server.domain_sid}-1188",
            "TargetUserName": group,
            "TargetDomainName": "Builtin",
            "TargetSid": "S-1-5-32-544",
            "SubjectUserSid": "S-1-5-18",
            "SubjectUserName": by,
            "SubjectDomainName": server.netbios,
            "SubjectLogonId": "0x3e7",
            "PrivilegeList": "-",
        },
        level=0,
        task=13826,
    )


def cmdlet_ran(cmdlet: Cmdlet, server: Server) -> WindowsEvent:
    """MSExchange Management 1: a cmdlet succeeded; 27 unnamed values."""
    scope = (
        f"Afficher la forêt entière : 'False', Portée par défaut : « {server.domain} »"
        if server.french
        else f"View Entire Forest: 'False', Default Scope: '{server.domain}'"
    )
    data = [
        cmdlet.name,
        cmdlet.text,
        f"{server.domain}/Users/{cmdlet.user}",
        cmdlet.sid,
        cmdlet.sid,
        "Remote-ManagementShell-Unknown",
        f"5668 {cmdlet.process}",
        "",
        "42",
        "00:00:00.3593",
        scope,
        *[""] * 6,
        "False",
        "",
        "0 objects execution has been proxied to remote server.",
        "",
        "",
        "0",
        f"ActivityId: {slot('act')}",
        "ServicePlan:;IsAdmin:True;",
        "",
        "fr-FR" if server.french else "en-US",
    ]
    return WindowsEvent(MANAGEMENT, "MSExchange CmdletLogs", 1, data, task=1)


def application(provider: str, number: int, data: Sequence[str], level: int = 4) -> WindowsEvent:
    """An event of the Application log with unnamed values."""
    return WindowsEvent(APPLICATION, provider, number, data, level=level, task=1)
