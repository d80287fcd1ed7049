"""What can be done to many servers at once: which fields each asks for, and what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from alpheus.cases.acts import ActKind, Closing
from alpheus.cases.service_acts import Asked
from alpheus.errors import RefusedError, UsageError
from alpheus.web import labels
from alpheus.web.listing import Address, servers_at

MOST_CHOSEN = 1_000
"""Servers that can be named one by one."""

_LONGEST = 4_000


class Deed(NamedTuple):
    """Something that can be done: its title, what happens, and what will have happened (English).

    `fields` are asked for in this order, of which `needs` must not be empty.
    """

    kind: ActKind
    title: str
    one: str
    many: str
    done_one: str
    done_many: str
    fields: tuple[str, ...]
    needs: frozenset[str]
    danger: bool = False


DEEDS = (
    Deed(ActKind.ASSIGNED, "Assign", "%(number)s server will be assigned to %(to)s.",
         "%(number)s servers will be assigned to %(to)s.", "%(number)s server was assigned.",
         "%(number)s servers were assigned.", ("to", "why"), frozenset({"to"})),
    Deed(ActKind.NOTE, "Write a note", "%(number)s server will get this note.",
         "%(number)s servers will get this note.", "%(number)s server got the note.",
         "%(number)s servers got the note.", ("why",), frozenset({"why"})),
    Deed(ActKind.NOTIFIED, "Take down that the owner was told",
         "%(number)s server will be taken down as notified.",
         "%(number)s servers will be taken down as notified.",
         "%(number)s server was taken down as notified.",
         "%(number)s servers were taken down as notified.", ("when", "why"), frozenset({"why"})),
    Deed(ActKind.CLOSED, "Close the cases", "%(number)s case will be closed.",
         "%(number)s cases will be closed.", "%(number)s case was closed.",
         "%(number)s cases were closed.", ("to", "why"), frozenset({"to", "why"}), danger=True),
    Deed(ActKind.FALSE_POSITIVE, "Take down as false positives",
         "%(number)s server will be taken down as a false positive.",
         "%(number)s servers will be taken down as false positives.",
         "%(number)s server was taken down as a false positive.",
         "%(number)s servers were taken down as false positives.", ("until", "why"),
         frozenset({"until", "why"}), danger=True),
    Deed(ActKind.REOPENED, "Open the cases again", "%(number)s case will be opened again.",
         "%(number)s cases will be opened again.", "%(number)s case was opened again.",
         "%(number)s cases were opened again.", ("why",), frozenset({"why"})),
)  # fmt: skip
BY_KIND = {one.kind.value: one for one in DEEDS}
ENDINGS = tuple(one.value for one in Closing)


@dataclass(frozen=True, slots=True)
class Form:
    """What was chosen and typed. `servers` are numbers, or '' for all that fit `query`."""

    kind: str = ""
    query: str = ""
    servers: str = ""
    every: str = ""
    to: str = ""
    why: str = ""
    until: str = ""
    when: str = ""
    code: str = ""
    csrf: str = ""

    @property
    def deed(self) -> Deed:
        """What is to be done. Raises UsageError for what cannot be."""
        found = BY_KIND.get(self.kind)
        if found is None:
            raise UsageError("choose what is to be done")
        return found

    @property
    def address(self) -> Address:
        """The list that it was chosen from. Raises UsageError."""
        return servers_at(self.query)

    @property
    def numbers(self) -> tuple[int, ...] | None:
        """The servers that were chosen; None for all that fit. Raises UsageError."""
        if self.every:
            return None
        found = tuple(dict.fromkeys(numbers_in(self.servers.split())))
        if not found:
            raise UsageError("choose servers, or all that fit")
        return found

    @property
    def asked(self) -> Asked:
        """What the services are asked for. Raises RefusedError, UsageError."""
        deed = self.deed
        said = {name: str(getattr(self, name)).strip()[:_LONGEST] for name in deed.fields}
        if missing := [name for name in deed.fields if name in deed.needs and not said[name]]:
            raise RefusedError(MISSING[missing[0]])
        if deed.kind is ActKind.CLOSED and said["to"] not in ENDINGS:
            raise RefusedError(MISSING["to"])
        return Asked(
            deed.kind, "", said["why"], to=said.get("to", ""),
            until=day_in(said.get("until", ""), "T23:59:59Z"),
            when=day_in(said.get("when", ""), "T00:00:00Z"),
        )  # fmt: skip


MISSING = {
    "to": "say to whom, or how it ends",
    "why": "say why; it is kept with each server",
    "until": "say until when: a false positive is looked at again",
}
"""What is said where something is missing."""


def numbers_in(texts: list[str]) -> Iterator[int]:
    """Numbers of servers. Raises UsageError for what is none, and where they are too many."""
    if len(texts) > MOST_CHOSEN:
        raise UsageError(f"choose at most {MOST_CHOSEN} servers one by one, or all that fit")
    for text in texts:
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise UsageError("this is no number of a server")
        yield int(text)


def day_in(text: str, time: str) -> str:
    """The beginning or the end of a day in UTC; '' for ''. Raises RefusedError."""
    if not text:
        return ""
    try:
        return f"{date.fromisoformat(text).isoformat()}{time}"
    except ValueError:
        raise RefusedError("write a day as 2021-03-12") from None


def texts() -> Iterator[str]:
    """Every text, for those who translate; of those that count, the first form."""
    for one in DEEDS:
        yield from (one.title, one.one, one.done_one)
    yield from MISSING.values()
    for name in ENDINGS:
        yield labels.CLOSING[name].text


def values(form: Form) -> Mapping[str, str]:
    """What a form carries on, by the names of its fields."""
    names = ("kind", "query", "servers", "every", "to", "why", "until", "when")
    return {name: getattr(form, name) for name in names}
