"""Where a campaign run reads packages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cli import main
from cluster import running
from fleet_filling import states, stored

LOG = (
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status\n"
    "2021-03-04 10:00:00 10.0.0.1 POST /aspnet_client/k3.aspx - 198.51.100.7 a 200\n"
)


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some packages in this folder, and one that is none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", str(tmp_path / "c.db"))
    for name in ("EX01", "EX02"):
        folder = tmp_path / "fleet" / name
        folder.mkdir(parents=True)
        (folder / "u_ex210304.log").write_text(LOG, "utf-8")
        (folder / "name.txt").write_text(name, "utf-8")
    (tmp_path / "fleet" / "broken.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    return tmp_path / "fleet"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--engine", "tcp://scheduler:8786"], 2, "without mutual TLS anybody could give orders"),
        (["--engine", "cluster"], 2, "such as tls://scheduler:8786"),
        (["--engine", "tls://scheduler", "--workers", "2"], 2, "--workers is of this machine"),
        (["--engine", "tls://scheduler"], 3, "name the folder driver"),
    ],
)
def test_an_engine_that_cannot_be_meant_is_refused(
    fleet: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str
) -> None:
    """In one line."""
    assert main(["campaign", "run", str(fleet), *words]) == status
    assert said in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="starts processes as on Linux")
def test_a_run_on_a_cluster(
    fleet: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on one machine: what can be judged is, what cannot is parked; the same again is nothing.

    Workers have no database: their environment does not name it.
    """
    monkeypatch.delenv("ALPHEUS_DATABASE")
    database = str(fleet.parent / "c.db")
    with running() as cluster:
        cluster.start_worker().said("works for")
        words = ["campaign", "run", str(fleet), "--engine", cluster.address, "--later",
                 "--certs", str(cluster.certs), "--database", database]  # fmt: skip
        assert main([*words, "--pack", "iis-webshell"]) == 3
        said = capsys.readouterr().err
        assert "2 packages judged now" in said
        assert "broken.zip" in said
        assert main([*words, "--pack", "iis-webshell"]) == 3
        assert "nothing was left to do" in capsys.readouterr().err
    with open_database(database) as opened:
        assert (states(opened), stored(opened)) == ({"done": 2, "parked": 1}, 2)
