"""The page of a clean-up: a plan is made, marked, taken away and proved."""

from __future__ import annotations

import re
from typing import Any

import pytest
from litestar import Litestar

from alpheus.cases.cleaning import CleanUp
from alpheus.cases.database import Database
from alpheus.cases.service import Cases
from alpheus.respond.model import decode
from alpheus.web.access import audit
from alpheus.web.access.roles import Grant, Role
from alpheus.web.pages import clean_up
from clean_filling import attacked, marked, run_of, verification
from console import Client, Clock, made, signed_in
from server_filling import filled, number_of


@pytest.fixture
def cases(database: Database, clock: Clock) -> Cases:
    """A server that was broken into."""
    clock.now = clock.now.replace(month=4)
    return filled(database, attacked())


@pytest.fixture
def server(cases: Cases) -> int:
    """Its number."""
    return number_of(cases, "compromised")


@pytest.fixture
def form(cases: Cases, client: Client, app: Litestar) -> dict[str, Any]:
    """What forms of an analyst carry."""
    return signed_in(client, app, made(app, "mia", Grant(Role.ANALYST)))


def _at(server: int, more: str = "") -> str:
    return f"/servers/{server}/clean-up{more}"


def _planned(cases: Cases, server: int) -> CleanUp:
    return cases.cleaning.make(server, who="kim").clean


def _files(client: Client, server: int, content: bytes, form: dict[str, Any]) -> Any:
    return client.post(
        _at(server, "/files"), data=form, files={"file": ("it.json", content, "application/json")},
        follow_redirects=False,
    )  # fmt: skip


def test_a_plan_is_made_by_one_button_and_shown(
    client: Client, cases: Cases, server: int, form: dict[str, Any]
) -> None:
    """Steps in their order, each with why, how, what it breaks and what speaks for it."""
    assert "There is no plan yet." in client.get(_at(server)).text
    answer = client.post(_at(server, "/plan"), data=form, follow_redirects=False)
    assert answer.status_code == 303
    text = client.get(answer.headers["location"]).text
    assert "The plan is kept." in text
    found = cases.cleaning.of(server)
    assert found.plan is not None
    numbers = [int(one) for one in re.findall(r'id="step-(\d+)"', text)]
    assert numbers == [one.number for one in found.plan.plan.steps]
    assert f"0 of {len(numbers)} steps are done or not needed" in text
    assert found.plan.digest in text
    with cases.database.read() as connection:
        assert audit.entries(connection)[0].action == "clean-up planned"
    text = client.get(f"/servers/{server}").text
    assert f"0 of {len(numbers)} steps are done or not needed" in text


def test_proofs_lead_to_their_records(
    client: Client, cases: Cases, server: int, form: dict[str, Any]
) -> None:
    """A record that a step cites is a link to where it is shown."""
    _planned(cases, server)
    links = re.findall(r'href="(/servers/\d+/findings/\d+\?[^"#]+)#(record-\d+)"',
                       client.get(_at(server)).text)  # fmt: skip
    assert links
    for address, anchor in links[:3]:
        assert f'id="{anchor}"' in client.get(address.replace("&amp;", "&")).text


def test_a_step_is_marked_and_the_log_has_who(
    client: Client, cases: Cases, server: int, form: dict[str, Any]
) -> None:
    """What follows for the server is said."""
    found = _planned(cases, server)
    assert found.plan is not None
    data = {**form, "mark": "not-needed", "why": "rebuilt <it>", "plan": found.plan.digest}
    answer = client.post(_at(server, "/steps/1"), data=data, follow_redirects=False)
    assert answer.headers["location"] == _at(server, "?done=marked#done")
    text = client.get(answer.headers["location"]).text
    assert "rebuilt &lt;it&gt;" in text
    with cases.database.read() as connection:
        entry = audit.entries(connection)[0]
    assert (entry.action, entry.who) == ("clean-up: not-needed", "mia")
    assert cases.cleaning.deeds(server)[0].who == "mia"


def test_the_last_step_cleans(
    client: Client, cases: Cases, server: int, form: dict[str, Any]
) -> None:
    """The page says that what is left is to verify."""
    _planned(cases, server)
    marked(cases, server)
    cases.cleaning.mark(server, [1], clean_up.Mark.OPEN, who="kim", why="again")
    answer = client.post(_at(server, "/steps/1"), data={**form, "mark": "done"},
                         follow_redirects=False)  # fmt: skip
    assert answer.headers["location"] == _at(server, "?done=cleaned#done")
    assert "the server counts as cleaned" in client.get(answer.headers["location"]).text


@pytest.mark.parametrize(
    ("step", "typed", "problem"),
    [
        (1, {"mark": "not-needed", "evidence": "a &photo"}, "needs a reason"),
        (1, {"mark": ""}, "Say what became of the step"),
        (99, {"mark": "done"}, "The plan has no step 99"),
        (1, {"mark": "done", "plan": "0" * 64}, "That is of another plan"),
    ],
)
def test_what_is_refused_comes_back_with_what_was_typed(
    client: Client, cases: Cases, server: int, form: dict[str, Any], step: int,
    typed: dict[str, str], problem: str,
) -> None:  # fmt: skip
    """In place, and nothing has happened."""
    _planned(cases, server)
    answer = client.post(_at(server, f"/steps/{step}"), data={**form, **typed})
    assert answer.status_code == 422
    assert problem in answer.text
    assert "a &amp;photo" in answer.text or "evidence" not in typed
    assert len(cases.cleaning.deeds(server)) == 1


def test_a_plan_is_taken_away_in_four_forms(
    client: Client, cases: Cases, server: int, form: dict[str, Any]
) -> None:
    """As JSON it is the plan that the command line takes; other names are not there."""
    assert client.get(_at(server, "/plan.json")).status_code == 404
    found = _planned(cases, server)
    assert found.plan is not None
    answer = client.get(_at(server, "/plan.json"))
    assert decode(answer.content, "it").digest == found.plan.digest
    assert "attachment" in answer.headers["content-disposition"]
    for name in ("plan.md", "plan.csv", "plan.html"):
        assert found.plan.plan.steps[0].what[:20] in client.get(_at(server, f"/{name}")).text
    assert client.get(_at(server, "/plan.exe")).status_code == 404


def test_files_of_the_command_line_come_in(
    client: Client, cases: Cases, server: int, form: dict[str, Any]
) -> None:
    """The result of a run, then a verification, which is shown as a table."""
    found = _planned(cases, server)
    answer = _files(client, server, run_of(found, "apply", "done"), form)
    assert answer.headers["location"] == _at(server, "?done=run#done")
    marked(cases, server)
    answer = _files(
        client, server, verification(found, "not-clean", until="2021-05-01T00:00:00Z"), form
    )
    assert answer.headers["location"] == _at(server, "?done=not-clean#done")
    text = client.get(answer.headers["location"]).text
    assert "Still there" in text
    assert "C:/inetpub/x.aspx" in text


def test_a_file_that_is_none_is_told_in_a_line(
    client: Client, cases: Cases, server: int, form: dict[str, Any]
) -> None:
    """And one without the session's word is not looked at."""
    _planned(cases, server)
    answer = _files(client, server, b"{}", form)
    assert answer.status_code == 422
    assert "is no plan, no result of a run and no verification" in answer.text
    assert _files(client, server, b"", form).status_code == 422
    assert _files(client, server, b"{}", {"csrf": "wrong"}).status_code == 403


def test_every_text_of_what_was_done_is_said(client: Client, cases: Cases) -> None:
    """Other words in an address say nothing."""
    from alpheus.web.settings import LANGUAGES  # noqa: PLC0415 - here alone
    from alpheus.web.words import words  # noqa: PLC0415 - as above

    for language in LANGUAGES:
        for text in clean_up.DONE.values():
            assert language == "en" or words(language).knows(text), text


@pytest.mark.usefixtures("form")
def test_what_a_verification_does_not_compare_is_said(
    client: Client, cases: Cases, server: int
) -> None:
    """As in a terminal: whoever reads that a server is verified clean reads of what."""
    found = _planned(cases, server)
    told = verification(found, "verified-clean", compared="Programs are <not>.")
    cases.cleaning.take_verification(server, told, "v", who="lee")
    assert "Programs are &lt;not&gt;." in client.get(_at(server)).text


def test_what_was_done_stands_under_custody(
    client: Client, cases: Cases, server: int, form: dict[str, Any]
) -> None:
    """Plans, steps and verifications, each with who and by what."""
    found = _planned(cases, server)
    assert found.plan is not None
    cases.cleaning.mark(server, [2], clean_up.Mark.NOT_NEEDED, who="kim", why="no <such> pool")
    cases.cleaning.take_verification(server, verification(found, "uncovered"), "v", who="lee")
    text = client.get(f"/servers/{server}/custody").text
    for said in ("A plan was kept", found.plan.digest, "step 2", "no &lt;such&gt; pool",
                 "Looked at again", "Not all was seen"):  # fmt: skip
        assert said in text
