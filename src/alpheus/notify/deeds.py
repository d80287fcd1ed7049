"""What notices do to cases: servers are taken down as notified and as acknowledged."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection, insert

from alpheus.cases.acts import ActKind
from alpheus.cases.derived_store import current, server_of
from alpheus.cases.schema import acts
from alpheus.cases.service_acts import Asked, do_to
from alpheus.errors import DatabaseError
from alpheus.notify import history, store
from alpheus.notify.mail_headers import one_line
from alpheus.notify.model import Event, EventKind, Notice, Status
from alpheus.notify.news import situation_of
from alpheus.notify.status import OUT, TOLD, Standing

MAIL_SYSTEM = "mail system"
"""Who says that a mail came back."""

_LONGEST = 300


def still_so(connection: Connection, place: str, notice: Notice) -> Notice | None:
    """A notice about those of its servers of which it is still true, and all there is to say.

    None where there are none. It stays reduced where it was.
    """
    tables, _ = current(connection, place)
    facts = history.facts_in(connection, [notice.id])[notice.id]
    states = history.states_of(connection, tables, (one.anchor for one in notice.subjects))
    subjects = history.still_so(notice, facts, states)
    if not subjects or len(subjects) == len(notice.subjects):
        return notice if subjects else None
    situation = situation_of(facts[one.anchor] for one in subjects)
    return msgspec.structs.replace(notice, subjects=subjects, situation=situation)


def take_down(
    connection: Connection,
    place: str,
    notice: Notice,
    event: Event,
    *,
    was: Standing,
    now_is: Standing,
    who: str,
    now: str,
) -> None:
    """Say on its servers what a notice has come to; those whose case has ended are left alone.

    A notice that came back is taken down as well: whoever was told by nothing else is untold again.
    """
    out = was.status not in TOLD and now_is.status in OUT
    known = was.status is not now_is.status and now_is.status is Status.ACKNOWLEDGED
    failed = was.status in OUT and now_is.status is Status.FAILED
    if not (out or known or failed):
        return
    to = notice.recipient
    if failed:
        kind, why = ActKind.UNREACHED, _failure(event)
        who = MAIL_SYSTEM if event.kind is EventKind.BOUNCED else who
    elif known:
        kind, why = ActKind.ACKNOWLEDGED, "the notice was acknowledged"
    else:
        kind, why = ActKind.NOTIFIED, f"{to.channel} to the {to.rung}"
    asked = Asked(kind, who, why, f"notice {notice.reference}", when=now, now=now)
    left_out = store.left_out_of(connection, notice.id)
    anchors = [one.anchor for one in notice.subjects if one.anchor not in left_out]
    _do(connection, place, anchors, asked)


def _failure(event: Event) -> str:
    """What the mail system said, without where its report lies."""
    said = event.detail.partition("; in ")[0] if event.kind is EventKind.BOUNCED else event.detail
    return one_line(f"it came back: {said}" if said else "it came back")[:_LONGEST]


def _do(connection: Connection, place: str, anchors: Collection[int], asked: Asked) -> None:
    try:
        tables, found = current(connection, place)
    except DatabaseError:
        # A newer program has not made its tables yet; what it makes them of is kept all the same.
        for anchor in anchors:
            connection.execute(insert(acts).values(
                time=asked.when, recorded=asked.now, who=asked.who, kind=asked.kind.value,
                anchor=anchor, why=asked.why, evidence=asked.evidence, detail="{}",
            ))  # fmt: skip
        return
    servers = {
        one for anchor in anchors if (one := server_of(connection, tables, anchor)) is not None
    }
    if servers:  # those whose case has ended, or where somebody is further, refuse it
        do_to(connection, tables, found, sorted(servers), asked=asked, now=asked.now)
