"""Search over everything finds what may be seen, in groups, and nothing else."""

from __future__ import annotations

import pytest
from litestar import Litestar

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.observations import hand_entry
from alpheus.cases.observations_import import record
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.web.access.roles import Grant, Role
from console import Client, Clock, made, signed_in


@pytest.fixture
def cases(database: Database, clock: Clock) -> Cases:
    """Servers of two organisations, with a note on each."""
    entries = [
        hand_entry(time="2021-03-10T00:00:00Z", names=(f"mail.{one}.example",), address=address)
        for one, address in (("a", "192.0.2.1"), ("b", "192.0.2.2"))
    ]
    record(database, entries, "test")
    rebuild(database, now=clock())
    made_cases = Cases(database, clock)
    for row in made_cases.page().servers:
        made_cases.act(int(row["id"]), ActKind.NOTE, who="kim", why=f"called about {row['name']}")
    return made_cases


def _found(client: Client, text: str) -> str:
    answer = client.get("/search", params={"q": text})
    assert answer.status_code == 200
    return answer.text


def test_what_is_found_by_what(client: Client, app: Litestar, cases: Cases) -> None:
    """Names, addresses, networks, numbers, organisations, notes."""
    signed_in(client, app, made(app, "mia"))
    number = next(int(row["id"]) for row in cases.page(Filters(text="mail.a")).servers)
    link = f'href="/servers/{number}"'
    for text in ("mail.a", "MAIL.A", "192.0.2.1", "192.0.2.0/31", str(number), f"#{number}"):
        assert link in _found(client, text), text
    assert 'href="/organisations/a.example"' in _found(client, "a.exam")
    assert "called about mail.b" in _found(client, "called mail.b")
    assert "called about" not in _found(client, "called nobody")


@pytest.mark.parametrize(
    "text", ["zzz", "AS7", "10.0.0.0/8", "9" * 18, "%_", "\\", "A-222222", "\u202e<b>", "a" * 3_000]
)
def test_where_nothing_fits_it_is_said(
    client: Client, app: Litestar, cases: Cases, text: str
) -> None:
    """And nothing that was looked for acts."""
    signed_in(client, app, made(app, "mia"))
    found = _found(client, text)
    assert "Nothing that you may see fits." in found
    assert "<b>" not in found
    assert "\u202e" not in found


def test_without_words_there_is_the_form(client: Client, app: Litestar, cases: Cases) -> None:
    """And no complaint."""
    signed_in(client, app, made(app, "mia"))
    for where in ("/search", "/search?q=", "/search?q=%00", "/search?q=+"):
        assert client.get(where).status_code == 200
    assert "Nothing that you may see fits." not in client.get("/search?q=").text


def test_nothing_of_others_is_found(client: Client, app: Litestar, cases: Cases) -> None:
    """By words, by address, by number, or by what was noted; the log is for administrators."""
    signed_in(client, app, made(app, "one", Grant(Role.ANALYST, "a.example")))
    number = next(int(row["id"]) for row in cases.page(Filters(text="mail.b")).servers)
    for text in (
        "mail",
        "example",
        "192.0.2.0/24",
        "192.0.2.2",
        str(number),
        "called",
        "b.example",
    ):
        found = _found(client, text)
        assert "mail.b.example" not in found, text
        assert f'href="/servers/{number}"' not in found, text
        assert "/organisations/b" not in found, text
    assert "mail.a.example" in _found(client, "called")
    assert 'id="log"' not in _found(client, "account")


def test_administrators_find_what_was_done(client: Client, app: Litestar, cases: Cases) -> None:
    """In the log of the console."""
    signed_in(client, app, made(app, "mia"))
    assert 'id="log"' in _found(client, "mia")
