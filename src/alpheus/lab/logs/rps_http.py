"""Rps Http: the requests of remote PowerShell, as the back end notes them."""

from __future__ import annotations

from collections.abc import Mapping

from alpheus.lab.server import Build, Server
from alpheus.lab.text import csv_row, slot

FIELDS = (
    "DateTime,StartTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,"
    "ClientRequestId,UrlHost,UrlStem,AuthenticationType,IsAuthenticated,AuthenticatedUser,"
    "Organization,ManagedOrganization,ClientIpAddress,ServerHostName,FrontEndServer,HttpStatus,"
    "SubStatus,ErrorCode,Action,CommandId,CommandName,SessionId,ShellId,FailFast,"
    "ContributeToFailFast,RequestBytes,ClientInfo,CPU,Memory,ActivityContextLifeTime,TotalTime,"
    "UrlQuery,GenericLatency,GenericInfo,GenericErrors"
)
_COLUMNS = tuple(FIELDS.split(","))


def line(server: Server, build: Build, given: Mapping[str, str]) -> str:
    """A row; `given` are values by column, in place of those of an administrator's session."""
    major, minor, number, revision = (str(part) for part in build.parts)
    values = dict.fromkeys(_COLUMNS, "") | {
        "DateTime": slot("end"),
        "StartTime": slot("begin"),
        "RequestId": slot("rid"),
        "MajorVersion": major,
        "MinorVersion": minor,
        "BuildVersion": number,
        "RevisionVersion": revision,
        "UrlHost": server.fqdn.lower(),
        "UrlStem": "/powershell",
        "AuthenticationType": "Kerberos",
        "IsAuthenticated": "True",
        "ClientIpAddress": server.address,
        "ServerHostName": server.name,
        "FrontEndServer": server.fqdn,
        "HttpStatus": "200",
        "Action": "Receive",
        "ShellId": slot("act"),
        "ClientInfo": "Microsoft WinRM Client",
        "TotalTime": "31",
    }
    return csv_row([{**values, **given}[column] for column in _COLUMNS])
