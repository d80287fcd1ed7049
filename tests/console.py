"""The console in tests: a clock, accounts, and browsers that are signed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from alpheus.web.access.roles import Grant, Role

PASSWORD = "the river runs through the stables"
Client = TestClient[Litestar]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2021, 3, 12, 9, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


def made(app: Litestar, name: str, *grants: Grant) -> int:
    """An account with `PASSWORD`."""
    secret = app.state.accounts.make(name, grants or (Grant(Role.ADMIN),), who="test")
    number: int = app.state.accounts.accept(secret, PASSWORD)
    return number


def signed_in(client: Client, app: Litestar, account: int) -> dict[str, Any]:
    """Sign a browser in; gives what forms of the session carry."""
    session = app.state.sessions.begin(account)
    client.cookies.set("alpheus", session.secret)
    return {"csrf": session.csrf}
