"""Notices in the console: plans, approval by a second person, answers, and who sees what."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest
from litestar import Litestar
from sqlalchemy import select

from alpheus.cases.console_schema import audit
from alpheus.cases.database import Database
from alpheus.cases.service import Cases
from alpheus.notify.answers import Answer, AnswerKind, give
from alpheus.notify.model import EventKind, Notice, Status
from alpheus.notify.service import Notices
from alpheus.web.access.roles import Role
from cases_filling import seen
from console import Client, Clock
from exposure_runs import CLOSED, OPEN
from notices_filling import BREACHED, Country, contact, provider, usual
from web.notices_world import office, person, settled_country

BAD = "<script>alert(1)</script>"


@pytest.fixture
def country(app: Litestar, database: Database, clock: Clock) -> Country:
    """Three organisations with a contact, two with a provider, one with nobody."""
    found = settled_country(
        app, database, clock,
        {1: [contact("it@one.example")], 2: [contact("it@two.example")],
         3: [contact("it@three.example")], 4: [provider()], 5: [provider()]},
    )  # fmt: skip
    found.sees(*(seen(n, OPEN, 1) for n in (1, 2, 3, 4, 5, 6)))
    return found


def _one(country: Country, organisation: str) -> Notice:
    return next(one for one in country.notices.notices() if one.organisation == organisation)


def test_without_settings_a_page_says_what_to_do(client: Client, app: Litestar) -> None:
    """For whoever may see notices."""
    form = person(client, app, Role.ADMIN)
    for where in ("/notices", "/notices/plan", "/notices/batches/1", "/notices/A-4F7K2Q"):
        assert "alpheus serve --notify notify.yaml" in client.get(where).text
    assert client.post("/notices/plan", data=form).status_code == 422


def test_the_sentence_that_matters(client: Client, app: Litestar, country: Country) -> None:
    """Told, acknowledged, failed, uncertain, unreachable; with what is to be done first."""
    person(client, app, Role.VIEWER)
    assert "Nobody has been told yet." in client.get("/notices").text
    country.tell()
    country.notices.acknowledge(
        country.notices.with_code(_one(country, "org1.example")).code, who="reader"
    )
    app.state.office.figures.change()
    text = client.get("/notices").text
    assert "5 organisations have been told; acknowledged: 1." in text
    assert "one organisation cannot be reached" in text
    assert "it@one.example" in text
    assert 'href="/notices/plan"' not in text


def test_lists_are_filtered_by_links(client: Client, app: Litestar, country: Country) -> None:
    """By status, rung, channel and organisation; what there is not is not asked for."""
    person(client, app, Role.VIEWER)
    sent = country.tell()
    country.notices.record(sent[0], EventKind.BOUNCED, who="mailbox", detail="550 no such user")
    app.state.office.figures.change()
    for query, number in (
        ("", 4), ("?status=failed", 1), ("?status=sent", 3), ("?rung=provider", 1),
        ("?status=failed&rung=provider", 0), ("?organisation=org2.example", 1),
        ("?channel=letter", 0), ("?status=odd", 4), ("?status=overdue", 0), ("?status=answered", 0),
    ):  # fmt: skip
        text = client.get(f"/notices{query}").text
        assert text.count('<th scope="row"><a href="/notices/A-') == number, query
    assert client.get("/notices?after=odd").status_code == 422


def test_a_table_is_safe_in_a_spreadsheet(client: Client, app: Litestar, country: Country) -> None:
    """With the same filters."""
    country.contacts = {1: [contact("it@one.example", name="=HYPERLINK(1)")]}
    country.rebuild()
    country.tell()
    person(client, app, Role.VIEWER)
    answer = client.get("/notices?format=csv&status=sent")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["address"], row["name"]) for row in rows] == [("it@one.example", "'=HYPERLINK(1)")]
    unreached = client.get("/notices/unreached?format=csv").text
    assert unreached.count("no-contact") == 5


def test_answers_of_people_say_where_they_lie(
    client: Client, app: Litestar, country: Country
) -> None:
    """And are found by a link; overdue ones as well."""
    sent = country.tell()
    country.notices.record(sent[0], EventKind.ANSWERED, who="mailbox", detail=f"mbox 3 {BAD}")
    person(client, app, Role.VIEWER)
    text = client.get("/notices?status=answered").text
    assert text.count('<th scope="row"><a href="/notices/A-') == 1
    assert "mbox 3 &lt;script&gt;" in text
    assert BAD not in text
    country.time.pass_by(days=6)  # type: ignore[attr-defined]
    person(client, app, Role.VIEWER, name="later")
    text = client.get("/notices?status=overdue").text
    assert text.count('<th scope="row"><a href="/notices/A-') == 4


def test_uncertain_ones_are_settled_by_a_person(
    client: Client, app: Litestar, country: Country
) -> None:
    """First on the page; with a reason, and not while a sender is at it."""
    country.plan()
    country.approve()
    notice = next(iter(country.notices.due()))
    country.notices.claim(notice, who="sender")
    form = person(client, app, Role.ANALYST)
    where = f"/notices/{notice.reference}/settle"
    text = client.get("/notices").text
    assert text.index(f'action="{where}"') < text.index('id="all"')
    soon = client.post(where, data={"sent": "yes", "why": "the log", **form})
    assert (soon.status_code, "may be at it still" in soon.text) == (422, True)
    country.time.pass_by(minutes=11)  # type: ignore[attr-defined]
    for data in ({"sent": "yes", "why": ""}, {"sent": "", "why": "the log"}):
        answer = client.post(where, data={**data, **form})
        assert answer.status_code == 422
        assert data["why"] in answer.text
    done = client.post(where, data={"sent": "no", "why": "the log", **form},
                       follow_redirects=False)  # fmt: skip
    assert done.status_code == 303
    assert country.notices.status_of(notice) is Status.APPROVED


def test_a_plan_is_looked_at_and_then_kept(client: Client, app: Litestar, country: Country) -> None:
    """Nothing is kept by looking; who is told, and who not and why."""
    form = person(client, app, Role.ANALYST, name="mia")
    text = client.get("/notices/plan?preview=yes").text
    assert "4 notices would be planned, to 5 organisations about 5 servers." in text
    assert "it@one.example" in text
    assert "No way to reach them is known" in text
    assert country.notices.batches() == []
    text = client.get("/notices/plan?preview=yes&organisation=org1.example,org2.example").text
    assert "2 notices would be planned" in text
    assert 'name="organisation" value="org2.example"' in text
    answer = client.post("/notices/plan", data={"organisation": ["org1.example", "org2.example"],
                                                **form}, follow_redirects=False)  # fmt: skip
    assert answer.headers["location"] == "/notices/batches/1"
    (batch,) = country.notices.batches()
    assert (batch.who, batch.planned) == ("mia", 2)
    wrong = client.get("/notices/plan?preview=yes&network=nowhere")
    assert (wrong.status_code, 'value="nowhere"' in wrong.text) == (422, True)


def test_a_bulk_is_approved_by_a_second_person_as_it_was_shown(
    client: Client, app: Litestar, country: Country
) -> None:
    """Whoever planned it cannot; a digest that is not the shown one approves nothing."""
    country.settings = msgspec.structs.replace(country.settings, bulk_above=2)
    country.notices.settings = country.settings
    mia = person(client, app, Role.APPROVER, name="mia")
    mias = client.cookies["alpheus"]
    client.post("/notices/plan", data=mia)
    where = "/notices/batches/1"
    text = client.get(where).text
    digest = country.notices.approval(1).digest
    assert digest in text
    assert "ask somebody else to approve it" in text
    assert "Your mail server" in text
    own = client.post(f"{where}/approve", data={"digest": digest, **mia})
    assert (own.status_code, country.notices.batch(1).waiting) == (422, 4)
    lou = person(client, app, Role.APPROVER, name="lou")
    wrong = client.post(f"{where}/approve", data={"digest": "0" * 64, **lou})
    assert wrong.status_code == 422
    country.notices.settings = msgspec.structs.replace(country.settings, tlp="TLP:GREEN")
    changed = client.post(f"{where}/approve", data={"digest": digest, **lou})
    assert changed.status_code == 422
    country.notices.settings = country.settings
    done = client.post(f"{where}/approve", data={"digest": digest, **lou},
                       follow_redirects=False)  # fmt: skip
    assert done.headers["location"] == f"{where}?done=approved"
    assert "alpheus notify send 1" in client.get(where).text
    client.cookies.set("alpheus", mias)
    with country.database.read() as connection:
        found = connection.execute(select(audit.c.who).where(
            audit.c.action == "notices approved")).scalars()  # fmt: skip
        assert list(found) == ["lou"]


def test_a_batch_is_rejected_with_a_reason(client: Client, app: Litestar, country: Country) -> None:
    """What was typed stays; nothing is sent of it."""
    country.plan()
    form = person(client, app, Role.ANALYST)
    none = client.post("/notices/batches/1/reject", data={"why": " ", **form})
    assert none.status_code == 422
    client.post("/notices/batches/1/reject", data={"why": "a customer of theirs", **form})
    assert country.notices.batch(1).waiting == 0
    assert "nothing waits" in client.get("/notices/batches/1").text
    again = client.post("/notices/batches/1/reject", data={"why": "again", **form})
    assert (again.status_code, "again" in again.text) == (422, True)


def test_many_notices_have_their_digest_made_beside(
    client: Client, app: Litestar, country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says how far it is and comes again; then it can be approved."""
    monkeypatch.setattr("alpheus.web.approvals.AT_ONCE", 1)
    country.plan()
    form = person(client, app, Role.APPROVER)
    first = client.get("/notices/batches/1")
    assert first.headers["refresh"] == "3"
    assert "<progress" in first.text
    for _ in range(100):
        answer = client.get("/notices/batches/1")
        if "refresh" not in answer.headers:
            break
    digest = country.notices.approval(1).digest
    assert digest in answer.text
    client.post("/notices/batches/1/approve", data={"digest": digest, **form})
    assert country.notices.batch(1).waiting == 0


def test_a_notice_is_shown_word_for_word_but_for_its_code(
    client: Client, app: Litestar, country: Country
) -> None:
    """On no page, in no form, for nobody."""
    country.tell()
    notice = _one(country, "org1.example")
    code = country.notices.with_code(notice).code
    rendered = country.notices.rendered(notice)
    assert code in rendered.text
    assert code in rendered.html
    person(client, app, Role.ADMIN)
    text = client.get(f"/notices/{notice.reference.lower()}").text
    assert "Your mail server" in text
    assert "What became of it" in text
    html = client.get(f"/notices/{notice.reference}/html")
    assert html.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert "script-src" not in html.headers["content-security-policy"]
    for answer in (text, html.text, client.get("/notices/batches/1").text):
        assert "••••" in answer
        assert code not in answer


def test_words_of_people_are_taken_down(client: Client, app: Litestar, country: Country) -> None:
    """Acknowledged by word or by a code told by telephone, or failed; with a reason."""
    country.tell()
    form = person(client, app, Role.ANALYST)
    first, second, third = (_one(country, f"org{n}.example") for n in (1, 2, 3))
    where = f"/notices/{first.reference}/acknowledge"
    assert client.post(where, data={"why": "", **form}).status_code == 422
    client.post(where, data={"why": "she called", **form})
    assert country.notices.status_of(first) is Status.ACKNOWLEDGED
    client.post(f"/notices/{second.reference}/failed", data={"why": "moved away", **form})
    assert country.notices.status_of(second) is Status.FAILED
    wrong = client.post("/notices/code", data={"code": "AAAA", **form})
    assert (wrong.status_code, 'value="AAAA"' in wrong.text) == (422, True)
    code = country.notices.with_code(third).code
    client.post("/notices/code", data={"code": code.lower(), **form})
    assert country.notices.status_of(third) is Status.ACKNOWLEDGED


def test_what_owners_say_is_taken_up_once(client: Client, app: Litestar, country: Country) -> None:
    """By who may work on it; a second one is told who was quicker."""
    with country.database.write() as connection:
        for key in ("org1.example", "org2.example"):
            give(
                connection, country.database.place,
                Answer(0, "", "notice A-4F7K2Q", "", key, 1, AnswerKind.HELP, f"{key} {BAD}"),
                now="2021-03-12T09:00:00Z",
            )  # fmt: skip
    form = person(client, app, Role.ANALYST, "org1.example")
    text = client.get("/notices").text
    assert "org1.example &lt;script&gt;" in text
    assert "org2.example" not in text
    assert client.post("/notices/answers/2/seen", data=form).status_code == 404
    done = client.post("/notices/answers/1/seen", data=form, follow_redirects=False)
    assert done.status_code == 303
    assert client.post("/notices/answers/1/seen", data=form).status_code == 422
    assert "org1.example &lt;script&gt;" not in client.get("/notices").text


def test_a_role_in_one_organisation_sees_and_touches_its_notices_alone(
    client: Client, app: Litestar, country: Country
) -> None:
    """Neither those of others, nor a batch with them, nor who cannot be reached."""
    country.plan()
    mine, other = _one(country, "org1.example"), _one(country, "org2.example")
    passed_on = _one(country, "")
    form = person(client, app, Role.ADMIN, "org1.example", name="mia")
    text = client.get("/notices").text
    assert mine.reference in text
    assert other.reference not in text
    assert passed_on.reference not in text
    assert "org6" not in client.get("/notices/unreached").text
    assert client.get("/notices/batches/1").status_code == 404
    assert client.get(f"/notices/{mine.reference}").status_code == 200
    assert client.post("/notices/batches/1/approve", data={"digest": "0" * 64, **form}
                       ).status_code == 404  # fmt: skip
    for one in (other, passed_on):
        for where in ("", "/html", "/servers.csv"):
            assert client.get(f"/notices/{one.reference}{where}").status_code == 404
        for where in ("settle", "acknowledge", "failed"):
            data = {"why": "x", "sent": "yes", **form}
            answer = client.post(f"/notices/{one.reference}/{where}", data=data)
            assert answer.status_code == 404
    code = country.notices.with_code(other).code
    assert client.post("/notices/code", data={"code": code, **form}).status_code == 422
    assert "two.example" not in client.get("/notices?format=csv").text


def test_a_plan_of_one_organisation_touches_no_other(
    client: Client, app: Litestar, country: Country
) -> None:
    """Also what is no longer so of others stays for those who may see it."""
    country.plan()
    country.sees(seen(1, CLOSED, 11), seen(2, CLOSED, 11))
    form = person(client, app, Role.ANALYST, "org1.example", name="mia")
    text = client.get("/notices/plan?preview=yes").text
    assert "No way to reach them" not in text
    assert "One notice of an earlier batch would be withdrawn" in text
    client.post("/notices/plan", data={"organisation": "org2.example", **form})
    client.post("/notices/plan", data=form)
    (batch, _) = country.notices.batches()
    assert (batch.who, batch.planned) == ("mia", 0)
    assert country.notices.status_of(_one(country, "org1.example")) is Status.WITHDRAWN
    assert country.notices.status_of(_one(country, "org2.example")) is Status.PLANNED
    assert client.get(f"/notices/batches/{batch.number}").status_code == 200


def test_hostile_names_are_inert(
    client: Client, app: Litestar, database: Database, clock: Clock
) -> None:
    """Of contacts, products and reasons, on every page."""
    found = settled_country(
        app, database, clock, {1: [contact("it@one.example", name=BAD)],
                               2: [usual("org2.example"), provider(name=BAD)]},
    )  # fmt: skip
    found.sees(seen(1, OPEN, 1, product=BAD), seen(2, OPEN, 1, flags=BREACHED))
    found.tell()
    person(client, app, Role.ADMIN)
    places = ["/notices", "/notices/batches/1", "/notices/plan?preview=yes&text=" + BAD]
    places += [f"/notices/{one.reference}" for one in found.notices.notices()]
    for where in [*places, *(f"{one}/html" for one in places[3:])]:
        answer = client.get(where)
        assert answer.status_code == 200, where
        assert BAD not in answer.text, where


def test_figures_of_one_organisation_are_its_own(database: Database, clock: Clock) -> None:
    """Asked for within it."""
    shared = office(database, clock)
    assert isinstance(shared.notices, Notices)
    country = Country(database, {1: [contact("it@one.example")], 2: [contact("i@two.example")]},
                      time=clock)  # type: ignore[arg-type] # fmt: skip
    country.sees(seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, OPEN, 1))
    country.tell()
    whole, mine = country.notices.status(), country.notices.status({"org1.example"})
    assert (whole.told, whole.unreached, whole.servers_told) == (2, 1, 2)
    assert (mine.told, mine.unreached, mine.servers_told) == (1, 0, 1)
    assert Cases(database).page().servers
