"""Management cmdlets in the two text logs that record them: Rps Cmdlet and the audit queue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from alpheus.lab.server import Build, Server
from alpheus.lab.text import csv_row, slot

FIELDS = (
    "DateTime,StartTime,RequestId,ClientRequestId,MajorVersion,MinorVersion,BuildVersion,"
    "RevisionVersion,ServerHostName,ProcessId,ProcessName,ThreadId,CultureInfo,Organization,"
    "AuthenticatedUser,ExecutingUserSid,EffectiveOrganization,UserServicePlan,IsAdmin,"
    "ClientApplication,Cmdlet,Parameters,CmdletUniqueId,UserBudgetOnStart,ContributeToFailFast,"
    "RunspaceSettingsCreationHint,ADViewEntireForest,ADRecipientViewRoot,"
    "ADConfigurationDomainControllers,ADPreferredGlobalCatalogs,ADPreferredDomainControllers,"
    "ADUserConfigurationDomainController,ADUserPreferredGlobalCatalog,"
    "ADuserPreferredDomainControllers,ThrottlingInfo,DelayInfo,ThrottlingDelay,"
    "IsOutputObjectRedacted,CmdletProxyStage,CmdletProxyRemoteServer,"
    "CmdletProxyRemoteServerVersion,CmdletProxyMethod,ProxiedObjectCount,CmdletProxyLatency,"
    "OutputObjectCount,ParameterBinding,BeginProcessing,ProcessRecord,EndProcessing,StopProcessing,"
    "BizLogic,PowerShellLatency,UserInteractionLatency,ProvisioningLayerLatency,"
    "ActivityContextLifeTime,TotalTime,ErrorType,ExecutionResult,CacheHitCount,CacheMissCount,"
    "GenericLatency,GenericInfo,GenericErrors,ObjectGuid,ExternalDirectoryOrganizationId,"
    "ExternalDirectoryObjectId,NonPiiParameters"
)
AUDIT_FIELDS = (
    "Timestamp,Server,TenantId,RecordType,Data,UserKey,RecordId,Operation,Workload,ResultStatus,"
    "Version,Scope"
)
NO_TENANT = "00000000-0000-0000-0000-000000000000"

_COLUMNS = tuple(FIELDS.split(","))


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """One cmdlet that somebody ran. `user` has no domain; `application` is empty for a person."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    user: str
    sid: str
    application: str = ""
    process: str = "w3wp#MSExchangePowerShellAppPool"

    @property
    def text(self) -> str:
        """Parameters as the logs write them."""
        return " ".join(f'-{name} "{value}"' for name, value in self.parameters)


def rps_line(cmdlet: Cmdlet, server: Server, build: Build) -> str:
    """The row of Rps Cmdlet."""
    values = dict.fromkeys(_COLUMNS, "")
    major, minor, number, revision = (str(part) for part in build.parts)
    controller = f"DC01.{server.domain}"
    values |= {
        "DateTime": slot("end"),
        "StartTime": slot("begin"),
        "RequestId": slot("rid"),
        "MajorVersion": major,
        "MinorVersion": minor,
        "BuildVersion": number,
        "RevisionVersion": revision,
        "ServerHostName": server.name,
        "ProcessId": "15756",
        "ProcessName": cmdlet.process,
        "ThreadId": "85",
        "AuthenticatedUser": cmdlet.user,
        "ExecutingUserSid": cmdlet.sid,
        "IsAdmin": "False" if cmdlet.application else "True",
        "ClientApplication": cmdlet.application,
        "Cmdlet": cmdlet.name,
        "Parameters": cmdlet.text,
        "CmdletUniqueId": slot("act"),
        "ADViewEntireForest": "False",
        "ADRecipientViewRoot": server.domain,
        "ADConfigurationDomainControllers": controller,
        "TotalTime": "15",
        "ExecutionResult": "Success",
        "GenericInfo": f"PSSenderInfo={server.netbios.lower()}\\{cmdlet.user.lower()};",
        "NonPiiParameters": cmdlet.text,
    }
    return csv_row([values[column] for column in _COLUMNS])


def audit_line(cmdlet: Cmdlet, server: Server, build: Build) -> str:
    """The row of the audit queue: JSON inside a comma-separated field."""
    key = f"{server.netbios}\\{cmdlet.user}"
    parameters = [{"Name": name, "Value": value} for name, value in cmdlet.parameters]
    data = {
        "CreationTime": slot("begin"),
        "Id": slot("act"),
        "Operation": cmdlet.name,
        "OrganizationId": NO_TENANT,
        "RecordType": 1,
        "ResultStatus": "True",
        "UserKey": key,
        "UserType": 2,
        "Version": 1,
        "Workload": "Exchange",
        "ObjectId": _identity(cmdlet.parameters),
        "UserId": key,
        "ExternalAccess": False,
        "OrganizationName": "First Org",
        "OriginatingServer": f"{server.name} ({build.padded})",
        "Parameters": parameters,
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    fixed = [slot("end"), server.name, NO_TENANT, "ExchangeAdmin", text, key, slot("act")]
    return csv_row([*fixed, cmdlet.name, "Exchange", "True", "1", "Online"])


def _identity(parameters: Sequence[tuple[str, str]]) -> str:
    return next((value for name, value in parameters if name == "Identity"), "")
