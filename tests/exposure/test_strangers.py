"""Answers that show nothing of Exchange."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alpheus.exposure.model import Answer, Conversation, Endpoint, ProbeKind, Status
from alpheus.exposure.read_answer import (
    ABSENT,
    DEFAULT_PAGE,
    REFUSED,
    SIGN_ON_PAGE,
    TO_HTTPS,
    TRUNCATED,
    UNKNOWN_GATEWAY,
    WINDOWS_SIGN_ON,
)
from alpheus.exposure.strangers import Verdict, judge

ADDRESS, NAME = "192.0.2.7", "mail.example.com"


def _answer(status: int = 404, host: str = ADDRESS, **more: object) -> Answer:
    return replace(Answer(ProbeKind.OWA, host, status), **more)  # type: ignore[arg-type]


def _ews(answer: Answer) -> Answer:
    return replace(answer, probe=ProbeKind.EWS)


def _judge(*front: Answer, beside: tuple[Answer, ...] = ()) -> Verdict:
    return judge(front, Conversation(Endpoint(ADDRESS, ADDRESS, 443), [*front, *beside]))


def test_a_gateway_shields() -> None:
    """The verdict names it, and where it sends."""
    sent = _answer(302, gateway="Microsoft ADFS", redirect="sts.example.com")
    verdict = _judge(sent, _ews(sent))
    assert (verdict.status, verdict.exchange) == (Status.SHIELDED, None)
    assert "Microsoft ADFS" in verdict.reason
    assert "sts.example.com" in verdict.reason
    assert "sts.example.com" not in verdict.why


def test_a_known_gateway_is_named_before_an_unknown_one() -> None:
    """The unknown one is flagged."""
    unknown = _answer(403, gateway=UNKNOWN_GATEWAY)
    assert "F5" in _judge(unknown, _ews(_answer(302, gateway="F5 BIG-IP APM"))).reason
    assert _judge(unknown).flags == ("gateway-unknown",)


@pytest.mark.parametrize("software", ["nginx", "Microsoft-IIS/10.0", ""])
def test_404_under_the_bare_address_says_nothing(software: str) -> None:
    """Another name may hold Exchange."""
    answer = _answer(hints=(ABSENT,), software=software)
    verdict = _judge(answer, _ews(answer))
    assert (verdict.status, verdict.exchange) == (Status.SHIELDED, None)
    assert "bare address" in verdict.reason
    assert verdict.why


@pytest.mark.parametrize(
    ("software", "confidence"), [("nginx", "medium"), ("Microsoft-IIS/10.0", "low"), ("", "low")]
)
def test_404_under_its_name_is_no_exchange(software: str, confidence: str) -> None:
    """If neither OWA nor the web services are there; how sure depends on what says so."""
    answer = _answer(host=NAME, hints=(ABSENT,), software=software)
    verdict = _judge(_answer(hints=(ABSENT,)), answer, _ews(answer))
    assert (verdict.status, verdict.exchange) == (Status.NOT_EXCHANGE, False)
    assert verdict.confidence == confidence
    assert "ActiveSync" in verdict.reason
    assert _judge(answer).exchange is None


def test_a_page_of_its_own_is_no_exchange() -> None:
    """It says what it is; surer under a name, and where both paths say so."""
    page = _answer(200, other="a page titled x")
    assert _judge(page).confidence == "low"
    named = replace(page, host=NAME)
    assert _judge(named).confidence == "medium"
    verdict = _judge(named, _ews(_answer(host=NAME, hints=(ABSENT,))))
    assert (verdict.exchange, verdict.confidence) == (False, "high")
    assert verdict.reason == "it is a page titled x"


def test_a_name_that_answers_clears_the_refusal_of_the_address() -> None:
    """403 to the bare address is what many servers of many names do."""
    refused = _answer(403, gateway=UNKNOWN_GATEWAY)
    page = _answer(200, host=NAME, other="a page titled x")
    assert _judge(refused, page, _ews(page)).exchange is False
    known = replace(refused, gateway="Cloudflare")
    assert _judge(known, page, _ews(page)).status is Status.SHIELDED


def test_web_services_that_alone_ask_for_windows_are_exchange() -> None:
    """IIS without Exchange answers both paths alike."""
    locked = _answer(401, hints=(REFUSED, WINDOWS_SIGN_ON))
    verdict = _judge(_answer(hints=(ABSENT,)), _ews(locked))
    assert (verdict.status, verdict.exchange) == (Status.BUILD_UNKNOWN, True)
    both = _judge(locked, _ews(locked))
    assert (both.status, both.exchange) == (Status.SHIELDED, None)
    assert "Windows" in both.reason


def test_the_mail_server_beside_it_keeps_it_open() -> None:
    """An SMTP banner of Exchange means that these pages are not all there is."""
    page = _answer(200, host=NAME, other="a page titled x")
    banner = Answer(ProbeKind.SMTP, ADDRESS, 220, signs=("SMTP banner of Exchange",))
    assert _judge(page, _ews(page), beside=(banner,)).exchange is None


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (_answer(302, redirect="outlook.office365.com"), "outlook.office365.com"),
        (_answer(302, redirect="b.example.com"), "b.example.com"),
        (_answer(301, hints=(TO_HTTPS,)), "HTTPS"),
        (_answer(302, hints=(SIGN_ON_PAGE,)), "another page"),
        (_answer(200, hints=(DEFAULT_PAGE,), software="nginx"), "default or empty page of nginx"),
        (_answer(400, software="Microsoft-HTTPAPI/2.0"), "HTTP 400 of Microsoft-HTTPAPI/2.0"),
        (_answer(500), "HTTP 500"),
    ],
)
def test_what_leaves_it_open_is_said(answer: Answer, word: str) -> None:
    """No verdict, but a reason, and what would settle it."""
    verdict = _judge(answer)
    assert (verdict.status, verdict.exchange) == (Status.SHIELDED, None)
    assert word in verdict.reason
    assert ":" in verdict.why


def test_the_way_to_the_cloud_does_not_clear_the_address() -> None:
    """Where mail is read says nothing of what else runs here."""
    verdict = _judge(_answer(302, redirect="outlook.office365.com"))
    assert verdict.exchange is None
    assert verdict.flags == ("cloud-redirect",)


def test_pages_without_end_are_broken() -> None:
    """Only a whole answer says something."""
    verdict = _judge(_answer(200, host=NAME, hints=(TRUNCATED,)))
    assert (verdict.status, verdict.exchange) == (Status.BROKEN, None)
