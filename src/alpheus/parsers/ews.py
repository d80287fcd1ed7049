"""Logs of the Exchange Web Services back end."""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.parsers.exchange import ExchangeFormat, ExchangeKind
from alpheus.parsers.separated import names

COLUMNS = names(
    "DateTime RequestId MajorVersion MinorVersion BuildVersion RevisionVersion Ring "
    "ClientRequestId AuthenticationType IsAuthenticated AuthenticatedUser Organization "
    "UserAgent VersionInfo ClientIpAddress ServerHostName FrontEndServer SoapAction "
    "HttpStatus RequestSize ResponseSize ErrorCode ImpersonatedUser ProxyAsUser ActAsUser "
    "Cookie CorrelationGuid PrimaryOrProxyServer TaskType RemoteBackendCount "
    "LocalMailboxCount RemoteMailboxCount LocalIdCount RemoteIdCount BeginBudgetConnections "
    "EndBudgetConnections BeginBudgetHangingConnections EndBudgetHangingConnections "
    "BeginBudgetAD EndBudgetAD BeginBudgetCAS EndBudgetCAS BeginBudgetRPC EndBudgetRPC "
    "BeginBudgetFindCount EndBudgetFindCount BeginBudgetSubscriptions EndBudgetSubscriptions "
    "MDBResource MDBHealth MDBHistoricalLoad ThrottlingPolicy ThrottlingDelay "
    "ThrottlingRequestType TotalDCRequestCount TotalDCRequestLatency TotalMBXRequestCount "
    "TotalMBXRequestLatency RecipientLookupLatency ExchangePrincipalLatency "
    "HttpPipelineLatency CheckAccessCoreLatency AuthModuleLatency CallContextInitLatency "
    "PreExecutionLatency CoreExecutionLatency TotalRequestTime "
    "DetailedExchangePrincipalLatency ClientStatistics GenericInfo AuthenticationErrors "
    "GenericErrors Puid StartTime ProcessId TimeInGC StartTotalMemory EndTotalMemory "
    "StartGCCounts EndGCCounts TokenBasedThrottlingPolicy BudgetKey CoinsCharged "
    "CoinsChargedMethod SidBudgetInfo AppBudgetInfo TenantBudgetInfo ResourceAccessed "
    "ResourceHealthBasedThreshold ThrottledBy BackoffHint WorkClassification"
)
"""Exchange 2016 CU22."""

COLUMNS_2013 = tuple(name for name in COLUMNS[: COLUMNS.index("Puid") + 1] if name != "Ring")
"""Exchange 2013."""


def _guess(values: Sequence[str]) -> Sequence[str] | None:
    if len(values) < 6 or not all(part.isdigit() for part in values[2:6]):
        return None
    return {len(COLUMNS): COLUMNS, len(COLUMNS_2013): COLUMNS_2013}.get(len(values))


EWS = ExchangeFormat(
    ExchangeKind(
        source="ews",
        log_types=frozenset({"ews logs"}),
        signature=frozenset({"soapaction", "impersonateduser"}),
        guess=_guess,
    )
)
