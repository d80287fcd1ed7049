"""The console as an application (ASGI): routes, who may use them, and what every answer carries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar, Request
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.types import ControllerRouterHandler, Message, Scope

from alpheus.cases.database import Database
from alpheus.cases.service import Cases
from alpheus.errors import UsageError
from alpheus.web import failures
from alpheus.web.access.accounts import Accounts
from alpheus.web.access.guard import PERMISSION, Identify, check
from alpheus.web.access.identities import Identities
from alpheus.web.access.oidc import Provider
from alpheus.web.access.sessions import Sessions
from alpheus.web.access.taken import take_down
from alpheus.web.access.throttle import Rate, Throttle
from alpheus.web.api.routes import router
from alpheus.web.campaign_view import CampaignDesk, wait_days_of
from alpheus.web.desk import Desk
from alpheus.web.hands_desk import HandsDesk
from alpheus.web.jobs.service import Jobs
from alpheus.web.notice_desk import office_of
from alpheus.web.pages import PAGES
from alpheus.web.pages.oidc import CALLBACK
from alpheus.web.settings import Settings
from alpheus.web.turns import take_turns
from alpheus.web.working_out import in_a_process

Clock = Callable[[], datetime]

RATE = Rate(burst=300, per_minute=3_000)
"""Requests of one asker."""
SIGN_IN_RATE = Rate(burst=10, per_minute=10)
"""Tries of one address to sign in, by password, link or code."""

_COMPRESSION = 4
"""Of gzip: a page is some hundred bytes larger than at 9, and takes less than half of the time."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}

_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


def create_app(
    database: Database,
    settings: Settings,
    *,
    clock: Clock = lambda: datetime.now(UTC),
    rate: Rate = RATE,
) -> Litestar:
    """The application over an open database. Raises UsageError for a route without a permission."""
    sessions = Sessions(database, clock)
    identities = Identities(sessions, clock)
    sessions.changed = identities.forget
    state = State(
        {
            "database": database, "settings": settings, "clock": clock, "sessions": sessions,
            "accounts": Accounts(database, clock, changed=identities.forget),
            "cases": Cases(database, clock),
            "jobs": Jobs(database, settings, clock),
            "provider": _provider_of(settings, clock),
            "throttle": Throttle(rate), "sign_in_throttle": Throttle(SIGN_IN_RATE),
            "campaign": CampaignDesk(database, clock, wait_days_of(settings.notify)),
            "hands": HandsDesk(database),
            "start_working_out": in_a_process,
            "office": office_of(database, settings, clock),
        }
    )  # fmt: skip
    app = Litestar(
        route_handlers=list(handlers()),
        state=state,
        middleware=[Identify(identities, state.throttle, secure=settings.is_secure)],
        guards=[check],
        dependencies={"desk": Provide(desk_of, sync_to_thread=False)},
        before_send=[_add_headers, take_down],
        exception_handlers={Exception: failures.refused},
        compression_config=CompressionConfig(
            backend="gzip", minimum_size=1_000, gzip_compress_level=_COMPRESSION
        ),
        logging_config=None,  # failures are told by `failures.refused`, once
        openapi_config=None,  # the API has a route for it, and no page
        debug=False,
    )
    _check_permissions(app)
    take_turns(app, database.moment)
    return app


def handlers() -> Sequence[ControllerRouterHandler]:
    """Every route, the pages in the order in which the menu names them."""
    return (*PAGES, router())


def desk_of(request: Request[Any, Any, Any], state: State) -> Desk:
    """The services, for whoever asks."""
    return Desk(state.cases, request.user)


async def _add_headers(message: Message, _: Scope) -> None:
    """Every answer carries them, those about failures as well; what a route says itself stays."""
    if message["type"] == "http.response.start":
        said = list(message["headers"])
        known = {name.lower() for name, _ in said}
        message["headers"] = said + [one for one in _HEADERS if one[0] not in known]


def _provider_of(settings: Settings, clock: Clock) -> Provider | None:
    if settings.oidc is None:
        return None
    return Provider(settings.oidc, f"{settings.url}{CALLBACK}", clock)


def _check_permissions(app: Litestar) -> None:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if not isinstance(handler, HTTPRouteHandler) or handler.http_methods == {"OPTIONS"}:
                continue
            if PERMISSION not in handler.opt:
                raise UsageError(f"{route.path}: the route does not say whom it is for")
