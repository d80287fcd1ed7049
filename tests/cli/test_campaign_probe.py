"""`alpheus campaign probe`: shards of a probe, from a scope to servers in cases."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cli import main
from alpheus.exposure.journal import check_audit
from alpheus.fleet.progress import progress
from exposure_probing import scope_of
from fleet_probing import addresses, asked, begun_at, command, probed, rests_of, stored, with_rates
from fleet_torture import Chaos, children, program
from internet import Internet, running
from postgresql_server import programs
from postgresql_server import running as running_server

COUNT = 240


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with targets of the test internet."""
    (tmp_path / "targets").write_text("\n".join(addresses(COUNT)), "utf-8")
    return tmp_path


def _status(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    place = str(folder / "c.db")
    assert main(["campaign", "status", "--database", place, "--format", "json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_probe_from_shards_to_servers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everybody is asked once; the same again asks nobody, until it is asked for."""
    with running("plain") as internet:
        scope_of(folder, internet.port)
        status, said = probed(folder, "--shards", "4", "--at-once", "2")
        assert (status, f"{COUNT} endpoints in 4 shards" in said) == (0, True)
        assert "4 shards asked now" in said
        assert f"{COUNT} observations are" in said
        before = internet.server.log.requests.copy()
        status, said = probed(folder, "--shards", "4", "--at-once", "2")
        assert (status, "all were asked since 20" in said) == (0, True)
        assert internet.server.log.requests == before
        assert _status(folder, capsys)["kinds"] == [
            {"name": "probe", "waiting": 0, "running": 0, "done": 4, "parked": 0}
        ]
        with open_database(str(folder / "c.db")) as database:
            assert stored(database) == dict.fromkeys(addresses(COUNT), 1)
        assert probed(folder, "--anew", "--later", "--shards", "4")[0] == 0
        assert sum(internet.server.log.requests.values()) == 2 * sum(before.values())
    with open_database(str(folder / "c.db")) as database:
        assert stored(database) == dict.fromkeys(addresses(COUNT), 2)
    shards = sorted(folder.glob("probes-*/*-of-0004"))
    assert len(shards) == 8
    assert all(check_audit(one).fault is None for one in shards)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux lists them")
def test_a_probe_whose_processes_are_killed_asks_nobody_too_often(folder: Path) -> None:
    """One observation each, at most what was on its way again, and within the rates at any time."""
    chaos = Chaos(11, every=1.0, longest_pause=0.3)
    with running("plain") as internet:
        _chaos(folder, internet, chaos)
        requests = internet.server.log.requests.copy()
    assert chaos.done, "a quick machine is done before all were drawn"
    with open_database(str(folder / "c.db")) as database:
        assert stored(database) == dict.fromkeys(addresses(COUNT), 1)
    twice = sum(count - 1 for count in requests.values())
    assert twice <= 6 * 2 * 128, "what was on its way at a kill"
    rests = [*rests_of(folder)]
    assert rests
    assert min(rests) >= 0.5, "as long as a host is left in peace, whoever was asked before"
    begun = begun_at(folder)
    most = max(sum(start <= one < start + 1 for one in begun) for start in begun)
    assert most <= 120 * 1.5, "in a second, of which a part was made up for after a pause"


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes as Linux lists them")
def test_programs_that_share_a_database_share_a_round(folder: Path) -> None:
    """Together no quicker than the scope allows; what one had that was killed, another does."""
    binaries = programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    with running("plain") as internet, running_server(binaries) as server:
        scope_of(folder, internet.port)
        with_rates(folder, per_host=4, per_network=40, total=60)
        place = server.new()
        more = ("--database", place, "--shards", "8", "--at-once", "2", "--later")
        first = program(command(folder, *more))
        while not begun_at(folder):
            time.sleep(0.05)
        second = program(command(folder, *more))
        with open_database(place) as database:
            while not progress(database).done:
                time.sleep(0.1)
            first.kill()
            first.wait()
            assert second.wait() == 0
            found, observed = progress(database), stored(database)
    assert observed == dict.fromkeys(addresses(COUNT), 1)
    assert [(one.done, one.budget) for one in found.lanes] == [(8, 2)]
    assert len([one for one in found.workers if one.done]) == 2
    begun = begun_at(folder)
    most = max(sum(start <= one < start + 2 for one in begun) for start in begun)
    assert most <= 2 * 60 * 1.5


def _chaos(folder: Path, internet: Internet, chaos: Chaos) -> None:
    scope_of(folder, internet.port)
    with_rates(folder, per_host=2, per_network=40, total=120)
    arguments = command(folder, "--shards", "6", "--at-once", "2", "--later")
    with program(arguments) as first:
        while not begun_at(folder):
            assert first.poll() is None
            time.sleep(0.05)
        for pid in [first.pid, *children(first.pid)]:
            os.kill(pid, signal.SIGKILL)
    chaos.to_the_end(arguments, most=6)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--engine", "tls://scheduler:8786"], "no worker of a cluster asks anybody"),
        (["--shards", "0"], "whole number above zero"),
        (["--scope", "gone.yaml"], "gone.yaml"),
    ],
)
def test_what_cannot_be_meant_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    """Before anybody is asked."""
    scope_of(folder, 443)
    with contextlib.suppress(SystemExit):
        assert main(asked(folder, *more)) == 2
    assert said in capsys.readouterr().err
    assert not [*folder.glob("probes-*")]


def test_who_is_not_asked_is_told(folder: Path) -> None:
    """Cases have no place for targets outside the scope: a typing error must not look like an end.

    Nor for names that lead nowhere.
    """
    scope_of(folder, 443)
    (folder / "targets").write_text("192.0.2.0/24\nnothing.invalid\n", "utf-8")
    status, said = probed(folder, "--later", "--nameserver", "127.0.0.1:9")
    assert status == 0
    assert "256 targets are not in the scope, and not asked (outside the scope: not in" in said
    assert "1 name leads nowhere, or elsewhere too, where nobody is asked" in said


def test_a_scope_has_one_round_at_a_time(folder: Path) -> None:
    """Other targets wait for the end of those before, or leave what is left of them."""
    with running("plain") as internet:
        scope_of(folder, internet.port)
        (folder / "targets").write_text("127.16.0.1", "utf-8")
        assert probed(folder, "--later", "--at-once", "3")[0] == 0
        _set(folder, "state = 'waiting'")
        (folder / "targets").write_text("127.16.0.2", "utf-8")
        status, said = probed(folder, "--later")
        assert (status, "1 of 1 shards are left of probes-" in said) == (2, True)
        status, said = probed(folder, "--later", "--anew")
        assert (status, "1 shard is left of an earlier time, and not asked" in said) == (0, True)
    with open_database(str(folder / "c.db")) as database:
        assert stored(database) == {"127.16.0.1": 1, "127.16.0.2": 1}


def test_shards_that_are_parked_are_told_and_tried_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 3 as long as there are any; `campaign retry` lets them wait, and says how to go on."""
    with running("plain") as internet:
        scope_of(folder, internet.port)
        (folder / "targets").write_text("127.16.0.1\n127.16.1.1", "utf-8")
        assert probed(folder, "--later", "--shards", "2")[0] == 0
        _set(folder, "state = CASE id WHEN 1 THEN 'parked' ELSE 'waiting' END")
        status, said = probed(folder, "--later")
        assert (status, "1 shard asked now" in said) == (3, True)
        _set(folder, "state = 'parked', reason = 'a reason'")
        status, said = probed(folder, "--later")
        assert (status, "2 shards of it parked" in said) == (3, True)
        assert main(["campaign", "retry", "--database", str(folder / "c.db")]) == 0
        assert "run: alpheus campaign probe" in capsys.readouterr().err
        assert probed(folder, "--later")[0] == 0
    with open_database(str(folder / "c.db")) as database:
        assert stored(database) == {"127.16.0.1": 1, "127.16.1.1": 1}, (
            "what was answered is not asked again"
        )


def _set(folder: Path, what: str) -> None:
    """Let all units be otherwise."""
    with open_database(str(folder / "c.db")) as database, database.rows() as connection:
        connection.exec_driver_sql(f"UPDATE units SET {what}")
