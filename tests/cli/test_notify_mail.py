"""Sending by the command line: what it says, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cli import main
from cases_filling import seen
from exposure_runs import OPEN
from mail_server import free_port
from notices_filling import Country, contact

SETTINGS = """\
sender:
  name: Kim Doe
  organisation: CERT of Exampleland
  email: notices@cert.example
  telephone: +1 555 0100
  verify_url: https://cert.example/verify
"""


@pytest.fixture(autouse=True)
def _approved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One notice that is approved, by what the settings say."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", str(tmp_path / "c.db"))
    (tmp_path / "notify.yaml").write_text(SETTINGS)
    with open_database(tmp_path / "c.db") as database:
        country = Country(database, {1: [contact("it@one1.example")]})
        country.sees(seen(1, OPEN, 1))
        country.plan()


def _approve(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["notify", "show", "1"]) == 0
    digest = capsys.readouterr().out.split("--digest ")[1].split()[0]
    assert main(["notify", "approve", "1", "--digest", digest, "--who", "lou"]) == 0


def test_without_a_mail_server_nothing_is_sent(capsys: pytest.CaptureFixture[str]) -> None:
    """And where it is to be named is said."""
    assert main(["notify", "send"]) == 2
    assert "the settings name no mail server" in capsys.readouterr().err


def test_a_mail_server_that_is_not_there_uses_up_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run ends with 3, and the notice is left for another one."""
    monkeypatch.setattr("alpheus.notify.send._RETRIES", ())
    smtp = f"smtp: {{host: 127.0.0.1, port: {free_port()}, security: none}}\n"
    (tmp_path / "notify.yaml").write_text(SETTINGS + smtp)
    _approve(capsys)
    assert main(["notify", "send"]) == 3
    assert "0 handed over" in capsys.readouterr().err
    assert main(["notify", "send", "--dry-run"]) == 0
    assert "1 notices are due" in capsys.readouterr().err
