"""Files by script: they go on where they broke off, are told what is wrong, and become jobs."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar

from alpheus.web.access.roles import Grant, Role
from alpheus.web.jobs.model import Kind
from console import Client, made, signed_in
from console_jobs import LIST

JSON = {"accept": "application/json"}


@pytest.fixture
def headers(client: Client, app: Litestar) -> dict[str, str]:
    """What script of an analyst sends."""
    account = made(app, "mia", Grant(Role.ANALYST))
    return {**JSON, "x-csrf": signed_in(client, app, account)["csrf"]}


def _announced(client: Client, headers: dict[str, str], size: int, **more: str) -> Any:
    values = {"kind": "import", "name": "list.csv", "size": size, **more}
    return client.post("/uploads", json=values, headers=headers)


def test_a_file_that_broke_off_goes_on(
    client: Client, app: Litestar, headers: dict[str, str]
) -> None:
    """And becomes a job, with what was asked for."""
    answer = _announced(client, headers, len(LIST))
    assert answer.status_code == 201
    place = f"/uploads/{answer.json()['id']}"
    first = client.put(f"{place}?offset=0", content=LIST[:50], headers=headers)
    assert first.json() == {"offset": 50}
    wrong = client.put(f"{place}?offset=9", content=b"x", headers=headers)
    assert (wrong.status_code, wrong.json()["offset"]) == (409, 50)
    assert client.get(place, headers=headers).json() == {"offset": 50, "size": len(LIST)}
    early = client.post("/uploads/done", json={"uploads": [place[9:]]}, headers=headers)
    assert (early.status_code, early.json()["offset"]) == (409, 50)
    assert client.put(f"{place}?offset=50", content=LIST[50:], headers=headers).status_code == 200
    done = client.post(
        "/uploads/done", json={"uploads": [place[9:]], "source": "CERT"}, headers=headers
    )
    assert done.json() == {"jobs": [1], "where": "/jobs/1"}
    (job,) = app.state.jobs.queue.page()
    assert (job.kind, job.name, job.who, job.options.source) == (
        Kind.IMPORT, "list.csv", "mia", "CERT",
    )  # fmt: skip
    assert client.get(place, headers=headers).status_code == 404


def test_what_is_wrong_is_told_in_the_readers_language(
    client: Client, app: Litestar, headers: dict[str, str]
) -> None:
    """Before the file is sent, or as soon as it is there."""
    headers = {**headers, "accept-language": "de"}
    empty = _announced(client, headers, 0)
    assert (empty.status_code, empty.json()["problem"]) == (422, "list.csv ist leer: 0 Bytes.")
    large = _announced(client, headers, 10**12)
    assert (large.status_code, "ist zu groß" in large.json()["problem"]) == (413, True)
    assert _announced(client, headers, -1).status_code == 400
    place = f"/uploads/{_announced(client, headers, 4).json()['id']}"
    kind = client.put(f"{place}?offset=0", content=b"PK\x03\x04", headers=headers)
    assert (kind.status_code, "ist ein Archiv" in kind.json()["problem"]) == (422, True)
    assert client.get(place, headers=headers).status_code == 404
    assert app.state.jobs.queue.page() == []


def test_a_stream_that_lies_about_its_length_is_refused(
    client: Client, headers: dict[str, str]
) -> None:
    """And is gone."""
    place = f"/uploads/{_announced(client, headers, 4).json()['id']}"
    answer = client.put(f"{place}?offset=0", content=b"12345", headers=headers)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert client.get(place, headers=headers).status_code == 404


def test_a_file_on_its_way_is_its_senders_alone(
    client: Client, app: Litestar, headers: dict[str, str]
) -> None:
    """Another analyst has no such upload."""
    place = f"/uploads/{_announced(client, headers, 4).json()['id']}"
    other = {
        **JSON,
        "x-csrf": signed_in(client, app, made(app, "leo", Grant(Role.ANALYST)))["csrf"],
    }
    for method in ("GET", "PUT", "DELETE"):
        assert client.request(method, place, headers=other).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"kind":"rebuild","name":"x","size":1}x'])
def test_what_is_no_announcement_is_refused(
    client: Client, headers: dict[str, str], body: bytes
) -> None:
    """By its form."""
    for place in ("/uploads", "/uploads/done"):
        assert client.post(place, content=body, headers=headers).status_code == 400


def test_an_organisation_sends_evidence_of_its_own_and_nothing_else(
    client: Client, app: Litestar
) -> None:
    """Whatever kind or organisation it names."""
    session = app.state.sessions.begin_for("own.example", "A-1", "notice A-1")
    client.cookies.set("alpheus", session.secret)
    headers = {**JSON, "x-csrf": session.csrf}
    assert _announced(client, headers, 4).status_code == 403
    values = {"kind": "import", "name": "x.log", "size": 4, "organisation": "other.example"}
    assert client.post("/own/uploads", json=values, headers=headers).status_code == 404
    answer = client.post("/own/uploads", json={**values, "organisation": ""}, headers=headers)
    number = answer.json()["id"]
    client.put(f"/own/uploads/{number}?offset=0", content=b"abcd", headers=headers)
    done = client.post("/own/uploads/done", json={"uploads": [number]}, headers=headers)
    assert done.json()["where"] == "/own/evidence"
    (job,) = app.state.jobs.queue.page()
    assert (job.kind, job.organisation, job.who) == (Kind.TRIAGE, "own.example", "notice A-1")
