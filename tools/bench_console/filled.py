"""A database of the size that is measured, with the people, notices and jobs of a console."""

from __future__ import annotations

import random
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import func, insert, select, update
from tools.bench_cases.filling import fill

from alpheus.campaign import prepared
from alpheus.cases import assessments
from alpheus.cases.console_schema import assessments as kept
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current, standing
from alpheus.cases.observations import Rows, iso
from alpheus.cases.schema import meta, notice_servers, notice_standings, notices, observations
from alpheus.cases.service import Cases, Filters
from alpheus.errors import RefusedError
from alpheus.notify import own, store
from alpheus.notify.model import EventKind
from alpheus.notify.service import Notices
from alpheus.notify.settings import read_settings
from alpheus.web.access import audit
from alpheus.web.access.accounts import Accounts
from alpheus.web.access.roles import Grant, Role
from alpheus.web.access.sessions import Sessions
from alpheus.web.jobs.model import Kind, Note, Result, State, Upload
from alpheus.web.jobs.queue import Queue
from alpheus.web.listing import organisation_at

ROOT = Path(__file__).resolve().parents[2]
NOTIFY = ROOT / "src" / "alpheus" / "notify" / "notify_example.yaml"
ASSESSED = 400
"""Servers with a whole assessment."""

_AGO = timedelta(days=31)
"""So long ago observations begin: a campaign that goes on, and codes that still hold."""
_DONE = "bench_console"
_EXAMPLES = 400
_JOBS = 300
_ENTRIES = 5_000
_TOLD, _PLANNED = "US-24", "US-25"
"""Regions whose owners are told, and are to be told: some hundred each."""


def prepare(database: Database, servers: int) -> None:
    """Fill an empty database, and add what is missing of what a console has."""
    with database.read() as connection:
        is_empty = not standing(connection).generation
    if is_empty:
        fill(database, servers, datetime.now(UTC).replace(microsecond=0) - _AGO)
    with database.read() as connection:
        if connection.execute(select(meta.c.value).where(meta.c.key == _DONE)).scalar():
            return
    _add_assessments(database)
    _add_notices(database)
    _add_jobs(database)
    prepared.prepare(database)
    with database.write() as connection:
        for number in range(_ENTRIES):
            audit.note(
                connection, time=_now(), who="bench", action="looked at", object_=f"{number}"
            )
        connection.execute(insert(meta).values(key=_DONE, value="1"))


def people(database: Database, count: int) -> list[str]:
    """So many accounts that are signed in; what each browser shows, as a header."""
    accounts, sessions = Accounts(database), Sessions(database)
    found = []
    for number in range(count):
        with suppress(RefusedError):  # it is there already
            accounts.make(f"bench {number}", (Grant(Role.ADMIN),), who="bench")
        account = next(one for one in accounts.every() if one["name"] == f"bench {number}")
        found.append(_cookie(sessions.begin(int(str(account["id"]))).secret))
    return found


def owners(database: Database, count: int) -> list[tuple[str, int]]:
    """So many organisations that came with the code of a notice, with a server of each."""
    n, about = notices.c, notice_servers.c
    sessions, now, found = Sessions(database), _now(), {}
    with database.read() as connection:
        tables, _ = current(connection, database.place)
        s, m = tables.servers.c, tables.members.c
        query = (
            select(n.reference, n.organisation, s.id)
            .join(notice_servers, about.notice == n.id)
            .join(notice_standings, notice_standings.c.notice == n.id)
            .join(tables.members, m.observation == about.anchor)
            .join(tables.servers, s.id == m.server)
            .where(s.organisation == n.organisation, notice_standings.c.handed_over != "")
            .order_by(n.id, s.id).limit(_EXAMPLES)
        )  # fmt: skip
        for reference, key, server in connection.execute(query).all():
            notice = store.by_reference(connection, reference)
            if notice and not own.why_shut(connection, tables, notice, now=now):
                found.setdefault(reference, (key, int(server)))
    return [
        (_cookie(sessions.begin_for(key, reference, f"notice {reference}").secret), server)
        for reference, (key, server) in list(found.items())[:count]
    ]


def examples(database: Database) -> dict[str, list[object]]:
    """Values of the parameters of paths, by what stands before them."""
    chance = random.Random(2021)  # noqa: S311 - it is to be the same
    cases = Cases(database)
    with database.read() as connection:
        tables, _ = current(connection, database.place)
        s = tables.servers.c
        last = connection.execute(select(func.max(s.id))).scalar_one()
        numbers = sorted({chance.randrange(1, last) for _ in range(_EXAMPLES)})
        near = select(s.id, s.organisation).order_by(s.id).limit(1)
        rows = [connection.execute(near.where(s.id >= number)).one() for number in numbers]
        told = connection.execute(
            select(notices.c.reference, notices.c.batch, notices.c.organisation).limit(_EXAMPLES)
        ).all()
        whole = connection.execute(
            select(tables.members.c.server)
            .join(kept, kept.c.observation == tables.members.c.observation).limit(ASSESSED)
        ).scalars().all()  # fmt: skip
    accounts = list(Accounts(database).every())
    queue = Queue(database)
    deep = ""
    for _ in range(10):
        deep = cases.page(after=deep, size=1000).next
    return {
        "servers": [row.id for row in rows],
        "servers assessed": list(whole),
        "organisations": [organisation_at(row.organisation).rpartition("/")[2] for row in rows],
        "notices": [one.reference for one in told],
        "batches": sorted({one.batch for one in told}),
        "accounts": [one["id"] for one in accounts[:20]],
        "imports": [1],
        "jobs": [job.id for job in queue.page(size=50)],
        "deep": [deep],
    }  # fmt: skip


def _cookie(secret: str) -> str:
    return f"cookie: alpheus={secret}\r\n"


def _now() -> str:
    return iso(datetime.now(UTC))


def _add_assessments(database: Database) -> None:
    """Let the newest observation of some servers be an assessment, which is kept whole."""
    sys.path.insert(0, str(ROOT / "tests"))
    from alpheus.cases.assessment_model import Head  # noqa: PLC0415 - beside it
    from server_filling import assessed  # noqa: PLC0415 - where the tests are

    document = msgspec.json.encode(assessed("EX"))
    (row,) = Rows(datetime.now(UTC)).of_document(document)
    whole: dict[str, Any] = msgspec.json.decode(document)
    head = msgspec.json.decode(document, type=Head)
    content = assessments.packed(msgspec.json.encode(whole["servers"][0]), head)
    with database.write() as connection:
        tables, _ = current(connection, database.place)
        s, m = tables.servers.c, tables.members.c
        chosen = select(s.id).where(s.compromise == "reported").order_by(s.id).limit(ASSESSED)
        newest = select(func.max(m.observation)).group_by(m.server)
        numbers = connection.execute(
            newest.where(m.server.in_(connection.execute(chosen).scalars().all()))
        ).scalars().all()  # fmt: skip
        connection.execute(
            update(observations).where(observations.c.id.in_(numbers))
            .values(kind=row.kind, verdict=row.verdict, stage=row.stage, body=row.body)
        )  # fmt: skip
        assessments.add(connection, ((number, content) for number in numbers))


def _add_notices(database: Database) -> None:
    service = Notices(database, read_settings(NOTIFY))
    for region, is_sent in ((_TOLD, True), (_PLANNED, False)):
        batch = service.plan(Filters(region=(region,)), who="kim").number
        if not is_sent:
            continue
        service.approve(batch, who="lou", digest=service.approval(batch).digest)
        for notice in list(service.due(batch)):
            service.claim(notice, who="sender")
            service.record(notice, EventKind.HANDED_OVER, who="sender")


def _add_jobs(database: Database) -> None:
    queue = Queue(database)
    for number in range(_JOBS):
        sent = Upload("", f"evidence-{number}.zip", 1)
        queue.submit(Kind.TRIAGE, name=sent.name, who="bench", files=[sent], store="elsewhere")
        job = queue.claim("worker", "elsewhere", [Kind.TRIAGE])
        if job is not None:
            queue.finish(job, State.DONE, Note("Done"), Result(stored=True), ())
