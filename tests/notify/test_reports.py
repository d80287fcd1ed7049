"""What came back, applied to notices."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from alpheus.cases.database import Database
from alpheus.notify.bounces import read_report
from alpheus.notify.model import EventKind, Notice, Status
from alpheus.notify.reports import Applied, Tally, apply_reports
from alpheus.notify.send import tokens_of
from alpheus.notify.tokens import Match, Tokens
from bounce_samples import SAMPLES, WHO
from cases_filling import seen
from exposure_runs import OPEN
from mail_samples import TOKENS
from notices_filling import Country, contact


@pytest.fixture
def country(database: Database) -> Country:
    """Two notices that were handed over, and one that waits."""
    found = Country(database, {n: [contact(f"it@one{n}.example")] for n in (1, 2, 3)})
    found.sees(*(seen(n, OPEN, 1) for n in (1, 2)))
    found.tell()
    found.sees(seen(3, OPEN, 1))
    found.plan()
    return found


def notices(country: Country) -> list[Notice]:
    """All of them, in order."""
    return list(country.notices.notices())


def about(name: str, notice: Notice, tokens: Tokens) -> bytes:
    """A sample, about another notice than the one that it was written for."""
    content = SAMPLES[name][0]()
    for of in (Tokens.envelope_number, lambda t, r: t.message_id("cert.example", r)):
        content = content.replace(
            of(TOKENS, "A-4F7K2Q").encode(), of(tokens, notice.reference).encode()
        )
    for mentioned in (b"A-4F7K2Q", b"A-4f7k2q"):
        content = content.replace(mentioned, notice.reference.encode())
    return content.replace(WHO.encode(), notice.recipient.address.encode())


def applied(
    country: Country, *contents: bytes, dry_run: bool = False
) -> tuple[list[Applied], Tally]:
    """What was done with messages."""
    told: list[Applied] = []
    reports = [read_report(each, f"inbox, message {n}") for n, each in enumerate(contents, 1)]
    tally = apply_reports(country.notices, reports, who="kim", tell=told.append, dry_run=dry_run)
    return told, tally


EXPECTED = {
    "postfix": (EventKind.BOUNCED, Status.FAILED),
    "postfix gave up": (EventKind.BOUNCED, Status.FAILED),
    "postfix delay": (EventKind.DELAYED, Status.DELAYED),
    "exim": (EventKind.BOUNCED, Status.FAILED),
    "delivered": (EventKind.DELIVERED, Status.DELIVERED),
    "relayed": (None, Status.SENT),
    "expanded": (EventKind.DELIVERED, Status.DELIVERED),
    "out of office": (EventKind.AUTOMATIC_ANSWER, Status.DELIVERED),
    "human": (EventKind.ANSWERED, Status.DELIVERED),
    "read": (EventKind.DELIVERED, Status.DELIVERED),
    "complaint": (None, Status.SENT),
    "copy": (None, Status.SENT),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_report_changes_the_notice_that_it_proves(name: str, country: Country) -> None:
    """And no other; the event says why, where the report lies, and by what it was matched."""
    first, second, _ = notices(country)
    (told,), tally = applied(country, about(name, first, tokens_of(country.notices)))
    event, status = EXPECTED[name]
    assert (told.event, told.reference) == (event, first.reference)
    assert told.by is not None
    assert country.notices.status_of(first) is status
    assert country.notices.status_of(second) is Status.SENT
    assert (tally.read, tally.applied, tally.unmatched) == (1, event is not None, 0)
    if event is not None:
        detail = country.notices.events(first)[-1].detail
        assert "in inbox, message 1; matched by " in detail
        assert detail.isprintable()


def test_the_reason_is_kept_with_the_event(country: Country) -> None:
    """Who looks at the notice reads why it failed."""
    first = notices(country)[0]
    applied(country, about("qmail", first, tokens_of(country.notices)))
    detail = country.notices.events(first)[-1].detail
    assert detail.startswith("it@one1.example: there is no such mailbox: Sorry, no mailbox")


def test_a_report_is_applied_once(country: Country) -> None:
    """The same mailbox read again, or the same report twice in it, adds nothing."""
    first = notices(country)[0]
    content = about("postfix delay", first, tokens_of(country.notices))
    _, tally = applied(country, content, content)
    assert (tally.applied, tally.known) == (1, 1)
    before = country.notices.events(first)
    _, tally = applied(country, content)
    assert (tally.applied, tally.known) == (0, 1)
    assert country.notices.events(first) == before


FORGERIES: dict[str, Callable[[Country, Notice], bytes]] = {
    "a token of another database": lambda country, notice: about("postfix", notice, TOKENS),
    "a token of another notice": lambda country, notice: about(
        "postfix", notices(country)[1], tokens_of(country.notices)
    ).replace(notices(country)[1].reference.encode(), notice.reference.encode()),
    "a token that is guessed": lambda country, notice: about("postfix", notice, TOKENS).replace(
        TOKENS.envelope_number(notice.reference).encode(),
        f"{notice.reference}.{'a' * 16}".encode(),
    ),
    "a reference without a token": lambda country, notice: (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nSubject: failed {notice.reference}\n"
        f"X-Failed-Recipients: {notice.recipient.address}\n\n550 5.1.1 no\n"
    ).encode(),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_report_changes_nothing(forgery: str, country: Country) -> None:
    """It is shown with why it was not believed."""
    first = notices(country)[0]
    before = [country.notices.events(each) for each in notices(country)]
    (told,), tally = applied(country, FORGERIES[forgery](country, first))
    assert (told.event, told.by) == (None, None)
    assert told.why
    assert (tally.applied, tally.unmatched) == (0, 1)
    assert [country.notices.events(each) for each in notices(country)] == before


def test_a_report_about_what_was_never_sent_changes_nothing(country: Country) -> None:
    """Though its token is right: somebody has seen the database, or a test was sent by hand."""
    waiting = notices(country)[2]
    tokens = tokens_of(country.notices)
    (told,), _ = applied(country, about("postfix", waiting, tokens))
    assert told.event is None
    assert "nothing was sent" in told.why
    assert country.notices.status_of(waiting) is Status.PLANNED
    absent = about("postfix", waiting, tokens).replace(
        tokens.envelope_number(waiting.reference).encode(),
        tokens.envelope_number("A-ZZZZZZ").encode(),
    ).replace(
        tokens.message_id("cert.example", waiting.reference).encode(),
        tokens.message_id("cert.example", "A-ZZZZZZ").encode(),
    )  # fmt: skip
    (told,), _ = applied(country, absent)
    assert (told.event, told.why) == (None, "there is no such notice")


def test_an_uncertain_notice_is_settled_by_a_report(country: Country) -> None:
    """A report with its token shows that it went out: bounced, or passed on."""
    tokens = tokens_of(country.notices)
    country.approve()
    (notice,) = country.notices.due()
    assert country.notices.claim(notice, who="sender")
    (told,), _ = applied(country, about("relayed", notice, tokens))
    assert told.event is EventKind.HANDED_OVER
    assert country.notices.status_of(notice) is Status.SENT


def test_answers_of_people_are_shown_with_where_they_lie(country: Country) -> None:
    """Whether they can be matched or not; so are complaints and what cannot be read."""
    first = notices(country)[0]
    tokens = tokens_of(country.notices)
    told, _ = applied(
        country, about("human", first, tokens), about("human without thread", first, tokens),
        about("complaint", first, tokens), b"", about("ticket", first, tokens),
    )  # fmt: skip
    assert [each.for_a_person for each in told] == [True, True, True, True, False]
    assert told[0].by is Match.MESSAGE_ID
    assert told[1].reference == first.reference
    assert told[1].by is None
    assert country.notices.status().answered == (first.reference,)


def test_a_loop_of_answers_is_cut(country: Country) -> None:
    """Two hundred different automatic answers add fifty events, and no work without end."""
    first = notices(country)[0]
    content = about("out of office", first, tokens_of(country.notices))
    _, tally = applied(country, *(content + b"%d\r\n" % number for number in range(60)))
    assert tally.applied == 50
    assert len(country.notices.events(first)) == 4 + 50


def test_what_others_write_is_no_mark_of_ours(country: Country) -> None:
    """A subject cannot say that a report was taken down already."""
    first = notices(country)[0]
    tokens = tokens_of(country.notices)
    true = about("postfix", first, tokens)
    mark = read_report(true).digest[:16]
    lie = about("human", first, tokens).replace(b"Subject: ", b"Subject: [report %s] " %
                                                mark.encode())  # fmt: skip
    _, tally = applied(country, lie, true)
    assert tally.applied == 2


def test_a_dry_run_only_tells(country: Country) -> None:
    """What would be done, and nothing is."""
    first = notices(country)[0]
    content = about("postfix", first, tokens_of(country.notices))
    (told,), _ = applied(country, content, dry_run=True)
    assert told.event is EventKind.BOUNCED
    assert country.notices.status_of(first) is Status.SENT
