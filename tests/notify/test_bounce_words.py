"""Software told from people."""

from __future__ import annotations

import pytest

from alpheus.notify.bounce_words import (
    is_automatic,
    is_delay_subject,
    is_failure_subject,
    is_from_server,
)
from alpheus.notify.mime_reader import Entity, read_entity


def made(*lines: str) -> Entity:
    """A message of these headers."""
    return read_entity("\n".join([*lines, "", "text"]).encode())


@pytest.mark.parametrize(
    ("line", "automatic"),
    [
        ("Auto-Submitted: auto-replied (vacation)", True),
        ("Auto-Submitted: auto-generated; owner=x", True),
        ("Auto-Submitted: no", False),
        ("X-Autoreply: yes", True),
        ("Precedence: auto_reply", True),
        ("Precedence: first-class", False),
        ("Return-Path: <>", True),
        ("Return-Path: <kim@school.example>", False),
        ("From: no-reply@school.example", True),
        ("From: noreply-dmarc@school.example", True),
        ("From: Nora Reply <reply@school.example>", False),
        ("Subject: Absent: away", True),
        ("Subject: Re: Automatic reply of yours", False),
        ("X-Auto-Response-Suppress: OOF", False),
    ],
)
def test_headers_tell_software_from_people(line: str, automatic: bool) -> None:
    """RFC 3834 first, then what was used before it; a person's own words never do."""
    assert is_automatic(made("X-Other: 1", line)) is automatic


@pytest.mark.parametrize(
    ("line", "server"),
    [
        ("From: MAILER-DAEMON@mx.example", True),
        ("From: Mail Delivery Subsystem <mailer-daemon@mx.example>", True),
        ("From: postmaster@school.example", True),
        ("From: postmasters@school.example", False),
        ("From: kim@postmasters.example", False),
    ],
)
def test_the_names_of_mail_systems(line: str, server: bool) -> None:
    """The name before the @, or the one that is shown."""
    assert is_from_server(made(line)) is server


def test_subjects_of_reports() -> None:
    """In the languages of servers."""
    for subject in ("Undeliverable: x", "Unzustellbar: x", "No se puede entregar: x", "退信: x",
                    "Mail delivery failed: returning message to sender"):  # fmt: skip
        assert is_failure_subject(subject)
    assert is_delay_subject("Delivery Status Notification (Delay)")
    assert is_delay_subject("Zustellung verzögert: x")
    assert not is_failure_subject("Re: Your mail server needs a patch")
    assert not is_delay_subject("Re: Your mail server needs a patch")
