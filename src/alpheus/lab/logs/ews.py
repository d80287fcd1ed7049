"""EWS, the back end's log of Exchange Web Services: 92 columns in Exchange 2016."""

from __future__ import annotations

from alpheus.lab.request import Request
from alpheus.lab.server import Build, Server
from alpheus.lab.text import csv_row, slot

FIELDS = (
    "DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,Ring,"
    "ClientRequestId,AuthenticationType,IsAuthenticated,AuthenticatedUser,Organization,UserAgent,"
    "VersionInfo,ClientIpAddress,ServerHostName,FrontEndServer,SoapAction,HttpStatus,RequestSize,"
    "ResponseSize,ErrorCode,ImpersonatedUser,ProxyAsUser,ActAsUser,Cookie,CorrelationGuid,"
    "PrimaryOrProxyServer,TaskType,RemoteBackendCount,LocalMailboxCount,RemoteMailboxCount,"
    "LocalIdCount,RemoteIdCount,BeginBudgetConnections,EndBudgetConnections,"
    "BeginBudgetHangingConnections,EndBudgetHangingConnections,BeginBudgetAD,EndBudgetAD,"
    "BeginBudgetCAS,EndBudgetCAS,BeginBudgetRPC,EndBudgetRPC,BeginBudgetFindCount,"
    "EndBudgetFindCount,BeginBudgetSubscriptions,EndBudgetSubscriptions,MDBResource,MDBHealth,"
    "MDBHistoricalLoad,ThrottlingPolicy,ThrottlingDelay,ThrottlingRequestType,TotalDCRequestCount,"
    "TotalDCRequestLatency,TotalMBXRequestCount,TotalMBXRequestLatency,RecipientLookupLatency,"
    "ExchangePrincipalLatency,HttpPipelineLatency,CheckAccessCoreLatency,AuthModuleLatency,"
    "CallContextInitLatency,PreExecutionLatency,CoreExecutionLatency,TotalRequestTime,"
    "DetailedExchangePrincipalLatency,ClientStatistics,GenericInfo,AuthenticationErrors,"
    "GenericErrors,Puid,StartTime,ProcessId,TimeInGC,StartTotalMemory,EndTotalMemory,StartGCCounts,"
    "EndGCCounts,TokenBasedThrottlingPolicy,BudgetKey,CoinsCharged,CoinsChargedMethod,"
    "SidBudgetInfo,AppBudgetInfo,TenantBudgetInfo,ResourceAccessed,ResourceHealthBasedThreshold,"
    "ThrottledBy,BackoffHint,WorkClassification"
)

_GENERIC = (
    "SKU=Unknown;RequestHandler=Wcf;BackEndAuthenticator=WindowsAuthenticator;"
    "S:WLM.BT=Ews;S:ActivityStandardMetadata.Component=Ews;Dbl:WLM.TS=17"
)
_COLUMNS = tuple(FIELDS.split(","))


def line(request: Request, server: Server, build: Build) -> str:
    """The row of one request that carried a SOAP action."""
    values = dict.fromkeys(_COLUMNS, "")
    major, minor, number, revision = (str(part) for part in build.parts)
    message = f"MessageId_0={slot('act')};ResponseTime_0={request.milliseconds};"
    values |= {
        "DateTime": slot("end"),
        "RequestId": slot("rid"),
        "MajorVersion": major,
        "MinorVersion": minor,
        "BuildVersion": number,
        "RevisionVersion": revision,
        "Ring": "Unknown",
        "AuthenticationType": "Kerberos",
        "IsAuthenticated": "true",
        "AuthenticatedUser": request.soap_user or request.user,
        "Organization": server.domain,
        "UserAgent": request.user_agent.replace(",", " "),
        "VersionInfo": "Target=None;Req=Exchange2010_SP1/Exchange2010_SP1;",
        "ClientIpAddress": request.client,
        "ServerHostName": server.name,
        "FrontEndServer": server.fqdn,
        "SoapAction": request.soap,
        "HttpStatus": str(request.status),
        "RequestSize": str(request.request_bytes),
        "ResponseSize": str(request.response_bytes),
        "PrimaryOrProxyServer": "PrimaryServer",
        "TaskType": "LocalTask",
        "LocalMailboxCount": "1",
        "ClientStatistics": f"{message}SoapAction_0={request.soap};",
        "GenericInfo": _GENERIC,
        "TotalRequestTime": str(request.milliseconds),
        "StartTime": slot("begin"),
        "ProcessId": "9716",
    }
    return csv_row([values[column] for column in _COLUMNS])
