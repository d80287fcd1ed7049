"""Notices from the plan to the acknowledgement, by the command line, over a real mail server."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cli import case_common, main, notify
from cases_filling import seen
from exposure_runs import OPEN
from mail_server import Inbox, real_server
from notices_filling import BREACHED, WRITTEN, Country, contact, provider

SETTINGS = WRITTEN + "approval: {{bulk_above: 1}}\n"
BOUNCE = """\
From: MAILER-DAEMON@mx.example
To: {envelope}
Subject: Undelivered Mail Returned to Sender
Date: Wed, 10 Mar 2021 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mailbox does not exist.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b--
"""


@pytest.fixture(autouse=True)
def _place(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three organisations; the second is broken into, the third reached by its provider alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", place)
    contacts = {1: [contact("it@one1.example"), provider()],
                2: [contact("it@one2.example", phone="+1 555 0102")], 3: [provider()]}  # fmt: skip
    with open_database(place) as database:
        Country(database, contacts).sees(
            seen(1, OPEN, 1), seen(2, OPEN, 1, flags=BREACHED), seen(3, OPEN, 1)
        )


_ACCOUNTS: dict[str, str] = {}
"""Under which account somebody works, where it is not their own."""


@pytest.fixture(autouse=True)
def _accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is named works under an account of the same name, unless a test says otherwise."""
    _ACCOUNTS.clear()
    real = case_common.who_does_it

    def who_does_it(options: argparse.Namespace) -> str:
        who = real(options)
        monkeypatch.setattr("alpheus.custody.who.account", lambda: _ACCOUNTS.get(who, who))
        return who

    monkeypatch.setattr(notify, "who_does_it", who_does_it)


def _run(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    capsys.readouterr()
    assert main(["notify", *arguments]) == status
    found = capsys.readouterr()
    return found.out + found.err


def _plan_and_approve(capsys: pytest.CaptureFixture[str], who: str = "lou") -> int:
    said = _run(capsys, "plan", "--who", "kim")
    batch = re.search(r"batch (\d+)", said)[1]
    digest = re.search(r"--digest (\w+)", _run(capsys, "show", batch))[1]
    _run(capsys, "approve", batch, "--digest", digest, "--who", who)
    return int(batch)


def _by_recipient(inbox: Inbox) -> dict[str, tuple[str, EmailMessage]]:
    """Envelope senders and messages."""
    return {
        one.rcpt_tos[0]: (
            str(one.mail_from),
            message_from_bytes(bytes(one.original_content or b""), policy=policy.default),
        )
        for one in inbox.taken
    }


def _code(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return re.search(r"\b(?:[2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}\b", body.get_content())[0]


def test_a_campaign_of_notices(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Plan, approve, send, bounce; the next plan goes up the ladder; acknowledge; status."""
    inbox = Inbox()
    with real_server(inbox) as port:
        (tmp_path / "notify.yaml").write_text(SETTINGS.format(port=port))
        _run(capsys, "plan", "--who", "kim")
        digest = re.search(r"--digest (\w+)", _run(capsys, "show", "1"))[1]
        assert "somebody else" in _run(capsys, "approve", "1", "--digest", digest, "--who", "Kim",
                                       status=2)  # fmt: skip
        _ACCOUNTS["lou"] = "kim"
        said = _run(capsys, "approve", "1", "--digest", digest, "--who", "lou", status=2)
        assert "under the account that would approve them, kim" in " ".join(said.split())
        _ACCOUNTS.clear()
        assert "0 handed over" in _run(capsys, "send")
        assert inbox.taken == []
        _run(capsys, "approve", "1", "--digest", digest, "--who", "lou")
        assert "3 handed over" in _run(capsys, "send", "--who", "sender")
        assert "0 handed over" in _run(capsys, "send", "--who", "sender")
        sent = _by_recipient(inbox)
        assert set(sent) == {"it@one1.example", "it@one2.example", "abuse@isp.example"}
        envelope, _ = sent["it@one1.example"]
        (tmp_path / "bounce.eml").write_text(
            BOUNCE.format(envelope=envelope, recipient="it@one1.example")
        )
        assert "1 messages, 1 taken down" in _run(capsys, "bounces", "bounce.eml")
        assert "1 messages, 0 taken down, 1 known" in _run(capsys, "bounces", "bounce.eml")
        _plan_and_approve(capsys)
        inbox.taken.clear()
        assert "1 handed over" in _run(capsys, "send")
        again = _by_recipient(inbox)
        assert set(again) == {"abuse@isp.example"}
        code = _code(sent["it@one2.example"][1])
        assert "is acknowledged" in _run(capsys, "acknowledge", code, "--who", "reader")
        assert "acknowledged already" in _run(capsys, "acknowledge", code.lower())
        said = " ".join(_run(capsys, "status").split())
        assert said.startswith("3 organisations told, 1 acknowledged, 0 failed, 0 uncertain")
        assert re.search(r"contact email failed 1\b", said)
        shown = json.loads(_run(capsys, "status", "--format", "json"))
        assert shown["servers_told"] == 3


def test_a_sender_that_is_killed_sends_nothing_twice(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Killed while the server has a message: that one is uncertain, the others go out once."""
    inbox = Inbox()
    with real_server(inbox) as port:
        (tmp_path / "notify.yaml").write_text(SETTINGS.format(port=port))
        _plan_and_approve(capsys)
        killed = (
            "import os, signal, sys\n"
            "from alpheus.notify import service\n"
            "from alpheus.cli import main\n"
            "claim = service.Notices.claim\n"
            "def claimed(self, notice, *, who):\n"
            "    claim(self, notice, who=who)\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
            "service.Notices.claim = claimed\n"
            "main(['notify', 'send'])\n"
        )
        ended = subprocess.run([sys.executable, "-c", killed], check=False, timeout=120)
        assert ended.returncode == -9
        assert inbox.taken == []
        assert "2 handed over" in _run(capsys, "send", status=4)
        assert len(inbox.taken) == 2
        said = _run(capsys, "status")
        assert "1 uncertain" in said
        reference = re.search(r"settle REFERENCE\n +(A-\w{6})", said)[1]
        assert "may be at it still" in _run(
            capsys, "settle", reference, "--not-sent", "--why", "mail log", status=2
        )
