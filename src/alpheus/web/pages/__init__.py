"""The pages, an explicit list: one module for each kind."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from alpheus.web.pages import (
    account,
    accounts,
    audit,
    campaign,
    imports,
    jobs,
    oidc,
    server,
    server_changes,
    static,
    tokens,
    uploads,
)

PAGES: tuple[ControllerRouterHandler, ...] = (
    *static.ROUTES, *campaign.ROUTES, *account.ROUTES, *oidc.ROUTES,
    *server.ROUTES, *server_changes.ROUTES,
    *tokens.ROUTES,
    *accounts.ROUTES, *audit.ROUTES, *imports.ROUTES, *uploads.ROUTES, *jobs.ROUTES,
)  # fmt: skip
