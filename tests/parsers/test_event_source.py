"""The provider decides the source of an event before its channel does."""

from __future__ import annotations

import pytest

from alpheus.parsers.event_source import event_source


@pytest.mark.parametrize(
    ("provider", "channel", "event_id", "source"),
    [
        ("MSExchange CmdletLogs", "ForwardedEvents", "1", "msexchange-management"),
        ("MSExchange CmdletLogs", "MSExchange Management", "6", "msexchange-management"),
        ("", "MSExchange Management", "1", "msexchange-management"),
        ("Microsoft-Windows-Security-Auditing", "Sécurité", "4688", "windows-security"),
        ("Microsoft-Windows-Sysmon", "ForwardedEvents", "1", "sysmon"),
        ("Microsoft-Windows-Windows Defender", "", "1116", "defender"),
        ("PowerShell", "Windows PowerShell", "800", "powershell"),
        ("Microsoft-Windows-PowerShell", "", "4104", "powershell"),
        ("Microsoft-Windows-Eventlog", "Security", "1102", "windows-security"),
        ("Microsoft-Windows-Eventlog", "", "1102", "windows-security"),
        ("Microsoft-Windows-Eventlog", "System", "104", "windows-system"),
        ("Service Control Manager", "System", "7045", "windows-system"),
        ("MSExchange Unified Messaging", "Application", "1423", "windows-application"),
        ("OpenSSH", "OpenSSH/Operational", "4", "windows-event"),
        ("", "", "", "windows-event"),
    ],
)
def test_source(provider: str, channel: str, event_id: str, source: str) -> None:
    """Forwarded, translated and missing channels do not mislead."""
    assert event_source(provider, channel, event_id) == source
