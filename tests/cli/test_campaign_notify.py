"""`alpheus campaign notify`: batches over a real mail server, and a program that is killed."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from alpheus.cases.database import Database, open_database
from alpheus.cli import main
from alpheus.notify.settings import read_settings
from cases_filling import seen
from exposure_runs import OPEN
from fleet_filling import states
from fleet_torture import Chaos
from mail_server import Inbox, real_server
from notices_filling import WRITTEN, Country, contact

SETTINGS = WRITTEN + "rates: {{per_minute: {rate}, per_domain_per_hour: 1000}}\n"


def _prepared(
    folder: Path, database: Database, port: int, servers: int, rate: int = 60_000
) -> Country:
    """Settings in a folder, and two batches that were approved by them."""
    path = folder / "notify.yaml"
    path.write_text(SETTINGS.format(port=port, rate=rate), "utf-8")
    contacts = {n: [contact(f"it@one{n}.example")] for n in range(1, 2 * servers + 1)}
    country = Country(database, contacts, read_settings(path))
    for first in (1, servers + 1):
        country.sees(*(seen(n, OPEN, 1) for n in range(first, first + servers)))
        assert len(country.plan()) == servers
    country.approve()


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", place)


def test_batches_are_handed_over_once(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each notice is told as it goes; the same again has nothing to do; status knows batches."""
    inbox = Inbox()
    with real_server(inbox) as port:
        with open_database(place) as database:
            _prepared(tmp_path, database, port, 2)
        assert main(["campaign", "notify"]) == 0
        said = capsys.readouterr().err
        assert "4 notices in 2 batches by mail" in said
        assert "it@one3.example: handed-over: 250 2.0.0 queued" in said
        assert "4 handed over, 0 refused, 0 left for another run, 0 uncertain" in said
        assert main(["campaign", "notify"]) == 0
        assert "no mail is due" in capsys.readouterr().err
    assert len(inbox.contents) == 4
    assert main(["campaign", "status"]) == 0
    assert "batches of notices" in capsys.readouterr().out


def test_it_ends_with_the_reason_where_no_server_answers(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 3, and the batches wait for the same command; without a server nothing is begun."""
    monkeypatch.setattr("alpheus.notify.send._RETRIES", ())
    with real_server(Inbox()) as port, open_database(place) as database:
        _prepared(tmp_path, database, port, 1)
    assert main(["campaign", "notify", "1"]) == 3
    assert "0 handed over" in capsys.readouterr().err
    with open_database(place) as database:
        assert states(database) == {"waiting": 1}
    assert main(["campaign", "notify", "7"]) != 0
    (tmp_path / "notify.yaml").write_text(SETTINGS.format(port=1, rate=1).replace("smtp:", "#"))
    assert main(["campaign", "notify"]) == 2
    assert "the settings name no mail server" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux lists them")
def test_a_program_that_is_killed_sends_no_notice_twice(place: str, tmp_path: Path) -> None:
    """Whenever; what may have gone out when it was killed is for a person, one at the most each."""
    inbox, chaos = Inbox(), Chaos(4, every=0.35, longest_pause=0.2)
    with real_server(inbox) as port:
        with open_database(place) as database:
            _prepared(tmp_path, database, port, 20, rate=600)
        command = [sys.executable, "-m", "alpheus", "campaign", "notify", "--database", place]
        runs = chaos.to_the_end(command, most=6, well={0, 4})
    kills = sum(number for what, number in chaos.done.items() if what.startswith("kill"))
    assert kills
    assert runs > 1
    arrived = Counter(_message(one) for one in inbox.contents)
    assert set(arrived.values()) == {1}
    with open_database(place) as database:
        country = Country(database, {}, read_settings(tmp_path / "notify.yaml"))
        stand = Counter(status.value for _, status in country.notices.standing())
        assert states(database) == {"done": 2}
    assert stand["sent"] + stand["uncertain"] == 40
    assert stand["uncertain"] <= kills
    assert stand["sent"] <= len(arrived) <= 40


def _message(content: bytes) -> bytes:
    return next(one for one in content.split(b"\r\n") if one.startswith(b"Message-ID:"))
