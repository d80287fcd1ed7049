"""All routes of the API, below its own path."""

from __future__ import annotations

from collections.abc import Iterator

from litestar import Router
from litestar.types import ControllerRouterHandler

from alpheus.web.api import (
    batches,
    campaign,
    changes,
    clean_up,
    document,
    hands,
    jobs,
    notices,
    organisations,
    own,
    people,
    server,
    servers,
    story,
    uploads,
)
from alpheus.web.api.asking import BASE, LARGEST_BODY, check_request

MODULES = (
    campaign, hands, servers, server, story, changes, clean_up, organisations, notices, batches,
    uploads, jobs, own, people, document,
)  # fmt: skip
"""An explicit list; each has `ROUTES`."""


def handlers() -> Iterator[ControllerRouterHandler]:
    """Every route, without the path of the API."""
    for module in MODULES:
        yield from module.ROUTES


def router() -> Router:
    """The API, to be put into an application."""
    return Router(
        BASE, route_handlers=list(handlers()), before_request=check_request,
        request_max_body_size=LARGEST_BODY,
    )  # fmt: skip
