"""What one person can ask of one server and do to it. What is changed is taken down in the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from alpheus.cases import secret_rows
from alpheus.cases.acts import ActKind
from alpheus.cases.assessments import Assessed, Kept
from alpheus.cases.clean_files import kind_of
from alpheus.cases.clean_progress import Mark
from alpheus.cases.cleaning import CleanUp, Deed, Done
from alpheus.cases.secret_rows import Sealed
from alpheus.cases.server_rows import ServerDetail
from alpheus.cases.service import Cases
from alpheus.cases.service_server import Identity, Look, Observed
from alpheus.errors import RefusedError
from alpheus.notify.about import Told, notices_about
from alpheus.web import assigning
from alpheus.web.access import audit
from alpheus.web.access.roles import Permission, Person

MOST_SECRETS = 100
"""Secrets that are looked at at once."""


class ServerDesk:
    """The services about one server, for one person.

    `number` is the server's own number, whichever one it was asked for by. Raises RefusedError
    where there is none, or none that the person may see; both look the same.
    """

    def __init__(
        self, cases: Cases, person: Person, number: int, permission: Permission = Permission.SEE
    ) -> None:
        self._cases = cases
        self.person = person
        row = cases.row(number)
        self.row = {**row, "name": row["name"] or row["address"] or str(row["id"])}
        if not person.may(permission, str(self.row["organisation"])):
            raise RefusedError(f"there is no server {number}")
        self.number = int(self.row["id"])

    def may(self, permission: Permission) -> bool:
        """Whether the person may do something with this server."""
        return self.person.may(permission, str(self.row["organisation"]))

    # asking

    def detail(self) -> ServerDetail:
        """What is known of it beside its states."""
        return msgspec.json.decode(str(self.row["detail"]), type=ServerDetail)

    def look(self, *, assessment: int = 0) -> Look:
        """The server at a glance."""
        return self._cases.look(self.number, assessment=assessment)

    def assessment(self, observation: int = 0) -> tuple[tuple[Assessed, ...], Kept | None, int]:
        """Its assessments, and one whole; see `Cases.assessment`."""
        return self._cases.assessment(self.number, observation)

    def observed(self, *, after: str = "", size: int = 50) -> Observed:
        """A page of what was seen of it. Raises UsageError."""
        return self._cases.observed(self.number, after=after, size=size)

    def every_observed(self) -> Iterator[dict[str, Any]]:
        """All that was seen of it, to be taken away in a file. Raises RefusedError."""
        self._demand(Permission.EXPORT)
        return self._cases.every_observed(self.number)

    def files(self) -> list[dict[str, Any]]:
        """The files that it is known from."""
        return self._cases.files_of(self.number)

    def identity(self) -> Identity:
        """Why it is one server."""
        return self._cases.identity(self.number)

    def members(self) -> list[int]:
        """The numbers of its observations."""
        return self._cases.members(self.number)

    def notices(self) -> list[Told]:
        """What was told about it."""
        return notices_about(self._cases.database, self.number)

    def clean_up(self) -> CleanUp:
        """Its plan, how far that is, and its verifications."""
        return self._cases.cleaning.of(self.number)

    def clean_deeds(self) -> list[Deed]:
        """What was done of its plans, the newest first."""
        return self._cases.cleaning.deeds(self.number)

    def others(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """The rows of servers that one may work on, by numbers. Raises RefusedError for others."""
        found: list[dict[str, Any]] = []
        for number in dict.fromkeys(numbers):
            row = self._cases.row(number)
            if not self.person.may(Permission.WORK, str(row["organisation"])):
                raise RefusedError(f"there is no server {number}")
            if row["id"] not in {one["id"] for one in found}:
                found.append(row)
        return found

    # doing

    def act(self, kind: ActKind, **what: str) -> dict[str, Any]:
        """Do something to it; gives its row. Raises RefusedError."""
        self._demand(Permission.WORK)
        to, owner = what.get("to", ""), str(self.row["organisation"])
        assigning.check(self._cases.database, kind, to, [owner])
        cases = self._noting(f"server: {kind}", **what)
        return cases.act(self.number, kind, who=self.person.name, **what)

    def make_plan(self) -> Done:
        """Make a plan from its newest assessment. Raises RefusedError."""
        self._demand(Permission.WORK)
        cases = self._noting("clean-up planned")
        return cases.cleaning.make(self.number, who=self.person.name)

    def mark(
        self, steps: Sequence[int], mark: Mark, *, why: str = "", evidence: str = "", plan: str = ""
    ) -> Done:
        """Say of steps of its plan that they are done, not needed or open. Raises RefusedError."""
        self._demand(Permission.WORK)
        told = {"steps": _listed(steps), "why": why, "evidence": evidence, "plan": plan}
        cases = self._noting(f"clean-up: {mark}", **told)
        return cases.cleaning.mark(
            self.number, steps, mark, who=self.person.name, why=why, evidence=evidence, plan=plan
        )

    def take_clean_file(self, content: bytes, name: str) -> tuple[str, Done]:
        """Take in a plan, the result of a run or a verification; which of them it was.

        Raises CleanError for none of these, RefusedError.
        """
        self._demand(Permission.WORK)
        kind = kind_of(content, name)
        cleaning = self._noting(f"clean-up: {kind} taken in", file=name).cleaning
        take = {"plan": cleaning.take_plan, "run": cleaning.take_run,
                "verification": cleaning.take_verification}[kind]  # fmt: skip
        return kind, take(self.number, content, name, who=self.person.name)

    def merge(self, numbers: Sequence[int], *, why: str) -> dict[str, Any]:
        """Make it one with others; gives the row. Raises RefusedError."""
        self._demand(Permission.WORK)
        every = [self.number, *(int(row["id"]) for row in self.others(numbers))]
        cases = self._noting("servers merged", servers=_listed(every), why=why)
        return cases.merge(every, who=self.person.name, why=why)

    def split(self, members: Sequence[int], *, why: str) -> list[dict[str, Any]]:
        """Make observations of it one of their own; gives both rows. Raises RefusedError."""
        self._demand(Permission.WORK)
        cases = self._noting("server split", observations=_listed(members), why=why)
        return cases.split(self.number, members, who=self.person.name, why=why)

    def keep_apart(self, numbers: Sequence[int], *, why: str) -> list[dict[str, Any]]:
        """Say that it is never one with others. Raises RefusedError."""
        self._demand(Permission.WORK)
        every = [self.number, *(int(row["id"]) for row in self.others(numbers))]
        cases = self._noting("servers kept apart", servers=_listed(every), why=why)
        return cases.keep_apart(every, who=self.person.name, why=why)

    def revoke(self, decision: int, *, why: str) -> list[dict[str, Any]]:
        """Take back a decision about it, if all servers that it is about may be worked on."""
        self._demand(Permission.WORK)
        known = {one.id: one for one in self.identity().decisions}
        if decision not in known:
            raise RefusedError(f"there is no decision {decision} about server {self.number}")
        one = known[decision]
        while one.revokes in known:
            one = known[one.revokes]
        for row in self._cases.rows_behind(one.observations):
            if not self.person.may(Permission.WORK, str(row["organisation"])):
                raise RefusedError(f"there is no decision {decision} about server {self.number}")
        cases = self._noting("decision revoked", decision=str(decision), why=why)
        return cases.revoke(decision, who=self.person.name, why=why)

    def secrets(self, assessment: int) -> dict[str, str]:
        """The keyed hashes of an assessment whose values are kept, each with what it is for."""
        self._demand(Permission.SEE_SECRETS)
        with self._cases.database.read() as connection:
            return secret_rows.kinds_of(connection, assessment)

    def look_at_secrets(self, assessment: int, hashes: Sequence[str], *, why: str) -> list[Sealed]:
        """Look at what hashes stand for, all (of many the first) for none named; still sealed.

        That somebody looked, and at what, is taken down in the same transaction. `assessment` is
        one of this server. Raises RefusedError: without a reason, and for programs.
        """
        self._demand(Permission.SEE_SECRETS)
        if self.person.token:
            raise RefusedError("secrets are shown to people, not to programs")
        if not why.strip():
            raise RefusedError("say why you need to see them")
        with self._cases.database.write() as connection:
            wanted = list(hashes) or list(secret_rows.kinds_of(connection, assessment))
            found = secret_rows.read(connection, assessment, wanted[:MOST_SECRETS])
            seen = " ".join(one.hash for one in found)
            self._note(connection, "secrets looked at",
                       {"why": why, "observation": assessment, "hashes": seen})  # fmt: skip
        return found

    def _demand(self, permission: Permission) -> None:
        if not self.may(permission):
            raise RefusedError(f"there is no server {self.number}")

    def _noting(self, action: str, **detail: str) -> Cases:
        return self._cases.noting(lambda connection: self._note(connection, action, detail))

    def _note(self, connection: Connection, action: str, detail: dict[str, Any]) -> None:
        said = {name: str(value) for name, value in detail.items() if value}
        audit.note(connection, time=self._cases.now, who=self.person.name, action=action,
                   object_=f"server {self.number}", **said)  # fmt: skip


def _listed(numbers: Sequence[int]) -> str:
    """Numbers in words, the first hundred of many."""
    more = len(numbers) - 100
    text = " ".join(map(str, numbers[:100]))
    return f"{text} and {more} more" if more > 0 else text
