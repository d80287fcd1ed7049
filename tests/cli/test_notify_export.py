"""Exports: what is in which, and what is taken down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from alpheus.cases.database import Database
from alpheus.cli import notify_export
from alpheus.cli.notify_export import export
from alpheus.errors import UsageError
from cases_filling import seen
from exposure_runs import OPEN
from notices_filling import BREACHED, Country, contact, provider

LETTER = contact(name="Organisation\n1 Example Street\nExampletown")
CONTACTS = {1: [contact("it@one1.example", phone="+1 555"), provider()],
            2: [contact("it@one2.example")]}  # fmt: skip


@pytest.fixture
def country(database: Database) -> Country:
    """Two mails and a call."""
    found = Country(database, CONTACTS)
    found.sees(seen(1, OPEN, 1, flags=BREACHED), seen(2, OPEN, 1))
    found.plan()
    return found


def _statuses(country: Country) -> list[str]:
    return sorted(f"{one.recipient.channel} {status}"
                  for one, status in country.notices.standing())  # fmt: skip


def test_programs_get_all_that_is_not_over(country: Country, tmp_path: Path) -> None:
    """Rejected and withdrawn ones are left out, and nothing is taken down."""
    export(country.notices, "intelmq", 0, tmp_path / "a.jsonl", who="kim", hand_over=False)
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 3
    assert _statuses(country) == ["email planned", "email planned", "phone planned"]
    country.notices.reject(1, who="lou", why="no")
    export(country.notices, "ticket", 1, tmp_path / "b.jsonl", who="kim", hand_over=False)
    assert not (tmp_path / "b.jsonl").exists()


def test_only_approved_calls_are_handed_over(country: Country, tmp_path: Path) -> None:
    """And mail is not touched by it."""
    export(country.notices, "phone", 1, tmp_path / "p.csv", who="kim", hand_over=True)
    assert not (tmp_path / "p.csv").exists()
    country.approve()
    export(country.notices, "phone", 1, tmp_path / "p.csv", who="kim", hand_over=True)
    assert _statuses(country) == ["email approved", "email approved", "phone sent"]
    with pytest.raises(UsageError, match="list for programs"):
        export(country.notices, "csv", 1, tmp_path / "c.csv", who="kim", hand_over=True)


def test_tickets_are_lines_of_json(country: Country, tmp_path: Path) -> None:
    """One for each notice, by their references."""
    export(country.notices, "ticket", 1, tmp_path / "t.jsonl", who="kim", hand_over=False)
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    known = {one.reference for one in country.notices.notices()}
    assert {one["reference"] for one in lines} == known


def test_many_letters_are_several_files(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """All or none of them; each notice says in which it is, and what is to be written by hand."""
    monkeypatch.setattr(notify_export, "MOST", 2)
    monkeypatch.setattr(notify_export, "_LETTERS", 2)
    country = Country(database, {n: [LETTER] for n in (1, 2, 3)})
    country.sees(*(seen(n, OPEN, 1) for n in (1, 2, 3)))
    country.plan()
    country.approve()
    export(country.notices, "letters", 0, tmp_path / "l.pdf", who="kim", hand_over=True)
    assert sorted(one.name for one in tmp_path.glob("l*")) == ["l-1.pdf", "l-2.pdf"]
    assert _statuses(country) == ["letter sent"] * 3
    found = [country.notices.events(one)[-1].detail for one in country.notices.notices()]
    assert found == ["letters: l-1.pdf", "letters: l-1.pdf", "letters: l-2.pdf"]
    assert f"written: {tmp_path}/l-1.pdf" in capsys.readouterr().err
