"""The first page: for those who work, and what each sees of it."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from litestar import Litestar
from sqlalchemy import update

from alpheus.cases.acts import ActKind
from alpheus.cases.console_schema import accounts
from alpheus.cases.database import Database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.web import campaign_view
from alpheus.web.access.roles import Grant, Role
from alpheus.web.pages import campaign as campaign_page
from alpheus.web.settings import LANGUAGES
from campaign_filling import campaign
from cases_filling import NOW, fill, listed, seen
from console import Client, Clock, made, signed_in
from exposure_runs import CLOSED, OPEN

HOSTILE = "=<script>alert(1)</script>\u202e\x1b[2J"


@pytest.fixture
def csrf(client: Client, app: Litestar, clock: Clock) -> dict[str, str]:
    """What forms of an administrator's session carry."""
    clock.now = NOW
    return signed_in(client, app, made(app, "mia"))


@pytest.mark.usefixtures("csrf")
def test_the_sentence_that_matters_comes_first(client: Client, database: Database) -> None:
    """Merged and raw stand beside each other."""
    campaign(database)
    text = client.get("/").text
    heading = text.index("<h1")
    assert "4 of 6 servers that had something to do are still open or broken into." in text[
        heading : heading + 200
    ]  # fmt: skip
    assert "Raw lists count 3 victims; merged, that is 1 system." in text
    assert 'href="/servers?patch=regressed"' in text
    assert "Servers worked out Apr 1, 2021, 00:00 UTC." in text


@pytest.mark.usefixtures("csrf")
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_its_reader(
    client: Client, database: Database, language: str
) -> None:
    """All of it: no English sentence is left over in another."""
    campaign(database)
    client.cookies.set("language", language)
    text = client.get("/").text
    assert f'<html lang="{language}"' in text
    assert ("Day by day" in text) == (language == "en")
    assert ("broken into" in text) == (language == "en")


def test_nothing_is_here_yet(client: Client, app: Litestar, csrf: dict[str, str]) -> None:
    """What to do is said to those who may do it; before and after a rebuild."""
    text = client.get("/").text
    assert "no list and no evidence has been taken in" in text
    assert 'href="/imports"' in text
    rebuild(app.state.database, now=NOW)
    assert "no list and no evidence has been taken in" in client.get("/").text
    signed_in(client, app, made(app, "eva", Grant(Role.VIEWER)))
    assert 'href="/imports"' not in client.get("/").text
    assert client.post("/campaign/looked", data=csrf).status_code == 403


@pytest.mark.usefixtures("csrf")
def test_servers_that_were_not_worked_out_are_no_empty_page(
    client: Client, database: Database
) -> None:
    """How many observations wait, and what takes them in."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 1)])
    answer = client.get("/")
    assert answer.status_code == 200
    assert "2 observations are in, and servers have not been worked out of them yet." in answer.text
    assert "<code>alpheus case rebuild</code>" in answer.text
    rebuild(database, now=NOW)
    fill(database, [seen(3, OPEN, 1)])
    assert re.search(r"1 observation (is not|has come in and is not)", client.get("/").text)


@pytest.mark.usefixtures("csrf")
def test_when_all_is_done_it_says_so(client: Client, database: Database) -> None:
    """And when nothing ever was to be done."""
    fill(database, [seen(1, CLOSED, 1)])
    rebuild(database, now=NOW)
    assert "1 server is known, and it never had anything to do." in client.get("/").text
    fill(database, [seen(2, OPEN, 1), seen(2, CLOSED, 3)])
    rebuild(database, now=NOW + timedelta(days=1))
    assert "None is left: the only server that had something to do is done." in client.get("/").text


def test_an_organisation_is_sent_to_its_own_servers(client: Client, app: Litestar) -> None:
    """And a stranger to sign in."""
    assert client.get("/", follow_redirects=False).headers["location"] == "/sign-in"
    session = app.state.sessions.begin_for("org1.example", "A-1", "notice A-1")
    client.cookies.set("alpheus", session.secret)
    answer = client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/own")


@pytest.mark.usefixtures("csrf")
def test_an_account_without_a_role_sees_nothing(client: Client, app: Litestar) -> None:
    """It is told so."""
    number = made(app, "eva", Grant(Role.VIEWER))
    app.state.accounts.regrant(number, [], who="test")
    signed_in(client, app, number)
    assert client.get("/").status_code == 403


def test_a_role_in_one_organisation_sees_its_servers_counted(
    client: Client, app: Litestar, database: Database, clock: Clock
) -> None:
    """No number, name or link of another."""
    campaign(database)
    clock.now = NOW
    signed_in(client, app, made(app, "eva", Grant(Role.ANALYST, "org1.example")))
    text = client.get("/").text
    assert "None is left: the only server that had something to do is done." in text
    assert "Only the servers of your organisations are counted." in text
    assert "64502" not in text
    assert "/campaign/work-out" not in text
    rows = list(csv.reader(io.StringIO(client.get("/campaign/by/sector?format=csv").text)))
    assert [row[:2] for row in rows[1:]] == [["bank", "1"]]
    assert "org4" not in client.get("/campaign/report.html").text


def test_marked_as_looked_at_it_tells_what_came_since(
    client: Client, app: Litestar, database: Database, clock: Clock, csrf: dict[str, str]
) -> None:
    """With where those servers are."""
    campaign(database)
    assert "Mark this page as looked at, and from then on it tells" in client.get("/").text
    assert client.post("/campaign/looked", data=csrf, follow_redirects=False).status_code == 303
    text = client.get("/").text
    assert "Nothing has changed." in text
    assert "Since you looked, Apr 1, 2021, 00:00 UTC" in text
    clock.pass_by(minutes=30)
    server = Cases(database, clock).page().servers[0]["id"]
    Cases(database, clock).act(server, ActKind.ASKED_HELP, who="eva", why="alone")
    text = client.get("/").text
    assert "whose owners ask for help" in text
    assert 'href="/servers?work=needs-help&amp;sort=last-seen"' in text
    with database.write() as connection:
        connection.execute(update(accounts).values(looked='{"time":"x","scope":"b.example"}'))
    assert "these numbers cannot be compared" in client.get("/").text


def test_of_many_servers_it_is_worked_out_in_another_process(
    client: Client, app: Litestar, database: Database, csrf: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """It is begun once, unasked, and by a button; the page is there meanwhile."""
    campaign(database)
    begun: list[Database] = []
    app.state.start_working_out = begun.append
    monkeypatch.setattr(campaign_view, "AT_ONCE", 1)
    monkeypatch.setattr(campaign_page, "AT_ONCE", 1)
    assert "It is being worked out now" in client.get("/").text
    assert client.get("/").status_code == 200
    assert begun == [database]
    client.post("/campaign/work-out", data=csrf)
    assert begun == [database]
    answer = client.get("/campaign/report.html")
    assert answer.status_code == 422


def test_work_is_begun_by_those_who_may(
    client: Client, app: Litestar, database: Database, csrf: dict[str, str]
) -> None:
    """With a role everywhere: it reads every server."""
    campaign(database)
    begun: list[Database] = []
    app.state.start_working_out = begun.append
    assert "Work it out again" in client.get("/").text
    assert client.post("/campaign/work-out", data={}).status_code == 403
    client.post("/campaign/work-out", data=csrf)
    assert begun == [database]
    other = signed_in(client, app, made(app, "eva", Grant(Role.ANALYST, "org1.example")))
    assert client.post("/campaign/work-out", data=other).status_code == 403


@pytest.mark.usefixtures("csrf")
def test_what_an_attacker_wrote_is_inert_everywhere(client: Client, database: Database) -> None:
    """A list may say anything of region, sector and network; and so may a build."""
    attributes = {"sector": HOSTILE, "asn": HOSTILE, "region": HOSTILE, "country": "US",
                  "state": HOSTILE}  # fmt: skip
    fill(database, [seen(n, OPEN, 1, **listed(n, 1, **attributes)) for n in range(1, 15)])
    fill(database, [seen(n, CLOSED, 2, product=HOSTILE) for n in range(20, 22)])
    rebuild(database, now=NOW)
    dimensions = ("region", "sector", "network", "product", "build")
    for place in ("/", "/campaign/report.html", *(f"/campaign/by/{by}" for by in dimensions)):
        answer = client.get(place)
        assert answer.status_code == 200, place
        assert "<script>alert" not in answer.text, place
        assert "\u202e" not in answer.text, place
        assert "\x1b" not in answer.text, place
    for by in dimensions:
        for row in csv.reader(io.StringIO(client.get(f"/campaign/by/{by}?format=csv").text)):
            assert not row[0].startswith("="), by
    assert "alert(1)" in client.get("/campaign/by/product").text


@pytest.mark.usefixtures("csrf")
def test_tables_are_whole_and_can_be_taken_away(client: Client, database: Database) -> None:
    """As files that a spreadsheet reads, and a report that a browser prints."""
    campaign(database)
    text = client.get("/campaign/by/sector").text
    assert "Servers by sector" in text
    assert 'href="/servers?sector=bank"' in text
    answer = client.get("/campaign/by/sector?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="alpheus-sector.csv"'
    days = list(csv.reader(io.StringIO(client.get("/campaign/days.csv").text)))
    assert (days[0][0], days[-1][0], len(days)) == ("day", "2021-03-31", 32)
    report = client.get("/campaign/report.html")
    assert "attachment" in report.headers["content-disposition"]
    assert "4 of 6 servers that had something to do are left" in report.text
    assert client.get("/campaign/by/colour").status_code == 404


@pytest.mark.usefixtures("csrf")
def test_the_page_is_small_and_needs_no_picture(client: Client, database: Database) -> None:
    """Everything is in it: no image is fetched, no style stands inline."""
    campaign(database)
    answer = client.get("/")
    assert len(answer.content) < 120_000
    assert "<img" not in answer.text
    assert "style=" not in answer.text
    assert answer.text.count("<script") == 1
