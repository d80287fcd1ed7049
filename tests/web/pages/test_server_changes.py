"""What is done to a server by its forms; what is refused is told in place, with what was typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from litestar import Litestar

from alpheus.cases import secret_rows
from alpheus.cases.database import Database
from alpheus.cases.secret_rows import Sealed
from alpheus.cases.service import Cases
from alpheus.web.access import audit
from alpheus.web.access.roles import Grant, Role
from alpheus.web.pages import server_changes
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import words
from assessments import compromised
from console import Client, Clock, made, signed_in
from filled_database import Fill, with_tables
from server_filling import NOW, broken_into, document, findings, kept_of, number_of

MARKS = ("[secret:b2c21bc6]", "[secret:00000001]")


@pytest.fixture
def filling(request: pytest.FixtureRequest) -> Fill:
    """A server that was broken into, for whoever asks for cases."""
    return broken_into if "cases" in request.fixturenames else with_tables


@pytest.fixture
def cases(database: Database, clock: Clock) -> Cases:
    """Servers 1 and 5, and one that was broken into."""
    clock.now = clock.now.replace(month=4)
    return Cases(database, lambda: NOW)


@pytest.fixture
def form(cases: Cases, client: Client, app: Litestar) -> dict[str, Any]:
    """What forms of an analyst carry."""
    return signed_in(client, app, made(app, "mia", Grant(Role.ANALYST)))


def _send(client: Client, address: str, **data: Any) -> Any:
    return client.post(address, data=data, follow_redirects=False)


def test_what_is_done_is_said_and_stands_in_the_history(
    client: Client, cases: Cases, form: dict[str, Any]
) -> None:
    """And the log has who did it."""
    answer = _send(client, "/servers/1/acts/note", why="called <them>", **form)
    assert (answer.status_code, answer.headers["location"]) == (
        303, "/servers/1?done=note#done",
    )  # fmt: skip
    text = client.get(answer.headers["location"]).text
    assert "The note is kept." in text
    assert "called &lt;them&gt;" in text
    assert cases.look(1).acts[-1].who == "mia"
    with cases.database.read() as connection:
        assert audit.entries(connection)[0].action == "server: note"


@pytest.mark.parametrize(
    ("language", "reason"),
    [("en", "a server is done when it is seen with the fix"),
     ("es", "un servidor está listo cuando se ha visto con la corrección"),
     ("de", "ein Server ist fertig, wenn er mit der Korrektur gesehen wurde")],
)  # fmt: skip
def test_a_refusal_is_told_in_its_form_and_nothing_typed_is_lost(
    client: Client, form: dict[str, Any], language: str, reason: str
) -> None:
    """In the reader's language."""
    client.headers["accept-language"] = language
    why = 'they said "done" & <left>'
    answer = _send(client, "/servers/1/acts/closed", to="done", why=why, **form)
    assert answer.status_code == 422
    part = re.search(
        r'<details class="act" id="do-closed" open>.*?</details>', answer.text, re.DOTALL
    )
    assert part
    assert reason in part[0]
    assert "they said &#34;done&#34; &amp; &lt;left&gt;</textarea>" in part[0]
    assert answer.text.count('role="alert"') == 1


def test_a_state_that_does_not_allow_it_any_more_brings_the_form_back(
    client: Client, form: dict[str, Any]
) -> None:
    """Also where it would not be offered: somebody else was quicker."""
    _send(client, "/servers/1/acts/closed", to="gone", why="torn down", **form)
    assert "do-closed" not in client.get("/servers/1").text
    answer = _send(client, "/servers/1/acts/closed", to="gone", why="my reason", **form)
    assert answer.status_code == 422
    assert "my reason</textarea>" in answer.text


def test_days_and_odd_fields_are_taken_as_they_should(
    client: Client, cases: Cases, form: dict[str, Any]
) -> None:
    """A day ends at its midnight; what is not of the form is not looked at."""
    odd = {"who": "x", "when": "1999-01-01"}
    day = {"until": "2021-05-01", "why": "a test"}
    answer = _send(client, "/servers/1/acts/false-positive", **day, **odd, **form)
    assert answer.status_code == 303
    assert cases.row(1)["until"] == "2021-05-01T23:59:59Z"
    assert cases.look(1).acts[-1].who == "mia"
    past = _send(client, "/servers/5/acts/false-positive", until="2021-03-01", why="x", **form)
    assert 'value="2021-03-01"' in past.text
    for no_day in ("z", "3000", "99999-12-31", "2099-02-31", "=1+1", "9" * 200_000):
        answer = _send(client, "/servers/5/acts/false-positive", until=no_day, why="x", **form)
        assert (answer.status_code, "Write a day as" in answer.text) == (422, True)
    for absent in ("notified", "merged", "nothing", "x" * 3_000):
        assert _send(client, f"/servers/1/acts/{absent}", why="x", **form).status_code == 404


def test_a_merge_is_shown_before_it_is_done(
    client: Client, cases: Cases, form: dict[str, Any]
) -> None:
    """With all servers, the number that stays, and a reason."""
    shown = client.get("/servers/5/identity/merge?with=%231")
    assert "one server with the number 1" in shown.text
    assert 'name="with" value="#1"' in shown.text
    answer = _send(client, "/servers/5/identity/merge", **form, **{"with": "#1", "why": ""})
    assert answer.status_code == 422
    assert "Say why" in answer.text
    answer = _send(client, "/servers/5/identity/merge", **form, **{"with": "#1", "why": "one box"})
    assert answer.headers["location"] == "/servers/1/identity?done=merged#done"
    text = client.get(answer.headers["location"]).text
    assert "They are one server now." in text
    back = re.search(r'href="(/servers/1/identity/revoke\?decision=(\d+))"', text)
    assert back
    assert "All is as it would be without it." in client.get(back[1]).text
    answer = _send(client, "/servers/1/identity/revoke", decision=back[2], why="no", **form)
    assert answer.status_code == 303
    assert cases.row(5)["id"] == 5
    again = _send(client, "/servers/1/identity/revoke", decision=back[2], why="no", **form)
    assert again.status_code == 422


def test_observations_are_taken_out(client: Client, cases: Cases, form: dict[str, Any]) -> None:
    """Those that were chosen in the list, or named by numbers."""
    shown = client.get("/servers/1/identity/split?member=3&member=4")
    assert "Observations 3, 4 become a server of their own; 2 stay with this one." in shown.text
    answer = _send(client, "/servers/1/identity/split", member="3 4", why="two boxes", **form)
    assert answer.status_code == 303
    assert cases.row(4)["id"] == 3
    for numbers in ("1 2", "1 77", "x", "", "9" * 40):
        answer = client.get("/servers/1/identity/split", params={"member": numbers})
        assert answer.status_code == 422, numbers
        assert '<button class="danger"' not in answer.text


def test_servers_are_kept_apart(client: Client, cases: Cases, form: dict[str, Any]) -> None:
    """And cannot be merged then; the reason names the decision."""
    assert client.get("/servers/1/identity/apart?with=5").status_code == 200
    answer = _send(client, "/servers/1/identity/apart", **form, **{"with": "5", "why": "others"})
    assert answer.headers["location"] == "/servers/1/identity?done=kept-apart#done"
    refused = _send(client, "/servers/1/identity/merge", **form, **{"with": "5", "why": "same"})
    assert refused.status_code == 422
    assert "keeps them apart: others" in refused.text
    assert "same</textarea>" in refused.text
    for other in ("1", "99", "x y"):
        assert client.get("/servers/1/identity/apart", params={"with": other}).status_code == 422
    assert client.get("/servers/1/identity/nothing").status_code == 404


def test_nobody_merges_with_what_is_not_theirs(
    client: Client, app: Litestar, cases: Cases, form: dict[str, Any]
) -> None:
    """The server of another is none."""
    own = Grant(Role.ANALYST, str(cases.row(1)["organisation"]))
    form = signed_in(client, app, made(app, "lee", own))
    shown = client.get("/servers/1/identity/merge?with=5")
    assert shown.status_code == 422
    assert "There is no server 5" in shown.text
    assert str(cases.row(5)["name"]) not in shown.text
    answer = _send(client, "/servers/1/identity/merge", **form, **{"with": "5", "why": "so"})
    assert answer.status_code == 422
    assert cases.row(5)["id"] == 5


def test_secrets_are_looked_at_for_a_reason_and_their_places_are_told(
    client: Client, cases: Cases, form: dict[str, Any]
) -> None:
    """An assessment that came from elsewhere has hashes, and nothing in clear."""
    address = f"/servers/{number_of(cases, 'compromised')}/secrets"
    assert "<h2><code>" not in client.get(address).text
    refused = _send(client, address, why=" ", **form)
    assert refused.status_code == 422
    assert "<h2><code>" not in refused.text
    answer = _send(client, address, why="to warn others", **form)
    assert answer.status_code == 200, answer.text
    with cases.database.read() as connection:
        assert audit.entries(connection)[0].action == "secrets looked at"


def test_what_was_sealed_is_shown_in_clear_once_and_nowhere_else(
    client: Client, app: Litestar, cases: Cases, form: dict[str, Any]
) -> None:
    """By a form with a reason, inert, not to be kept by a browser, and not on paper."""
    server, (mark, other) = number_of(cases, "compromised"), MARKS
    _, _, observation = cases.assessment(server)
    key = app.state.jobs.key
    value = "orange7<script>"
    with cases.database.write() as connection:
        secret_rows.add(connection, [
            Sealed(observation, one, "password", 0, key.seal(observation, one, [text]))
            for one, text in zip(MARKS, (value, "apple8"), strict=True)
        ])  # fmt: skip
    address = f"/servers/{server}/secrets"
    before = client.get(address)
    assert mark in before.text
    answer = _send(client, address, why="to warn others", hash=mark, **form)
    assert "orange7&lt;script&gt;" in answer.text
    assert 'class="no-print clear"' in answer.text
    assert "apple8" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    with cases.database.read() as connection:
        entry = audit.entries(connection)[0]
    assert (entry.who, entry.object) == ("mia", f"server {server}")
    assert (entry.detail["hashes"], entry.detail["why"]) == (mark, "to warn others")
    assert other not in entry.detail["hashes"]
    pages = [f"/servers/{server}{page}" for page in ("", "/findings", "/observations", "/custody")]
    csv = [f"/servers/{server}/{page}?format=csv" for page in ("findings", "observations")]
    for place in (address, *pages, *csv, "/servers", "/servers?format=csv", "/audit"):
        assert "orange7" not in client.get(place).text, place


def test_the_places_of_a_secret_are_told_once() -> None:
    """The first of many."""
    whole = document(compromised())
    texts = [f'eval(Request["[secret:b2c21bc6]"]) {n} [secret:00000001]' for n in range(30)]
    whole["servers"][0]["findings"] = findings(
        ("operated", "proof", "", texts), ("operated", "proof", "", texts[:1])
    )
    found = server_changes.places_of_secrets(kept_of(whole))
    assert {mark: len(places) for mark, places in found.items()} == {
        "[secret:b2c21bc6]": 20, "[secret:00000001]": 20,
    }  # fmt: skip


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_text_of_decisions_is_translated(language: str) -> None:
    """Into every language."""
    texts = [*server_changes.DECISION_WORDS.values()]
    texts += [text for one in server_changes.CHOICES.values() for text in one[:2]]
    assert [text for text in texts if not words(language).knows(text)] == []
