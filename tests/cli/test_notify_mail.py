"""Mail by the command line: what it says, and how it ends."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cli import main, notify_mail
from alpheus.notify.mailbox import Message
from alpheus.notify.model import Channel
from alpheus.notify.settings import read_settings
from bounce_samples import SAMPLES
from cases_filling import seen
from exposure_runs import OPEN
from mail_server import Inbox, free_port, real_server
from notices_filling import Country, contact

SETTINGS = """\
sender:
  name: Kim Doe
  organisation: CERT of Exampleland
  email: notices@cert.example
  telephone: +1 555 0100
  verify_url: https://cert.example/verify
"""

ADDRESS = contact(name="Organisation \u4e2d\n1 Example Street\nExampletown")


@pytest.fixture(autouse=True)
def _approved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail and a letter that are planned, by what the settings say."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", str(tmp_path / "c.db"))
    (tmp_path / "notify.yaml").write_text(SETTINGS)
    with open_database(tmp_path / "c.db") as database:
        country = Country(database, {1: [contact("it@one1.example")], 2: [ADDRESS]})
        country.sees(seen(1, OPEN, 1), seen(2, OPEN, 1))
        country.plan()


def _approve(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["notify", "show", "1"]) == 0
    digest = capsys.readouterr().out.split("--digest ")[1].split()[0]
    assert main(["notify", "approve", "1", "--digest", digest, "--who", "lou"]) == 0
    capsys.readouterr()


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
    assert "2 notices are due" in capsys.readouterr().err


def _begun(tmp_path: Path, ago: timedelta = timedelta(hours=1)) -> str:
    """A mail that somebody began to send a while ago, and of which no more is known."""
    with open_database(tmp_path / "c.db") as database:
        notices = Country(database).notices
        notices.settings = read_settings(tmp_path / "notify.yaml")
        notices.clock = lambda: datetime.now(UTC) - ago
        mail = next(one for one in notices.due() if one.recipient.channel is Channel.EMAIL)
        assert notices.claim(mail, who="killed")
        return mail.reference


def test_what_is_uncertain_is_named_at_the_beginning_and_at_the_end(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With the command that settles it; also where nothing else is left to be sent."""
    _approve(capsys)
    reference = _begun(tmp_path)
    assert main(["notify", "send", "--to-folder", "out"]) == 4
    said = capsys.readouterr().err.splitlines()
    command = f"alpheus notify settle {reference} --sent --why TEXT (or --not-sent)"
    assert said[0] == (f"alpheus: {reference} to it@one1.example is uncertain from before: look "
                       f"into the mail log, then: {command}")  # fmt: skip
    assert said[-1] == said[0].replace(" from before", "")
    assert "1 handed over, 0 refused, 0 left for another run, 1 uncertain" in said[-2]
    assert main(["notify", "settle", reference, "--not-sent", "--why", "no line of it"]) == 0
    assert main(["notify", "send", "--to-folder", "out"]) == 0
    assert (tmp_path / "out" / f"{reference}.eml").exists()


def test_what_another_run_is_handing_over_is_not_uncertain(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named and not counted, as long as that run is there; killed, it is uncertain."""
    _approve(capsys)
    with monkeypatch.context() as other:
        other.setattr("alpheus.notify.at_work._own", os.getppid)
        reference = _begun(tmp_path, ago=timedelta(0))
    assert main(["notify", "send", "--to-folder", "out"]) == 0
    said = capsys.readouterr().err
    assert f"{reference} to it@one1.example: another run is handing it over" in said
    assert "is uncertain" not in said
    assert "1 handed over, 0 refused, 0 left for another run, 0 uncertain" in said
    monkeypatch.setattr("alpheus.notify.at_work._begun", lambda _: "")
    assert main(["notify", "send", "--to-folder", "out"]) == 4
    assert f"{reference} to it@one1.example is uncertain" in capsys.readouterr().err


def test_everything_as_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Mail and letters, of which it is said what is to be written by hand; once."""
    _approve(capsys)
    assert main(["notify", "send", "--to-folder", "out"]) == 0
    said = capsys.readouterr().err
    assert "2 handed over, 0 refused, 0 left for another run, 0 uncertain" in said
    assert "no font has U+4E2D; write the address by hand" in said
    assert sorted(one.suffix for one in (tmp_path / "out").glob("[!.]*")) == [".eml", ".pdf"]
    assert main(["notify", "send", "--to-folder", "out"]) == 0
    assert "0 handed over" in capsys.readouterr().err


def test_letters_go_into_the_folder_of_the_settings(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Beside mail by a server; without a folder it is said how they go."""
    _approve(capsys)
    with real_server(Inbox()) as port:
        smtp = f"{SETTINGS}smtp: {{host: 127.0.0.1, port: {port}, security: none}}\n"
        (tmp_path / "notify.yaml").write_text(smtp)
        assert main(["notify", "send"]) == 0
        said = capsys.readouterr().err
        assert (
            "1 letter is left to be printed: alpheus notify export letters -o FILE --hand-over"
            in said
        )
        (tmp_path / "notify.yaml").write_text(f"{smtp}letters: {{folder: paper}}\n")
        assert main(["notify", "send"]) == 0
    assert "1 handed over" in capsys.readouterr().err
    assert [one.suffix for one in (tmp_path / "paper").glob("[!.]*")] == [".pdf"]


def _bounces(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    status = main(["notify", "bounces", *arguments])
    lines = capsys.readouterr().err.splitlines()
    return status, [line.removeprefix("alpheus: ") for line in lines]


def test_a_file_that_is_no_mail_is_an_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One line names it; what is mail beside it is read and kept."""
    (tmp_path / "list.csv").write_text("name,address\nroot:x:0:0\n")
    (tmp_path / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (tmp_path / "a.eml").write_bytes(SAMPLES["postfix"][0]())
    for name in ("list.csv", "passwd"):
        status, lines = _bounces(capsys, name, "a.eml")
        assert status == 3
        assert lines[0] == f"{name} is no mail, and was left out"
        assert lines[-1] == "a.eml: 1 messages, 0 taken down, 0 known, 1 of no notice"
    assert _bounces(capsys, "a.eml")[0] == 0
    assert _bounces(capsys, "gone.eml")[0] == 3


def test_mail_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a mail server hands it to a program; something has to be named."""
    content = io.TextIOWrapper(io.BytesIO(SAMPLES["postfix"][0]()))
    monkeypatch.setattr("sys.stdin", content)
    status, lines = _bounces(capsys, "-")
    assert (status, lines[-1].split(", ")[0]) == (0, "standard input: 1 messages")
    assert _bounces(capsys)[0] == 2


def test_mail_from_a_server(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its address; a password stands in the environment alone."""
    monkeypatch.delenv("ALPHEUS_IMAP_PASSWORD", raising=False)
    url = f"imaps://me@localhost:{free_port()}/INBOX"
    status, lines = _bounces(capsys, "--imap", url)
    assert status == 2
    assert "ALPHEUS_IMAP_PASSWORD" in lines[-1]
    monkeypatch.setenv("ALPHEUS_IMAP_PASSWORD", "secret")
    status, lines = _bounces(capsys, "--imap", url)
    assert (status, "cannot be read" in lines[-1]) == (3, True)
    found = [Message("INBOX, UID 7", SAMPLES["postfix"][0]())]
    monkeypatch.setattr(notify_mail, "imap_messages", lambda *_, **__: iter(found))
    status, lines = _bounces(capsys, "--imap", url)
    assert (status, lines[-1].split(", ")[0]) == (0, f"{url}: 1 messages")
