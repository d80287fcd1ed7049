"""Which source a Windows event belongs to: by its provider first, then by its channel.

The channel alone misleads: forwarded events stand in `ForwardedEvents`, exports carry the
displayed, translated name of a log, and some writers leave it out.
"""

from __future__ import annotations

_BY_PROVIDER = {
    "msexchange cmdletlogs": "msexchange-management",
    "microsoft-windows-sysmon": "sysmon",
    "microsoft-windows-windows defender": "defender",
    "windows defender": "defender",
    "microsoft antimalware": "defender",
    "microsoft-windows-powershell": "powershell",
    "powershell": "powershell",
    "powershellcore": "powershell",
    "microsoft-windows-security-auditing": "windows-security",
    "security": "windows-security",
    "service control manager": "windows-system",
}
_BY_CHANNEL = {
    "msexchange management": "msexchange-management",
    "microsoft-windows-sysmon/operational": "sysmon",
    "microsoft-windows-windows defender/operational": "defender",
    "microsoft-windows-powershell/operational": "powershell",
    "windows powershell": "powershell",
    "powershellcore/operational": "powershell",
    "security": "windows-security",
    "sécurité": "windows-security",
    "sicherheit": "windows-security",
    "seguridad": "windows-security",
    "sicurezza": "windows-security",
    "system": "windows-system",
    "système": "windows-system",
    "sistema": "windows-system",
    "application": "windows-application",
    "anwendung": "windows-application",
    "aplicación": "windows-application",
    "applicazione": "windows-application",
}
_EVENT_LOG_SERVICE = {
    "1100": "windows-security",
    "1102": "windows-security",
    "1104": "windows-security",
    "104": "windows-system",
}
"""The event log service writes into both: audit events into Security, `104` into System."""


def event_source(provider: str, channel: str, event_id: str) -> str:
    """The source of an event; `windows-event` if neither provider nor channel is known."""
    provider = provider.lower()
    source = _BY_PROVIDER.get(provider)
    if source is not None:
        return source
    channel_source = _BY_CHANNEL.get(channel.lower())
    if channel_source is None and provider == "microsoft-windows-eventlog":
        return _EVENT_LOG_SERVICE.get(event_id, "windows-system")
    return channel_source or "windows-event"
