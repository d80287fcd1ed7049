"""What came back."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.notify.bounces import Fate, Kind, digest_of, read_report
from alpheus.notify.tokens import Match
from bounce_samples import SAMPLES, WHO, nested, report
from mail_samples import TOKENS


@pytest.mark.parametrize("name", SAMPLES)
def test_each_form_is_understood(name: str) -> None:
    """What it is, and the number that says why; whatever the server's language."""
    make, kind, status = SAMPLES[name]
    found = read_report(make(), name)
    assert (found.kind.value, found.place) == (kind, name)
    assert found.fate(WHO).kind.value == kind
    assert found.fate(WHO).status == status


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "human without thread"])
def test_each_form_leads_to_its_notice(name: str) -> None:
    """By the address it came to, the envelope's number, or the Message-ID."""
    found = read_report(SAMPLES[name][0]())
    proved = {TOKENS.match(claim) for claim in found.claims if claim.reference == "A-4F7K2Q"}
    assert proved & {Match.ENVELOPE, Match.MESSAGE_ID}


def test_a_reference_without_a_token_is_only_mentioned() -> None:
    """It helps a person, and proves nothing."""
    found = read_report(SAMPLES["human without thread"][0]())
    assert (found.claims, found.mentioned) == ((), ("A-4F7K2Q",))


LINES = {
    "postfix": f"{WHO} at mx.school.example: there is no such mailbox: 550 5.1.1 <{WHO}>: "
    "Recipient address rejected: User unknown",
    "postfix gave up": f"{WHO} at mail.cert.example: given up after trying: the recipient's server "
    "does not answer (4.4.1): connect to mx.school.example[192.0.2.9]:25: Connection timed out",
    "exim": f"{WHO}: 550 no such mailbox here",
    "qmail": f"{WHO}: there is no such mailbox: Sorry, no mailbox here by that name. (#5.1.1)",
    "old exchange": f"{WHO}: {WHO} Le compte n'existe pas.",
}


@pytest.mark.parametrize(("name", "line"), LINES.items())
def test_the_reason_is_one_line_for_people(name: str, line: str) -> None:
    """Who, where, why in words, and what the server itself said."""
    assert read_report(SAMPLES[name][0]()).fate(WHO).reason == line


def test_whom_a_report_is_about() -> None:
    """Ours decides; without it, the best of the others, since one of a list may have left."""
    found = read_report(SAMPLES["expanded"][0]())
    assert found.fate(WHO).kind is Kind.EXPANDED
    assert found.fate("old@school.example").kind is Kind.FAILED
    assert found.fate("other@school.example").kind is Kind.EXPANDED


def test_a_report_that_somebody_attaches_is_their_letter() -> None:
    """A person asks what the report in the attachment means: that is an answer, not a report."""
    inside = SAMPLES["postfix"][0]().replace(b"B.1/x", b"other")
    content = (
        b"From: Kim Doe <kim@school.example>\r\nSubject: what is this?\r\n"
        b'Content-Type: multipart/mixed; boundary="o"\r\n\r\n--o\r\n\r\nSee below.\r\n'
        b"--o\r\nContent-Type: message/rfc822\r\n\r\n" + inside + b"\r\n--o--\r\n"
    )
    assert read_report(content).kind is Kind.ANSWERED


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "kind"),
    [
        ("FAILED", "5.1.1", "", Kind.FAILED),
        ("failed (bad destination)", "5.0.0", "smtp; 550 5.2.1 off", Kind.FAILED),
        ("", "5.1.1", "", Kind.FAILED),
        ("", "4.2.2", "", Kind.DELAYED),
        ("", "2.1.5", "", Kind.DELIVERED),
        ("", "", "smtp; 550 no", Kind.FAILED),
        ("", "", "smtp; 451 later", Kind.DELAYED),
        ("fehlgeschlagen", "", "", Kind.DELAYED),
    ],
)
def test_the_action_decides_and_then_the_numbers(
    action: str, status: str, diagnostic: str, kind: Kind
) -> None:
    """What has neither is not taken for a failure."""
    fields = (
        f"Reporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; {WHO}\nAction: {action}\n"
        f"Status: {status}\nDiagnostic-Code: {diagnostic}\n"
    )
    assert read_report(report(fields)).kind is kind


def test_many_recipients_of_a_report_are_bounded() -> None:
    """A report about ten thousand addresses is read for the first fifty."""
    group = f"\nFinal-Recipient: rfc822; {WHO}\nAction: failed\nStatus: 5.1.1\n"
    found = read_report(report("Reporting-MTA: dns; x.example\n" + group * 10_000))
    assert len(found.fates) <= 50


def test_the_digest_is_that_of_the_content() -> None:
    """The same report is the same, whichever way its lines end."""
    content = SAMPLES["qmail"][0]()
    assert digest_of(content) == digest_of(content.replace(b"\r\n", b"\n") + b"\n\n")
    assert digest_of(content) != digest_of(content + b"x")


@pytest.mark.parametrize("subject", ["Automatic reply: x", "Out of Office", "自動応答: x",
                                     "Respuesta automática: x", "Réponse automatique : x",
                                     "Автоматический ответ: x"])  # fmt: skip
def test_subjects_of_automatic_answers(subject: str) -> None:
    """For servers that set no header at all."""
    content = f"From: kim@school.example\nSubject: {subject}\n\nAway.\n".encode()
    assert read_report(content).kind is Kind.AUTOMATIC


def test_what_has_no_headers_is_unreadable() -> None:
    """A person looks at it."""
    assert read_report(b"").kind is Kind.UNREADABLE
    assert read_report(b"\xff\xfe\0\0").kind is Kind.UNREADABLE
    for content in (b"root:x:0:0:root:/root:/bin/sh\n", b"sender:\n  name: Kim\nsmtp:\n"):
        assert read_report(content).kind is Kind.UNREADABLE


def test_reasons_carry_no_control_characters() -> None:
    """What a server says is shown to people on terminals."""
    fate = Fate(Kind.FAILED, "a@b.example", text="x\x1b[31m\r\nBcc: y\u202ez")
    assert fate.reason.isprintable()


@given(st.binary(max_size=2000))
def test_any_bytes_are_some_kind_of_message(content: bytes) -> None:
    """The reader never raises."""
    assert read_report(content).kind in Kind


@settings(max_examples=150)
@given(st.sampled_from(sorted(SAMPLES)), st.integers(0, 2**32), st.integers(1, 40))
def test_broken_reports_are_read_as_far_as_they_go(name: str, seed: int, wounds: int) -> None:
    """Bytes changed, cut out and doubled anywhere: no error, and no claim that is not true."""
    chance = random.Random(seed)
    content = bytearray(SAMPLES[name][0]())
    for _ in range(wounds):
        at = chance.randrange(len(content))
        match chance.randrange(3):
            case 0:
                content[at] = chance.randrange(256)
            case 1:
                del content[at : at + chance.randrange(60)]
            case _:
                content[at:at] = content[at : at + chance.randrange(60)]
        content = content or bytearray(b"x")
    found = read_report(bytes(content))
    assert found.kind in Kind
    for claim in found.claims:
        assert TOKENS.match(claim) is None or claim.reference == "A-4F7K2Q"


@pytest.mark.parametrize(
    "content",
    [
        nested(1000, "message") + b"a" * 1_000_000,
        nested(1000, "multipart") + b"x\r\n" * 300_000,
        b"Return-Path: <>\r\nFrom: postmaster@x.example\r\n\r\n" + b"<a@" * 600_000,
        b"Return-Path: <>\r\nFrom: postmaster@x.example\r\n\r\n" + b"5.1." * 500_000,
        b"From: " + b"mail " * 20_000 + b"\r\nSubject: " + b"a-" * 40_000 + b"\r\n\r\n",
        b"Subject: x\r\n\r\n" + b"A-A-" * 500_000,
        b"Subject: x\r\n\r\n" + (b"A-AAAAAA." + b"a" * 16 + b" ") * 70_000,
        b"Subject: x\r\n\r\n" + b"-" * 2_000_000,
        b"From: postmaster@x.example\r\nContent-Type: text/html\r\n\r\n" + b"<" * 2_000_000,
        SAMPLES["postfix"][0]() * 1500,
    ],
    ids=range(10),
)
def test_nothing_takes_long(content: bytes) -> None:
    """A hostile message costs no more than its bytes."""
    begun = time.process_time()
    read_report(content)
    assert time.process_time() - begun < 5
