"""The audit log on a page: who did what, and whether it holds."""

from __future__ import annotations

import pytest
from litestar import Litestar
from sqlalchemy import delete, update

from alpheus.cases.console_schema import audit as table
from alpheus.cases.database import Database
from alpheus.web.access import audit
from console import Client, made, signed_in

HOSTILE = "=cmd<script>\x1b"


@pytest.fixture
def filled(client: Client, app: Litestar, database: Database) -> Database:
    """More than a page of entries, and an administrator's browser."""
    account = made(app, "ada")
    with database.write() as connection:
        for number in range(150):
            audit.note(connection, time="2021-03-12T09:00:00Z", who=f"mia{number % 2}",
                       action="looked", object_=f"server {number}", why=HOSTILE)  # fmt: skip
    signed_in(client, app, account)
    return database


def test_the_newest_come_first_and_pages_go_on(client: Client, filled: Database) -> None:
    """What an attacker wrote is shown inert."""
    assert filled
    text = client.get("/audit").text
    assert text.index("server 149") < text.index("server 60")
    assert "server 40<" not in text
    assert "&lt;script&gt;{ESC}" in text
    assert "The entries on this page hold." in text
    older = client.get("/audit?before=53").text
    assert "server 49" in older
    assert client.get("/audit?before=x").status_code == 200


def test_it_is_filtered_by_person_and_action(client: Client, filled: Database) -> None:
    """And the address of the next page keeps both."""
    assert filled
    text = client.get("/audit?who=mia1&action=looked").text
    assert "server 149" in text
    assert "server 148<" not in text
    assert "There is nothing here" in client.get("/audit?who=nobody").text


def test_a_change_shows_on_its_page_and_in_the_check(client: Client, filled: Database) -> None:
    """The first entry that does not hold is named."""
    assert "The log holds: 152 entries." in client.get("/audit?check=yes").text
    with filled.write() as connection:
        connection.execute(update(table).where(table.c.id == 150).values(who="noa"))
    assert "do not hold" in client.get("/audit").text
    assert "does not hold after entry 149" in client.get("/audit?check=yes").text
    with filled.write() as connection:
        connection.execute(delete(table).where(table.c.id == 149))
    assert "do not hold" in client.get("/audit").text


def test_all_of_it_is_taken_away_as_csv(client: Client, filled: Database) -> None:
    """With its hashes, oldest first, and no cell that a spreadsheet runs."""
    assert filled
    answer = client.get("/audit?format=csv&who=mia0")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = answer.text.splitlines()
    assert lines[0] == "id,time,who,action,object,detail,previous,hash"
    assert len(lines) == 76
    assert not any(cell.startswith("=") for line in lines for cell in line.split(","))
