"""What one person can ask and do: the services of cases, bounded by what the person may.

What somebody may not see is not there for them: the same answer as for what does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alpheus.cases.acts import ActKind
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters, Page
from alpheus.cases.service_show import Case
from alpheus.errors import RefusedError
from alpheus.web.access.roles import Permission, Person
from alpheus.web.lists_desk import ListsDesk
from alpheus.web.server_desk import ServerDesk


class Desk:
    """The services, for one person."""

    def __init__(self, cases: Cases, person: Person) -> None:
        self._cases = cases
        self.person = person
        self.lists = ListsDesk(cases, person)

    def page(
        self,
        filters: Filters,
        *,
        sort: str = "priority",
        after: str = "",
        size: int = 50,
        permission: Permission = Permission.SEE,
    ) -> Page:
        """A page of the servers that may be seen. Raises UsageError."""
        bounded = self.lists.bounded(filters, permission)
        if bounded is None:
            return Page([], "")
        return self._cases.page(bounded, sort=sort, after=after, size=size)

    def every(self, filters: Filters, *, sort: str = "priority") -> Iterator[dict[str, Any]]:
        """All servers that fit and may be taken away in a file."""
        bounded = self.lists.bounded(filters, Permission.EXPORT)
        return iter(()) if bounded is None else self._cases.every(bounded, sort=sort)

    def show(self, server: int, permission: Permission = Permission.SEE) -> Case:
        """All that is known of a server. Raises RefusedError where there is none to be seen."""
        found = self._cases.show(server)
        if not self.person.may(permission, str(found.server["organisation"])):
            raise RefusedError(f"there is no server {server}")
        return found

    def server(self, number: int, permission: Permission = Permission.SEE) -> ServerDesk:
        """What can be asked of one server and done to it. RefusedError where none is to be seen."""
        return ServerDesk(self._cases, self.person, number, permission)

    def act(self, server: int, kind: ActKind, **what: str) -> dict[str, Any]:
        """Do something to a server that one may work on. Raises RefusedError."""
        return self.server(server, Permission.WORK).act(kind, **what)
