"""What an organisation is told of its own servers: whom a code lets in, and plain words.

A code opens only what its recipient was told of. It opens nothing where it was never sent, where
an intruder may have read it, or where the case is long over; which of these it is, is for the
sender to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from alpheus.cases.questions import OneOf, Question, of_tables
from alpheus.cases.schema import Derived
from alpheus.cases.states import ENDED, HEALTHY, Compromise, Patch
from alpheus.notify import history, store
from alpheus.notify.blocks import Marked, bare
from alpheus.notify.facts import Action, actions_of, condition_of, details_of, server_of, steps_of
from alpheus.notify.model import EventKind, Notice, Rung, Subject
from alpheus.notify.news import is_breached, later
from alpheus.notify.recipients import AGGREGATED
from alpheus.notify.status import NEVER_OUT
from alpheus.notify.wording import Language

CODE_DAYS = 90
"""So long after a notice went out, its code lets somebody in."""
USE_DAYS = 14
"""So long after it was used first, it does: time to answer, or to make an account."""
AFTER_END = 14
"""So many days after the end of all its cases, it does still."""

_OWN_RUNGS = frozenset({Rung.CONTACT, Rung.LETTER})
_MORE_STEPS = {
    "cleaned": ("rotate", "verify"),
    "mitigated": ("patch", "look-inside"),
    "check": ("look-inside",),
}
_ORDER = (
    "compromised", "re-infected", "reported", "suspicious", "regressed", "vulnerable", "mitigated",
    "cleaned", "unclear", "check", "well", "over",
)  # fmt: skip
URGENT = frozenset(_ORDER[:6])
"""Of these servers something is to be done today."""


class Uses(NamedTuple):
    """How often somebody came by a code, when first and last (ISO 8601 UTC), and its last day.

    `ended`: whoever came has an account in its place.
    """

    number: int = 0
    first: str = ""
    last: str = ""
    until: str = ""
    ended: bool = False


class Told(NamedTuple):
    """A server of a notice, and whose it is now; `server` is its number now, 0 where it is gone."""

    subject: Subject
    server: int
    is_theirs: bool


class Plain(NamedTuple):
    """A server in plain words.

    `condition` is one of those of `facts.CONDITIONS`, or `mitigated`, `cleaned`, `check`, `well`,
    `over`; `lead` says it in a sentence, '' where only the page does; `actions` are what to do.
    """

    server: int
    name: str
    place: str
    condition: str
    lead: str
    details: tuple[str, ...]
    actions: tuple[Action, ...]
    last_seen: str
    work: str


def organisation_of(notice: Notice) -> str:
    """The organisation that a notice lets see its servers; '' where only those of the notice are.

    Who carries a network, or holds its addresses, is not who owns all servers of its customer.
    """
    return notice.organisation if notice.recipient.rung in _OWN_RUNGS else ""


def is_about_others(notice: Notice) -> bool:
    """Whether its recipient was told of servers of others, to pass it on."""
    return notice.recipient.rung in AGGREGATED


def why_shut(connection: Connection, tables: Derived, notice: Notice, *, now: str) -> str:
    """Why the code of a notice lets nobody in, in a few words for the log; '' where it does."""
    standing = store.standing(connection, notice.id)
    if notice.reduced:
        return "its code was never sent"
    if standing.status in NEVER_OUT:
        return f"it is {standing.status}"
    if why := _why_over(uses_of(connection, notice), now):
        return why
    states = history.states_of(connection, tables, [one.anchor for one in notice.subjects])
    if notice.recipient.on_server and _is_read(connection, tables, notice, states):
        return "an intruder may read the mailbox that it went to"
    if all(_is_long_over(one, now) for one in states.values()):
        return "its cases are over"
    return ""


def _why_over(uses: Uses, now: str) -> str:
    if uses.ended:
        return "an account has taken its place"
    if uses.until < now:
        return "it was used first too long ago" if uses.first else "it is too old"
    return ""


def uses_of(connection: Connection, notice: Notice) -> Uses:
    """What is known of the uses of its code."""
    events = store.events_of(connection, notice.id)
    times = [one.time for one in events if one.kind is EventKind.CODE_USED]
    out = store.standing(connection, notice.id).handed_over or notice.made
    until = min([later(out, CODE_DAYS), *(later(one, USE_DAYS) for one in times[:1])])
    ended = any(one.kind is EventKind.CODE_ENDED for one in events)
    return Uses(len(times), next(iter(times), ""), next(reversed(times), ""), until, ended)


def _is_long_over(state: Mapping[str, Any], now: str) -> bool:
    return state["work"] in ENDED and later(str(state["work_since"]) or now, AFTER_END) < now


def _is_read(
    connection: Connection,
    tables: Derived,
    notice: Notice,
    states: Mapping[int, Mapping[str, Any]],
) -> bool:
    """Whether an intruder may read mail of the organisation now."""
    o = tables.organisations.c
    query = select(o.compromised).where(o.key == notice.organisation)
    found = connection.execute(query).scalar() if notice.organisation else 0
    return bool(found) or is_breached(states.values())


def told_in(connection: Connection, tables: Derived, notice: Notice) -> list[Told]:
    """The servers that the recipient of a notice was told of, each with whose it is now.

    A server that has come to another organisation since is theirs no more, whatever they were told
    of it: what is so of it now is not for them.
    """
    left_out = store.left_out_of(connection, notice.id)
    subjects = [one for one in notice.subjects if one.anchor not in left_out]
    rows = _owners(connection, tables, [one.anchor for one in subjects])
    found = []
    for one in subjects:
        server, organisation = rows.get(one.anchor, (0, ""))
        found.append(Told(one, server, bool(server) and organisation == one.organisation))
    return found


def _owners(
    connection: Connection, tables: Derived, anchors: Sequence[int]
) -> dict[int, tuple[int, str]]:
    """The server that an observation is of, and whose it is."""
    rows = _owner_of(tables).rows(connection, anchors=list(anchors)) if anchors else []
    return {row[0]: (row[1], row[2]) for row in rows}


@of_tables
def _owner_of(tables: Derived) -> Question:
    m, s = tables.members.c, tables.servers.c
    return Question(
        select(m.observation, s.id, s.organisation)
        .select_from(tables.members.join(tables.servers, s.id == m.server))
        .where(OneOf(m.observation, "anchors"))
    )


def condition_now(row: Mapping[str, Any]) -> str:
    """What is to be told of a server to its owner, one of `_ORDER`."""
    if row["work"] in ENDED:
        return "over"
    found = condition_of(_subject(row))
    return _of_others(str(row["patch"]), str(row["compromise"])) if found == "unclear" else found


def _of_others(patch: str, compromise: str) -> str:
    """What is to be told of a server that no notice would be about."""
    if compromise == Compromise.CLEANED:
        return "cleaned"
    if patch == Patch.MITIGATED:
        return "mitigated"
    if patch not in HEALTHY:
        return "unclear"
    unseen = compromise in {Compromise.UNKNOWN, Compromise.NOT_DETERMINABLE}
    return "check" if unseen else "well"


def plain(row: Mapping[str, Any], language: Language, *, today: str) -> Plain:
    """A server in plain words, by its row, which may have its detail read."""
    subject = _subject(row)
    condition = condition_now(row)
    server = server_of(subject, language, today)
    lead = ""
    if condition == server.condition:
        lead = bare(language.say(f"lead.own.{condition}.one", server=server.place))
    shown = condition not in {"over", "well"}
    details = tuple(bare(one) for one in details_of(server, language)) if shown else ()
    return Plain(
        int(row["id"]), subject.name or subject.address, server.place, condition, lead, details,
        _actions(condition, server.install, language), str(row["last_seen"]), str(row["work"]),
    )  # fmt: skip


def _actions(condition: str, install: Marked, language: Language) -> tuple[Action, ...]:
    if condition not in _MORE_STEPS:
        return tuple(actions_of(condition, install, language)) if steps_of(condition) else ()
    steps = (language.step(name, install=install) for name in _MORE_STEPS[condition])
    return tuple(
        Action(name, text, detail, main=True)
        for name, (text, detail) in zip(_MORE_STEPS[condition], steps, strict=True)
    )


def ordered(every: Iterable[Plain]) -> list[Plain]:
    """The worst first."""
    return sorted(every, key=lambda one: (_ORDER.index(one.condition), one.name))


def _subject(row: Mapping[str, Any]) -> Subject:
    detail = row.get("detail")
    return Subject(
        server=row["id"], anchor=row["id"], name=row["name"], address=row["address"],
        port=0, product=row["product"], build=row["build"], patch=row["patch"],
        patch_since=row["patch_since"], compromise=row["compromise"],
        compromise_since=row["compromise_since"], stage=getattr(detail, "stage", ""),
        last_seen=row["last_seen"], organisation="",
    )  # fmt: skip
