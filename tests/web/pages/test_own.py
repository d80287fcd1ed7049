"""An organisation about itself: its code, its own servers, and what it says."""

from __future__ import annotations

from typing import Any

import pytest
from litestar import Litestar
from sqlalchemy import select

from alpheus.cases import clean_store
from alpheus.cases.acts import ActKind
from alpheus.cases.console_schema import answers, audit
from alpheus.cases.database import Database
from alpheus.cases.schema import acts
from alpheus.cases.service import Cases
from alpheus.notify.model import Notice, Status
from alpheus.respond.model import signed
from alpheus.web.access.roles import Grant, Role
from alpheus.web.access.throttle import Throttle
from alpheus.web.app import SIGN_IN_RATE
from cases.test_clean_progress import PLAN
from cases_filling import act, seen
from console import Client, Clock, made, signed_in
from exposure_runs import CLOSED, OPEN
from notices_filling import BREACHED, Country, contact, hour, later, provider, usual
from web.notices_world import by_organisation, enter, settled_country

NO = "This code is not accepted here."


@pytest.fixture
def country(app: Litestar, database: Database, clock: Clock) -> Country:
    """Two organisations told by mail, two of whom their provider is told, one of nobody."""
    app.state.sign_in_throttle = Throttle(SIGN_IN_RATE._replace(burst=10_000))
    found = settled_country(
        app, database, clock,
        {1: [contact("it@one.example")], 2: [contact("it@two.example")], 3: [provider()],
         4: [provider()], 5: [contact("who@five.example")]},
        nobodys=frozenset({5}),
    )  # fmt: skip
    found.sees(*(seen(n, OPEN, 1) for n in (1, 2, 3, 4, 5)))
    return found


@pytest.fixture
def sent(country: Country) -> dict[str, Notice]:
    """The notices by organisation; '' is the provider's, 'five' that of the unknown owner."""
    found = by_organisation([one for one in country.tell() if one.organisation])
    for one in country.notices.notices():
        if not one.organisation:
            found["five" if one.recipient.address == "who@five.example" else ""] = one
    assert set(found) == {"org1.example", "org2.example", "", "five"}
    return found


def _numbers(database: Database) -> dict[str, int]:
    return {row["name"]: int(row["id"]) for row in Cases(database).every()}


def test_a_code_acknowledges_once_and_leads_to_ones_own_servers(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice]
) -> None:
    """Several times, however it is written; what is known of others is not there."""
    notice = sent["org1.example"]
    code = country.notices.with_code(notice).code
    for written in (code, code.lower().replace("-", " ")):
        client.cookies.clear()
        answer = client.post("/code", data={"code": written}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/own")
        page = client.get("/own")
        assert "QQ0001XY" in page.text
        assert "org2" not in page.text
        assert "is open to attack: a security update is missing." in page.text
        assert "+1 555 0100" in page.text
    kinds = [one.kind.value for one in country.notices.events(notice)]
    assert kinds.count("acknowledged") == 1
    assert country.notices.status_of(notice) is Status.ACKNOWLEDGED


def test_each_use_of_a_code_is_told(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice], clock: Clock
) -> None:
    """To whoever comes, and to those who wrote; two weeks after the first the code ends."""
    notice = sent["org1.example"]
    enter(client, app, notice)
    assert "It has been used once, " in client.get("/own").text
    clock.pass_by(days=3)
    enter(client, app, notice)
    text = client.get("/own").text
    assert "It has been used 2 times: first " in text
    assert "If that was neither you nor somebody of yours, call us." in text
    kinds = [one.kind.value for one in country.notices.events(notice)]
    assert kinds.count("code-used") == 2
    assert country.notices.status_of(notice) is Status.ACKNOWLEDGED
    clock.pass_by(days=12)
    answer = client.post("/code", data={"code": country.notices.with_code(notice).code})
    assert (answer.status_code, NO in answer.text) == (422, True)
    enter(client, app, sent["org2.example"])


def test_an_account_takes_the_place_of_the_code(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice], clock: Clock
) -> None:
    """Its owner comes back by it; the code lets nobody in any more, nor does its session."""
    notice = sent["org1.example"]
    form = enter(client, app, notice)
    other = client.cookies["alpheus"]
    form = enter(client, app, notice)
    assert "/own/account" in client.get("/own").text
    assert "Make the account" in client.get("/own/account").text
    name, password = "Maria, Town of One", "a sentence that is long"
    typed = {**form, "name": name, "password": password, "again": password}
    for wrong in ({"again": "x"}, {"password": "short", "again": "short"}, {"name": " "}):
        answer = client.post("/own/account", data={**typed, **wrong}, follow_redirects=False)
        assert answer.status_code == 422
    answer = client.post("/own/account", data=typed, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/own")
    text = client.get("/own").text
    assert "QQ0001XY" in text
    assert "org2" not in text
    assert "The code by which you came" not in text
    account = app.state.accounts.sign_in(name, password)
    assert account
    assert app.state.accounts.person(account).grants == (
        Grant(Role.CONSTITUENT, "org1.example"),
    )  # fmt: skip
    assert client.get("/own/account", follow_redirects=False).headers["location"] == "/account"
    client.cookies.clear()
    answer = client.post("/code", data={"code": country.notices.with_code(notice).code})
    assert (answer.status_code, NO in answer.text) == (422, True)
    client.cookies["alpheus"] = other
    assert client.get("/own").status_code == 403
    ended = [one for one in country.notices.events(notice) if one.kind.value == "code-ended"]
    assert [(one.who, one.detail) for one in ended] == [(f"notice {notice.reference}", name)]


def test_whose_notice_is_of_no_organisation_gets_no_account(
    client: Client, app: Litestar, sent: dict[str, Notice]
) -> None:
    """A provider, or the owner of a server of whom nothing else is known."""
    for key in ("", "five"):
        form = enter(client, app, sent[key])
        assert "Make an account" not in client.get("/own").text
        assert "An account is made for you" in client.get("/own/account").text
        password = "a sentence that is long"
        answer = client.post("/own/account", data={**form, "name": "x", "password": password,
                                                   "again": password})  # fmt: skip
        assert answer.status_code == 422
        assert app.state.accounts.sign_in("x", password) is None


def test_codes_that_let_nobody_in_look_alike(
    client: Client, app: Litestar, database: Database, clock: Clock
) -> None:
    """Wrong, of a notice that never went out, withdrawn, rejected, reduced, or too old."""
    app.state.sign_in_throttle = Throttle(SIGN_IN_RATE._replace(burst=10_000))
    found = settled_country(
        app, database, clock,
        {1: [contact("it@one.example")], 2: [contact("it@two.example")],
         3: [usual("org3.example"), provider()]},
    )  # fmt: skip
    found.sees(seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, OPEN, 1, flags=BREACHED))
    planned = by_organisation(found.plan())
    texts = {"wrong": client.post("/code", data={"code": "AAAA-AAAA-AAAA-AAAA"})}

    def ask(notice: Notice) -> Any:
        return client.post("/code", data={"code": found.notices.with_code(notice).code})

    texts["planned"] = ask(planned["org1.example"])
    found.notices.reject(1, who="lou", why="no", references=(planned["org2.example"].reference,))
    texts["rejected"] = ask(planned["org2.example"])
    found.approve()
    found.send()
    reduced = [one for one in found.notices.notices() if one.reduced]
    assert reduced
    texts["reduced"] = ask(reduced[0])
    clock.pass_by(days=91)
    texts["old"] = ask(planned["org1.example"])
    code = found.notices.with_code(planned["org1.example"]).code
    for name, answer in texts.items():
        assert answer.status_code == 422, name
        assert NO in answer.text, name
        assert "alpheus" not in client.cookies
    plain = {answer.text.split("</form>")[-1] for answer in texts.values()}
    assert len(plain) == 1
    with database.read() as connection:
        why = list(connection.execute(select(audit.c.detail).where(
            audit.c.action == "code refused")).scalars())  # fmt: skip
    assert len(why) == 4
    assert code not in str(why)


def test_tries_are_slowed_down(client: Client, app: Litestar, country: Country) -> None:
    """By address."""
    app.state.sign_in_throttle = Throttle(SIGN_IN_RATE)
    tries = [client.post("/code", data={"code": "x"}).status_code for _ in range(12)]
    assert (tries[0], tries[-1]) == (422, 429)


def test_a_mailbox_that_an_intruder_may_read_opens_nothing(
    client: Client, app: Litestar, database: Database, clock: Clock
) -> None:
    """Nor does a session go on that was begun before."""
    app.state.sign_in_throttle = Throttle(SIGN_IN_RATE._replace(burst=10_000))
    found = settled_country(app, database, clock, {1: [usual("org1.example"), provider()]})
    found.sees(seen(1, OPEN, 1))
    (notice,) = (one for one in found.tell() if one.recipient.on_server)
    enter(client, app, notice)
    assert client.get("/own").status_code == 200
    found.sees(later(1, OPEN, hour(11, 9), flags=BREACHED))
    page = client.get("/own")
    assert page.status_code == 403
    assert "Please call us" in page.text
    assert "QQ0001XY" not in page.text
    client.cookies.clear()
    code = found.notices.with_code(notice).code
    assert NO in client.post("/code", data={"code": code}).text


def test_a_case_that_is_over_closes_after_a_while(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice], clock: Clock
) -> None:
    """Until then it says that it is closed."""
    notice = sent["org1.example"]
    enter(client, app, notice)
    act(country.database, notice.subjects[0].anchor, ActKind.CLOSED, 12, '{"to": "gone"}')
    country.rebuild()
    assert "Case closed" in client.get("/own").text
    clock.pass_by(days=16)
    client.cookies.clear()
    code = country.notices.with_code(notice).code
    assert NO in client.post("/code", data={"code": code}).text


def test_nobody_sees_or_answers_for_what_is_not_theirs(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice]
) -> None:
    """By no number, whichever way they came."""
    numbers = _numbers(country.database)
    mine = {"org1.example": "QQ0001XY", "five": "QQ0005XY", "": ""}
    for key, own in mine.items():
        form = enter(client, app, sent[key])
        for name, number in numbers.items():
            page = client.get(f"/own/{number}")
            assert page.status_code == (200 if name == own else 404), (key, name)
            told = client.post(f"/own/{number}/answer", data={"kind": "working", **form},
                               follow_redirects=False)  # fmt: skip
            assert told.status_code == (303 if name == own else 404), (key, name)
        whole = client.get("/own").text
        others = [name for name in numbers if name != own and name in whole]
        assert others == (["QQ0003XY", "QQ0004XY"] if not key else [])
        for elsewhere in ("/notices", f"/notices/{sent[key].reference}", "/servers/1", "/audit"):
            assert client.get(elsewhere).status_code in {403, 404}


def test_who_passes_on_sees_the_table_of_the_notice_and_no_more(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice]
) -> None:
    """As it was told: how its customers go on is theirs."""
    form = enter(client, app, sent[""])
    country.sees(later(3, CLOSED, hour(12, 9)))
    text = client.get("/own").text
    assert text.count("Open to attack") == 2
    assert "Organisation org3.example" in text
    wrong = client.post("/own/answer", data={"text": " ", **form})
    assert (wrong.status_code, "say it in a few words" in wrong.text.lower()) == (422, True)
    done = client.post("/own/answer", data={"text": "org3 is told", **form},
                       follow_redirects=False)  # fmt: skip
    assert done.headers["location"] == "/own?told=passed-on"
    assert "org3 is told" in client.get("/own?told=passed-on").text
    enter(client, app, sent["org1.example"])
    assert "org3 is told" not in client.get("/own").text
    told = client.post("/own/answer", data={"text": "x", **form}, follow_redirects=False)
    assert told.status_code == 403


def test_a_server_that_comes_to_others_is_not_shown_as_it_is(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice]
) -> None:
    """Neither to whom it was, nor by the notice of an unknown owner; only that it is so."""
    numbers = _numbers(country.database)
    country.nobodys = frozenset()
    country.owned = {1: 2}
    country.rebuild()
    for key, name in (("org1.example", "QQ0001XY"), ("five", "QQ0005XY")):
        form = enter(client, app, sent[key])
        text = client.get("/own").text
        assert "not known as yours any more" in text
        assert name in text
        assert "Open to attack" not in text
        assert client.get(f"/own/{numbers[name]}").status_code == 404
        told = client.post(f"/own/{numbers[name]}/answer", data={"kind": "working", **form})
        assert told.status_code == 404
    enter(client, app, sent["org2.example"])
    assert "QQ0001XY" in client.get("/own").text


def test_a_merged_server_goes_with_its_owner(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice]
) -> None:
    """What the other one had said of it stays with the other."""
    numbers = _numbers(country.database)
    form = enter(client, app, sent["org2.example"])
    where = f"/own/{numbers['QQ0002XY']}/answer"
    client.post(where, data={"kind": "help", "text": "two needs help", **form})
    Cases(country.database, country.time).merge(
        [numbers["QQ0001XY"], numbers["QQ0002XY"]], who="kim", why="one machine"
    )
    row = next(row for row in Cases(country.database).every() if row["id"] in numbers.values()
               and row["name"] in {"QQ0001XY", "QQ0002XY"})  # fmt: skip
    owner, other = str(row["organisation"]), {"org1.example", "org2.example"}
    (loser,) = other - {owner}
    enter(client, app, sent[loser])
    text = client.get("/own").text
    assert "not known as yours any more" in text
    assert client.get(f"/own/{row['id']}").status_code == 404
    enter(client, app, sent[owner])
    assert client.get(f"/own/{row['id']}").status_code == 200
    if owner == "org1.example":
        assert "two needs help" not in client.get(f"/own/{row['id']}").text


def test_what_an_owner_says_is_taken_down_and_fixes_nothing(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice]
) -> None:
    """It is a note, work begun, or a call for help, and waits for a person."""
    form = enter(client, app, sent["org1.example"])
    number = _numbers(country.database)["QQ0001XY"]
    said = [
        ({"kind": "done", "text": "installed CU19", "day": "2021-03-11"}, "note", "acknowledged"),
        ({"kind": "working"}, "started", "in-progress"),
        ({"kind": "help", "text": "call +1 555 0123"}, "asked-help", "needs-help"),
        ({"kind": "not-ours", "text": "ask our parent"}, "note", "needs-help"),
    ]  # fmt: skip
    for data, kind, work in said:
        answer = client.post(f"/own/{number}/answer", data={**data, **form},
                             follow_redirects=False)  # fmt: skip
        assert answer.headers["location"] == f"/own/{number}?told={data['kind']}"
        with country.database.read() as connection:
            last = connection.execute(select(acts).order_by(acts.c.id.desc())).first()
        assert last is not None
        assert (last.kind, last.who) == (kind, f"notice {sent['org1.example'].reference}")
        row = Cases(country.database).row(number)
        assert (row["patch"], row["work"]) == ("vulnerable", work)
    text = client.get(f"/own/{number}?told=help").text
    assert "You have asked for help" in text
    assert "installed CU19" in text
    assert "nobody of us has read it yet" in text
    with country.database.read() as connection:
        rows = connection.execute(select(answers.c.kind, answers.c.organisation)).all()
    assert [tuple(row) for row in rows] == [(data["kind"], "org1.example") for data, _, _ in said]


def test_an_owner_reads_the_plan_and_says_what_is_done(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice]
) -> None:
    """Step by step, without the proofs; what is said waits for a person, and cleans nothing."""
    number, other = (_numbers(country.database)[name] for name in ("QQ0001XY", "QQ0002XY"))
    plan = signed(PLAN)
    with country.database.write() as connection:
        clean_store.add_plan(connection, number, plan, observation=0, who="kim", now="")
    form = {**enter(client, app, sent["org1.example"]), "plan": plan.digest}
    text = client.get(f"/own/{number}").text
    assert "How to clean it, step by step" in text
    assert "cut it off" in text
    answer = client.post(f"/own/{number}/steps/1", data={**form, "text": "unplugged <it>"},
                         follow_redirects=False)  # fmt: skip
    assert answer.headers["location"] == f"/own/{number}?told=step#plan"
    assert "Done, as you told us" in client.get(f"/own/{number}").text
    (mark,) = Cases(country.database).cleaning.of(number).marks
    assert (mark.mark, mark.who, mark.why) == (
        "said", f"notice {sent['org1.example'].reference}", "unplugged <it>",
    )  # fmt: skip
    for step, said in ((1, "so & so"), (99, "x"), (2, "y")):
        more = {"plan": "0" * 64} if step == 2 else {}
        answer = client.post(f"/own/{number}/steps/{step}", data={**form, "text": said, **more})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert client.post(f"/own/{other}/steps/1", data=form).status_code == 404
    assert len(Cases(country.database).cleaning.of(number).marks) == 1


def test_what_is_wrong_is_told_in_place_and_nothing_typed_is_lost(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice]
) -> None:
    """In the reader's language."""
    form = enter(client, app, sent["org1.example"])
    number = _numbers(country.database)["QQ0001XY"]
    client.cookies.set("language", "de")
    wrong = [
        {"kind": "done", "text": "", "day": "2021-03-11"}, {"kind": "", "text": "abc"},
        {"kind": "passed-on", "text": "abc"}, {"kind": "done", "text": "abc", "day": "2021-04-01"},
        {"kind": "done", "text": "abc", "day": "yesterday"}, {"kind": "help", "text": "x" * 2001},
    ]  # fmt: skip
    for data in wrong:
        answer = client.post(f"/own/{number}/answer", data={**data, **form})
        assert answer.status_code == 422, data
        assert 'role="alert"' in answer.text
        assert data["text"] in answer.text
    with country.database.read() as connection:
        assert connection.execute(select(answers.c.id)).first() is None


def test_who_says_very_much_is_asked_to_call(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice]
) -> None:
    """A list that nobody can read is of no use."""
    form = enter(client, app, sent["org1.example"])
    number = _numbers(country.database)["QQ0001XY"]
    where, data = f"/own/{number}/answer", {"kind": "not-ours", **form}
    found = [client.post(where, data=data, follow_redirects=False).status_code for _ in range(51)]
    assert (found[49], found[50]) == (303, 422)


def test_nothing_of_analysts_and_of_identity_is_shown(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice]
) -> None:
    """Notes, assignment, keys and hints stay inside."""
    number = _numbers(country.database)["QQ0001XY"]
    cases = Cases(country.database, country.time)
    cases.act(number, ActKind.NOTE, who="kim", why="a secret thought")
    cases.act(number, ActKind.ASSIGNED, who="kim", to="analyst-lou")
    enter(client, app, sent["org1.example"])
    for where in ("/own", f"/own/{number}"):
        text = client.get(where).text
        for word in ("secret thought", "analyst-lou", "customers"):
            assert word not in text, word


def test_a_hostile_name_is_inert(
    client: Client, app: Litestar, database: Database, clock: Clock
) -> None:
    """Here as everywhere."""
    bad = "<script>alert(1)</script>"
    app.state.sign_in_throttle = Throttle(SIGN_IN_RATE._replace(burst=10_000))
    found = settled_country(app, database, clock, {1: [contact("it@one.example")]})
    found.sees(seen(1, OPEN, 1, product=bad))
    (notice,) = found.tell()
    form = enter(client, app, notice)
    number = _numbers(database)["QQ0001XY"]
    client.post(f"/own/{number}/answer", data={"kind": "help", "text": bad + "\u202e", **form})
    text = client.get("/own").text
    assert bad not in text
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text


def test_an_account_of_an_organisation_sees_the_same(
    client: Client, app: Litestar, country: Country, sent: dict[str, Notice]
) -> None:
    """Without a notice; where there is no server, the page says so."""
    account = made(app, "ida", Grant(Role.CONSTITUENT, "org1.example"))
    form = signed_in(client, app, account)
    text = client.get("/own").text
    assert "QQ0001XY" in text
    assert "org2" not in text
    number = _numbers(country.database)["QQ0001XY"]
    told = client.post(f"/own/{number}/answer", data={"kind": "working", **form},
                       follow_redirects=False)  # fmt: skip
    assert told.status_code == 303
    signed_in(client, app, made(app, "none", Grant(Role.CONSTITUENT, "org9.example")))
    assert "There is no server of yours here." in client.get("/own").text


def test_without_settings_codes_are_not_taken(client: Client, app: Litestar) -> None:
    """And the page says so."""
    assert app.state.office is None
    assert "Codes are not taken here." in client.get("/code").text
    assert client.post("/code", data={"code": "x"}).status_code == 422


@pytest.mark.parametrize(("language", "said"), [("de", "Was jetzt zu tun ist"),
                                                ("es", "Qué hacer ahora"),
                                                ("en", "What to do now")])  # fmt: skip
def test_the_language_is_that_of_the_notice_and_then_the_readers(
    client: Client, app: Litestar, database: Database, clock: Clock, language: str, said: str
) -> None:
    """Steps come from the texts of notices."""
    app.state.sign_in_throttle = Throttle(SIGN_IN_RATE._replace(burst=10_000))
    found = settled_country(app, database, clock, {1: [contact("it@one.example")]})
    found.settings.languages["US"] = language
    found.sees(seen(1, OPEN, 1))
    (notice,) = found.tell()
    found.settings.languages.clear()
    enter(client, app, notice)
    text = client.get("/own").text
    assert f'<html lang="{language}"' in text
    assert said in text


def test_a_reader_keeps_the_language_of_their_browser(
    client: Client, app: Litestar, database: Database, clock: Clock
) -> None:
    """That of the notice is for those who have said none."""
    found = settled_country(app, database, clock, {1: [contact("it@one.example")]})
    found.settings.languages["US"] = "en"
    found.sees(seen(1, OPEN, 1))
    (notice,) = found.tell()
    client.headers["accept-language"] = "de-DE,de;q=0.9"
    enter(client, app, notice)
    assert '<html lang="de"' in client.get("/own").text
