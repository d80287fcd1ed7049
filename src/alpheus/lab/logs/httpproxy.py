"""HttpProxy: the front end's own log, one folder per protocol, 74 columns."""

from __future__ import annotations

from alpheus.lab.request import Request
from alpheus.lab.server import Build, Server
from alpheus.lab.text import csv_row, slot

PROTOCOLS = (
    "Autodiscover",
    "Eas",
    "Ecp",
    "Ews",
    "Mapi",
    "Oab",
    "Owa",
    "OwaCalendar",
    "PowerShell",
    "RpcHttp",
)

FIELDS = (
    "DateTime,RequestId,MajorVersion,MinorVersion,BuildVersion,RevisionVersion,ClientRequestId,"
    "Protocol,UrlHost,UrlStem,ProtocolAction,AuthenticationType,IsAuthenticated,AuthenticatedUser,"
    "Organization,AnchorMailbox,UserAgent,ClientIpAddress,ServerHostName,HttpStatus,BackEndStatus,"
    "ErrorCode,Method,ProxyAction,TargetServer,TargetServerVersion,RoutingType,RoutingHint,"
    "BackEndCookie,ServerLocatorHost,ServerLocatorLatency,RequestBytes,ResponseBytes,"
    "TargetOutstandingRequests,AuthModulePerfContext,HttpPipelineLatency,"
    "CalculateTargetBackEndLatency,GlsLatencyBreakup,TotalGlsLatency,AccountForestLatencyBreakup,"
    "TotalAccountForestLatency,ResourceForestLatencyBreakup,TotalResourceForestLatency,ADLatency,"
    "SharedCacheLatencyBreakup,TotalSharedCacheLatency,ActivityContextLifeTime,"
    "ModuleToHandlerSwitchingLatency,ClientReqStreamLatency,BackendReqInitLatency,"
    "BackendReqStreamLatency,BackendProcessingLatency,BackendRespInitLatency,"
    "BackendRespStreamLatency,ClientRespStreamLatency,KerberosAuthHeaderLatency,"
    "HandlerCompletionLatency,RequestHandlerLatency,HandlerToModuleSwitchingLatency,ProxyTime,"
    "CoreLatency,RoutingLatency,HttpProxyOverhead,TotalRequestTime,RouteRefresherLatency,UrlQuery,"
    "BackEndGenericInfo,GenericInfo,GenericErrors,EdgeTraceId,DatabaseGuid,UserADObjectGuid,"
    "PartitionEndpointLookupLatency,RoutingStatus"
)

_COLUMNS = tuple(FIELDS.split(","))
_ZERO = (
    "CalculateTargetBackEndLatency",
    "TotalGlsLatency",
    "TotalAccountForestLatency",
    "TotalResourceForestLatency",
    "TotalSharedCacheLatency",
    "ModuleToHandlerSwitchingLatency",
    "BackendRespInitLatency",
    "BackendRespStreamLatency",
    "HandlerToModuleSwitchingLatency",
)
_FORBIDDEN = (
    "WebExceptionStatus=ProtocolError;ResponseStatusCode={status};WebException="
    "System.Net.WebException: {text}    {at} System.Net.HttpWebRequest.EndGetResponse"
    "(IAsyncResult asyncResult)    {at} Microsoft.Exchange.HttpProxy.ProxyRequestHandler."
    "<>c__DisplayClass197_0.<OnResponseReady>b__0();"
)


def line(request: Request, server: Server, build: Build) -> str:
    """The row of one request."""
    values = dict.fromkeys(_COLUMNS, "")
    major, minor, number, revision = (str(part) for part in build.parts)
    values |= {
        "DateTime": slot("end"),
        "RequestId": slot("rid"),
        "MajorVersion": major,
        "MinorVersion": minor,
        "BuildVersion": number,
        "RevisionVersion": revision,
        "Protocol": request.protocol,
        "UrlHost": request.host or server.public_name,
        "UrlStem": request.stem,
        "ProtocolAction": request.action,
        "AuthenticationType": request.authentication,
        "IsAuthenticated": "true" if request.user else "false",
        "AuthenticatedUser": request.user,
        "AnchorMailbox": request.anchor,
        "UserAgent": request.user_agent.replace(",", " "),
        "ClientIpAddress": request.client,
        "ServerHostName": server.name,
        "HttpStatus": str(request.status),
        "ErrorCode": "",
        "Method": request.method,
        "RequestBytes": str(request.request_bytes),
        "HttpPipelineLatency": "0",
        "ActivityContextLifeTime": str(request.milliseconds),
        "TotalRequestTime": str(request.milliseconds),
        "UrlQuery": f"?{request.query}" if request.query else "",
        "GenericInfo": _generic(request),
        "GenericErrors": _errors(request, server),
    }
    if request.backend_status is not None:
        values |= _proxied(request, server, build)
    return csv_row([values[column] for column in _COLUMNS])


def _proxied(request: Request, server: Server, build: Build) -> dict[str, str]:
    shown = build.padded.rpartition(".")[0] + ".000"
    database = f"|RoutingDB:{server.database}" if request.user else ""
    return dict.fromkeys(_ZERO, "0") | {
        "BackEndStatus": str(request.backend_status),
        "ProxyAction": "Proxy",
        "TargetServer": request.target or server.fqdn.lower(),
        "TargetServerVersion": shown,
        "RoutingType": "CrossRegion" if request.target else "IntraForest",
        "RoutingHint": request.hint or "WindowsIdentity",
        "BackEndCookie": request.cookie,
        "ResponseBytes": str(request.response_bytes),
        "BackendProcessingLatency": str(max(0, request.milliseconds - 4)),
        "HandlerCompletionLatency": "0",
        "RequestHandlerLatency": str(request.milliseconds),
        "ProxyTime": str(max(0, request.milliseconds - 3)),
        "CoreLatency": "2",
        "RoutingLatency": "3",
        "HttpProxyOverhead": "3",
        "DatabaseGuid": database,
        "RoutingStatus": "CafeV1",
    }


def _generic(request: Request) -> str:
    begin, end = slot("begin"), slot("end")
    if request.backend_status is None:
        extra = f"{request.generic};" if request.generic else ""
        start = f"BeginRequest={begin};CorrelationID=<empty>;SharedCacheGuard=0;"
        return f"{start}{extra}EndRequest={end};"
    return (
        f"BeginRequest={begin};CorrelationID=<empty>;ProxyState-Run=None;"
        f"FEAuth=BEVersion-1942063431;BeginGetRequestStream={begin};OnRequestStreamReady={begin};"
        f"BeginGetResponse={begin};OnResponseReady={end};EndGetResponse={end};"
        f"ProxyState-Complete=ProxyResponseData;SharedCacheGuard=0;EndRequest={end};"
    )


def _errors(request: Request, server: Server) -> str:
    if request.errors or request.backend_status is None or request.status < 400:
        return request.errors
    if server.french:
        text = f"Le serveur distant a retourné une erreur : ({request.status}) Erreur."
        return _FORBIDDEN.format(status=request.status, text=text, at="à")
    text = f"The remote server returned an error: ({request.status}) Error."
    return _FORBIDDEN.format(status=request.status, text=text, at="at")
