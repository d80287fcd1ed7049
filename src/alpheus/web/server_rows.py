"""Servers in lists, in words: what a row of a table shows, made once and quickly.

A list has fifty rows and the console many readers: what is the same for many rows is said once for
each language, and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from alpheus.report.visible import visible
from alpheus.web import reason_words
from alpheus.web.access.roles import Permission, Person
from alpheus.web.listing import organisation_at
from alpheus.web.rendering import environment, said_in
from alpheus.web.words import Words, words

_KEPT = 4_096
_TAG = '{% from "parts.html" import tag with context %}{{ tag(kind, value) }}'


class Row(NamedTuple):
    """A server in a table. Of what is Markup, nothing is from outside but escaped."""

    id: int
    name: str
    address: str
    owner: str
    owner_at: str
    region: str
    why: str
    patch: Markup
    compromise: Markup
    work: Markup
    assignee: str
    seen: Markup
    due: Markup
    is_overdue: bool
    may_work: bool
    is_aside: bool


def rows(
    servers: Iterable[Mapping[str, Any]], language: Words, person: Person, now: str
) -> list[Row]:
    """Rows of a queue (`service_queue.Queue`) for somebody, as of `now` (ISO 8601 UTC)."""
    scope = person.scope(Permission.WORK)
    return [_row(one, language, scope, now) for one in servers]


def _row(one: Mapping[str, Any], language: Words, scope: frozenset[str] | None, now: str) -> Row:
    spoken, organisation = language.language, str(one["organisation"])
    address = str(one["address"])
    name = str(one["name"] or address or one["id"])
    return Row(
        int(one["id"]), name, "" if address == name else address,
        str(one["owner"] or organisation) if organisation else "",
        organisation_at(organisation) if organisation else "", str(one["region"]),
        "; ".join(reason_words.said(one["reasons"], language)),
        tag(spoken, "patch", one["patch"]), tag(spoken, "compromise", one["compromise"]),
        tag(spoken, "work", one["work"]), str(one["assignee"]), day(language, one["last_seen"]),
        day(language, one["due"]), bool(one["due"]) and one["due"] < now,
        scope is None or organisation in scope, bool(one["service"]),
    )  # fmt: skip


@lru_cache(_KEPT)
def tag(language: str, kind: str, value: str) -> Markup:
    """A state in words and colour, as the macro of `parts.html` makes it."""
    made = environment().from_string(_TAG)
    return Markup(made.render(kind=kind, value=value, **said_in(words(language))))  # noqa: S704


def day(language: Words, time: str) -> Markup:
    """The day of a time (ISO 8601 UTC), with the whole of it beside; '' for ''."""
    if not time:
        return Markup()
    whole = escape(visible(time))
    shown, moment = escape(language.day(time)), escape(visible(language.moment(time)))
    text = f'<time datetime="{whole}" title="{moment}">{shown}</time>'
    return Markup(text)  # noqa: S704 - all of it is escaped
