"""`make demo-console`: a console with notices and people, over a copy of a campaign."""

from __future__ import annotations

import importlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType
from urllib.request import urlopen

import pytest

from alpheus.cases.database import open_database
from alpheus.notify.service import Notices
from alpheus.notify.settings import read_settings
from alpheus.web.access.accounts import Accounts
from notices_filling import Country, contact
from server_filling import OPEN, seen

ROOT = Path(__file__).resolve().parents[1]
NOTIFY = ROOT / "src" / "alpheus" / "notify" / "notify_example.yaml"


@pytest.fixture
def filling(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What the tool fills a console with."""
    monkeypatch.syspath_prepend(str(ROOT))
    return importlib.import_module("tools.demo_console.filling")


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    """A small campaign: two organisations that can be told."""
    place = tmp_path / "campaign.db"
    with open_database(place) as database:
        told = {number: [contact(f"security@told{number}.example")] for number in (1, 2)}
        Country(database, told).sees(seen(1, OPEN, 3), seen(2, OPEN, 3))
    return place


def test_people_of_every_role_come_in_and_notices_wait_for_a_second_one(
    filling: ModuleType, campaign: Path, tmp_path: Path
) -> None:
    """Passwords and the code open what they say; who planned is not who approves."""
    place = tmp_path / "shown.db"
    filling.copy(campaign, place)
    with open_database(place) as database:
        people = filling.fill(database, read_settings(NOTIFY))
        roles = {one.role: one for one in people}
        assert set(roles) == {"admin", "approver", "analyst", "viewer", "constituent"}
        accounts = Accounts(database)
        for one in people:
            assert one.code or accounts.sign_in(one.name, one.password)
        notices = Notices(database, read_settings(NOTIFY))
        assert {batch.who for batch in notices.batches()} == {filling.PLANNER}
        assert notices.acknowledge(roles["constituent"].code, who="test")
    with open_database(campaign) as database:
        assert not Accounts(database).are_there()
        assert not Notices(database, read_settings(NOTIFY)).batches()


def test_passwords_are_told_apart_and_fit_a_narrow_screen(filling: ModuleType) -> None:
    """Each is new; no line of what is printed is longer than 80 characters."""
    assert len({filling.new_password() for _ in range(50)}) == 50
    people = [filling.Person("admin", "everything", "kim", filling.new_password()),
              filling.Person("constituent", "x.example, 2 servers", code="ABCD-EFGH")]  # fmt: skip
    lines = list(filling.told("http://127.0.0.1:8443", people))
    assert max(map(len, lines)) <= 80
    assert "http://127.0.0.1:8443/code with the code ABCD-EFGH" in lines


def test_what_cannot_be_shown_is_told(tmp_path: Path, campaign: Path) -> None:
    """No campaign, or one whose servers have not been worked out: what to do, and status 3."""
    empty = tmp_path / "empty.db"
    open_database(empty).close()
    for place in (tmp_path / "absent.db", empty):
        ended = subprocess.run(_command(tmp_path, place), env=_environment(), text=True,
                               capture_output=True, check=False, timeout=60)  # fmt: skip
        assert ended.returncode == 3
        assert ended.stderr.startswith("demo_console: ")
        assert "make demo-campaign" in ended.stderr


def test_the_console_stays_until_it_is_told_to_stop(tmp_path: Path, campaign: Path) -> None:
    """Address and people are printed when it answers; another port where that is taken."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = subprocess.Popen(
            [*_command(tmp_path, campaign), "--port", str(port)], env=_environment(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0,
        )  # fmt: skip
        try:
            assert process.stdout
            said = ""
            while "Ctrl-C" not in said:
                line = process.stdout.readline()
                assert line, said
                said += line
            url = re.search(r"The console: (http://127\.0\.0\.1:(\d+))", said)
            assert url
            assert int(url[2]) != port
            assert "Sign in" in urlopen(f"{url[1]}/sign-in").read().decode()
        finally:
            process.send_signal(signal.SIGINT)
        _, wrong = process.communicate(timeout=60)
    assert (process.returncode, wrong) == (0, "")


def _command(folder: Path, database: Path) -> list[str]:
    return [sys.executable, "-m", "tools.demo_console", str(folder / "demo-console"),
            "--database", str(database), "--notify", str(NOTIFY)]  # fmt: skip


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_a_campaign_of_an_unreleased_version_is_made_anew(
    filling: ModuleType, campaign: Path, tmp_path: Path
) -> None:
    """What is not there, or lacks something, does not fit; nothing is written."""
    fits = importlib.import_module("tools.demo_console.fits").fits
    assert not fits(tmp_path / "none.db")
    assert fits(campaign)
    with closing(sqlite3.connect(campaign)) as changed:
        changed.execute("ALTER TABLE jobs DROP COLUMN log")
        changed.commit()
    assert not fits(campaign)
    (tmp_path / "none.db").write_text("no database")
    assert not fits(tmp_path / "none.db")
