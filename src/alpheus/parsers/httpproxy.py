"""HttpProxy logs: what the front end was asked and where it passed it on."""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.parsers.exchange import ExchangeFormat, ExchangeKind
from alpheus.parsers.separated import names

COLUMNS = names(
    "DateTime RequestId MajorVersion MinorVersion BuildVersion RevisionVersion "
    "ClientRequestId Protocol UrlHost UrlStem ProtocolAction AuthenticationType "
    "IsAuthenticated AuthenticatedUser Organization AnchorMailbox UserAgent ClientIpAddress "
    "ServerHostName HttpStatus BackEndStatus ErrorCode Method ProxyAction TargetServer "
    "TargetServerVersion RoutingType RoutingHint BackEndCookie ServerLocatorHost "
    "ServerLocatorLatency RequestBytes ResponseBytes TargetOutstandingRequests "
    "AuthModulePerfContext HttpPipelineLatency CalculateTargetBackEndLatency "
    "GlsLatencyBreakup TotalGlsLatency AccountForestLatencyBreakup TotalAccountForestLatency "
    "ResourceForestLatencyBreakup TotalResourceForestLatency ADLatency "
    "SharedCacheLatencyBreakup TotalSharedCacheLatency ActivityContextLifeTime "
    "ModuleToHandlerSwitchingLatency ClientReqStreamLatency BackendReqInitLatency "
    "BackendReqStreamLatency BackendProcessingLatency BackendRespInitLatency "
    "BackendRespStreamLatency ClientRespStreamLatency KerberosAuthHeaderLatency "
    "HandlerCompletionLatency RequestHandlerLatency HandlerToModuleSwitchingLatency ProxyTime "
    "CoreLatency RoutingLatency HttpProxyOverhead TotalRequestTime RouteRefresherLatency "
    "UrlQuery BackEndGenericInfo GenericInfo GenericErrors EdgeTraceId DatabaseGuid "
    "UserADObjectGuid PartitionEndpointLookupLatency RoutingStatus"
)
"""Exchange 2016 CU22. Earlier versions write the first columns alike and fewer at the end."""

_LEADING = COLUMNS.index("RoutingHint") + 1
_PROTOCOLS = frozenset(
    {
        "autodiscover",
        "eas",
        "ecp",
        "ews",
        "mapi",
        "oab",
        "owa",
        "owacalendar",
        "powershell",
        "rpchttp",
        "rest",
        "push",
        "e4e",
        "pushnotifications",
    }
)


def _guess(values: Sequence[str]) -> Sequence[str] | None:
    if len(values) < 20 or values[7].lower() not in _PROTOCOLS:
        return None
    if not all(part.isdigit() for part in values[2:6]):
        return None
    if len(values) == len(COLUMNS):
        return COLUMNS
    named = COLUMNS[:_LEADING]
    return [*named, *(f"column-{at + 1}" for at in range(len(named), len(values)))]


HTTPPROXY = ExchangeFormat(
    ExchangeKind(
        source="httpproxy",
        log_types=frozenset({"httpproxy logs"}),
        signature=frozenset({"anchormailbox", "majorversion", "urlstem"}),
        guess=_guess,
    )
)
