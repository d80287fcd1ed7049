"""New evidence compared with what had been found before a clean-up, in the process of its job.

Whoever hands it in at a server says by that of which it is: a package that names no computer must
be called after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection

from alpheus.cases.clean_assessed import assessment_of
from alpheus.cases.clean_files import verified
from alpheus.cases.service import Cases
from alpheus.errors import EvidenceFormatError, RefusedError
from alpheus.evidence.base import OpenOptions
from alpheus.report.assessment_file import read_assessment
from alpheus.respond.verification_listing import listings_of
from alpheus.respond.verification_logs import end_of
from alpheus.respond.verification_server import Renamed, folded_names, names_of
from alpheus.respond.verify import compared as comparison
from alpheus.respond.verify import every_name, found_files
from alpheus.web.access import audit
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.model import Result
from alpheus.web.jobs.wire import Message, Phase, Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from alpheus.cases.database import Database

_MOST_NAMES = 10


def compared(
    task: Task,
    database: Database,
    result: Result,
    *,
    document: Path,
    places: Sequence[Path],
    tell: Callable[[Message], None],
) -> Result:
    """The result with the outcome of the comparison, or with why none was made."""
    tell(Phase(said.note(said.COMPARING)))
    try:
        outcome = _compared(task, database, document, places, result.unopened)
    except (RefusedError, EvidenceFormatError) as error:
        tell(Phase(said.note(said.NOT_COMPARED, reason=str(error))))
        return msgspec.structs.replace(result, uncompared=str(error))
    return msgspec.structs.replace(result, verified=outcome)


def _compared(
    task: Task, database: Database, document: Path, places: Sequence[Path],
    unopened: Sequence[str],
) -> str:  # fmt: skip
    server, cases = task.options.verify, Cases(database)
    kept = cases.cleaning.before(server)
    with database.read() as connection:
        old = assessment_of(connection, kept.observation)
    before, new = old.server(), read_assessment(document)
    cleaned = cases.cleaning.cleaned_at(server)
    options = OpenOptions(passwords=(task.password,) if task.password else ())
    renamed = Renamed(before.name, task.options.renamed) if task.options.renamed else None
    ours = names_of(before) | folded_names(task.options.renamed)
    if not any(ours & names_of(one) for one in new.servers):
        every = ", ".join(one.name for one in new.servers[:_MOST_NAMES]) or "none"
        raise RefusedError(f"the evidence is of {every}, and the plan is of {before.name}")
    found = comparison(
        msgspec.structs.replace(old, digest=kept.assessment), before, new,
        since=cleaned or end_of(before),
        listings=listings_of(places, found_files(before), options, every_name(new)),
        unopened=unopened, same=True, complete=task.options.complete,
        own=task.options.own, renamed=renamed,
    )  # fmt: skip

    def note(connection: Connection) -> None:
        audit.note(connection, time=cases.now, who=task.who, action="clean-up: verified",
                   object_=f"server {server}", outcome=found.outcome.value,
                   job=str(task.job))  # fmt: skip

    evidence = f"job {task.job}: {task.name}"
    cases.noting(note).cleaning.keep_verification(
        server, verified(found), who=task.who, evidence=evidence
    )
    return found.outcome.value
