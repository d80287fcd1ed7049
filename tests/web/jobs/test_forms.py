"""Forms with files are read as they come; the session's word stands before the first file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alpheus.cases.database import Database
from alpheus.web.access.roles import Grant, Role
from alpheus.web.access.throttle import Rate
from alpheus.web.app import create_app
from alpheus.web.jobs import forms
from alpheus.web.settings import Settings
from console import Client, made, signed_in
from console_jobs import LIST

BOUNDARY = "a-boundary"
HEADERS = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "accept": "text/html"}
Part = tuple[str, str | None, bytes]


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Litestar:
    """The application."""
    settings = Settings(uploads=tmp_path / "uploads", largest_list=2_000)
    return create_app(database, settings, rate=Rate(1_000_000, 1_000_000))


@pytest.fixture
def client(app: Litestar) -> Iterator[Client]:
    """A browser."""
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def csrf(client: Client, app: Litestar) -> bytes:
    """The word of an analyst's session."""
    return str(signed_in(client, app, made(app, "mia", Grant(Role.ANALYST)))["csrf"]).encode()


def _body(*parts: Part) -> bytes:
    body = b""
    for name, filename, value in parts:
        named = f'; filename="{filename}"' if filename is not None else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
        body += head.encode() + value + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def _send(client: Client, body: bytes, **headers: str) -> Any:
    return client.post(
        "/imports", content=body, headers={**HEADERS, **headers}, follow_redirects=False
    )


def _files(app: Litestar) -> list[str]:
    folder = app.state.jobs.uploads.folder / "files"
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def test_a_form_without_script(client: Client, app: Litestar, csrf: bytes) -> None:
    """Two lists are two jobs; a field in which nothing was chosen is nothing."""
    parts: tuple[Part, ...] = (
        ("csrf", None, csrf), ("kind", None, b"import"), ("source", None, b"CERT"),
        ("file", "../../a.csv", LIST), ("file", "b.csv", LIST + b"x"), ("file", "", b""),
    )  # fmt: skip
    answer = _send(client, _body(*parts))
    assert (answer.status_code, answer.headers["location"]) == (303, "/imports")
    jobs = app.state.jobs.queue.page()
    assert [(one.name, one.options.source) for one in jobs] == [
        ("b.csv", "CERT"),
        ("a.csv", "CERT"),
    ]
    path = app.state.jobs.uploads.path(jobs[1].files[0].id)
    assert path.read_bytes() == LIST


@pytest.mark.parametrize("at", [0, 2])
def test_the_word_of_the_session_comes_before_the_first_file(
    client: Client, app: Litestar, csrf: bytes, at: int
) -> None:
    """Otherwise nothing is written at all."""
    parts: list[Part] = [("kind", None, b"import"), ("file", "a.csv", LIST)]
    parts.insert(at, ("csrf", None, csrf if at else b"wrong"))
    assert _send(client, _body(*parts)).status_code == 403
    assert _send(client, _body(*parts[:2])).status_code == 403
    good: Part = ("csrf", None, csrf)
    foreign = {"sec-fetch-site": "cross-site"}
    assert _send(client, _body(good, ("file", "a.csv", LIST)), **foreign).status_code == 403
    assert _files(app) == []
    assert app.state.jobs.queue.page() == []


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ((("file", "a.csv", b""),), "a.csv is empty"),
        ((("file", "", b""),), "Choose a file first."),
        ((("file", "a.csv", b"x" * 3_000), ("file", "b.csv", LIST)), "a.csv is too large"),
        ((("file", "a.csv", LIST), ("file", "b.zip", b"PK\x03\x04")), "b.zip is an archive"),
        (tuple(("file", f"{n}.csv", LIST) for n in range(25)), "At most 20 files at once"),
    ],
)
def test_what_is_wrong_is_told_where_one_is_looking(
    client: Client, app: Litestar, csrf: bytes, parts: tuple[Part, ...], reason: str
) -> None:
    """Nothing typed is lost, and no file stays."""
    typed: tuple[Part, ...] = (
        ("csrf", None, csrf), ("kind", None, b"import"), ("source", None, b'CERT "<b>'),
    )  # fmt: skip
    answer = _send(client, _body(*typed, *parts))
    assert answer.status_code in {413, 422}
    assert reason in answer.text
    assert 'value="CERT &#34;&lt;b&gt;"' in answer.text
    assert _files(app) == []
    assert app.state.jobs.queue.page() == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (HEADERS["content-type"], b"--a-boundary\r\nbroken"),
        (HEADERS["content-type"], b""),
        (HEADERS["content-type"], b"--other\r\n\r\n"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=" + "x" * 3_000, b"x"),
        (HEADERS["content-type"], b"--a-boundary\r\n" + b"A: b\r\n" * 5_000),
    ],
)
def test_what_is_no_form_is_told(client: Client, csrf: bytes, kind: str, body: bytes) -> None:
    """And never an error of ours."""
    assert csrf
    answer = _send(client, body, **{"content-type": kind})
    assert answer.status_code == 422
    assert "is no form with files" in answer.text


def test_fields_are_short_and_few(client: Client, app: Litestar, csrf: bytes) -> None:
    """A form cannot fill the memory by its fields."""
    long: tuple[Part, ...] = (
        ("csrf", None, csrf), ("kind", None, b"import"), ("source", None, b"x" * 100_000),
        ("file", "a.csv", LIST),
    )  # fmt: skip
    assert _send(client, _body(*long)).status_code == 303
    assert len(app.state.jobs.queue.page()[0].options.source) <= forms.LONGEST_FIELD
    many = tuple((f"f{n}", None, b"x") for n in range(forms.MOST_FIELDS + forms.MOST_FILES))
    assert _send(client, _body(("csrf", None, csrf), *many)).status_code == 422
