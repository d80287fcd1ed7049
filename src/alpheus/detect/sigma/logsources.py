"""Which events a Sigma `logsource` selects: tables, and the look-up in them.

Channel names and event ids are those that Windows writes; category names are Sigma's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

NOT_READ = "not a source Alpheus reads"


class Dialect(StrEnum):
    """By which names the rules of a log source call the fields of an event.

    `joined` is `webserver` for rules that may have been written for a product which logs the whole
    URL in one field: there, a test of the stem or the query also sees `stem?query`.
    """

    NATIVE = "native"
    WEBSERVER = "webserver"
    JOINED = "webserver-joined"
    PROCESS_CREATION = "process-creation"
    ANTIVIRUS = "antivirus"


@dataclass(frozen=True, slots=True)
class Selection:
    """Events of one source. Empty `event_ids` or `channels` (lower case) stand for any."""

    source: str
    event_ids: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

    def intersect(self, other: Selection) -> Selection | None:
        """What both select; None if that is nothing."""
        if self.source != other.source:
            return None
        ids = _both(self.event_ids, other.event_ids)
        channels = _both(self.channels, other.channels)
        if ids is None or channels is None:
            return None
        return Selection(self.source, ids, channels)


@dataclass(frozen=True, slots=True)
class LogSource:
    """What a rule reads and how it names the fields."""

    selections: tuple[Selection, ...]
    dialect: Dialect


def _ids(source: str, *numbers: int) -> Selection:
    return Selection(source, frozenset(map(str, numbers)))


def _channels(source: str, *names: str) -> Selection:
    return Selection(source, frozenset(), frozenset(name.lower() for name in names))


def _other(*names: str) -> tuple[Selection, ...]:
    return (_channels("windows-event", *names),)


TEXT_SOURCES = frozenset(
    {
        "iis",
        "httpproxy",
        "ecp-server",
        "ecp-activity",
        "oabgenerator",
        "ews",
        "rps-cmdlet",
        "rps-http",
        "exchange-audit",
        "exchange-log",
        "exchange-setup",
        "sharepoint-uls",
    }
)
"""Sources that are searched for needles before a line is parsed."""

WINDOWS_SOURCES = (
    "windows-security",
    "windows-system",
    "windows-application",
    "msexchange-management",
    "sysmon",
    "defender",
    "powershell",
    "windows-event",
)

WEBSERVER = (Selection("iis"), Selection("httpproxy"))

EXCHANGE_SERVICES = (
    "httpproxy",
    "ecp-server",
    "ecp-activity",
    "oabgenerator",
    "ews",
    "rps-cmdlet",
    "rps-http",
    "exchange-audit",
    "exchange-log",
    "exchange-setup",
)

SHAREPOINT_SERVICES = {"uls": "sharepoint-uls"}

IIS_SERVICES = {"configuration": "iis-configuration", "aspnet-compiled": "aspnet-compiled"}

_POWERSHELL = ("Microsoft-Windows-PowerShell/Operational", "PowerShellCore/Operational")
_SERVICE_BUS = ("Microsoft-ServiceBus-Client/Operational", "Microsoft-ServiceBus-Client/Admin")
_CLASSIC = ("Windows PowerShell",)

WINDOWS_SERVICES: dict[str, tuple[Selection, ...]] = {
    "security": (Selection("windows-security"),),
    "system": (Selection("windows-system"),),
    "application": (Selection("windows-application"),),
    "msexchange-management": (Selection("msexchange-management"),),
    "sysmon": (Selection("sysmon"),),
    "windefend": (Selection("defender"),),
    "msert": (Selection("msert"),),
    "powershell": (
        _channels("powershell", *_POWERSHELL),
        _channels("windows-event", *_POWERSHELL),
    ),
    "powershell-classic": (
        _channels("powershell", *_CLASSIC),
        _channels("windows-event", *_CLASSIC),
    ),
    "applocker": _other(
        "Microsoft-Windows-AppLocker/EXE and DLL",
        "Microsoft-Windows-AppLocker/MSI and Script",
        "Microsoft-Windows-AppLocker/Packaged app-Deployment",
        "Microsoft-Windows-AppLocker/Packaged app-Execution",
    ),
    "appmodel-runtime": _other("Microsoft-Windows-AppModel-Runtime/Admin"),
    "appxpackaging-om": _other("Microsoft-Windows-AppxPackaging/Operational"),
    "appxdeployment-server": _other("Microsoft-Windows-AppXDeploymentServer/Operational"),
    "bits-client": _other("Microsoft-Windows-Bits-Client/Operational"),
    "bitlocker": _other("Microsoft-Windows-BitLocker/BitLocker Management"),
    "capi2": _other("Microsoft-Windows-CAPI2/Operational"),
    "certificateservicesclient-lifecycle-system": _other(
        "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational"
    ),
    "codeintegrity-operational": _other("Microsoft-Windows-CodeIntegrity/Operational"),
    "diagnosis-scripted": _other("Microsoft-Windows-Diagnosis-Scripted/Operational"),
    "dns-client": _other("Microsoft-Windows-DNS-Client/Operational"),
    "dns-server": _other("DNS Server"),
    "driver-framework": _other("Microsoft-Windows-DriverFrameworks-UserMode/Operational"),
    "firewall-as": _other("Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"),
    "iis-configuration": _other("Microsoft-IIS-Configuration/Operational"),
    "kernel-shimengine": _other("Microsoft-Windows-Kernel-ShimEngine/Operational"),
    "ldap": _other("Microsoft-Windows-LDAP-Client/Debug"),
    "ldap_debug": _other("Microsoft-Windows-LDAP-Client/Debug"),
    "lsa-server": _other("Microsoft-Windows-LSA/Operational"),
    "microsoft-servicebus-client": _other(*_SERVICE_BUS),
    "servicebus-client": _other(*_SERVICE_BUS),
    "ntfs": _other("Microsoft-Windows-Ntfs/Operational"),
    "ntlm": _other("Microsoft-Windows-NTLM/Operational"),
    "openssh": _other("OpenSSH/Operational"),
    "printservice-admin": _other("Microsoft-Windows-PrintService/Admin"),
    "printservice-operational": _other("Microsoft-Windows-PrintService/Operational"),
    "security-mitigations": _other(
        "Microsoft-Windows-Security-Mitigations/Kernel Mode",
        "Microsoft-Windows-Security-Mitigations/User Mode",
    ),
    "shell-core": _other("Microsoft-Windows-Shell-Core/Operational"),
    "smbclient-connectivity": _other("Microsoft-Windows-SmbClient/Connectivity"),
    "smbclient-security": _other("Microsoft-Windows-SmbClient/Security"),
    "smbserver-connectivity": _other("Microsoft-Windows-SMBServer/Connectivity"),
    "taskscheduler": _other("Microsoft-Windows-TaskScheduler/Operational"),
    "terminalservices-localsessionmanager": _other(
        "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"
    ),
    "terminalservices-remoteconnectionmanager": _other(
        "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational"
    ),
    "winrm": _other("Microsoft-Windows-WinRM/Operational"),
    "wmi": _other("Microsoft-Windows-WMI-Activity/Operational"),
}


def _powershell(number: int, channels: tuple[str, ...]) -> tuple[Selection, ...]:
    names = frozenset(name.lower() for name in channels)
    ids = frozenset({str(number)})
    return tuple(Selection(source, ids, names) for source in ("powershell", "windows-event"))


WINDOWS_CATEGORIES: dict[str, tuple[Selection, ...]] = {
    "process_creation": (_ids("sysmon", 1), _ids("windows-security", 4688)),
    "file_change": (_ids("sysmon", 2),),
    "network_connection": (_ids("sysmon", 3),),
    "sysmon_status": (_ids("sysmon", 4, 16),),
    "process_termination": (_ids("sysmon", 5),),
    "driver_load": (_ids("sysmon", 6),),
    "image_load": (_ids("sysmon", 7),),
    "create_remote_thread": (_ids("sysmon", 8),),
    "raw_access_thread": (_ids("sysmon", 9),),
    "process_access": (_ids("sysmon", 10),),
    "file_event": (_ids("sysmon", 11),),
    "registry_add": (_ids("sysmon", 12),),
    "registry_delete": (_ids("sysmon", 12),),
    "registry_set": (_ids("sysmon", 13),),
    "registry_rename": (_ids("sysmon", 14),),
    "registry_event": (_ids("sysmon", 12, 13, 14),),
    "create_stream_hash": (_ids("sysmon", 15),),
    "pipe_created": (_ids("sysmon", 17, 18),),
    "wmi_event": (_ids("sysmon", 19, 20, 21),),
    "dns_query": (_ids("sysmon", 22),),
    "file_delete": (_ids("sysmon", 23, 26),),
    "file_delete_detected": (_ids("sysmon", 26),),
    "clipboard_capture": (_ids("sysmon", 24),),
    "process_tampering": (_ids("sysmon", 25),),
    "file_block_executable": (_ids("sysmon", 27),),
    "file_block_shredding": (_ids("sysmon", 28),),
    "file_executable_detected": (_ids("sysmon", 29),),
    "sysmon_error": (_ids("sysmon", 255),),
    "ps_module": _powershell(4103, _POWERSHELL),
    "ps_script": _powershell(4104, _POWERSHELL),
    "ps_classic_start": _powershell(400, _CLASSIC),
    "ps_classic_provider_start": _powershell(600, _CLASSIC),
    "ps_classic_script": _powershell(800, _CLASSIC),
    "antivirus": (_ids("defender", 1006, 1007, 1015, 1116, 1117), Selection("msert")),
    "filesystem": (Selection("mft"), Selection("usnjrnl")),
}

_DIALECTS = {
    "process_creation": Dialect.PROCESS_CREATION,
    "antivirus": Dialect.ANTIVIRUS,
}

_WEBSERVER_PRODUCTS = (None, "iis", "windows", "exchange")


def find(product: str | None, category: str | None, service: str | None) -> LogSource | None:
    """The events and dialect of a `logsource`; None if Alpheus reads no such source."""
    product, category, service = _lower(product), _lower(category), _lower(service)
    if category == "webserver":
        if product in _WEBSERVER_PRODUCTS and service in (None, "iis", "httpproxy"):
            chosen = [s for s in WEBSERVER if service in (None, s.source)]
            return LogSource(tuple(chosen), Dialect.WEBSERVER)
        return None
    selections = _selections(product, category, service)
    if not selections:
        return None
    return LogSource(tuple(selections), _DIALECTS.get(category or "", Dialect.NATIVE))


def _selections(
    product: str | None, category: str | None, service: str | None
) -> Iterable[Selection]:
    if product == "exchange":
        chosen = [name for name in EXCHANGE_SERVICES if service in (None, name)]
        return [Selection(name) for name in chosen if category is None]
    if product == "iis":
        chosen = [name for key, name in IIS_SERVICES.items() if service in (None, key)]
        return [Selection(name) for name in chosen if category is None]
    if product == "sharepoint":
        chosen = [name for key, name in SHAREPOINT_SERVICES.items() if service in (None, key)]
        return [Selection(name) for name in chosen if category is None]
    if product == "windows" or (product is None and category in {"process_creation", "antivirus"}):
        return _windows(category, service)
    return []


def _windows(category: str | None, service: str | None) -> Iterable[Selection]:
    by_category = None if category is None else WINDOWS_CATEGORIES.get(category, ())
    by_service = None if service is None else WINDOWS_SERVICES.get(service, ())
    if by_category is None and by_service is None:
        return [Selection(source) for source in WINDOWS_SOURCES]
    if by_category is None or by_service is None:
        return (by_category or ()) if by_service is None else by_service
    pairs = [a.intersect(b) for a in by_category for b in by_service]
    return [selection for selection in pairs if selection is not None]


def _both(left: frozenset[str], right: frozenset[str]) -> frozenset[str] | None:
    """The intersection, where an empty set stands for any; None if nothing is left."""
    if not left or not right:
        return left or right
    return left & right or None


def _lower(name: str | None) -> str | None:
    return name.lower() if name else None
