"""The pages, an explicit list: one module for each kind."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from alpheus.web.pages import (
    account,
    accounts,
    audit,
    batches,
    campaign,
    clean_up,
    hands,
    imports,
    jobs,
    notices,
    oidc,
    organisations,
    own,
    search,
    server,
    server_changes,
    servers,
    static,
    tokens,
    uploads,
)

PAGES: tuple[ControllerRouterHandler, ...] = (
    *static.ROUTES,
    *campaign.ROUTES,
    *hands.ROUTES,
    *servers.ROUTES,
    *organisations.ROUTES,
    *search.ROUTES,
    *server.ROUTES,
    *server_changes.ROUTES,
    *clean_up.ROUTES,
    *account.ROUTES,
    *oidc.ROUTES,
    *tokens.ROUTES,
    *accounts.ROUTES,
    *audit.ROUTES,
    *imports.ROUTES,
    *uploads.ROUTES,
    *jobs.ROUTES,
    *notices.ROUTES,
    *batches.ROUTES,
    *own.ROUTES,
)
