"""Which pages belong to which application: the one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from alpheus.lab.internet import exchange, gateways, honeypots, others, trouble
from alpheus.lab.internet.behaviour import Behaviour
from alpheus.lab.internet.kinds import KINDS
from alpheus.lab.internet.reply import Reply, Request

Application = Callable[[Behaviour, Request, int], Reply]
"""Behaviour, request, index of the pool's member that answers."""

APPLICATIONS: Mapping[str, Application] = {
    "exchange": exchange.answer,
    "exchange-ews-only": exchange.answer_ews_only,
    "exchange-mitigated": exchange.answer_mitigated,
    "virtual-host": exchange.answer_virtual_host,
    "gateway-f5-apm": gateways.f5_apm,
    "gateway-citrix": gateways.citrix,
    "gateway-adfs": gateways.adfs,
    "gateway-tmg": gateways.tmg,
    "gateway-azure-app-proxy": gateways.azure_app_proxy,
    "gateway-challenge": gateways.challenge,
    "gateway-single-sign-on": gateways.single_sign_on,
    "gateway-forbidden": gateways.forbidden,
    "exchange-online": others.exchange_online,
    "other-nginx": others.nginx,
    "other-apache": others.apache,
    "other-iis": others.iis_default,
    "other-asp-net": others.asp_net,
    "other-router": others.router,
    "other-zimbra": others.zimbra,
    "other-empty": others.empty,
    "sharepoint": others.sharepoint,
    "honeypot-versions": honeypots.versions,
    "honeypot-server": honeypots.server,
    "none": trouble.answer,
    **{
        kind.application: trouble.answer
        for kind in KINDS.values()
        if kind.application.startswith("trouble-")
    },
}
"""Pages by the name of the application."""
