"""Rows of lists say what they show in words, and nothing from outside acts."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from alpheus.cases.priority import Reason
from alpheus.web.access.roles import Grant, Person, Role
from alpheus.web.rendering import environment, said_in
from alpheus.web.server_rows import day, rows, tag
from alpheus.web.words import words

HOSTILE = '<script>alert(1)</script>"\u202e\x1b'
NOW = "2021-03-12T09:00:00Z"


def _server(**more: Any) -> dict[str, Any]:
    return {
        "id": 7, "name": "mail.a.example", "organisation": "a.example", "owner": "A", "region": "",
        "address": "192.0.2.1", "patch": "vulnerable", "compromise": "unknown", "work": "new",
        "assignee": "", "last_seen": "2021-03-10T00:00:00Z", "due": "", "reasons": (), "service": 0,
        **more,
    }  # fmt: skip


def _row(person: Person | None = None, **more: Any) -> Any:
    somebody = person or Person(1, "mia", (Grant(Role.ANALYST),))
    return rows([_server(**more)], words("en"), somebody, NOW)[0]


def test_a_row_in_words() -> None:
    """A server without a name goes by its address, one without an owner by nothing."""
    row = _row(reasons=(Reason(9, "a bank"),))
    assert (row.name, row.address, row.owner, row.why) == ("mail.a.example", "192.0.2.1", "A",
                                                           "a bank")  # fmt: skip
    assert row.owner_at == "/organisations/a.example"
    bare = _row(name="", organisation="")
    assert (bare.name, bare.address, bare.owner, bare.owner_at) == ("192.0.2.1", "", "", "")
    assert _row(name="", address="").name == "7"


def test_what_is_no_server_by_itself() -> None:
    """Is marked: it stands in the list and is not counted."""
    assert not _row().is_aside
    assert _row(service=1).is_aside


def test_who_may_work_on_it() -> None:
    """In its organisation, or everywhere; what has no owner is for those with a role for all."""
    inside = Person(1, "mia", (Grant(Role.ANALYST, "a.example"), Grant(Role.VIEWER)))
    assert _row(inside).may_work
    assert not _row(inside, organisation="").may_work
    assert not _row(Person(1, "mia", (Grant(Role.VIEWER),))).may_work
    assert _row(organisation="").may_work


def test_what_is_due() -> None:
    """Is overdue once its time is over."""
    assert not _row().is_overdue
    assert _row(due="2021-03-12T08:59:59Z").is_overdue
    assert not _row(due="2021-03-12T09:00:00Z").is_overdue


def test_the_tag_is_that_of_all_pages() -> None:
    """In each language."""
    text = '{% from "parts.html" import tag with context %}{{ tag("patch", "fixed") }}'
    for language in ("en", "de"):
        assert tag(language, "patch", "fixed") == environment().from_string(text).render(
            **said_in(language)
        )


def test_hostile_text_is_inert() -> None:
    """In every field that comes from outside."""
    texts = ("name", "owner", "region", "address", "patch", "compromise", "work", "assignee",
             "last_seen", "due")  # fmt: skip
    row = _row(**dict.fromkeys(texts, HOSTILE), reasons=(Reason(1, HOSTILE),))
    shown = environment().from_string("{% for one in row %}{{ one }}\n{% endfor %}")
    text = shown.render(row=row)
    assert "<script" not in text
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert day(words("en"), "") == Markup()
