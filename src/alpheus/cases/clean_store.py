"""Rows of clean-ups, read and added. Nothing here asks whether it is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

from alpheus.cases.clean_files import Verified
from alpheus.cases.clean_progress import Mark, Marked
from alpheus.cases.clean_schema import plan_marks, plans, verifications
from alpheus.cases.questions import Question, of_tables
from alpheus.cases.schema import Derived
from alpheus.errors import DatabaseError
from alpheus.respond.model import Plan, encode
from alpheus.respond.verification import Verification

_read_plan = msgspec.json.Decoder(Plan).decode
_read_verification = msgspec.json.Decoder(Verification).decode
_read_files = msgspec.json.Decoder(dict[int, str]).decode


class KeptPlan(NamedTuple):
    """A plan as it is kept: when and by whom it was taken down, and what it was made from."""

    id: int
    anchor: int
    digest: str
    recorded: str
    who: str
    assessment: str
    observation: int
    plan: Plan


class KeptVerification(NamedTuple):
    """A verification as it is kept. `plan` is the number of that plan, 0 for none."""

    id: int
    plan: int
    digest: str
    recorded: str
    who: str
    evidence: str
    found: Verification


def plans_of(connection: Connection, tables: Derived, server: int) -> list[KeptPlan]:
    """The plans of a server, the newest first."""
    rows = _plans(tables).rows(connection, server=server)
    return [
        KeptPlan(row.id, row.anchor, row.digest, row.recorded, row.who, row.assessment,
                 row.observation, _plan(row.content))
        for row in rows
    ]  # fmt: skip


@of_tables
def _plans(tables: Derived) -> Question:
    p, m = plans.c, tables.members.c
    return Question(
        select(p.id, p.anchor, p.digest, p.recorded, p.who, p.assessment, p.observation, p.content)
        .select_from(plans.join(tables.members, m.observation == p.anchor))
        .where(m.server == bindparam("server"))
        .order_by(p.id.desc())
    )


def _plan(content: str) -> Plan:
    try:
        return _read_plan(content)
    except msgspec.MsgspecError as error:
        raise DatabaseError(f"a plan that is kept cannot be read: {error}") from error


def marks_of(connection: Connection, plan: int) -> list[Marked]:
    """What was said and done of the steps of a plan, in the order it was taken down."""
    c = plan_marks.c
    query = (
        select(c.step, c.time, c.recorded, c.who, c.mark, c.why, c.evidence, c.files)
        .where(c.plan == plan)
        .order_by(c.id)
    )
    return [
        Marked(row.step, row.time, row.recorded, row.who, Mark(row.mark), row.why, row.evidence,
               _read_files(row.files) if row.files else {})
        for row in connection.execute(query)
    ]  # fmt: skip


def verifications_of(
    connection: Connection, tables: Derived, server: int
) -> list[KeptVerification]:
    """The verifications of a server, the newest first."""
    rows = _verifications(tables).rows(connection, server=server)
    try:
        return [
            KeptVerification(row.id, row.plan, row.digest, row.recorded, row.who, row.evidence,
                             _read_verification(row.content))
            for row in rows
        ]  # fmt: skip
    except msgspec.MsgspecError as error:
        raise DatabaseError(f"a verification that is kept cannot be read: {error}") from error


@of_tables
def _verifications(tables: Derived) -> Question:
    v, m = verifications.c, tables.members.c
    return Question(
        select(v.id, v.plan, v.digest, v.recorded, v.who, v.evidence, v.content)
        .select_from(verifications.join(tables.members, m.observation == v.anchor))
        .where(m.server == bindparam("server"))
        .order_by(v.id.desc())
    )


def anchor_of_plan(connection: Connection, digest: str) -> int:
    """The observation whose server a plan is of; 0 where it is not kept."""
    return connection.execute(select(plans.c.anchor).where(plans.c.digest == digest)).scalar() or 0


def anchor_of_verification(connection: Connection, digest: str) -> int:
    """The observation whose server a verification is of; 0 where it is not kept."""
    query = select(verifications.c.anchor).where(verifications.c.digest == digest)
    return connection.execute(query).scalar() or 0


def add_plan(
    connection: Connection, server: int, plan: Plan, *, observation: int, who: str, now: str
) -> int:
    """Keep a plan of a server; its number."""
    made = insert(plans).values(
        anchor=server, digest=plan.digest, recorded=now, who=who, assessment=plan.assessment,
        observation=observation, content=encode(plan).decode(),
    )  # fmt: skip
    return int(connection.execute(made.returning(plans.c.id)).scalar_one())


def add_marks(connection: Connection, plan: int, marks: Iterable[Marked]) -> None:
    """Keep what was said of steps."""
    rows = [
        {"plan": plan, **one._asdict(), "mark": one.mark.value,
         "files": msgspec.json.encode(one.files).decode() if one.files else ""}
        for one in marks
    ]  # fmt: skip
    if rows:
        connection.execute(insert(plan_marks), rows)


def add_verification(
    connection: Connection, server: int, one: Verified, *, plan: int, who: str, evidence: str,
    now: str,
) -> int:  # fmt: skip
    """Keep a verification of a server; its number."""
    made = insert(verifications).values(
        anchor=server, plan=plan, digest=one.digest, recorded=now, who=who,
        outcome=one.found.outcome.value, since=one.found.since, until=one.found.until,
        evidence=evidence, content=one.content,
    )  # fmt: skip
    return int(connection.execute(made.returning(verifications.c.id)).scalar_one())


def forget_marks(connection: Connection, anchors: Sequence[int]) -> None:
    """Forget what was said of plans that are about to go with their anchors."""
    gone = select(plans.c.id).where(plans.c.anchor.in_(anchors))
    connection.execute(delete(plan_marks).where(plan_marks.c.plan.in_(gone)))
