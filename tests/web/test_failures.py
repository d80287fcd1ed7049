"""What is told when something was refused or went wrong."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import get
from litestar.testing import create_test_client

from alpheus.errors import DatabaseBusyError, DatabaseLostError, RefusedError, UsageError
from alpheus.web.failures import refused

CASES: list[tuple[Exception, int, str]] = [
    (RefusedError("there is no server 7"), 404, "there is no server 7"),
    (RefusedError("say why"), 422, "say why"),
    (UsageError("'x' is no sort"), 422, "'x' is no sort"),
    (DatabaseBusyError("another import is under way"), 503, "another import is under way"),
    (DatabaseLostError("postgresql://mia:secret@db"), 503, "nothing was lost"),
    (ZeroDivisionError("secret"), 500, "something went wrong here"),
]


@pytest.mark.parametrize(("error", "status", "reason"), CASES)
def test_people_get_a_page_and_programs_json(error: Exception, status: int, reason: str) -> None:
    """Each with the status and one sentence, and nothing of what is inside."""

    @get("/", sync_to_thread=False)
    def fails() -> None:
        raise error

    with create_test_client([fails], exception_handlers={Exception: refused}) as client:
        page = client.get("/", headers={"accept": "text/html"})
        told = client.get("/", headers={"accept": "application/json"})
    assert page.status_code == told.status_code == status
    assert "secret" not in page.text + told.text
    body: dict[str, Any] = told.json()
    assert body["status"] == status
    assert reason.lower() in body["detail"].lower()
    assert told.headers["content-type"].startswith("application/problem+json")
    assert page.headers["content-type"].startswith("text/html")


def test_what_is_not_there_is_told_in_the_readers_language() -> None:
    """Also to somebody who is not signed in."""
    with create_test_client([], exception_handlers={Exception: refused}) as client:
        headers = {"accept": "text/html", "accept-language": "de"}
        answer = client.get("/nothing", headers=headers)
    assert answer.status_code == 404
    assert "Hier ist nichts" in answer.text
