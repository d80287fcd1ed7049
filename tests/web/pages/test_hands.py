"""Which intrusions are by one hand, as pages."""

from __future__ import annotations

import csv
import io

import pytest
from litestar import Litestar

from alpheus.cases.database import Database
from alpheus.report.visible import portable
from alpheus.web.access.roles import Grant, Role
from alpheus.web.settings import LANGUAGES
from assessments import HOSTILE
from console import Client, made, signed_in
from strand_filling import trait
from web.hands_filling import run_over, with_strands

OURS, THEIRS = "ours.example", "theirs.example"
KEY, OTHER_KEY = trait("secret", "5ec1"), trait("secret", "5ec2")
SHARED = trait("address", "198.51.100.7")


@pytest.fixture
def filled(database: Database) -> Database:
    """A hand on three servers, another on two, one server of both, and a stranger."""
    with_strands(database, {
        f"ex1.{OURS}": [[KEY, SHARED]], f"ex2.{OURS}": [[KEY], [OTHER_KEY, SHARED]],
        f"ex7.{THEIRS}": [[KEY, trait("page-name", "theirown1.aspx")]],
        f"ex9.{THEIRS}": [[OTHER_KEY]], f"ex4.{THEIRS}": [[trait("secret", "5ec3")]],
    })  # fmt: skip
    return database


@pytest.fixture
def all_seeing(client: Client, app: Litestar) -> None:
    """Somebody who may see everything is signed in."""
    signed_in(client, app, made(app, "mia", Grant(Role.VIEWER)))


@pytest.fixture
def of_ours(client: Client, app: Litestar) -> None:
    """Somebody who may see one organisation is signed in."""
    signed_in(client, app, made(app, "ona", Grant(Role.VIEWER, OURS)))


@pytest.mark.usefixtures("filled", "all_seeing")
def test_all_hands_are_listed_with_what_says_most(client: Client) -> None:
    """And servers of several hands, and who fits none; each server leads to its page."""
    text = client.get("/hands").text
    assert "2 hands are told by what few share; 1 fit none." in text
    assert '<a href="/hands/1">Hand 1</a>' in text
    assert "high confidence" in text or "medium confidence" in text
    assert f">ex1.{OURS}</a>" in text
    assert '<a href="/servers/' in text
    assert "Several hands on one server" in text
    assert f"ex4.{THEIRS}" in text[text.index("Intrusions that fit no hand") :]


@pytest.mark.usefixtures("filled", "all_seeing")
def test_one_hand_is_told_with_what_speaks_for_and_against_it(client: Client) -> None:
    """And with its servers; one that is not there is not there."""
    text = client.get("/hands/1").text
    assert "Hand 1: 3 servers" in text
    assert "Secret of the intruder&#39;s own" in text
    assert "3 of 3" in text
    assert "What speaks against it" in text
    assert f"ex7.{THEIRS}" in text
    assert client.get("/hands/9").status_code == 404


@pytest.mark.usefixtures("filled", "of_ours")
def test_whoever_may_see_some_servers_is_not_told_which_others_there_are(client: Client) -> None:
    """They are counted; not even what shows on them alone is told."""
    for address in ("/hands", "/hands/1", "/hands/2"):
        text = client.get(address).text
        assert "Servers of others are counted, and not named." in text
        assert THEIRS not in text
        assert "theirown1" not in text
    assert "1 server of others" in client.get("/hands/1").text


@pytest.mark.usefixtures("filled", "all_seeing")
def test_the_evidence_is_there_as_csv(client: Client) -> None:
    """A row for each piece of it; for those who may take something away."""
    answer = client.get("/hands?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {one["hand"] for one in rows} == {"1", "2", ""}


@pytest.mark.usefixtures("filled", "of_ours")
def test_a_file_holds_no_more_than_the_page(client: Client) -> None:
    """Of others' servers nothing."""
    text = client.get("/hands?format=csv").text
    assert f"ex1.{OURS}" in text
    assert THEIRS not in text


@pytest.mark.usefixtures("filled", "all_seeing")
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_speak_the_language_of_their_reader(client: Client, language: str) -> None:
    """All of them: no English sentence is left over in another."""
    client.cookies.set("language", language)
    for address in ("/hands", "/hands/1"):
        text = client.get(address).text
        assert ("How sure" in text or "What speaks for one hand" in text) == (language == "en")
        assert f'<html lang="{language}"' in text


@pytest.mark.usefixtures("all_seeing")
def test_where_nothing_was_compared_it_is_said_what_to_do(client: Client) -> None:
    """An empty table would not say it."""
    text = client.get("/hands").text
    assert "No intrusion has been seen that could be compared with others." in text
    assert "alpheus campaign run" in text


@pytest.mark.usefixtures("all_seeing")
def test_what_an_intruder_chose_does_nothing(client: Client, database: Database) -> None:
    """It is shown as it is."""
    theirs = [trait("page-name", f"{at}{portable(one)}"[:60]) for at, one in enumerate(HOSTILE)]
    with_strands(database, {"ex1.a.example": [[KEY, *theirs]], "ex2.a.example": [[KEY, *theirs]]})
    text = client.get("/hands/1").text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    assert "<img" not in text


@pytest.mark.usefixtures("all_seeing")
def test_what_a_campaign_run_found_is_there_without_more(
    client: Client, database: Database
) -> None:
    """Also before servers are worked out: then a server has no page to lead to."""
    run_over(database, ["EX01", "EX02"])
    text = client.get("/hands/1").text
    assert "EX01" in text
    assert "/servers/1" not in text


@pytest.mark.usefixtures("filled", "all_seeing")
def test_the_first_page_leads_to_them(client: Client) -> None:
    """Where who is left stands."""
    assert 'href="/hands"' in client.get("/").text
