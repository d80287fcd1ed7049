"""Organisations: lists and pages of them, whatever their keys hold."""

from __future__ import annotations

import csv
from urllib.parse import quote

import pytest
from litestar import Litestar
from sqlalchemy import insert

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.observations import hand_entry
from alpheus.cases.observations_import import record
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.web.access import audit
from alpheus.web.access.roles import Grant, Role
from alpheus.web.listing import organisation_at
from alpheus.web.pages.organisations import COLUMNS
from console import Client, Clock, made, signed_in

KEYS = ("a/b", "..", ".", "a b", "~x", "?q=1#", "%2e", '"><b>', "größe", "a" * 300, "\u202ex", "=1")


@pytest.fixture
def cases(database: Database, clock: Clock) -> Cases:
    """Servers of two organisations."""
    hosts = ("mail.a.example", "web.a.example", "mail.b.example")
    record(database, [hand_entry(time="2021-03-10T00:00:00Z", names=(host,), build="15.1.2106.2")
                      for host in hosts], "test")  # fmt: skip
    rebuild(database, now=clock())
    return Cases(database, clock)


def _admin(client: Client, app: Litestar) -> None:
    signed_in(client, app, made(app, "mia"))


def test_the_list_is_filtered_searched_and_sorted(
    client: Client, app: Litestar, cases: Cases
) -> None:
    """By links and by words."""
    _admin(client, app)
    text = client.get("/organisations").text
    assert 'href="/organisations/a.example"' in text
    assert 'href="/servers?organisation=a.example"' in text
    assert "b.example" not in client.get("/organisations?q=a.exam").text
    assert "No organisation fits." in client.get("/organisations?q=zzz&open=1").text
    assert "b.example" in client.get("/organisations?sort=servers&open=1").text
    wrong = client.get("/organisations?sort=x")
    assert wrong.status_code == 422
    assert "a.example" in wrong.text
    assert client.get("/organisations?after=x").status_code == 422


def test_the_page_tells_who_why_and_what_was_done(
    client: Client, app: Litestar, cases: Cases
) -> None:
    """And leads on to its servers and to a notice."""
    _admin(client, app)
    number = int(cases.page().servers[0]["id"])
    key = str(cases.page().servers[0]["organisation"])
    cases.act(number, ActKind.CLOSED, who="kim", why="moved away", to="gone")
    text = client.get(f"/organisations/{key}").text
    assert "moved away" in text
    assert "The server is gone" in text
    assert f'href="/servers?organisation={key}"' in text
    assert f'href="/notices/plan?organisation={key}"' in text
    assert "It has been told nothing yet." in text


@pytest.mark.parametrize("key", KEYS)
def test_a_key_may_hold_anything(
    client: Client, app: Litestar, cases: Cases, database: Database, key: str
) -> None:
    """The links of the list lead to its page, and nothing of it acts."""
    with database.write() as connection:
        tables, _ = current(connection, database.place)
        connection.execute(insert(tables.organisations).values(
            key=key, name=f"Name of {key}", described=1, priority=500))  # fmt: skip
    _admin(client, app)
    listed = client.get("/organisations").text
    assert f'href="{organisation_at(key)}"' in listed
    assert "<b>" not in listed
    assert "\u202e" not in listed
    page = client.get(organisation_at(key))
    assert page.status_code == 200
    assert "Name of" in page.text
    assert "<b>" not in page.text
    assert "\u202e" not in page.text
    file = client.get("/organisations?format=csv").text
    assert "\u202e" not in file
    assert "\n=1" not in file


@pytest.mark.parametrize("key", ["nobody.example", "~", "~%%", "%00", "~AA", "'--"])
def test_what_is_not_there_is_told(client: Client, app: Litestar, cases: Cases, key: str) -> None:
    """As what may not be seen."""
    _admin(client, app)
    answer = client.get(f"/organisations/{quote(key)}")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_whoever_has_one_organisation_sees_that_alone(
    client: Client, app: Litestar, cases: Cases
) -> None:
    """In the list, by its address, and in the file."""
    signed_in(client, app, made(app, "one", Grant(Role.VIEWER, "a.example")))
    for where in ("/organisations", "/organisations?q=example", "/organisations?format=csv"):
        text = client.get(where).text
        assert "a.example" in text
        assert "b.example" not in text
    own = client.get("/organisations/a.example")
    assert own.status_code == 200
    assert "Plan a notice" not in own.text
    assert client.get("/organisations/b.example").status_code == 404


def test_what_is_listed_and_not_counted(client: Client, app: Litestar, cases: Cases) -> None:
    """Is told beside the number of servers, and marked in the list."""
    _admin(client, app)
    assert "not counted" not in client.get("/organisations/a.example").text
    cases.act(1, ActKind.DECOY, who="mia", why="it answers to everything")
    text = client.get("/organisations/a.example").text
    assert "1 more in the list is not counted" in text
    assert text.count("not counted by itself") == 1
    assert "1 more not counted" in client.get("/organisations").text


def test_the_file_has_all_and_is_taken_down(
    client: Client, app: Litestar, cases: Cases, database: Database
) -> None:
    """With the same filters."""
    _admin(client, app)
    answer = client.get("/organisations?sort=name&format=csv")
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["key"] for row in rows] == ["a.example", "b.example"]
    assert [*rows[0]] == [*COLUMNS]
    assert rows[0]["servers"] == "2"
    with database.read() as connection:
        entry = audit.entries(connection)[0]
    assert (entry.action, entry.object) == ("taken away as CSV", "organisations")


@pytest.mark.parametrize("language", ["es", "de"])
def test_in_other_languages(client: Client, app: Litestar, cases: Cases, language: str) -> None:
    """Whole pages."""
    _admin(client, app)
    client.headers["accept-language"] = language
    for where in ("/organisations", "/organisations/a.example"):
        text = client.get(where).text
        assert "More filters" not in text
        assert "Who it is" not in text
        assert "Why it comes first" not in text
