"""The queue: what it shows to whom, and what is done to many in steps."""

from __future__ import annotations

import csv
import re
from html import unescape
from typing import Any

import pytest
from litestar import Litestar

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database, open_database
from alpheus.cases.observations import hand_entry
from alpheus.cases.observations_import import record
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import SHOWN
from alpheus.web.access import audit
from alpheus.web.access.roles import Grant, Permission, Role
from console import Client, Clock, made, signed_in
from filled_database import Fill, with_tables

HOSTILE = "evil<script>alert(1)</script>.example"
NOTE = {"kind": "note", "why": "looked"}


def _three(place: str) -> None:
    """Three servers of two organisations, one of nobody's, all vulnerable but one."""
    hosts = ("mail.a.example", "web.a.example", "mail.b.example")
    builds = ("15.1.2106.2", "15.1.2106.2", "15.1.2176.9")
    entries = [
        hand_entry(time="2021-03-10T00:00:00Z", names=(host,), build=build)
        for host, build in zip(hosts, builds, strict=True)
    ]
    entries.append(hand_entry(time="2021-03-10T00:00:00Z", address="192.0.2.9"))
    with open_database(place) as database:
        record(database, entries, "test")
        rebuild(database, now=Clock()())


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Fill:
    """Servers, for whoever asks for cases."""
    return _three if "cases" in request.fixturenames else with_tables


@pytest.fixture
def cases(database: Database, clock: Clock) -> Cases:
    """The servers."""
    return Cases(database, clock)


def _numbers(cases: Cases) -> dict[str, int]:
    return {row["name"]: int(row["id"]) for row in cases.page().servers}


def _admin(client: Client, app: Litestar) -> dict[str, Any]:
    return signed_in(client, app, made(app, "mia"))


def _hidden(text: str) -> dict[str, str]:
    """What a form carries on."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
    return {name: unescape(value) for name, value in found}


def _log(database: Database) -> list[audit.Entry]:
    with database.read() as connection:
        return audit.entries(connection)


def test_the_list_says_who_why_and_what_can_be_chosen(
    client: Client, app: Litestar, cases: Cases
) -> None:
    """Filters are links with counts; a chosen one is a chip that takes it away."""
    _admin(client, app)
    text = client.get("/servers").text
    assert "4 servers fit." in text
    assert "mail.a.example" in text
    assert "anyone can break in" in text
    assert 'href="/servers?patch=vulnerable"' in text
    chosen = client.get("/servers?patch=vulnerable&q=mail").text
    assert "mail.a.example" in chosen
    assert "web.a.example" not in chosen
    assert 'aria-label="Take away Flaw: Vulnerable"' in chosen
    assert 'href="/servers?q=mail"' in chosen
    plan = "/notices/plan?patch=vulnerable&amp;text=mail"
    assert f'href="{plan}"' in chosen
    assert client.get(unescape(plan)).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["patch=no-such", "sector=bank&region=US", "q=zzz", "overdue=1", "organisation=x", "after=",
     "q=" + "%00", "network=AS7", "assignee=nobody-like-that", "q=%F0%9F%90%8E%22%3E%3Cb%3E"],
)  # fmt: skip
def test_where_nothing_fits_it_is_said(
    client: Client, app: Litestar, cases: Cases, query: str
) -> None:
    """With a way back, and nothing that was asked acts."""
    _admin(client, app)
    answer = client.get(f"/servers?{query}")
    assert answer.status_code == 200
    assert "<b>" not in answer.text
    if query != "after=":
        assert "No server fits." in answer.text
        assert 'href="/servers"' in answer.text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("after=wrong", "&#39;wrong&#39; is no key of a page"),
        ("after=%2B%2F%00", "is no key of a page"),
        ("sort=size", "&#39;size&#39; is none of"),
        ("network=x", "neither a network such as"),
        ("network=" + "9" * 5_000, "neither a network such as"),
        ("&".join(["patch=x"] * 301), "at most 300 filters"),
    ],
)
def test_a_wrong_address_is_told_on_the_list(
    client: Client, app: Litestar, cases: Cases, query: str, told: str
) -> None:
    """Which is shown from its beginning."""
    _admin(client, app)
    answer = client.get(f"/servers?{query}")
    if "9999" in query:
        assert answer.status_code in {200, 422}
        return
    assert answer.status_code == 422
    assert told.lower() in answer.text.lower()
    assert "mail.a.example" in answer.text


def test_pages_by_key_go_on_and_back(
    client: Client, app: Litestar, database: Database, clock: Clock
) -> None:
    """Each server once, and the page before is the one that was before."""
    record(database, [hand_entry(time="2021-03-10T00:00:00Z", names=(f"m{n:03}.x{n}.example",))
                      for n in range(120)], "test")  # fmt: skip
    rebuild(database, now=clock())
    _admin(client, app)
    pages, where = [], "/servers?sort=name"
    while where:
        text = client.get(where).text
        pages.append(re.findall(r"<bdi>(m\d\d\d\.x\d+\.example)</bdi></a>", text))
        after = re.search(r'href="([^"]+)" rel="next"', text)
        where = unescape(after[1]) if after else ""
        before = re.search(r'href="([^"]+)" rel="prev"', text)
        if len(pages) > 1:
            assert before is not None
            again = client.get(unescape(before[1])).text
            assert pages[-2][0] in again
            assert pages[-1][0] not in again
    assert [len(one) for one in pages] == [50, 50, 20]
    assert len({name for page in pages for name in page}) == 120


def test_what_is_typed_becomes_a_filter(client: Client, app: Litestar, cases: Cases) -> None:
    """By a redirect, so that the address says it."""
    _admin(client, app)
    answer = client.get("/servers?patch=fixed&add=build&value=15.1", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/servers?patch=fixed&build=15.1"


@pytest.mark.parametrize(("language", "word"), [("es", "Coinciden"), ("de", "Server passen")])
def test_in_other_languages(
    client: Client, app: Litestar, cases: Cases, language: str, word: str
) -> None:
    """Filters, reasons and states as well."""
    _admin(client, app)
    client.headers["accept-language"] = language
    text = client.get("/servers").text
    assert word in text
    assert "anyone can break in" not in text
    assert "Take away" not in client.get("/servers?patch=vulnerable").text


def test_whoever_has_one_organisation_sees_and_counts_that_alone(
    client: Client, app: Litestar, cases: Cases
) -> None:
    """No number, no filter and no file tells of others."""
    grants = (Grant(Role.VIEWER, "a.example"),)
    signed_in(client, app, made(app, "one", *grants))
    for query in ("", "?organisation=b.example", "?q=mail", "?format=csv", "?assignee="):
        text = client.get(f"/servers{query}").text
        assert "mail.b.example" not in text, query
        assert "/organisations/b.example" not in text, query
        assert "192.0.2.9" not in text, query
    assert "2 servers fit." in client.get("/servers").text
    assert "Do something to several" not in client.get("/servers").text


def test_the_file_is_the_list_and_is_taken_down(
    client: Client, app: Litestar, cases: Cases, database: Database
) -> None:
    """With the same filters, in the same order, and harmless."""
    _admin(client, app)
    answer = client.get("/servers?q=a.example&sort=name&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="servers.csv"'
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["name"] for row in rows] == ["mail.a.example", "web.a.example"]
    assert [*rows[0]] == [*SHOWN]
    entry = _log(database)[0]
    assert (entry.who, entry.action, entry.object) == ("mia", "taken away as CSV", "servers")
    assert entry.detail == {"filters": "q=a.example&sort=name"}


def test_a_token_that_may_only_look_takes_nothing_away(
    client: Client, app: Litestar, cases: Cases
) -> None:
    """Although its account may."""
    person = app.state.accounts.person(made(app, "mia"))
    sessions = app.state.sessions
    for scope, status in ((Permission.SEE, 403), (Permission.EXPORT, 403)):
        secret = sessions.make_token(person, "t", frozenset({scope}), 1)
        headers = {"authorization": f"Bearer {secret}"}
        assert client.get("/servers?format=csv", headers=headers).status_code == status
    both = sessions.make_token(person, "t", frozenset({Permission.SEE, Permission.EXPORT}), 1)
    headers = {"authorization": f"Bearer {both}"}
    assert client.get("/servers?format=csv", headers=headers).status_code == 200


def test_hostile_names_are_inert(
    client: Client, app: Litestar, database: Database, clock: Clock
) -> None:
    """On the list, in what is asked about them, and in the file."""
    entry = hand_entry(time="2021-03-10T00:00:00Z", names=("mail.a.example",), address="192.0.2.1")
    record(database, [entry], "test")
    rebuild(database, now=clock())
    form = _admin(client, app)
    number = next(iter(_numbers(Cases(database, clock)).values()))
    text = '=<script>alert(1)</script>\u202e"'
    sent = {"kind": "note", "servers": str(number), "why": text, **form}
    shown = client.post("/servers/act/preview", data=sent).text
    client.post("/servers/act", data={**sent, "code": _hidden(shown)["code"]})
    shown += client.post("/servers/act/preview", data={**sent, "kind": "assigned", "to": text}).text
    Cases(database, clock).act(number, ActKind.ASSIGNED, who="kim", to=text)
    pages = [shown, *(client.get(where).text for where in (
        "/servers", "/servers?q=%3Cscript%3E", "/servers?assignee=%3Cscript%3E"))]  # fmt: skip
    assert all("<script>alert" not in page and "\u202e" not in page for page in pages)
    assert "'=" in client.get("/servers?format=csv").text


# what is done to many


def test_in_steps_and_only_what_was_shown(
    client: Client, app: Litestar, cases: Cases, database: Database
) -> None:
    """The form, the preview with who refuses it and why, and the deed with who did it."""
    form = _admin(client, app)
    numbers = _numbers(cases)
    chosen = [numbers["mail.a.example"], numbers["mail.b.example"]]
    where = "/servers/act?kind=closed&query=&" + "&".join(f"server={one}" for one in chosen)
    first = client.get(where)
    assert "To 2 servers that were ticked." in first.text
    sent = {**_hidden(first.text), "to": "done", "why": "it is fixed", **form}
    shown = client.post("/servers/act/preview", data=sent)
    assert shown.status_code == 200
    assert "1 case will be closed." in shown.text
    assert "a server is done when it is seen with the fix" in shown.text
    assert {row["work"] for row in cases.page().servers} == {"new"}
    answer = client.post("/servers/act", data={**sent, **_hidden(shown.text), **form},
                         follow_redirects=False)  # fmt: skip
    assert answer.status_code == 303
    assert answer.headers["location"] == "/servers?did=closed&done=1&left=0"
    assert "1 case was closed." in client.get(answer.headers["location"]).text
    works = {row["name"]: row["work"] for row in cases.page().servers}
    assert works["mail.b.example"] == "closed"
    assert works["mail.a.example"] == "new"
    entry = _log(database)[0]
    assert (entry.who, entry.action, entry.object) == ("mia", "servers: closed", "1 servers")
    assert entry.detail["why"] == "it is fixed"


def test_all_that_fit(client: Client, app: Litestar, cases: Cases) -> None:
    """By the filters of the list, which it leads back to."""
    form = _admin(client, app)
    made(app, "lou", Grant(Role.ANALYST))
    where = "/servers/act?kind=assigned&which=every&query=q%3Da.example"
    carried = _hidden(client.get(where).text)
    assert 'value="mia"' in client.get(where).text
    sent = {**carried, "to": "lou", **form}
    shown = client.post("/servers/act/preview", data=sent).text
    assert "2 servers will be assigned to lou." in shown
    answer = client.post("/servers/act", data={**sent, **_hidden(shown), **form},
                         follow_redirects=False)  # fmt: skip
    assert answer.headers["location"] == "/servers?q=a.example&did=assigned&done=2&left=0"
    assert {row["name"] for row in cases.page().servers if row["assignee"] == "lou"} == {
        "mail.a.example", "web.a.example",
    }  # fmt: skip


def test_if_others_fit_meanwhile_it_is_shown_again(
    client: Client, app: Litestar, cases: Cases, database: Database
) -> None:
    """And nothing has happened to any; what was typed is still there."""
    form = _admin(client, app)
    sent = {"kind": "reopened", "every": "1", "why": "for this reason", **form}
    numbers = _numbers(cases)
    cases.act(numbers["mail.a.example"], ActKind.CLOSED, who="kim", why="so", to="gone")
    shown = client.post("/servers/act/preview", data=sent).text
    assert "1 case will be opened again." in shown
    cases.act(numbers["web.a.example"], ActKind.CLOSED, who="kim", why="so", to="gone")
    answer = client.post("/servers/act", data={**sent, "code": _hidden(shown)["code"]})
    assert answer.status_code == 422
    assert "2 servers allow it now" in answer.text
    assert "2 cases will be opened again." in answer.text
    assert "for this reason" in answer.text
    assert len([row for row in cases.page().servers if row["work"] == "closed"]) == 2
    assert not [one for one in _log(database) if one.action.startswith("servers:")]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"kind": "closed", "to": "done"}, "say why"),
        ({"kind": "closed", "why": "so"}, "say to whom, or how it ends"),
        ({"kind": "false-positive", "why": "so", "until": "2021-03-01"}, "is over"),
        ({"kind": "false-positive", "why": "so", "until": "soon"}, "write a day as"),
        ({"kind": "notified", "why": "so", "when": "2022-01-01"}, "has not been yet"),
        ({"kind": "merged", "why": "so"}, "choose what is to be done"),
        ({"kind": "note", "why": "so", "servers": "x"}, "no number of a server"),
        ({"kind": "note", "why": "so", "servers": ""}, "choose servers, or all that fit"),
        ({"kind": "note", "why": "so", "query": "network=x", "every": "1"}, "neither a network"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(
    client: Client, app: Litestar, cases: Cases, sent: dict[str, str], told: str
) -> None:
    """At every step."""
    form = _admin(client, app)
    number = str(_numbers(cases)["mail.a.example"])
    for where in ("/servers/act/preview", "/servers/act"):
        answer = client.post(where, data={"servers": number, **sent, **form})
        assert answer.status_code == 422
        assert told in answer.text.replace("&#39;", "'").lower()
        if sent["kind"] != "merged" and "why" in sent:
            assert sent["why"] in answer.text
    assert all(not cases.show(int(number)).acts for _ in "1")


def test_nothing_chosen_is_told_on_the_list(client: Client, app: Litestar, cases: Cases) -> None:
    """What was ticked stays ticked."""
    _admin(client, app)
    answer = client.get("/servers/act?kind=note&query=q%3Dmail&which=chosen")
    assert answer.status_code == 422
    assert "hoose servers, or all that fit" in answer.text
    number = _numbers(cases)["mail.a.example"]
    answer = client.get(f"/servers/act?kind=x&query=&server={number}")
    assert answer.status_code == 422
    assert f'value="{number}" aria-label="Choose mail.a.example" checked' in answer.text


def test_nothing_outside_of_ones_organisations_is_changed(
    client: Client, app: Litestar, cases: Cases
) -> None:
    """By number or by filter; a viewer's role elsewhere does not help."""
    grants = (Grant(Role.ANALYST, "a.example"), Grant(Role.VIEWER))
    form = signed_in(client, app, made(app, "one", *grants))
    numbers = _numbers(cases)
    text = client.get("/servers").text
    assert f'value="{numbers["mail.a.example"]}" aria-label' in text
    assert f'value="{numbers["mail.b.example"]}" aria-label' not in text
    both = f"{numbers['mail.a.example']} {numbers['mail.b.example']} 999"
    for sent in ({**NOTE, "servers": both, **form}, {**NOTE, "every": "1", **form}):
        shown = client.post("/servers/act/preview", data=sent).text
        client.post("/servers/act", data={**sent, **_hidden(shown), **form})
    assert not cases.show(numbers["mail.b.example"]).acts
    assert len(cases.show(numbers["mail.a.example"]).acts) == 2
    shown = client.post("/servers/act/preview", data={**NOTE, "servers": both, **form}).text
    assert "2 servers that were chosen are not there any more" in shown


def test_what_an_address_claims_was_done_is_bounded(
    client: Client, app: Litestar, cases: Cases
) -> None:
    """It says numbers of ours, and no other text."""
    _admin(client, app)
    for query in ("did=x&done=1", "did=note&done=x", "did=note&done=%3Cb%3E", "did=note"):
        assert 'role="status"' not in client.get(f"/servers?{query}").text


def test_a_database_without_servers(client: Client, app: Litestar, database: Database) -> None:
    """Says so, and where to go; also where they were worked out and there are none."""
    _admin(client, app)
    for where in ("/servers", "/organisations", "/search?q=x", "/organisations/a.example"):
        answer = client.get(where)
        assert answer.status_code == 503, where
        assert "ervers have not been worked out yet" in answer.text
    rebuild(database, now=app.state.clock())
    assert "There are no servers that you may see yet." in client.get("/servers").text
    assert client.get("/organisations").status_code == 200
