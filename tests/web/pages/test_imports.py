"""The page on which lists and evidence come in, what was rejected, and an organisation's own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from litestar import Litestar

from alpheus.cases.database import Database
from alpheus.cases.observations import hand_entry
from alpheus.cases.observations_import import import_file, record
from alpheus.cases.rebuild import rebuild
from alpheus.web.access.roles import Grant, Role
from alpheus.web.jobs.forms import Form
from alpheus.web.jobs.messages import BROKEN
from alpheus.web.jobs.model import Judged, Kind, Note, Result, State
from alpheus.web.pages import imports
from console import Client, made, signed_in
from console_jobs import LIST, MIA, job_of, sent

HOSTILE = "<script>alert(1)</script>.csv"


@pytest.fixture(autouse=True)
def _signed_in(client: Client, app: Litestar) -> None:
    signed_in(client, app, made(app, "mia", Grant(Role.ANALYST)))


def test_the_page_has_both_forms_and_works_without_script(client: Client) -> None:
    """Each with the session's word before its files, so that it can be read as it comes."""
    text = client.get("/imports").text
    assert text.count('enctype="multipart/form-data"') == 2
    for form in text.split("<form")[1:]:
        if "multipart" in form:
            assert form.index('name="csrf"') < form.index('type="file"')
            assert form.index('name="kind"') < form.index('type="file"')


def test_rejected_rows_are_listed_page_by_page_and_as_a_file(
    client: Client, database: Database, tmp_path: object
) -> None:
    """With line and reason; what others wrote is inert."""
    path = tmp_path / "list.csv"  # type: ignore[operator]
    path.write_bytes(LIST + b"none,x,,,\n" * 150)
    done = import_file(database, path, "mia", name=HOSTILE)
    assert done.lost == 151
    page = client.get("/imports/1")
    assert "<script>alert" not in page.text
    assert page.text.count('lang="en" data-label') == 100
    following = page.text.split('rel="next"')[0].rpartition('href="')[2].rstrip('" ')
    assert client.get(following).text.count('lang="en" data-label') == 51
    file = client.get("/imports/1?format=csv")
    assert file.headers["content-disposition"].startswith("attachment")
    assert len(file.text.splitlines()) == 152
    assert client.get("/imports/9").status_code == 404
    assert client.get("/imports/9?format=csv").status_code == 404
    assert HOSTILE not in client.get("/imports").text


def test_pages_say_that_something_waits(client: Client, app: Litestar, database: Database) -> None:
    """Until servers are worked out; whoever may has it done."""
    rebuild(database, now=datetime.now(UTC))
    record(database, [hand_entry(time="2021-03-10T00:00:00Z", names=("x.example",))], "mia")
    text = client.get("/account").text
    assert "1 observation has come in" in text
    assert 'href="/imports#waiting"' in text
    form = signed_in(client, app, 1)
    answer = client.post("/jobs/rebuild", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/jobs/1"
    again = client.post("/jobs/rebuild", data=form, follow_redirects=False)
    assert again.headers["location"] == "/jobs/1"
    app.state.jobs._backlog = (float("-inf"), None)
    assert "Servers are being worked out." in client.get("/account").text


def test_an_organisation_sees_what_became_of_its_own_in_plain_words(
    client: Client, app: Litestar
) -> None:
    """Neither another's, nor the words of an analyst."""
    jobs = app.state.jobs
    session = app.state.sessions.begin_for("own.example", "A-1", "notice A-1")
    other = app.state.sessions.begin_for("other.example", "B-1", "notice B-1")
    number = sent(jobs, "ev.zip", b"PK\x03\x04", Kind.TRIAGE, session.person, "own.example")
    job = jobs.queue.claim("w", jobs.presence.store, [Kind.TRIAGE])
    found = Judged("mail.own.example", "compromised", "operated", "secret words of analysts")
    result = Result(judged=(found,), stored=True, reports=True)
    jobs.queue.finish(job, State.DONE, Note("Done"), result, ())
    client.cookies.set("alpheus", session.secret)
    text = client.get("/own/evidence").text
    assert "mail.own.example" in text
    assert "Compromised" in text
    assert "secret words" not in text
    assert "/reports/" not in text
    state = client.get(f"/own/evidence/state?id={number}&id=x&id=99").json()
    assert [one["id"] for one in state["jobs"]] == [number]
    client.cookies.set("alpheus", other.secret)
    assert "mail.own.example" not in client.get("/own/evidence").text
    assert client.get(f"/own/evidence/state?id={number}").json() == {"jobs": []}


def test_an_organisation_is_told_plainly_that_its_package_is_broken(
    client: Client, app: Litestar
) -> None:
    """What exactly was wrong stands behind that, in the words of the program."""
    jobs = app.state.jobs
    session = app.state.sessions.begin_for("own.example", "A-1", "notice A-1")
    sent(jobs, "ev.zip", b"PK\x03\x04", Kind.TRIAGE, session.person, "own.example")
    job = jobs.queue.claim("w", jobs.presence.store, [Kind.TRIAGE])
    reason = "the directory is missing (truncated archive): 1 members were found"
    jobs.queue.finish(
        job, State.FAILED, Note(BROKEN, {"name": "ev.zip", "reason": reason}), Result(), ()
    )
    client.cookies.set("alpheus", session.secret)
    client.cookies.set("language", "de")
    text = client.get("/own/evidence").text
    assert "Es ließ sich nicht lesen" in text
    assert f'<p lang="en">{reason}</p></details>' in text
    assert text.count("truncated archive") == 1


def test_folders_that_were_collected_whole_come_with_the_form(app: Litestar) -> None:
    """One a line, each once, of a bounded length and number; with the server that it is about."""
    jobs = app.state.jobs
    incoming = jobs.announce(MIA, Kind.TRIAGE, "ev.zip", 4, "")
    with jobs.uploads.writer(incoming, 0) as writer:
        writer.write(b"PK\x03\x04")
    lines = ["C:/inetpub", " C:/inetpub ", "", "x" * 401, *(f"D:/{one}" for one in range(30))]
    pages = f"{'A' * 64}\r\nx {'b' * 64}, {'a' * 64} {'c' * 63}"
    fields = {"verify": "7", "complete": "\r\n".join(lines), "own": pages, "renamed": " MX02 "}
    (number,) = imports.hand_in(jobs, Form(fields, [incoming]))
    options = job_of(jobs, number).options
    assert options.verify == 7
    assert options.own == ("a" * 64, "b" * 64)
    assert options.renamed == "MX02"
    assert options.complete == ("C:/inetpub", *(f"D:/{one}" for one in range(19)))
