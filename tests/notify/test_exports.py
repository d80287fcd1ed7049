"""Notices for other programs."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from alpheus.errors import UsageError
from alpheus.exposure.imports import ImportedFile
from alpheus.notify.exports import (
    KINDS,
    PHONE_COLUMNS,
    TABLE_COLUMNS,
    phone_list,
    write_export,
)
from alpheus.notify.model import Channel, Notice, Page, Rung
from notice_samples import CODE, REFERENCE, SETTINGS, notice, notices, subject, vulnerable

FIELDS = {
    "__type": r"Event",
    "feed.name": r"alpheus-notices",
    "feed.provider": r".+",
    "time.observation": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00",
    "time.source": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00",
    "classification.taxonomy": r"intrusions|vulnerable|other",
    "classification.type": r"system-compromise|vulnerable-system|undetermined",
    "classification.identifier": r"mail-server-[a-z-]+",
    "source.ip": r"[0-9a-f.:]+",
    "source.fqdn": r"[^A-Z:/?#]*[^.]",
    "source.port": r"\d{1,5}",
    "protocol.transport": r"tcp",
    "source.abuse_contact": r"[^\n]+",
    "event_description.text": r".+",
    "tlp": r"WHITE|GREEN|AMBER|RED",
}
"""Names and forms of IntelMQ's data format that are used here."""


def _export(kind: str, *given: Notice) -> str:
    stream = io.StringIO(newline="")
    write_export(kind, given, SETTINGS, stream)
    return stream.getvalue()


def _table(kind: str, *given: Notice) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_export(kind, *given), newline="")))


def _objects(kind: str, *given: Notice) -> list[dict[str, Any]]:
    return [json.loads(line) for line in _export(kind, *given).splitlines()]


def test_a_line_per_server_and_recipient() -> None:
    """With the recipient, the label and what to install; the code stays with the notice."""
    rows = _table(
        "csv", notice(subject(1), vulnerable(2)), notice(subject(1), address="b@c.example")
    )
    assert [(row["server"], row["recipient"]) for row in rows] == [
        ("mail1.school.example", "security@school.example"),
        ("mail2.school.example", "security@school.example"),
        ("mail1.school.example", "b@c.example"),
    ]
    assert {row["tlp"] for row in rows} == {"TLP:AMBER"}
    assert CODE not in _export("csv", notice())


def test_events_are_in_the_form_of_intelmq() -> None:
    """Names and values as its data format has them."""
    (event,) = _objects("intelmq", notice(subject(name="MAIL.school.example.", port=8443)))
    assert event == {
        "__type": "Event",
        "feed.name": "alpheus-notices",
        "feed.provider": "CERT of Exampleland",
        "time.observation": "2021-03-09T08:00:00+00:00",
        "time.source": "2021-03-09T07:30:00+00:00",
        "classification.taxonomy": "intrusions",
        "classification.type": "system-compromise",
        "classification.identifier": "mail-server-compromised",
        "source.ip": "192.0.2.2",
        "source.fqdn": "mail.school.example",
        "source.port": 8443,
        "protocol.transport": "tcp",
        "source.abuse_contact": "security@school.example",
        "event_description.text": "broken into",
        "tlp": "AMBER",
        **{name: value for name, value in event.items() if name.startswith("extra.")},
    }
    assert event["extra.reference"] == REFERENCE
    assert "orange7" not in event["extra.evidence"]


def test_events_are_read_again(tmp_path: Path) -> None:
    """By `alpheus import`: the same servers, those that are broken into and those that are open."""
    path = tmp_path / "events"
    path.write_text(_export("intelmq", notice(subject(1), vulnerable(2))), "utf-8")
    file = ImportedFile(path)
    found = {one.names: one.flags for one in file.observations()}
    assert (file.kind, file.tally.lost) == ("intelmq", 0)
    assert found == {
        ("mail1.school.example",): ("compromised-reported",), ("mail2.school.example",): (),
    }  # fmt: skip


def test_pages_of_an_intruder_are_exported() -> None:
    """In tables and events, and in tickets unless the mailbox may be read by the intruder."""
    one = subject(pages=(Page("/owa/auth/shell.aspx", "2021-03-08T14:02:00Z", ("",)),))
    (row,) = _table("csv", notice(one))
    assert "/owa/auth/shell[.]aspx" in row["pages"]
    (event,) = _objects("intelmq", notice(one))
    assert event["extra.pages"] == row["pages"]
    (ticket,) = _objects("ticket", notice(one))
    assert ticket["pages"] == [f"mail1.school.example (192.0.2.2): {row['pages']}"]
    assert "/owa/auth/shell[.]aspx is reported" in " ".join(ticket["text"].split())
    (ticket,) = _objects("ticket", notice(one, reduced=True))
    assert ticket["pages"] == []
    assert "shell" not in ticket["text"]


def test_no_event_is_more_open_than_its_notice() -> None:
    """IntelMQ knows four labels: one that it lacks becomes the next stricter."""
    strict = _objects("intelmq", notice(tlp="TLP:AMBER+STRICT"))[0]
    assert (strict["tlp"], strict["extra.tlp"]) == ("RED", "TLP:AMBER+STRICT")
    assert _objects("intelmq", notice(tlp="TLP:CLEAR"))[0]["tlp"] == "WHITE"
    assert _objects("intelmq", notice(tlp="?"))[0]["tlp"] == "RED"


def test_a_reduced_notice_is_mailed_on_by_nobody() -> None:
    """The events stay with the sender; no program finds the intruder's mailbox in them."""
    (event,) = _objects("intelmq", notice(reduced=True))
    assert event["source.fqdn"] == "mail1.school.example"
    assert "source.abuse_contact" not in event
    (ticket,) = _objects("ticket", notice(reduced=True))
    assert "mail1.school.example" not in json.dumps(ticket)
    assert CODE not in json.dumps(ticket)


def test_a_ticket_is_the_notice() -> None:
    """Subject with its label, the mailbox, the words, and the file of servers."""
    servers = [subject(number) for number in range(1, 6)]
    (ticket,) = _objects("ticket", notice(*servers, channel=Channel.TICKET, language="de"))
    assert ticket["queue"] == "security-notices"
    assert ticket["subject"].startswith("[TLP:AMBER] Sicherheitswarnung A-4F7K2Q: ")
    assert ticket["requestor"] == "security@school.example"
    assert ticket["reference"] == REFERENCE
    assert ticket["priority"] == "high"
    assert CODE in ticket["text"]
    (file,) = ticket["attachments"]
    assert b"mail5.school.example" in base64.b64decode(file["content_base64"])
    letter = _objects("ticket", notice(channel=Channel.LETTER, address="1 Street"))[0]
    assert letter["requestor"] == ""


def test_calls_are_a_list_to_fill_in() -> None:
    """Whom, which number, what to say first; only what goes by telephone."""
    call = notice(channel=Channel.PHONE, address="+1 555 0147", name="Front desk", language="es")
    stream = io.StringIO(newline="")
    assert phone_list([notice(), call], SETTINGS, stream) == 1
    (row,) = csv.DictReader(io.StringIO(stream.getvalue(), newline=""))
    assert tuple(row) == PHONE_COLUMNS
    assert row["number"] == "'+1 555 0147"
    assert row["say"].startswith("Su servidor de correo mail1.school.example")
    assert row["outcome"] == row["notes"] == ""


def test_there_is_no_other_kind() -> None:
    """The message says what there is."""
    with pytest.raises(UsageError, match="csv, intelmq, ticket, phone"):
        _export("xml")


@given(notices)
@settings(max_examples=80)
def test_any_notice_can_be_exported(one: Notice) -> None:
    """Rows keep their columns, cells are no formulas, events keep the form, lines are lines."""
    for kind, columns in (("csv", TABLE_COLUMNS), ("phone", PHONE_COLUMNS)):
        rows = list(csv.reader(io.StringIO(_export(kind, one), newline="")))
        assert rows[0] == list(columns)
        for row in rows[1:]:
            assert len(row) == len(columns)
            assert not any(re.match(r"\s*[=+\-@]", cell) for cell in row)
    for event in _objects("intelmq", one):
        for name, value in event.items():
            assert name.startswith("extra.") or re.fullmatch(FIELDS[name], str(value))
    (ticket,) = _objects("ticket", one)
    assert "\n" not in ticket["subject"] + ticket["requestor"]


def test_kinds_are_listed() -> None:
    """What a command offers is what there is."""
    assert KINDS == ("csv", "intelmq", "ticket", "phone")
    for kind in KINDS:
        assert _export(kind, notice(rung=Rung.PROVIDER)) or kind == "phone"
