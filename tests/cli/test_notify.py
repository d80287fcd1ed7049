"""`alpheus notify` from a plan to an acknowledgement."""

from __future__ import annotations

import csv
import io
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from alpheus.cases.database import open_database
from alpheus.cli import main
from alpheus.directory.owner_model import Advice
from alpheus.notify.model import Status
from alpheus.notify.settings import EXAMPLE
from cases_filling import seen
from exposure_runs import HOSTILE, OPEN
from notices_filling import BREACHED, Country, contact, provider, usual

LETTER = Advice("registered", name="Organisation 4\n1 Example Street\nExampletown",
                source="customers")  # fmt: skip
CONTACTS = {
    1: [contact("it@one1.example", name=HOSTILE), provider()],
    2: [contact("it@one2.example", phone="+1 555 0100")],
    3: [usual("org3.example")],
    4: [LETTER],
    5: [],
}


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALPHEUS_DATABASE", str(tmp_path / "c.db"))
    (tmp_path / "notify.yaml").write_bytes(EXAMPLE.read_bytes())
    with open_database(tmp_path / "c.db") as database:
        country = Country(database, CONTACTS)
        broken = {"flags": BREACHED}
        country.sees(seen(1, OPEN, 1), seen(2, OPEN, 1, **broken), seen(3, OPEN, 1, **broken),
                     seen(4, OPEN, 1), seen(5, OPEN, 1))  # fmt: skip


def _run(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> tuple[str, str]:
    capsys.readouterr()
    assert main(["notify", *arguments]) == status
    found = capsys.readouterr()
    assert max(map(len, found.out.splitlines()), default=0) <= 80 or "json" in arguments
    assert "\x1b" not in found.out + found.err
    return found.out, found.err


def _approved(capsys: pytest.CaptureFixture[str]) -> dict[str, dict]:
    """Plan and approve; the notices by channel and organisation."""
    _run(capsys, "plan", "--who", "kim")
    out, _ = _run(capsys, "show", "1")
    digest = re.search(r"--digest ([0-9a-f]{16})", out)[1]
    _run(capsys, "approve", "1", "--digest", digest, "--who", "lou")
    whole = json.loads(_run(capsys, "show", "1", "--format", "json")[0])
    return {f"{one['recipient']['channel']} {one['organisation']}": one
            for one in whole["notices"]}  # fmt: skip


def test_a_plan_says_who_is_told_and_who_is_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """By channel, and by reason; what needs a person is named, all of it stands in a file."""
    out, _ = _run(capsys, "plan", "--who", "kim", "--omitted", "o.csv")
    assert "batch 1: 4 notices to 3 organisations about 3 servers" in " ".join(out.split())
    assert "Organisation org3.example: only security@org3.example is known" in " ".join(out.split())
    rows = list(csv.DictReader(io.StringIO((tmp_path / "o.csv").read_text())))
    assert {row["organisation"]: row["reason"] for row in rows} == {
        "org3.example": "on-server", "org5.example": "no-contact",
    }  # fmt: skip


def test_a_dry_run_keeps_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor does a plan of nobody."""
    out, _ = _run(capsys, "plan", "--dry-run")
    assert out.startswith("dry run: 4 notices")
    out, _ = _run(capsys, "plan", "--organisation", "nobody.example", "--format", "json")
    assert json.loads(out)["batch"]["planned"] == 0


def test_a_batch_is_shown_and_approved_as_it_was_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Its digest is what the approval needs."""
    found = _approved(capsys)
    assert set(found) == {"email org1.example", "email org2.example", "phone org2.example",
                          "letter org4.example"}  # fmt: skip
    _, err = _run(capsys, "approve", "1", "--digest", "0" * 16, status=2)
    assert "not what this digest is of" in err
    _, err = _run(capsys, "show", "9", status=2)
    assert "there is no batch 9" in err


def test_a_notice_is_shown_as_it_is_sent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """As text, page, message or paper."""
    found = _approved(capsys)
    mail, paper = found["email org1.example"]["reference"], found["letter org4.example"]
    out, _ = _run(capsys, "show", mail.lower())
    assert "approved, email to the contact" in out
    assert "Subject: " in out
    assert "{U+202E}" in out
    assert _run(capsys, "show", mail, "--format", "html", "-o", "n.html")[1].endswith("n.html\n")
    assert json.loads(_run(capsys, "show", mail, "--format", "json")[0])["status"] == "approved"
    _run(capsys, "show", mail, "--format", "eml", "-o", "n.eml")
    assert b"Traffic-Light-Protocol: TLP:AMBER" in (tmp_path / "n.eml").read_bytes()
    _run(capsys, "show", paper["reference"], "--format", "pdf", "-o", "n.pdf")
    assert (tmp_path / "n.pdf").read_bytes().startswith(b"%PDF-")
    _, err = _run(capsys, "show", paper["reference"], "--format", "eml", "-o", "x", status=2)
    assert "does not go by mail" in err
    _, err = _run(capsys, "show", mail, "--format", "pdf", status=2)
    assert "goes into a file" in err
    _, err = _run(capsys, "show", "1", "--format", "eml", status=2)
    assert "name it by its reference" in err
    assert "there is no notice 'A-2'" in _run(capsys, "show", "A-2", status=2)[1]


def test_letters_and_calls_are_handed_over_by_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each once; without being asked nothing is taken down but in the custody log."""
    found = _approved(capsys)
    assert "not taken down" in _run(capsys, "export", "letters", "-o", "a.pdf")[1]
    assert "1 notices are handed over" in _run(
        capsys, "export", "letters", "1", "-o", "l.pdf", "--hand-over")[1]  # fmt: skip
    assert "no notice goes by letter" in _run(
        capsys, "export", "letters", "-o", "m.pdf", "--hand-over")[1]  # fmt: skip
    _run(capsys, "export", "phone", "-o", "p.csv", "--hand-over")
    assert "+1 555 0100" in (tmp_path / "p.csv").read_text()
    _run(capsys, "export", "calls", "-o", "c.pdf")
    _run(capsys, "export", "csv", "-o", "all.csv", "--custody", "custody.log")
    written = (tmp_path / "all.csv").read_bytes()
    assert sha256(written).hexdigest() in (tmp_path / "custody.log").read_text()
    assert len(list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text())))) == 4
    assert "handed over" in _run(capsys, "export", "csv", "-o", "x", "--hand-over", status=2)[1]
    lines = _run(capsys, "status", "--format", "csv")[0].splitlines()
    assert "contact,phone,sent,1" in lines
    assert "letter,letter,sent,1" in lines
    call = found["phone org2.example"]["reference"]
    said = _run(capsys, "acknowledge", "--notice", call, "--why", "Mr Doe: shut down")[1]
    assert f"{call} is acknowledged" in said


@pytest.mark.parametrize(
    ("kind", "name", "better"),
    [("calls", "calls.csv", "calls.pdf"), ("letters", "l.TXT", "l.pdf"), ("csv", "a.pdf", "a.csv"),
     ("intelmq", "a.csv", "a.jsonl")],
)  # fmt: skip
def test_a_name_that_says_something_else_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str, name: str, better: str
) -> None:
    """Before anything is handed over, with the name that would be right."""
    said = _run(capsys, "export", kind, "-o", name, status=2)[1]
    assert f"name the file {better}" in said
    assert not (tmp_path / name).exists()


def test_a_file_that_cannot_be_written_hands_nothing_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The notices are due again."""
    _approved(capsys)
    _run(capsys, "export", "letters", "-o", "/dev/null/l.pdf", "--hand-over", status=1)
    assert "1 notices are handed" in _run(capsys, "export", "letters", "-o", "l.pdf",
                                          "--hand-over")[1]  # fmt: skip


def test_rejected_and_failed(capsys: pytest.CaptureFixture[str]) -> None:
    """By a person, with a reason."""
    found = _approved(capsys)
    paper, call = found["letter org4.example"], found["phone org2.example"]
    assert "1 notices of batch 1 are rejected" in _run(
        capsys, "reject", "1", paper["reference"], "--why", "moved")[1]  # fmt: skip
    assert "is rejected already" in _run(
        capsys, "reject", "1", paper["reference"], "--why", "moved", status=2)[1]  # fmt: skip
    _run(capsys, "export", "phone", "-o", "p.csv", "--hand-over")
    assert "name one notice" in _run(capsys, "failed", "--why", "no such number", status=2)[1]
    said = _run(capsys, "failed", call["reference"], "--why", "no such number")[1]
    assert "+1 555 0100 is not used for them again" in said


def test_codes_are_taken_down_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Also when they are typed in small letters."""
    _approved(capsys)
    _run(capsys, "export", "phone", "-o", "p.csv", "--hand-over")
    with open_database(tmp_path / "c.db") as database:
        country = Country(database)
        (sent,) = country.notices.notices(status=Status.SENT)
        code = country.notices.with_code(sent).code
    said = _run(capsys, "acknowledge", code.lower(), "--who", "reader")[1]
    assert f"{sent.reference}, Organisation org2.example, is acknowledged\n" in said
    assert "acknowledged already, since" in _run(capsys, "acknowledge", code)[1]
    assert "no code of ours" in _run(capsys, "acknowledge", "2222", status=2)[1]
    assert "give the code" in _run(capsys, "acknowledge", status=2)[1]
    assert "say what was said" in _run(capsys, "acknowledge", "--notice", "A-2", status=2)[1]


def test_status_says_what_matters_first(capsys: pytest.CaptureFixture[str]) -> None:
    """Also before anything was planned; as JSON for programs."""
    assert _run(capsys, "status")[0].startswith("0 organisations told, 0 acknowledged, 0 failed")
    _approved(capsys)
    _run(capsys, "export", "letters", "-o", "l.pdf", "--hand-over")
    out = _run(capsys, "status")[0]
    assert " ".join(out.split()).startswith(
        "1 organisation told, 0 acknowledged, 0 failed, 0 uncertain need a person, for 2 nobody "
        "can be reached"
    )
    assert re.search(r"^letter +letter +sent +1$", out, re.MULTILINE)
    assert json.loads(_run(capsys, "status", "--format", "json")[0])["told"] == 1


def test_a_dry_run_of_sending_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """But says what would go where."""
    _approved(capsys)
    err = _run(capsys, "send", "--dry-run")[1]
    assert "email to it@one1.example" in err
    assert "4 notices are due; nothing was sent" in err
    assert "there is no batch 9" in _run(capsys, "send", "9", status=2)[1]


def test_settings_are_needed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """And what is wrong with them is said."""
    (tmp_path / "notify.yaml").unlink()
    assert "notify.yaml: No such file" in _run(capsys, "plan", status=2)[1]
    assert _run(capsys, "status")[0].startswith("0 organisations told")
    assert "other.yaml: No such" in _run(capsys, "status", "--settings", "other.yaml", status=2)[1]
    (tmp_path / "notify.yaml").write_text("sender: {name: Kim}\n")
    assert "'sender.email' is missing" in _run(capsys, "status", status=2)[1]


def test_an_uncertain_notice_is_settled(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """By a person, who says why."""
    found = _approved(capsys)
    reference = found["letter org4.example"]["reference"]
    with open_database(tmp_path / "c.db") as database:
        country = Country(database)
        country.notices.settings = __import__(
            "alpheus.notify.settings", fromlist=["x"]
        ).read_settings(tmp_path / "notify.yaml")
        for notice in country.notices.due():
            country.notices.claim(notice, who="sender")
    assert "uncertain: look into the mail log" in _run(capsys, "status")[0]
    said = _run(capsys, "settle", reference, "--not-sent", "--why", "no entry in the log")[1]
    assert f"{reference} is approved" in said
