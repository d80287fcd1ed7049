"""CmdletInfra logs: the commands (Rps Cmdlet) and requests (Rps Http) of remote PowerShell."""

from __future__ import annotations

from collections.abc import Sequence

from alpheus.parsers.exchange import ExchangeFormat, ExchangeKind
from alpheus.parsers.separated import names

CMDLET_COLUMNS = names(
    "DateTime StartTime RequestId ClientRequestId MajorVersion MinorVersion BuildVersion "
    "RevisionVersion ServerHostName ProcessId ProcessName ThreadId CultureInfo Organization "
    "AuthenticatedUser ExecutingUserSid EffectiveOrganization UserServicePlan IsAdmin "
    "ClientApplication Cmdlet Parameters CmdletUniqueId UserBudgetOnStart "
    "ContributeToFailFast RunspaceSettingsCreationHint ADViewEntireForest ADRecipientViewRoot "
    "ADConfigurationDomainControllers ADPreferredGlobalCatalogs ADPreferredDomainControllers "
    "ADUserConfigurationDomainController ADUserPreferredGlobalCatalog "
    "ADuserPreferredDomainControllers ThrottlingInfo DelayInfo ThrottlingDelay "
    "IsOutputObjectRedacted CmdletProxyStage CmdletProxyRemoteServer "
    "CmdletProxyRemoteServerVersion CmdletProxyMethod ProxiedObjectCount CmdletProxyLatency "
    "OutputObjectCount ParameterBinding BeginProcessing ProcessRecord EndProcessing "
    "StopProcessing BizLogic PowerShellLatency UserInteractionLatency "
    "ProvisioningLayerLatency ActivityContextLifeTime TotalTime ErrorType ExecutionResult "
    "CacheHitCount CacheMissCount GenericLatency GenericInfo GenericErrors ObjectGuid "
    "ExternalDirectoryOrganizationId ExternalDirectoryObjectId NonPiiParameters"
)
"""Rps Cmdlet, Exchange 2016 CU22."""

HTTP_COLUMNS = names(
    "DateTime StartTime RequestId MajorVersion MinorVersion BuildVersion RevisionVersion "
    "ClientRequestId UrlHost UrlStem AuthenticationType IsAuthenticated AuthenticatedUser "
    "Organization ManagedOrganization ClientIpAddress ServerHostName FrontEndServer "
    "HttpStatus SubStatus ErrorCode Action CommandId CommandName SessionId ShellId FailFast "
    "ContributeToFailFast RequestBytes ClientInfo CPU Memory ActivityContextLifeTime "
    "TotalTime UrlQuery GenericLatency GenericInfo GenericErrors"
)
"""Rps Http."""


def _guess_cmdlet(values: Sequence[str]) -> Sequence[str] | None:
    known = len(values) == len(CMDLET_COLUMNS) and all(part.isdigit() for part in values[4:8])
    return CMDLET_COLUMNS if known else None


def _guess_http(values: Sequence[str]) -> Sequence[str] | None:
    known = len(values) == len(HTTP_COLUMNS) and all(part.isdigit() for part in values[3:7])
    return HTTP_COLUMNS if known else None


RPS_CMDLET = ExchangeFormat(
    ExchangeKind(
        source="rps-cmdlet",
        log_types=frozenset({"rps cmdlet logs"}),
        signature=frozenset({"cmdlet", "parameters", "cmdletuniqueid"}),
        guess=_guess_cmdlet,
    )
)
RPS_HTTP = ExchangeFormat(
    ExchangeKind(
        source="rps-http",
        log_types=frozenset({"rps http logs"}),
        signature=frozenset({"shellid", "commandname", "urlstem"}),
        guess=_guess_http,
    )
)
